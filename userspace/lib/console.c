// SPDX-License-Identifier: GPL-2.0
#include "console.h"

#include <errno.h>
#include <stdio.h>
#include <utlist.h>

#include "proto/management.pb-c.h"

/* Not for each byte that is typed, and long before the peer has to wait */
#define CREDIT_STEP	(CONSOLE_WINDOW / 4)

struct console_chan *console_find(const struct console_table *t, uint64_t number)
{
	struct console_chan *c;

	DL_FOREACH(t->all, c)
		if (c->number == number)
			return c;
	return NULL;
}

static bool was_there(const struct console_table *t, uint64_t number)
{
	for (unsigned int i = 0; i < CONSOLE_LATELY; i++)
		if (t->lately[i] == number)
			return number;
	return false;
}

int console_add(struct console_table *t, struct console_chan *c, uint64_t number, struct err *err)
{
	if (!number)
		return err_set(err, EINVAL, "channel: is 0");
	if (console_find(t, number) || was_there(t, number))
		return err_set(err, EEXIST, "channel: %llx is another console's",
			       (unsigned long long)number);
	if (t->n == CONSOLE_CHANNELS)
		return err_set(err, ENOSPC, "%u consoles are open, which is as many as can be",
			       t->n);
	*c = (struct console_chan){
		.number = number, .credit = CONSOLE_WINDOW, .room = CONSOLE_WINDOW
	};
	DL_APPEND(t->all, c);
	t->n++;
	return 0;
}

void console_del(struct console_table *t, struct console_chan *c)
{
	if (!c->number)
		return;
	DL_DELETE(t->all, c);
	t->n--;
	t->lately[t->n_lately++ % CONSOLE_LATELY] = c->number;
	c->number = 0;
}

size_t console_may_send(const struct console_chan *c)
{
	return c->credit < CONSOLE_DATA_MAX ? c->credit : CONSOLE_DATA_MAX;
}

void console_sent(struct console_chan *c, size_t len)
{
	c->credit -= len;
}

uint32_t console_passed(struct console_chan *c, size_t len)
{
	uint32_t give;

	c->owed += len;
	if (c->owed < CREDIT_STEP)
		return 0;
	give = c->owed;
	c->owed = 0;
	c->room += give;
	return give;
}

/* --- what the peer says */

static enum console_what lie(const struct console_chan *c, struct err *err, const char *what)
{
	err_set(err, EPROTO, "console %llx: %s", (unsigned long long)(c ? c->number : 0), what);
	return CONSOLE_LIE;
}

static enum console_what whose(struct console_table *t, uint64_t number, enum console_what what,
			       struct console_said *ret, struct err *err)
{
	ret->chan = console_find(t, number);
	if (ret->chan)
		return what;
	if (was_there(t, number))
		return CONSOLE_LATE;
	err_set(err, EPROTO, "console %llx: there is none", (unsigned long long)number);
	return CONSOLE_LIE;
}

static enum console_what hear_data(struct console_table *t, const Nvo3__ConsoleData *m,
				   struct console_said *ret, struct err *err)
{
	enum console_what what = whose(t, m->channel, CONSOLE_DATA, ret, err);

	if (what != CONSOLE_DATA)
		return what;
	if (!m->data.len || m->data.len > CONSOLE_DATA_MAX)
		return lie(ret->chan, err, "a message has no bytes, or too many");
	if (m->data.len > ret->chan->room)
		return lie(ret->chan, err, "more bytes than there was credit for");
	ret->chan->room -= m->data.len;
	ret->data = m->data.data;
	ret->len = m->data.len;
	return what;
}

static enum console_what hear_credit(struct console_table *t, const Nvo3__ConsoleCredit *m,
				     struct console_said *ret, struct err *err)
{
	enum console_what what = whose(t, m->channel, CONSOLE_CREDIT, ret, err);

	if (what != CONSOLE_CREDIT)
		return what;
	/* For bytes that were sent, and not twice */
	if (!m->bytes || m->bytes > CONSOLE_WINDOW - ret->chan->credit)
		return lie(ret->chan, err, "credit for bytes that were never sent");
	ret->chan->credit += m->bytes;
	return what;
}

static enum console_what hear_close(struct console_table *t, const Nvo3__ConsoleClose *m,
				    struct console_said *ret, struct err *err)
{
	enum console_what what = whose(t, m->channel, CONSOLE_CLOSE, ret, err);

	if (what != CONSOLE_CLOSE)
		return what;
	ret->code = m->code;
	snprintf(ret->text, sizeof(ret->text), "%s", m->text);
	for (char *p = ret->text; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
	return what;
}

void console_hear(struct console_table *t, const struct msg *msg, struct console_said *ret,
		  struct err *err)
{
	const ProtobufCMessageDescriptor *desc =
		msg->type == MSG(CONSOLE_DATA) ? &nvo3__console_data__descriptor :
		msg->type == MSG(CONSOLE_CREDIT) ? &nvo3__console_credit__descriptor :
						   &nvo3__console_close__descriptor;

	*ret = (struct console_said){ .what = CONSOLE_LIE };
	ret->body = msg_decode(msg, desc, err);
	if (!ret->body)
		return;
	if (msg->type == MSG(CONSOLE_DATA))
		ret->what = hear_data(t, ret->body, ret, err);
	else if (msg->type == MSG(CONSOLE_CREDIT))
		ret->what = hear_credit(t, ret->body, ret, err);
	else
		ret->what = hear_close(t, ret->body, ret, err);
}

void console_said_free(struct console_said *said)
{
	if (said->body)
		msg_free(said->body);
	said->body = NULL;
}
