// SPDX-License-Identifier: GPL-2.0
/*
 * A session that goes on over another connection, so that nobody above notices that certificates
 * have changed: Documentation/protocols/session.rst. The client's heir (chan_renew.c) opens the
 * connection, and asks in its HELLO; the server says its last on the old one, then the client.
 */
#include <string.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "chan_continue.h"
#include "log.h"

static bool has_name(const struct chan *chan)
{
	static const uint8_t none[CHAN_SESSION];

	return memcmp(chan->session, none, CHAN_SESSION);
}

static bool same_peer(const struct chan *a, const struct chan *b)
{
	return a->peer.role == b->peer.role && !strcmp(a->peer.dc, b->peer.dc) &&
	       !strcmp(a->peer.name, b->peer.name);
}

void chan_continue_hello(struct chan *chan, Nvo3__Hello *hello)
{
	struct chan *elder = chan->elder;

	if (chan->server && chan->tls) {
		chan_server_name(chan);
		hello->session.data = chan->session;
		hello->session.len = CHAN_SESSION;
	}
	chan->continues = elder && has_name(elder) && same_peer(chan, elder);
	if (chan->continues) {
		hello->continues.data = elder->session;
		hello->continues.len = CHAN_SESSION;
	}
}

/* Nothing may be said on the old connection behind this. */
static void say_last(struct chan *chan)
{
	Nvo3__Envelope env = NVO3__ENVELOPE__INIT;

	env.type = MSG(CONTINUED);
	chan_wire_send(chan, &env);
}

static void take_over(struct chan *chan, struct chan *from)
{
	say_last(chan);
	chan_stream_adopt(chan, from);
	log_info("session with %s (%s) goes on over another connection", chan->name, chan->addr);
}

/* @chan is what a client has opened for the session @hello names. */
static void serve(struct chan *chan, const Nvo3__Hello *hello)
{
	struct chan *elder = NULL;

	if (hello->continues.len == CHAN_SESSION)
		elder = chan_server_find(chan, hello->continues.data);
	if (!elder || !chan_is_up(elder) || !same_peer(elder, chan)) {
		chan_refuse(chan, CODE(NOT_FOUND), "the session that is to go on is not there");
		return;
	}
	if (elder->prior) {
		chan_refuse(chan, CODE(BUSY), "its session still changes to another connection");
		return;
	}
	take_over(elder, chan);
	chan_server_up(chan);
	chan_server_forget(chan);
	chan_put(chan);
}

bool chan_continue_heard(struct chan *chan, const Nvo3__Hello *hello)
{
	if (chan->server && hello->continues.len) {
		serve(chan, hello);
		return true;
	}
	if (chan->client) {
		memset(chan->session, 0, CHAN_SESSION);
		if (hello->session.len == CHAN_SESSION)
			memcpy(chan->session, hello->session.data, CHAN_SESSION);
	}
	return false;
}

/* Both are there: the heir's connection, and the server's last word on the elder's. */
static void inherit(struct chan *elder)
{
	struct chan *heir = *chan_client_heir_of(elder);

	*chan_client_heir_of(elder) = NULL;
	take_over(elder, heir);
	chan_free(heir);
	chan_continue_settle(elder);
}

void chan_continue_heir(struct chan *heir)
{
	heir->state = CHAN_HEIR;
	/* the elder's silence is the limit: there may be much to read before its last word */
	loop_timer_cancel(heir->timer);
	if (heir->elder->heard_out && chan_is_up(heir->elder))
		inherit(heir->elder);
}

void chan_continued(struct chan *chan)
{
	struct chan *heir = chan->client ? *chan_client_heir_of(chan) : NULL;

	if (chan->server && chan->prior && !chan->heard_out) {
		chan->heard_out = true;
		/* what has come meanwhile */
		bufferevent_trigger(chan->bev, EV_READ, BEV_TRIG_DEFER_CALLBACKS);
		chan_continue_settle(chan);
	} else if (heir && heir->continues && !chan->prior) {
		chan->heard_out = true;
		if (heir->state == CHAN_HEIR)
			inherit(chan);
	} else {
		chan_end(chan, "it leaves its connection without another one");
	}
}

void chan_continue_settle(struct chan *chan)
{
	if (chan->prior && chan->heard_out &&
	    !evbuffer_get_length(bufferevent_get_output(chan->prior)))
		chan_stream_close_prior(chan);
}
