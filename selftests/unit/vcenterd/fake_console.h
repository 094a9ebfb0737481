/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guests' consoles at the lab's vServers: whatever is typed comes back. What has been typed and
 * closed there last is remembered; and a vServer may lie.
 */
#ifndef FAKE_CONSOLE_H
#define FAKE_CONSOLE_H

#include "lab_api.h"
#include "lib/console.h"

#define FAKE_TYPED_MAX	(1u << 20)

static struct fake_console {
	struct fake_server *server;	/* of the last one that was opened */
	uint64_t channel;
	bool force;
	int opened, closed;
	size_t credit;			/* that was given for what we have said */
	bool quiet;			/* nothing comes back, and no credit is given */
	uint32_t refuse;		/* a CODE() that openings are answered with; 0 none */
	char typed[FAKE_TYPED_MAX];
	size_t n_typed;
} fake_console;

static inline void fake_console_says(uint64_t channel, const void *data, size_t len)
{
	Nvo3__ConsoleData msg = NVO3__CONSOLE_DATA__INIT;

	msg.channel = channel;
	msg.data = (ProtobufCBinaryData){ len, (uint8_t *)data };
	chan_event(fake_console.server->chan, MSG(CONSOLE_DATA), &msg.base);
}

static inline void fake_console_credits(uint64_t channel, uint32_t bytes)
{
	Nvo3__ConsoleCredit msg = NVO3__CONSOLE_CREDIT__INIT;

	msg.channel = channel;
	msg.bytes = bytes;
	chan_event(fake_console.server->chan, MSG(CONSOLE_CREDIT), &msg.base);
}

static inline void fake_console_ends(uint32_t code, const char *text)
{
	Nvo3__ConsoleClose msg = NVO3__CONSOLE_CLOSE__INIT;

	msg.channel = fake_console.channel;
	msg.code = code;
	msg.text = (char *)text;
	chan_event(fake_console.server->chan, MSG(CONSOLE_CLOSE), &msg.base);
}

static inline void fake_console_open(struct fake_server *s, const struct msg *msg)
{
	Nvo3__ConsoleOpen *req = msg_decode(msg, &nvo3__console_open__descriptor, NULL);

	assert_non_null(req);
	assert_true(req->channel);
	assert_non_null(fake_vm_by_uuid(s, &req->vm));
	fake_console.server = s;
	fake_console.channel = req->channel;
	fake_console.force = req->force;
	fake_console.opened += !fake_console.refuse;
	chan_reply(s->chan, msg->id, fake_console.refuse,
		   fake_console.refuse ? "refused by the test" : NULL, NULL);
	msg_free(req);
}

static inline void fake_console_typed(const struct msg *msg)
{
	Nvo3__ConsoleData *m = msg_decode(msg, &nvo3__console_data__descriptor, NULL);

	assert_true(m->data.len && m->data.len <= CONSOLE_DATA_MAX);
	assert_true(fake_console.n_typed + m->data.len <= FAKE_TYPED_MAX);
	memcpy(fake_console.typed + fake_console.n_typed, m->data.data, m->data.len);
	fake_console.n_typed += m->data.len;
	if (!fake_console.quiet) {
		fake_console_credits(m->channel, m->data.len);
		fake_console_says(m->channel, m->data.data, m->data.len);
	}
	msg_free(m);
}

static inline bool fake_console_message(struct fake_server *s, const struct msg *msg)
{
	Nvo3__ConsoleCredit *credit;

	switch (msg->type) {
	case MSG(CONSOLE_OPEN):
		fake_console_open(s, msg);
		return true;
	case MSG(CONSOLE_DATA):
		fake_console_typed(msg);
		return true;
	case MSG(CONSOLE_CREDIT):
		credit = msg_decode(msg, &nvo3__console_credit__descriptor, NULL);
		fake_console.credit += credit->bytes;
		msg_free(credit);
		return true;
	case MSG(CONSOLE_CLOSE):
		fake_console.closed++;
		return true;
	default:
		return false;
	}
}

/* All of the lab's vServers have consoles. */
static inline void fake_console_begin(struct lab *lab)
{
	memset(&fake_console, 0, sizeof(fake_console));
	for (int n = 0; n < LAB_DCS * LAB_SERVERS; n++)
		lab->server[n].more = fake_console_message;
}

#endif
