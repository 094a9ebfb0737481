// SPDX-License-Identifier: GPL-2.0
/*
 * The peer's clock, asked for with KEEPALIVE as a request. One question at a time; its time is
 * taken when it is made, so that waiting at the gate on either side is a part of the round trip.
 */
#include <time.h>

#include "chan_parts.h"
#include "clock_offset.h"
#include "mem.h"

#define FIRST_MS	250u	/* between the first few, to have a good one soon */
#define FIRST_ASKS	4u

struct chan_clock {
	struct chan *chan;
	struct clock_offset offset;
	struct loop_timer *timer;
	unsigned int asked;
	bool out;
	uint64_t sent;		/* CLOCK_MONOTONIC */
	uint64_t sent_wall;
};

static uint64_t clock_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct chan_clock *c = arg;
	Nvo3__Keepalive *alive;

	c->out = false;
	if (code != CODE(OK))
		return;
	alive = msg_decode(body, &nvo3__keepalive__descriptor, NULL);
	/* an older peer does not echo */
	if (alive && alive->clock_ns && (!alive->echo || alive->echo == c->sent_wall))
		clock_offset_add(&c->offset, c->sent, clock_ns(CLOCK_MONOTONIC), alive->clock_ns);
	msg_free(alive);
}

static void ask(void *arg)
{
	Nvo3__Keepalive alive = NVO3__KEEPALIVE__INIT;
	struct chan_clock *c = arg;

	c->asked++;
	loop_timer_set(c->timer, c->asked < FIRST_ASKS ? FIRST_MS : chan_timers.keepalive);
	if (c->out)
		return;
	c->out = true;
	c->sent = clock_ns(CLOCK_MONOTONIC);
	c->sent_wall = clock_ns(CLOCK_REALTIME);
	alive.clock_ns = c->sent_wall;
	chan_request(c->chan, MSG(KEEPALIVE), &alive.base, 0, answered, c);
}

void chan_track_clock(struct chan *chan)
{
	struct chan_clock *c = chan->clock;

	/* on this host there is one clock */
	if (!chan->tls)
		return;
	if (!c) {
		c = mem_zalloc(sizeof(*c));
		c->chan = chan;
		c->timer = loop_timer_new(chan->loop, ask, c);
		chan->clock = c;
	}
	/* it may be another peer this time */
	c->offset = (struct clock_offset){ 0 };
	c->asked = 0;
	ask(c);
}

bool chan_clock(const struct chan *chan, int64_t *offset, uint64_t *error)
{
	if (!chan->tls && chan_is_up(chan)) {
		*offset = 0;
		*error = 0;
		return true;
	}
	return chan->clock && clock_offset_get(&chan->clock->offset, clock_ns(CLOCK_MONOTONIC),
					       clock_ns(CLOCK_REALTIME), offset, error);
}

void chan_clock_stop(struct chan *chan)
{
	if (chan->clock)
		loop_timer_cancel(chan->clock->timer);
}

void chan_clock_free(struct chan *chan)
{
	if (!chan->clock)
		return;
	loop_timer_free(chan->clock->timer);
	free(chan->clock);
}
