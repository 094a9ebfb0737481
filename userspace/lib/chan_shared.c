// SPDX-License-Identifier: GPL-2.0
/*
 * One frame for many sessions: each that has still to send it counts.
 */
#include <string.h>

#include "chan_parts.h"
#include "frame.h"
#include "mem.h"

struct chan_shared {
	unsigned int refs;
	size_t len;
	uint8_t data[];
};

struct chan_shared *chan_shared_new(uint32_t type, const ProtobufCMessage *body)
{
	Nvo3__Envelope env = NVO3__ENVELOPE__INIT;
	struct chan_shared *shared = NULL;
	size_t len;

	env.type = type;
	env.body.data = msg_encode(body, &env.body.len);
	len = nvo3__envelope__get_packed_size(&env);
	if (len <= FRAME_MAX) {
		shared = mem_check(malloc(sizeof(*shared) + FRAME_HEADER + len));
		shared->refs = 1;
		shared->len = FRAME_HEADER + len;
		frame_header(shared->data, len);
		nvo3__envelope__pack(&env, shared->data + FRAME_HEADER);
	}
	free(env.body.data);
	return shared;
}

struct chan_shared *chan_shared_get(struct chan_shared *shared)
{
	shared->refs++;
	return shared;
}

void chan_shared_free(struct chan_shared *shared)
{
	if (shared && !--shared->refs)
		free(shared);
}

const uint8_t *chan_shared_data(const struct chan_shared *shared, size_t *len)
{
	*len = shared->len;
	return shared->data;
}

void chan_event_shared(struct chan *chan, struct chan_shared *shared)
{
	if (!chan_is_up(chan))
		return;
	if (shared)
		chan_say_shared(chan, shared);
	else
		chan_drop(chan, "an event for it is longer than a frame may be");
}
