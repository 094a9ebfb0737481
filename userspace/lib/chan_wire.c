// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include "chan_continue.h"
#include "frame.h"
#include "log.h"
#include "mem.h"

#define SOFTWARE "nvo3"
#define COPIED_MAX 2048

static uint64_t realtime_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static uint32_t frame_limit(const struct chan *chan)
{
	return chan->state == CHAN_UP ? FRAME_MAX : FRAME_MAX_HELLO;
}

static void was_put(struct chan *chan, const struct evbuffer *out)
{
	chan->tx_ms = loop_now_ms();
	if (evbuffer_get_length(out) > CHAN_BACKLOG_MAX)
		chan_drop(chan, "it does not read what we send");
}

void chan_wire_put(struct chan *chan, const uint8_t *data, size_t len)
{
	struct evbuffer *out = bufferevent_get_output(chan->bev);
	uint8_t header[FRAME_HEADER];

	frame_header(header, len);
	if (evbuffer_add(out, header, sizeof(header)) < 0 || evbuffer_add(out, data, len) < 0)
		abort();
	was_put(chan, out);
}

static void sent(const void *data, size_t len, void *shared)
{
	chan_shared_free(shared);
}

/*
 * If nothing waits to be sent it need not wait for the loop to ask the socket, which takes more
 * than to try. Otherwise a small one is copied: it then shares its TLS record and its segment
 * with its neighbours.
 */
void chan_wire_put_shared(struct chan *chan, struct chan_shared *shared)
{
	struct evbuffer *out = bufferevent_get_output(chan->bev);
	const uint8_t *data;
	size_t len, n = 1;
	int r;

	data = chan_shared_data(shared, &len);
	if (!evbuffer_get_length(out)) {
		for (; len && n; len -= n) {
			n = chan_stream_try(chan, data, len);
			data += n;
		}
	}
	if (!len) {
		chan->tx_ms = loop_now_ms();
		return;
	}
	if (len < COPIED_MAX)
		r = evbuffer_add(out, data, len);
	else
		r = evbuffer_add_reference(out, data, len, sent, chan_shared_get(shared));
	if (r < 0)
		abort();
	was_put(chan, out);
}

int chan_wire_send(struct chan *chan, const Nvo3__Envelope *env)
{
	uint8_t *data;
	size_t len;

	if (nvo3__envelope__get_packed_size(env) > FRAME_MAX)
		return -EMSGSIZE;
	data = msg_encode(&env->base, &len);
	chan_wire_put(chan, data, len);
	free(data);
	return 0;
}

void chan_event(struct chan *chan, uint32_t type, const ProtobufCMessage *body)
{
	Nvo3__Envelope env = NVO3__ENVELOPE__INIT;
	uint8_t *data = NULL;
	char why[CHAN_TEXT];

	if (!chan_is_up(chan))
		return;
	env.type = type;
	if (body)
		data = msg_encode(body, &env.body.len);
	env.body.data = data;
	/* The peer would not notice the gap; a new session begins with everything again. */
	if (chan_say(chan, &env) < 0) {
		snprintf(why, sizeof(why), "our %s with %zu bytes is longer than a frame may be",
			 msg_name(type), env.body.len);
		chan_drop(chan, why);
	}
	free(data);
}

static size_t unsent(struct bufferevent *bev)
{
	return bev ? evbuffer_get_length(bufferevent_get_output(bev)) : 0;
}

size_t chan_backlog(const struct chan *chan)
{
	return unsent(chan->bev) + unsent(chan->prior) + chan->held_bytes;
}

static void send_body(struct chan *chan, uint32_t type, const ProtobufCMessage *body)
{
	Nvo3__Envelope env = NVO3__ENVELOPE__INIT;
	uint8_t *data = msg_encode(body, &env.body.len);

	env.type = type;
	env.body.data = data;
	chan_wire_send(chan, &env);
	free(data);
}

void chan_wire_hello(struct chan *chan)
{
	const char *const *ours = chan->ops->capabilities;
	Nvo3__Hello hello = NVO3__HELLO__INIT;

	hello.major = PROTO_MAJOR;
	hello.minor = chan_our_minor;
	hello.software = SOFTWARE;
	hello.capabilities = (char **)ours;
	while (ours && ours[hello.n_capabilities])
		hello.n_capabilities++;
	chan_continue_hello(chan, &hello);
	send_body(chan, MSG(HELLO), &hello.base);
}

/*
 * The clock of time(), which OpenSSL asks and which is some ms behind the exact one: a session that
 * ended by the latter could come again for as long.
 */
static int64_t certificate_clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME_COARSE, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* In ms, @ms unless a certificate has its time before. */
static uint64_t due(const struct chan *chan, uint64_t ms)
{
	int64_t now = certificate_clock_ms(), at = chan->expiry * 1000;

	if (chan->client && chan->renew * 1000 > now)
		at = chan->renew * 1000;
	if (at > now && (uint64_t)(at - now) < ms)
		return at - now;
	return ms;
}

void chan_wire_tick_in(struct chan *chan, uint64_t ms)
{
	ms = due(chan, ms);
	chan->tick_ms = loop_now_ms() + ms;
	loop_timer_set(chan->timer, ms);
}

/* While up: whichever comes first of our own word and the end of the peer's silence. */
void chan_wire_tick(void *arg)
{
	Nvo3__Keepalive alive = NVO3__KEEPALIVE__INIT;
	uint64_t now = loop_now_ms(), speak, silent;
	struct chan *chan = arg;

	if (!chan_certificates_good(chan, certificate_clock_ms() / 1000))
		return;
	/* The silence may be our own: then there is time to read what the peer said meanwhile. */
	if (now >= chan->tick_ms + CHAN_STALL_MS && now - chan->rx_ms >= chan_timers.silence)
		chan->rx_ms = now + CHAN_STALL_MS - chan_timers.silence;
	if (now - chan->rx_ms >= chan_timers.silence) {
		chan_endf(chan, "no word from %s for %g s", chan->name,
			  chan_timers.silence / 1000.0);
		return;
	}
	if (now - chan->tx_ms >= chan_timers.keepalive) {
		alive.clock_ns = realtime_ns();
		send_body(chan, MSG(KEEPALIVE), &alive.base);
	}
	speak = chan->tx_ms + chan_timers.keepalive;
	silent = chan->rx_ms + chan_timers.silence;
	chan_wire_tick_in(chan, (speak < silent ? speak : silent) - now);
}

/* The peer's words reach our logs and people's terminals. */
static void make_printable(char *text)
{
	for (; text && *text; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
	}
}

/* What is not ours, too, is of no use here. */
static uint32_t common_capabilities(const struct chan *chan, const Nvo3__Hello *hello)
{
	const char *const *ours = chan->ops->capabilities;
	uint32_t common = 0;
	size_t i, n;

	for (n = 0; ours && ours[n]; n++)
		for (i = 0; i < hello->n_capabilities; i++)
			if (!strcmp(hello->capabilities[i], ours[n]))
				common |= 1u << n;
	return common;
}

static uint32_t lower(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void refused(struct chan *chan, const Nvo3__Envelope *env)
{
	chan_endf(chan, "it refuses us: %s", *env->text ? env->text : code_name(env->code));
}

static void first_word(struct chan *chan, const Nvo3__Envelope *env)
{
	char why[CHAN_TEXT];
	Nvo3__Hello *hello;
	bool continues;

	if (env->type != MSG(HELLO)) {
		chan_endf(chan, "it began with %s instead of HELLO", msg_name(env->type));
		return;
	}
	if (env->reply) {
		refused(chan, env);
		return;
	}
	hello = nvo3__hello__unpack(NULL, env->body.len, env->body.data);
	if (!hello) {
		chan_endf(chan, "its HELLO (%zu bytes) does not decode", env->body.len);
		return;
	}
	if (hello->major != PROTO_MAJOR) {
		snprintf(why, sizeof(why), "protocol version %u.%u is spoken there, %u.%u here",
			 hello->major, hello->minor, PROTO_MAJOR, chan_our_minor);
		nvo3__hello__free_unpacked(hello, NULL);
		chan_refuse(chan, CODE(BAD_MESSAGE), why);
		return;
	}
	chan->minor = lower(hello->minor, chan_our_minor);
	chan->capabilities = common_capabilities(chan, hello);
	continues = chan_continue_heard(chan, hello);
	nvo3__hello__free_unpacked(hello, NULL);
	if (!continues)
		chan_went_up(chan);
}

static void pass_on(struct chan *chan, const Nvo3__Envelope *env)
{
	struct msg msg = { .type = env->type, .body = env->body.data, .len = env->body.len };
	char text[CHAN_TEXT];

	if (env->id) {
		msg.id = chan_requests_inbound(chan, env);
		if (!msg.id) {
			chan_endf(chan, "it has %u requests open", CHAN_INBOUND_MAX);
			return;
		}
	}
	if (chan->ops->message && chan->ops->message(chan, &msg, chan->arg))
		return;
	if (!msg.id) {
		log_debug("%s sends %s, which is unknown here", chan->name, msg_name(msg.type));
		return;
	}
	snprintf(text, sizeof(text), "%s is not known here", msg_name(msg.type));
	chan_reply(chan, msg.id, CODE(UNKNOWN_TYPE), text, NULL);
}

static void answer_keepalive(struct chan *chan, const Nvo3__Envelope *env)
{
	Nvo3__Keepalive alive = NVO3__KEEPALIVE__INIT;
	Nvo3__Keepalive *asked;
	uint64_t handle;

	if (!env->id)
		return;
	asked = nvo3__keepalive__unpack(NULL, env->body.len, env->body.data);
	if (asked) {
		alive.echo = asked->clock_ns;
		nvo3__keepalive__free_unpacked(asked, NULL);
	}
	handle = chan_requests_inbound(chan, env);
	alive.clock_ns = realtime_ns();
	chan_reply(chan, handle, CODE(OK), NULL, &alive.base);
}

static void received(struct chan *chan, Nvo3__Envelope *env)
{
	make_printable(env->text);
	if (chan->state == CHAN_HELLO)
		first_word(chan, env);
	else if (env->reply && env->type == MSG(HELLO))
		refused(chan, env);	/* it had said its HELLO before it read ours */
	else if (env->reply)
		chan_requests_answer(chan, env);
	else if (env->type == MSG(HELLO))
		chan_end(chan, "it said HELLO twice");
	else if (env->type == MSG(CONTINUED))
		chan_continued(chan);
	else if (env->type == MSG(KEEPALIVE))
		answer_keepalive(chan, env);
	else
		pass_on(chan, env);
}

/* One frame out of the buffer; NULL if there is none, or if the session ended for it. */
static Nvo3__Envelope *next_envelope(struct chan *chan, struct bufferevent *bev)
{
	struct evbuffer *in = bufferevent_get_input(bev);
	size_t len = evbuffer_get_length(in);
	const uint8_t *payload = NULL;
	Nvo3__Envelope *env;
	uint32_t size = 0;
	int ret;

	if (len < FRAME_HEADER)
		return NULL;
	/* The header alone first: only a whole and permitted frame is made contiguous. */
	ret = frame_next(evbuffer_pullup(in, FRAME_HEADER), FRAME_HEADER, frame_limit(chan),
			 &payload, &size);
	if (ret < 0) {
		chan_endf(chan, "it sent a frame of %u bytes; 1 to %u are allowed", size,
			  frame_limit(chan));
		return NULL;
	}
	if (len - FRAME_HEADER < size)
		return NULL;
	payload = evbuffer_pullup(in, FRAME_HEADER + size) + FRAME_HEADER;
	env = nvo3__envelope__unpack(NULL, size, payload);
	evbuffer_drain(in, FRAME_HEADER + size);
	if (!env)
		chan_endf(chan, "it sent a frame of %u bytes that does not decode", size);
	return env;
}

static bool may_read(const struct chan *chan, const struct bufferevent *bev)
{
	return bev && chan_stream_reader(chan) == bev && !chan->dropped && !chan->paused &&
	       (chan->state == CHAN_HELLO || chan->state == CHAN_UP);
}

void chan_wire_read(struct chan *chan)
{
	struct bufferevent *bev = chan_stream_reader(chan);
	Nvo3__Envelope *env;

	chan->rx_ms = loop_now_ms();
	while (may_read(chan, bev)) {
		env = next_envelope(chan, bev);
		if (!env)
			return;
		received(chan, env);
		nvo3__envelope__free_unpacked(env, NULL);
	}
}

void chan_pause(struct chan *chan)
{
	chan->paused = true;
}

void chan_resume(struct chan *chan)
{
	struct bufferevent *bev = chan_stream_reader(chan);

	chan->paused = false;
	if (bev)
		bufferevent_trigger(bev, EV_READ, BEV_TRIG_DEFER_CALLBACKS);
}

size_t chan_wire_rest(struct bufferevent *bev, size_t *whole)
{
	struct evbuffer *in = bufferevent_get_input(bev);
	size_t len = evbuffer_get_length(in);
	const uint8_t *payload;
	uint32_t size = 0;

	if (len >= FRAME_HEADER)
		frame_next(evbuffer_pullup(in, FRAME_HEADER), FRAME_HEADER, UINT32_MAX, &payload,
			   &size);
	*whole = FRAME_HEADER + size;
	return len;
}
