// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>

#include "chan_parts.h"
#include "log.h"
#include "mem.h"

/* One of ours that waits for its answer, or for its turn to be told that none will come */
struct chan_request {
	LIST_ENTRY(chan_request) link;
	TAILQ_ENTRY(chan_request) due;
	struct chan *chan;
	struct loop_timer *timer;
	uint64_t id;
	uint32_t type;
	uint32_t timeout_ms;
	uint32_t code;
	char *text;
	chan_answer_fn cb;
	void *arg;
};

/*
 * One of the peer's. Its id is only unique within its session, while the user may answer when
 * that is long over and another has begun: the user gets a handle that is never given twice.
 */
struct chan_inbound {
	LIST_ENTRY(chan_inbound) link;
	uint64_t handle;
	uint64_t id;
	uint32_t type;
};

static uint64_t last_handle;

static struct chan_request_list *open_bucket(struct chan *chan, uint64_t id)
{
	return &chan->req.open[id % CHAN_BUCKETS];
}

static struct chan_inbound_list *inbound_bucket(struct chan *chan, uint64_t handle)
{
	return &chan->req.inbound[handle % CHAN_BUCKETS];
}

void chan_requests_init(struct chan *chan)
{
	unsigned int i;

	for (i = 0; i < CHAN_BUCKETS; i++) {
		LIST_INIT(&chan->req.open[i]);
		LIST_INIT(&chan->req.inbound[i]);
	}
	TAILQ_INIT(&chan->req.failed);
}

static void request_free(struct chan_request *r)
{
	loop_timer_free(r->timer);
	free(r->text);
	free(r);
}

static void request_answer(struct chan_request *r, uint32_t code, const char *text,
			   const uint8_t *body, size_t len)
{
	struct msg msg = { .type = r->type, .body = body, .len = len };

	if (r->cb)
		r->cb(code, text, &msg, r->arg);
	request_free(r);
}

static void request_fail(struct chan_request *r, uint32_t code, const char *text)
{
	r->code = code;
	r->text = mem_strdup(text);
	TAILQ_INSERT_TAIL(&r->chan->req.failed, r, due);
}

static void request_timed_out(void *arg)
{
	struct chan_request *r = arg;
	struct chan *chan = r->chan;
	char text[CHAN_TEXT];

	snprintf(text, sizeof(text), "%s did not answer %s within %u ms", chan->name,
		 msg_name(r->type), r->timeout_ms);
	LIST_REMOVE(r, link);
	chan_get(chan);
	request_answer(r, CODE(TIMEOUT), text, NULL, 0);
	chan_put(chan);
}

static void request_send(struct chan *chan, struct chan_request *r, const ProtobufCMessage *body)
{
	Nvo3__Envelope env = NVO3__ENVELOPE__INIT;
	uint8_t *data = NULL;
	char text[CHAN_TEXT];

	r->id = ++chan->req.next_id;
	env.type = r->type;
	env.id = r->id;
	if (body)
		data = msg_encode(body, &env.body.len);
	env.body.data = data;
	if (chan_say(chan, &env) < 0) {
		snprintf(text, sizeof(text), "%s with %zu bytes is longer than a frame may be",
			 msg_name(r->type), env.body.len);
		request_fail(r, CODE(FAILED), text);
		chan_kick(chan);
	} else {
		LIST_INSERT_HEAD(open_bucket(chan, r->id), r, link);
		r->timer = loop_timer_new(chan->loop, request_timed_out, r);
		loop_timer_set(r->timer, r->timeout_ms);
	}
	free(data);
}

void chan_request(struct chan *chan, uint32_t type, const ProtobufCMessage *body,
		  uint32_t timeout_ms, chan_answer_fn cb, void *arg)
{
	struct chan_request *r = mem_zalloc(sizeof(*r));
	char text[CHAN_TEXT];

	r->chan = chan;
	r->type = type;
	r->timeout_ms = timeout_ms ? timeout_ms : CHAN_REQUEST_MS;
	r->cb = cb;
	r->arg = arg;
	if (chan_is_up(chan)) {
		request_send(chan, r, body);
		return;
	}
	snprintf(text, sizeof(text), "no session with %s", chan->addr);
	request_fail(r, CODE(UNAVAILABLE), text);
	chan_kick(chan);
}

void chan_cancel(struct chan *chan, void *arg)
{
	struct chan_request *r;
	unsigned int i;

	for (i = 0; i < CHAN_BUCKETS; i++) {
		LIST_FOREACH(r, &chan->req.open[i], link) {
			if (r->arg == arg)
				r->cb = NULL;
		}
	}
	TAILQ_FOREACH(r, &chan->req.failed, due) {
		if (r->arg == arg)
			r->cb = NULL;
	}
}

void chan_requests_answer(struct chan *chan, const Nvo3__Envelope *env)
{
	struct chan_request *r;
	char text[CHAN_TEXT];

	LIST_FOREACH(r, open_bucket(chan, env->id), link) {
		if (r->id == env->id)
			break;
	}
	if (!r) {
		log_debug("%s answers %s that is not open (any more)", chan->name,
			  msg_name(env->type));
		return;
	}
	LIST_REMOVE(r, link);
	if (env->type == r->type) {
		request_answer(r, env->code, env->code ? env->text : "", env->body.data,
			       env->body.len);
		return;
	}
	snprintf(text, sizeof(text), "%s answered %s with %s", chan->name, msg_name(r->type),
		 msg_name(env->type));
	request_answer(r, CODE(BAD_MESSAGE), text, NULL, 0);
}

uint64_t chan_requests_inbound(struct chan *chan, const Nvo3__Envelope *env)
{
	struct chan_inbound *in;

	if (chan->req.n_inbound >= CHAN_INBOUND_MAX)
		return 0;
	in = mem_zalloc(sizeof(*in));
	in->handle = ++last_handle;
	in->id = env->id;
	in->type = env->type;
	LIST_INSERT_HEAD(inbound_bucket(chan, in->handle), in, link);
	chan->req.n_inbound++;
	return in->handle;
}

static void inbound_free(struct chan *chan, struct chan_inbound *in)
{
	LIST_REMOVE(in, link);
	chan->req.n_inbound--;
	free(in);
}

static void reply_send(struct chan *chan, const struct chan_inbound *in, uint32_t code,
		       const char *text, const ProtobufCMessage *body)
{
	Nvo3__Envelope env = NVO3__ENVELOPE__INIT;
	uint8_t *data = NULL;

	env.type = in->type;
	env.id = in->id;
	env.reply = true;
	env.code = code;
	if (code && text)
		env.text = (char *)text;
	if (body)
		data = msg_encode(body, &env.body.len);
	env.body.data = data;
	if (chan_say(chan, &env) < 0) {
		env.code = CODE(FAILED);
		env.text = "the answer is longer than a frame may be";
		env.body = (ProtobufCBinaryData) { 0 };
		log_err("answer to %s of %s is too long", msg_name(in->type), chan->name);
		chan_say(chan, &env);
	}
	free(data);
}

void chan_reply(struct chan *chan, uint64_t id, uint32_t code, const char *text,
		const ProtobufCMessage *body)
{
	struct chan_inbound *in;

	LIST_FOREACH(in, inbound_bucket(chan, id), link) {
		if (in->handle == id)
			break;
	}
	/* Its session ended meanwhile */
	if (!in)
		return;
	if (chan_is_up(chan))
		reply_send(chan, in, code, text, body);
	inbound_free(chan, in);
}

void chan_reply_err(struct chan *chan, uint64_t id, uint32_t code, const struct err *err)
{
	chan_reply(chan, id, code, err->text, NULL);
}

void chan_requests_abort(struct chan *chan, const char *why)
{
	struct chan_inbound *in;
	struct chan_request *r;
	char text[CHAN_TEXT];
	unsigned int i;

	snprintf(text, sizeof(text), "session with %s lost: %s", chan->name, why);
	for (i = 0; i < CHAN_BUCKETS; i++) {
		while ((in = LIST_FIRST(&chan->req.inbound[i])))
			inbound_free(chan, in);
		while ((r = LIST_FIRST(&chan->req.open[i]))) {
			LIST_REMOVE(r, link);
			loop_timer_cancel(r->timer);
			request_fail(r, CODE(UNAVAILABLE), text);
		}
	}
}

/* Only as many as there are now: a callback that asks again at once waits for its next turn. */
void chan_requests_flush(struct chan *chan)
{
	struct chan_request *r;
	unsigned int n = 0;

	TAILQ_FOREACH(r, &chan->req.failed, due)
		n++;
	while (n-- && (r = TAILQ_FIRST(&chan->req.failed))) {
		TAILQ_REMOVE(&chan->req.failed, r, due);
		request_answer(r, r->code, r->text, NULL, 0);
	}
	if (!TAILQ_EMPTY(&chan->req.failed))
		chan_kick(chan);
}

void chan_requests_uninit(struct chan *chan)
{
	struct chan_request *r;

	while ((r = TAILQ_FIRST(&chan->req.failed))) {
		TAILQ_REMOVE(&chan->req.failed, r, due);
		request_free(r);
	}
}
