// SPDX-License-Identifier: GPL-2.0
/*
 * Language "floor": see floor.h. A message is an address, its version, and nothing.
 */
#include "floor.h"
#include "pb.h"
#include "peer.h"
#include "round.h"

static void open_listener(struct link *l)
{
	static const char role = FLOOR_LISTENER;

	link_send(l, &role, 1);
}

static void open_writer(struct link *l)
{
	static const char role = FLOOR_WRITER;

	link_send(l, &role, 1);
	link_is_up(l);
}

static ssize_t hear(struct link *l, const uint8_t *data, size_t len)
{
	if (len < FLOOR_MESSAGE)
		return 0;
	/* the first is the server's welcome */
	if (!l->up)
		link_is_up(l);
	else
		round_heard(l, be_get(data, 4), be_get(data + 4, 4) == now.generation);
	return FLOOR_MESSAGE;
}

static ssize_t refuse(struct link *l, const uint8_t *data, size_t len)
{
	return complain("the server says something to the writer");
}

static void announce(uint32_t first, uint32_t count, bool create)
{
	uint8_t message[FLOOR_MESSAGE] = { };

	for (uint32_t i = 0; i < count; i++) {
		be_put(message, first + i, 4);
		be_put(message + 4, now.generation, 4);
		link_queue(&writers[0], message, sizeof(message));
	}
	link_flush(&writers[0]);
}

/* Nothing is answered: sent is all that there is. */
static bool sent(void *unused)
{
	return !link_backlog(&writers[0]);
}

static const struct speech listener = { .open = open_listener, .take = hear };
static const struct speech writer = { .open = open_writer, .take = refuse };

const struct peer peer_floor = {
	.name = "floor",
	.listener = &listener,
	.writers = { &writer },
	.roles = { "nve" },
	.names = { "w0" },
	.write = announce,
	.written = sent,
};
