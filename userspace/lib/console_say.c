// SPDX-License-Identifier: GPL-2.0
#include "console_say.h"

#include "proto/management.pb-c.h"

void console_say_data(struct chan *session, struct console_chan *c, const void *data, size_t len)
{
	Nvo3__ConsoleData msg = NVO3__CONSOLE_DATA__INIT;

	msg.channel = c->number;
	msg.data = (ProtobufCBinaryData){ len, (uint8_t *)data };
	console_sent(c, len);
	chan_event(session, MSG(CONSOLE_DATA), &msg.base);
}

void console_say_passed(struct chan *session, struct console_chan *c, size_t len)
{
	Nvo3__ConsoleCredit msg = NVO3__CONSOLE_CREDIT__INIT;

	msg.channel = c->number;
	msg.bytes = console_passed(c, len);
	if (msg.bytes)
		chan_event(session, MSG(CONSOLE_CREDIT), &msg.base);
}

void console_say_close(struct chan *session, const struct console_chan *c, uint32_t code,
		       const char *text)
{
	Nvo3__ConsoleClose msg = NVO3__CONSOLE_CLOSE__INIT;

	msg.channel = c->number;
	msg.code = code;
	msg.text = (char *)text;
	chan_event(session, MSG(CONSOLE_CLOSE), &msg.base);
}
