// SPDX-License-Identifier: GPL-2.0
/*
 * What a peer says of consoles, one message after the other: a byte for its type, one for its
 * length, and so many. Whatever it is, no side has more credit than a window.
 */
#include <stdlib.h>
#include <string.h>

#include "../fuzz.h"
#include "lib/console.h"

static const uint32_t types[] = { MSG(CONSOLE_DATA), MSG(CONSOLE_CREDIT), MSG(CONSOLE_CLOSE) };

static void check(const struct console_chan *c)
{
	if (c->number && (c->credit > CONSOLE_WINDOW || c->room + c->owed > CONSOLE_WINDOW ||
			  console_may_send(c) > CONSOLE_DATA_MAX))
		abort();
}

static void act(struct console_table *t, const struct console_said *said)
{
	size_t may;

	if (said->what == CONSOLE_DATA) {
		if (said->len > CONSOLE_DATA_MAX)
			abort();
		console_passed(said->chan, said->len);
	} else if (said->what == CONSOLE_CREDIT) {
		may = console_may_send(said->chan);
		console_sent(said->chan, may / 2);
	} else if (said->what == CONSOLE_CLOSE) {
		if (strpbrk(said->text, "\033\n\r"))
			abort();
		console_del(t, said->chan);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct console_chan chans[3] = {};
	struct console_table t = {};
	struct console_said said;
	struct err err;

	for (unsigned int i = 0; i < 3; i++)
		if (console_add(&t, &chans[i], i + 1, &err))
			abort();
	console_del(&t, &chans[2]);
	console_sent(&chans[0], console_may_send(&chans[0]));
	while (size >= 2) {
		struct msg msg = { .type = types[data[0] % 3] };
		size_t len = data[1] < size - 2 ? data[1] : size - 2;
		uint8_t *body = malloc(len ? len : 1);

		memcpy(body, data + 2, len);
		msg.body = body;
		msg.len = len;
		console_hear(&t, &msg, &said, &err);
		act(&t, &said);
		console_said_free(&said);
		free(body);
		for (unsigned int i = 0; i < 3; i++)
			check(&chans[i]);
		data += 2 + len;
		size -= 2 + len;
	}
	return 0;
}
