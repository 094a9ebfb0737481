// SPDX-License-Identifier: GPL-2.0
/* Two honest ends over TLS: sessions, requests, events, keepalive. */
#include <time.h>

#include "chan_lab.h"
#include "lib/chan_shared.h"
#include "lib/chan_parts.h"

struct pair {
	struct end server, client;
	struct chan_server *s;
};

static void pair_up(struct lab *lab, struct pair *p)
{
	*p = (struct pair) { 0 };
	p->s = lab_listen(lab, lab->port, &p->server);
	lab_connect(lab, lab->nve, lab->port, &p->client);
	LAB_WAIT(lab, p->server.ups && p->client.ups);
}

static void pair_free(struct pair *p)
{
	chan_free(p->client.chan);
	chan_server_free(p->s);
}

static void test_up_and_down_on_both_sides(void **state)
{
	struct lab *lab = *state;
	struct pair p = { 0 };

	p.s = lab_listen(lab, lab->port, &p.server);
	lab_connect(lab, lab->nve, lab->port, &p.client);
	assert_false(chan_is_up(p.client.chan));
	assert_string_equal(chan_peer_name(p.client.chan), "?");
	LAB_WAIT(lab, p.server.ups && p.client.ups);
	assert_string_equal(chan_peer_name(p.client.chan), "dc1/d1");
	assert_string_equal(chan_peer_name(p.server.chan), "dc1/host1");
	assert_int_equal(chan_peer(p.server.chan)->role, ROLE_NVE);
	assert_string_equal(chan_peer_addr(p.client.chan), lab_addr(lab->port));
	assert_int_equal(chan_minor(p.client.chan), PROTO_MINOR);
	chan_free(p.client.chan);
	assert_int_equal(p.client.downs, 0);
	LAB_WAIT(lab, p.server.downs);
	assert_string_equal(p.server.text, "the peer closed the connection");
	chan_server_free(p.s);
}

static void test_request_and_event_both_ways(void **state)
{
	Nvo3__VmStateEvent event = NVO3__VM_STATE_EVENT__INIT;
	struct lab *lab = *state;
	struct pair p;

	pair_up(lab, &p);
	end_ask(&p.client, "vm1");
	assert_int_equal(p.client.answers, 0);
	LAB_WAIT(lab, p.client.answers);
	assert_int_equal(p.client.code, CODE(OK));
	assert_string_equal(p.client.text, "");
	end_ask(&p.server, "vm2");
	LAB_WAIT(lab, p.server.answers);
	assert_int_equal(p.server.code, CODE(OK));
	chan_event(p.client.chan, MSG(VM_STATE), &event.base);
	chan_event(p.server.chan, MSG(VM_STATE), &event.base);
	LAB_WAIT(lab, p.server.messages == 2 && p.client.messages == 2);
	pair_free(&p);
}

static char *shared_text;

static bool shared_message(struct chan *chan, const struct msg *msg, void *arg)
{
	Nvo3__VmStateEvent *event = msg_decode(msg, &nvo3__vm_state_event__descriptor, NULL);
	struct end *end = arg;

	assert_non_null(event);
	assert_string_equal(event->text, shared_text);
	msg_free(event);
	end->messages++;
	return true;
}

static void send_to_both(struct lab *lab, struct pair *p, size_t len, int times)
{
	Nvo3__VmStateEvent event = NVO3__VM_STATE_EVENT__INIT;
	int client = p->client.messages, server = p->server.messages, i;
	struct chan_shared *shared;

	memset(shared_text, 'x', len);
	shared_text[len] = '\0';
	event.text = shared_text;
	shared = chan_shared_new(MSG(VM_STATE), &event.base);
	for (i = 0; i < times; i++) {
		chan_event_shared(p->client.chan, shared);
		chan_event_shared(p->server.chan, shared);
	}
	chan_shared_free(shared);
	LAB_WAIT(lab, p->client.messages == client + times && p->server.messages == server + times);
}

/* Encoded once, freed before it has left; short ones are copied, long ones are not. */
static void test_one_event_for_many(void **state)
{
	struct chan_ops ops = end_ops;
	struct lab *lab = *state;
	struct pair p;

	shared_text = mem_zalloc(FRAME_MAX + 1);
	pair_up(lab, &p);
	ops.message = shared_message;
	p.client.chan->ops = &ops;
	p.server.chan->ops = &ops;
	send_to_both(lab, &p, 3, 1);
	send_to_both(lab, &p, 20000, 3);
	send_to_both(lab, &p, 5, 2);
	p.client.chan->ops = &end_ops;
	p.server.chan->ops = &end_ops;
	pair_free(&p);
	free(shared_text);
}

/* What is said meanwhile waits, and a session that ends while it is paused is like any other. */
static void test_paused(void **state)
{
	struct end server = { 0 }, client = { 0 };
	struct lab *lab = *state;
	struct chan_server *s = lab_listen(lab, lab->port, &server);
	int i;

	lab_connect(lab, lab->nve, lab->port, &client);
	LAB_WAIT(lab, server.ups == 1 && client.ups == 1);
	chan_pause(server.chan);
	for (i = 0; i < 3; i++)
		end_ask(&client, "vm");
	lab_settle(lab, 100);
	assert_int_equal(server.messages, 0);
	chan_resume(server.chan);
	LAB_WAIT(lab, client.answers == 3);
	chan_pause(server.chan);
	end_ask(&client, "vm");
	lab_settle(lab, 50);
	chan_drop(client.chan, "as the test wishes");
	LAB_WAIT(lab, server.downs == 1);
	assert_int_equal(server.messages, 3);
	/* the next session hears again */
	LAB_WAIT(lab, server.ups == 2 && client.ups == 2);
	end_ask(&client, "vm");
	LAB_WAIT(lab, server.messages == 4);
	chan_free(client.chan);
	chan_server_free(s);
}

static void test_an_event_that_is_too_long_is_no_event(void **state)
{
	Nvo3__VmStateEvent event = NVO3__VM_STATE_EVENT__INIT;
	char *text = mem_zalloc(FRAME_MAX + 1);
	struct lab *lab = *state;
	struct pair p;

	pair_up(lab, &p);
	event.text = memset(text, 'x', FRAME_MAX);
	assert_null(chan_shared_new(MSG(VM_STATE), &event.base));
	/* the peer must not miss it */
	chan_event_shared(p.server.chan, NULL);
	LAB_WAIT(lab, p.server.downs);
	pair_free(&p);
	free(text);
}

static void test_capabilities_that_both_have(void **state)
{
	static const char *const red_blue[] = { "red", "blue", NULL };
	static const char *const blue_green[] = { "blue", "green", NULL };
	struct chan_ops server_ops = end_ops, client_ops = end_ops;
	const char *addr;
	struct lab *lab = *state;
	struct pair p = { 0 };
	struct end plain = { 0 };

	addr = lab_addr(lab->port);
	server_ops.capabilities = red_blue;
	client_ops.capabilities = blue_green;
	p.s = chan_listen(lab->loop, lab->director, addr, ROLE_BIT(ROLE_NVE), &server_ops,
			  &p.server, NULL);
	p.client.chan = chan_connect(lab->loop, lab->nve, &addr, 1, ROLE_BIT(ROLE_DIRECTOR),
				     &client_ops, &p.client, NULL);
	LAB_WAIT(lab, p.server.ups && p.client.ups);
	assert_true(chan_can(p.server.chan, "blue") && chan_can(p.client.chan, "blue"));
	assert_false(chan_can(p.server.chan, "red") || chan_can(p.client.chan, "red"));
	assert_false(chan_can(p.server.chan, "green") || chan_can(p.client.chan, "green"));
	chan_free(p.client.chan);
	LAB_WAIT(lab, p.server.downs);
	/* who says none has none */
	lab_connect(lab, lab->nve, lab->port, &plain);
	LAB_WAIT(lab, p.server.ups == 2 && plain.ups);
	assert_false(chan_can(p.server.chan, "blue") || chan_can(plain.chan, "blue"));
	chan_free(plain.chan);
	chan_server_free(p.s);
}

static void order_answer(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__VmLookup *lookup = msg_decode(body, &nvo3__vm_lookup__descriptor, NULL);
	char expected[16];
	int *n = arg;

	assert_int_equal(code, CODE(OK));
	snprintf(expected, sizeof(expected), "vm%d", (*n)++);
	assert_string_equal(lookup->name, expected);
	msg_free(lookup);
}

static void test_1000_pipelined(void **state)
{
	Nvo3__VmLookup lookup = NVO3__VM_LOOKUP__INIT;
	struct lab *lab = *state;
	char name[16];
	struct pair p;
	int i, n = 0;

	pair_up(lab, &p);
	lookup.name = name;
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "vm%d", i);
		chan_request(p.client.chan, MSG(VM_LOOKUP), &lookup.base, 0, order_answer, &n);
	}
	assert_true(chan_backlog(p.client.chan) > 1000);
	LAB_WAIT(lab, n == 1000);
	assert_int_equal(p.server.messages, 1000);
	assert_int_equal(chan_backlog(p.client.chan), 0);
	pair_free(&p);
}

static void test_largest_body(void **state)
{
	Nvo3__VmLookup lookup = NVO3__VM_LOOKUP__INIT;
	char *name = mem_zalloc(FRAME_MAX + 1);
	struct lab *lab = *state;
	struct pair p;

	pair_up(lab, &p);
	memset(name, 'x', FRAME_MAX - 64);
	end_ask(&p.client, name);
	LAB_WAIT(lab, p.client.answers == 1);
	assert_int_equal(p.client.code, CODE(OK));
	memset(name, 'x', FRAME_MAX);
	end_ask(&p.client, name);
	LAB_WAIT(lab, p.client.answers == 2);
	assert_int_equal(p.client.code, CODE(FAILED));
	assert_string_equal(p.client.text, "VM_LOOKUP with 1048580 bytes is longer than a frame may be");
	assert_true(chan_is_up(p.client.chan));
	/* An event is different: a gap in a stream of events would go unnoticed. */
	lookup.name = name;
	chan_event(p.client.chan, MSG(VM_STATE), &lookup.base);
	LAB_WAIT(lab, p.client.downs == 1 && p.client.ups == 2);
	free(name);
	pair_free(&p);
}

static void test_unknown_request_is_answered(void **state)
{
	struct lab *lab = *state;
	struct pair p;

	pair_up(lab, &p);
	chan_event(p.client.chan, 999, NULL);
	chan_request(p.client.chan, 999, NULL, 0, end_answer, &p.client);
	LAB_WAIT(lab, p.client.answers);
	assert_int_equal(p.client.code, CODE(UNKNOWN_TYPE));
	assert_string_equal(p.client.text, "type 999 is not known here");
	assert_true(lab_logged("dc1/host1 sends type 999, which is unknown here"));
	assert_true(chan_is_up(p.client.chan) && chan_is_up(p.server.chan));
	pair_free(&p);
}

static void test_timeout_and_late_answer(void **state)
{
	struct lab *lab = *state;
	struct pair p;

	pair_up(lab, &p);
	p.server.hold = true;
	chan_request(p.client.chan, MSG(VM_LOOKUP), NULL, 30, end_answer, &p.client);
	LAB_WAIT(lab, p.client.answers);
	assert_int_equal(p.client.code, CODE(TIMEOUT));
	assert_string_equal(p.client.text, "dc1/d1 did not answer VM_LOOKUP within 30 ms");
	LAB_WAIT(lab, p.server.held);
	chan_reply(p.server.chan, p.server.held, CODE(OK), NULL, NULL);
	chan_reply(p.server.chan, p.server.held, CODE(OK), NULL, NULL);
	LAB_WAIT(lab, lab_logged("dc1/d1 answers VM_LOOKUP that is not open (any more)"));
	assert_int_equal(p.client.answers, 1);
	p.server.hold = false;
	end_ask(&p.client, "vm1");
	LAB_WAIT(lab, p.client.answers == 2);
	assert_int_equal(p.client.code, CODE(OK));
	pair_free(&p);
}

static void test_cancelled_callback_does_not_come(void **state)
{
	struct end gone = { 0 };
	struct lab *lab = *state;
	struct pair p;

	pair_up(lab, &p);
	chan_request(p.client.chan, MSG(VM_LOOKUP), NULL, 0, end_answer, &gone);
	end_ask(&p.client, "vm1");
	chan_cancel(p.client.chan, &gone);
	LAB_WAIT(lab, p.client.answers);
	assert_int_equal(p.server.messages, 2);
	assert_int_equal(gone.answers, 0);
	pair_free(&p);
}

static void test_error_answer_carries_its_sentence(void **state)
{
	struct err err = { "dc1/host9 is full" };
	struct lab *lab = *state;
	struct pair p;

	pair_up(lab, &p);
	p.server.hold = true;
	end_ask(&p.client, "vm1");
	LAB_WAIT(lab, p.server.held);
	chan_reply_err(p.server.chan, p.server.held, CODE(FULL), &err);
	LAB_WAIT(lab, p.client.answers);
	assert_int_equal(p.client.code, CODE(FULL));
	assert_string_equal(p.client.text, "dc1/host9 is full");
	pair_free(&p);
}

/* Both are silent for longer than the limit, but for what the channels say by themselves. */
static void test_keepalive_holds_an_idle_session(void **state)
{
	struct lab *lab = *state;
	struct pair p;

	chan_timers.keepalive = 50;
	chan_timers.silence = 1500;
	pair_up(lab, &p);
	lab_settle(lab, 2500);
	assert_true(chan_is_up(p.client.chan) && chan_is_up(p.server.chan));
	assert_int_equal(p.client.downs, 0);
	pair_free(&p);
}

/*
 * A process that stood still for longer than the limit reads what lies there before it judges;
 * a peer that says nothing to one that is on time is gone.
 */
static void test_stall_of_our_own_ends_nothing(void **state)
{
	struct lab *lab = *state;
	struct chan *chan;
	struct pair p;
	uint64_t now;

	chan_timers.keepalive = 50;
	pair_up(lab, &p);
	chan = p.client.chan;
	now = loop_now_ms();
	chan->rx_ms = now - chan_timers.silence;
	chan->tick_ms = now - CHAN_STALL_MS;
	chan_wire_tick(chan);
	assert_true(chan_is_up(chan));
	/* The peer's next word */
	LAB_WAIT(lab, chan->rx_ms >= now);
	assert_int_equal(p.client.downs, 0);
	chan->rx_ms = loop_now_ms() - chan_timers.silence;
	chan->tick_ms = loop_now_ms();
	chan_wire_tick(chan);
	LAB_WAIT(lab, p.client.downs);
	assert_non_null(strstr(p.client.text, "no word from"));
	pair_free(&p);
}

/* Both ends are on this host: the difference is none, and what is said of it allows for that. */
static void test_clock_of_the_peer(void **state)
{
	struct lab *lab = *state;
	int64_t offset = 1;
	uint64_t error = 0;
	struct pair p;

	pair_up(lab, &p);
	assert_false(chan_clock(p.client.chan, &offset, &error));
	chan_track_clock(p.client.chan);
	LAB_WAIT(lab, chan_clock(p.client.chan, &offset, &error));
	assert_true(error > 0 && error < 5000000000ull);
	assert_true(llabs(offset) <= (int64_t)error);
	/* who is asked need not ask */
	assert_false(chan_clock(p.server.chan, &offset, &error));
	/* it goes on with the next session */
	chan_drop(p.server.chan, "as the test wishes");
	LAB_WAIT(lab, p.client.downs && p.client.ups == 2);
	chan_track_clock(p.client.chan);
	assert_false(chan_clock(p.client.chan, &offset, &error));
	LAB_WAIT(lab, chan_clock(p.client.chan, &offset, &error));
	pair_free(&p);
}

static void test_session_ends_with_its_certificate(void **state)
{
	struct lab *lab = *state;
	struct pair p;

	chan_timers.keepalive = 20;
	pair_up(lab, &p);
	assert_true(p.server.chan->expiry > time(NULL) + 86000);
	p.server.chan->expiry = time(NULL);
	LAB_WAIT(lab, p.server.downs);
	assert_string_equal(p.server.text, "the certificate of dc1/host1 expired");
	pair_free(&p);
}

static void test_over_ipv6(void **state)
{
	struct end server = { 0 }, client = { 0 };
	struct lab *lab = *state;
	struct chan_server *s;
	const char *addr;
	char text[32];

	snprintf(text, sizeof(text), "[::1]:%u", lab->port);
	addr = text;
	s = chan_listen(lab->loop, lab->director, addr, ROLE_BIT(ROLE_NVE), &end_ops, &server,
			NULL);
	assert_non_null(s);
	client.chan = chan_connect(lab->loop, lab->nve, &addr, 1, ROLE_BIT(ROLE_DIRECTOR), &end_ops,
				   &client, NULL);
	LAB_WAIT(lab, client.ups && server.ups);
	assert_string_equal(chan_peer_addr(client.chan), addr);
	assert_true(!strncmp(chan_peer_addr(server.chan), "[::1]:", 6));
	chan_free(client.chan);
	chan_server_free(s);
}

static void test_loop_ends_with_work_left(void **state)
{
	struct lab *lab = *state;
	struct pair p;

	pair_up(lab, &p);
	end_ask(&p.client, "vm1");
	chan_drop(p.server.chan, "the test is over");
	pair_free(&p);
	assert_int_equal(p.client.answers, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_up_and_down_on_both_sides),
		LAB_TEST(test_request_and_event_both_ways),
		LAB_TEST(test_one_event_for_many),
		LAB_TEST(test_paused),
		LAB_TEST(test_an_event_that_is_too_long_is_no_event),
		LAB_TEST(test_capabilities_that_both_have),
		LAB_TEST(test_1000_pipelined),
		LAB_TEST(test_largest_body),
		LAB_TEST(test_unknown_request_is_answered),
		LAB_TEST(test_timeout_and_late_answer),
		LAB_TEST(test_cancelled_callback_does_not_come),
		LAB_TEST(test_error_answer_carries_its_sentence),
		LAB_TEST(test_keepalive_holds_an_idle_session),
		LAB_TEST(test_stall_of_our_own_ends_nothing),
		LAB_TEST(test_clock_of_the_peer),
		LAB_TEST(test_session_ends_with_its_certificate),
		LAB_TEST(test_over_ipv6),
		LAB_TEST(test_loop_ends_with_work_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
