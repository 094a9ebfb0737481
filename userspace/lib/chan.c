// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "chan_parts.h"
#include "log.h"
#include "mem.h"

struct chan_timers chan_timers = {
	.keepalive = 5000,
	.silence = 15000,
	.handshake = 10000,
	.linger = 1000,
	.head_start = 300,
	.retry_min = 100,
	.retry_max = 5000,
	.dial_max = 1000,
	.pending_max = 256,
};

uint32_t chan_our_minor = PROTO_MINOR;

struct chan *chan_new(struct loop *loop, const struct chan_ops *ops, void *arg)
{
	struct chan *chan = mem_zalloc(sizeof(*chan));

	chan->loop = loop;
	chan->ops = ops;
	chan->arg = arg;
	chan->refs = 1;
	chan->linger_fd = -1;
	strcpy(chan->name, "?");
	chan_requests_init(chan);
	return chan;
}

void chan_get(struct chan *chan)
{
	chan->refs++;
}

void chan_put(struct chan *chan)
{
	if (--chan->refs)
		return;
	chan_close(chan);
	chan_requests_uninit(chan);
	chan_clock_free(chan);
	chan_client_free(chan);
	free(chan);
}

/* The end of deferred work: of the channel's life, or because the loop ends first. */
static void work_drop(void *arg)
{
	struct chan *chan = arg;

	chan->kicked = false;
	chan_put(chan);
}

static void work(void *arg)
{
	struct chan *chan = arg;

	chan->kicked = false;
	if (chan->dropped)
		chan_end(chan, chan->why);
	chan_requests_flush(chan);
	chan_put(chan);
}

void chan_kick(struct chan *chan)
{
	if (chan->kicked)
		return;
	chan->kicked = true;
	chan_get(chan);
	loop_defer_or(chan->loop, work, work_drop, chan);
}

bool chan_is_up(const struct chan *chan)
{
	return chan->state == CHAN_UP && !chan->dropped && !chan->freed;
}

const struct identity *chan_peer(const struct chan *chan)
{
	return &chan->peer;
}

const char *chan_peer_name(const struct chan *chan)
{
	return chan->name;
}

const char *chan_peer_addr(const struct chan *chan)
{
	return chan->addr;
}

uint64_t chan_silent_ms(const struct chan *chan)
{
	return loop_now_ms() - chan->rx_ms;
}

uint32_t chan_minor(const struct chan *chan)
{
	return chan->minor;
}

bool chan_can(const struct chan *chan, const char *capability)
{
	const char *const *ours = chan->ops->capabilities;

	for (unsigned int i = 0; ours && ours[i]; i++)
		if (!strcmp(ours[i], capability))
			return chan->capabilities & 1u << i;
	return false;
}

void *chan_user(const struct chan *chan)
{
	return chan->user;
}

void chan_set_user(struct chan *chan, void *user)
{
	chan->user = user;
}

void chan_drop(struct chan *chan, const char *why)
{
	if (chan->state == CHAN_IDLE || chan->dropped || chan->freed)
		return;
	chan->dropped = true;
	snprintf(chan->why, sizeof(chan->why), "%s", why);
	chan_kick(chan);
}

void chan_free(struct chan *chan)
{
	if (!chan || chan->freed)
		return;
	chan->freed = true;
	chan_renew_stop(chan);
	chan_close(chan);
	chan_requests_abort(chan, "we closed it");
	if (!TAILQ_EMPTY(&chan->req.failed))
		chan_kick(chan);
	if (chan->server)
		chan_server_forget(chan);
	chan_put(chan);
}

void chan_close(struct chan *chan)
{
	chan_hold_drop(chan);
	chan_clock_stop(chan);
	chan_stream_close(chan);
	loop_timer_free(chan->timer);
	chan->timer = NULL;
	chan_client_stop(chan);
	chan->state = CHAN_IDLE;
}

void chan_end(struct chan *chan, const char *why)
{
	bool was_up = chan->state == CHAN_UP, wanted = chan->dropped;
	char text[CHAN_TEXT];

	if (chan->state == CHAN_IDLE)
		return;
	snprintf(text, sizeof(text), "%s", why);
	chan_get(chan);
	chan_renew_stop(chan);
	if (was_up && chan->client)
		chan_client_closing(chan);
	chan_close(chan);
	chan->dropped = false;
	if (was_up)
		log_write(wanted ? LOG_LEVEL_INFO : LOG_LEVEL_WARN,
			  "session with %s (%s) ended: %s", chan->name, chan->addr, text);
	/* First the answers: down may free what their callbacks stand on. */
	chan_requests_abort(chan, text);
	chan_requests_flush(chan);
	if (was_up && !chan->freed && chan->ops->down)
		chan->ops->down(chan, text, chan->arg);
	if (!chan->freed && chan->client)
		chan_client_ended(chan, was_up, text);
	if (!chan->freed && chan->server)
		chan_server_ended(chan, was_up, text);
	chan_put(chan);
}

void chan_endf(struct chan *chan, const char *fmt, ...)
{
	char why[CHAN_TEXT];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	chan_end(chan, why);
}

void chan_set_peer(struct chan *chan, const struct identity *peer)
{
	chan->peer = *peer;
	identity_format(peer, chan->name, sizeof(chan->name));
}

void chan_went_up(struct chan *chan)
{
	if (chan->elder) {
		chan_renewed(chan);
		return;
	}
	chan->state = CHAN_UP;
	loop_timer_free(chan->timer);
	chan->timer = loop_timer_new(chan->loop, chan_wire_tick, chan);
	chan_wire_tick_in(chan, chan_timers.keepalive);
	if (chan->client)
		chan_client_up(chan);
	else
		chan_server_up(chan);
	log_info("session with %s (%s) is up", chan->name, chan->addr);
	if (chan->ops->up)
		chan->ops->up(chan, chan->arg);
}
