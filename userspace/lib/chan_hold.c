// SPDX-License-Identifier: GPL-2.0
/*
 * What is said after a write waits until that is on the disk. When that fails, the peer's
 * requests are refused; ours and events were about something that never was, and are dropped.
 */
#include <errno.h>

#include <utlist.h>

#include "chan_parts.h"
#include "frame.h"
#include "gate.h"
#include "mem.h"

struct chan_held {
	struct gate_wait wait;		/* first: both are one */
	struct chan *chan;
	uint32_t type;
	uint64_t id;
	bool reply;
	uint8_t *data;
	size_t len;
	struct chan_held *prev, *next;
};

static void unlink_held(struct chan_held *held)
{
	DL_DELETE(held->chan->held, held);
	held->chan->held_bytes -= held->len;
	free(held->data);
	free(held);
}

static void refuse(struct chan *chan, uint32_t type, uint64_t id, const struct err *why)
{
	Nvo3__Envelope env = NVO3__ENVELOPE__INIT;

	env.type = type;
	env.id = id;
	env.reply = true;
	env.code = CODE(UNAVAILABLE);
	env.text = (char *)why->text;
	chan_wire_send(chan, &env);
}

static void may_go(struct gate_wait *wait, const struct err *why)
{
	struct chan_held *held = (struct chan_held *)wait;

	if (!why)
		chan_wire_put(held->chan, held->data, held->len);
	else if (held->reply)
		refuse(held->chan, held->type, held->id, why);
	unlink_held(held);
}

static void keep(struct chan *chan, const Nvo3__Envelope *env, struct chan_held *held)
{
	held->chan = chan;
	held->type = env->type;
	held->id = env->id;
	held->reply = env->reply;
	held->data = msg_encode(&env->base, &held->len);
	DL_APPEND(chan->held, held);
	chan->held_bytes += held->len;
	if (chan_backlog(chan) > CHAN_BACKLOG_MAX)
		chan_drop(chan, "the disk is too slow for what is to be sent");
}

int chan_say(struct chan *chan, const Nvo3__Envelope *env)
{
	struct gate *gate = loop_gate(chan->loop);
	struct chan_held *held;
	int r;

	if (nvo3__envelope__get_packed_size(env) > FRAME_MAX)
		return -EMSGSIZE;
	held = mem_zalloc(sizeof(*held));
	held->wait.done = may_go;
	r = gate_wait(gate, &held->wait);
	if (r > 0) {
		keep(chan, env, held);
		return 0;
	}
	free(held);
	if (!r)
		return chan_wire_send(chan, env);
	if (env->reply)
		refuse(chan, env->type, env->id, gate_broken(gate));
	return 0;
}

void chan_hold_drop(struct chan *chan)
{
	while (chan->held) {
		gate_cancel(loop_gate(chan->loop), &chan->held->wait);
		unlink_held(chan->held);
	}
}
