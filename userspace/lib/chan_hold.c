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
	uint8_t *data;			/* one of both */
	struct chan_shared *shared;
	size_t len;
	struct chan_held *prev, *next;
};

static void unlink_held(struct chan_held *held)
{
	DL_DELETE(held->chan->held, held);
	held->chan->held_bytes -= held->len;
	chan_shared_free(held->shared);
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

	if (!why && held->shared)
		chan_wire_put_shared(held->chan, held->shared);
	else if (!why)
		chan_wire_put(held->chan, held->data, held->len);
	else if (held->reply)
		refuse(held->chan, held->type, held->id, why);
	unlink_held(held);
}

static void keep(struct chan *chan, struct chan_held *held)
{
	held->chan = chan;
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
		held->type = env->type;
		held->id = env->id;
		held->reply = env->reply;
		held->data = msg_encode(&env->base, &held->len);
		keep(chan, held);
		return 0;
	}
	free(held);
	if (!r)
		return chan_wire_send(chan, env);
	if (env->reply)
		refuse(chan, env->type, env->id, gate_broken(gate));
	return 0;
}

/* Without an answer to give nothing is left to do when the store is broken. */
void chan_say_shared(struct chan *chan, struct chan_shared *shared)
{
	struct chan_held *held = mem_zalloc(sizeof(*held));
	int r;

	held->wait.done = may_go;
	r = gate_wait(loop_gate(chan->loop), &held->wait);
	if (r > 0) {
		held->shared = chan_shared_get(shared);
		chan_shared_data(shared, &held->len);
		keep(chan, held);
		return;
	}
	free(held);
	if (!r)
		chan_wire_put_shared(chan, shared);
}

void chan_hold_drop(struct chan *chan)
{
	while (chan->held) {
		gate_cancel(loop_gate(chan->loop), &chan->held->wait);
		unlink_held(chan->held);
	}
}
