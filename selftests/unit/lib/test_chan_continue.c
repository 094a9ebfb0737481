// SPDX-License-Identifier: GPL-2.0
/*
 * Sessions that go on over another connection when certificates change: nobody above notices.
 */
#include "chan_raw.h"
#include "lib/chan_parts.h"

#define GOES_ON		"goes on over another connection"
#define BURST		300	/* events at once, of which one has */
#define PADDING		20000	/* bytes: more than sockets take */

static struct chan_server *begin(struct lab *lab, struct end *server, struct end *client)
{
	struct chan_server *s;

	chan_timers.keepalive = 50;
	s = lab_listen(lab, lab->port, server);
	lab_connect(lab, lab->nve, lab->port, client);
	LAB_WAIT(lab, server->ups == 1 && client->ups == 1);
	return s;
}

/* Both sides say so. */
static void change(struct lab *lab)
{
	int n = lab_count(GOES_ON);
	struct err err;

	assert_int_equal(tls_reload(lab->nve, &err), 0);
	LAB_WAIT(lab, lab_count(GOES_ON) == n + 2);
}

/* By its word: the other connection itself may have come and gone within one turn. */
static void begin_change(struct lab *lab)
{
	struct err err;

	lab_log[0] = '\0';
	assert_int_equal(tls_reload(lab->nve, &err), 0);
	LAB_WAIT(lab, lab_logged("opening another connection"));
}

static void assert_untouched(const struct end *server, const struct end *client)
{
	assert_int_equal(server->ups, 1);
	assert_int_equal(client->ups, 1);
	assert_int_equal(server->downs + client->downs, 0);
	assert_int_equal(lab_warnings, 0);
}

static void test_nobody_notices(void **state)
{
	const char *uri = "nvo3://dc1/nve/host1";
	struct end server = { 0 }, client = { 0 };
	struct lab *lab = *state;
	struct chan_server *s = begin(lab, &server, &client);
	struct chan *at_server = server.chan;
	int64_t expiry = at_server->expiry;

	assert_int_equal(pki_issue(lab_path(lab, "ours"), "nve", &uri, 1, 9, true, NULL), 0);
	change(lab);
	assert_ptr_equal(server.chan, at_server);
	/* whoever judges the session by its certificate has the new one */
	assert_true(at_server->expiry > expiry + 7 * 86400);
	LAB_WAIT(lab, !at_server->prior && !client.chan->prior);
	end_ask(&client, "vm");
	LAB_WAIT(lab, client.answers == 1);
	assert_int_equal(client.code, CODE(OK));
	lab_settle(lab, 200);
	assert_untouched(&server, &client);
	chan_free(client.chan);
	chan_server_free(s);
}

/* Asked before, answered after: by either side. */
static void test_open_requests_are_answered(void **state)
{
	struct end server = { .hold = true }, client = { .hold = true };
	struct lab *lab = *state;
	struct chan_server *s = begin(lab, &server, &client);

	end_ask(&client, "vm1");
	end_ask(&server, "vm2");
	LAB_WAIT(lab, server.messages == 1 && client.messages == 1);
	change(lab);
	chan_reply(server.chan, server.held, CODE(OK), NULL, NULL);
	chan_reply(client.chan, client.held, CODE(OK), NULL, NULL);
	LAB_WAIT(lab, server.answers == 1 && client.answers == 1);
	assert_int_equal(server.code, CODE(OK));
	assert_int_equal(client.code, CODE(OK));
	assert_untouched(&server, &client);
	chan_free(client.chan);
	chan_server_free(s);
}

/* One end that numbers what it says, and counts what it hears. */
struct counter {
	struct chan *chan;
	unsigned int said, heard, downs;
};

static void counter_up(struct chan *chan, void *arg)
{
	((struct counter *)arg)->chan = chan;
}

static void counter_down(struct chan *chan, const char *why, void *arg)
{
	((struct counter *)arg)->downs++;
}

static bool counter_message(struct chan *chan, const struct msg *msg, void *arg)
{
	Nvo3__Alert *alert = msg_decode(msg, &nvo3__alert__descriptor, NULL);
	struct counter *c = arg;

	assert_int_equal(atoi(alert->kind), c->heard);
	c->heard++;
	msg_free(alert);
	return true;
}

static void counter_say(struct counter *c, size_t padding)
{
	Nvo3__Alert alert = NVO3__ALERT__INIT;
	char number[16], *text = mem_zalloc(padding + 1);

	snprintf(number, sizeof(number), "%u", c->said++);
	memset(text, 'x', padding);
	alert.kind = number;
	alert.text = text;
	chan_event(c->chan, MSG(ALERT), &alert.base);
	free(text);
}

static const struct chan_ops counter_ops = {
	.up = counter_up,
	.down = counter_down,
	.message = counter_message,
};

static struct chan_server *count(struct lab *lab, struct counter *server, struct counter *client)
{
	const char *addr = lab_addr(lab->port);
	struct chan_server *s;

	chan_timers.keepalive = 50;
	s = chan_listen(lab->loop, lab->director, addr, ROLE_BIT(ROLE_NVE), &counter_ops, server,
			NULL);
	assert_non_null(s);
	client->chan = chan_connect(lab->loop, lab->nve, &addr, 1, ROLE_BIT(ROLE_DIRECTOR),
				    &counter_ops, client, NULL);
	assert_non_null(client->chan);
	LAB_WAIT(lab, server->chan && chan_is_up(client->chan));
	return s;
}

/* Twenty changes, words of all lengths in both directions all the time. */
static void test_words_keep_their_order(void **state)
{
	struct counter server = { }, client = { };
	struct lab *lab = *state;
	struct chan_server *s = count(lab, &server, &client);
	int n = lab_count(GOES_ON), i;
	struct err err;

	for (i = 0; i < 20; i++) {
		assert_int_equal(tls_reload(lab->nve, &err), 0);
		while (lab_count(GOES_ON) < n + 2 * (i + 1)) {
			counter_say(&server, random() % 10000);
			counter_say(&client, random() % 10000);
			lab_turn(lab);
		}
	}
	LAB_WAIT(lab, server.heard == client.said && client.heard == server.said);
	assert_true(server.heard > 40 && client.heard > 40);
	assert_int_equal(server.downs + client.downs, 0);
	chan_free(client.chan);
	chan_server_free(s);
}

/* What is still to be sent when the other connection is there is sent before it. */
static void test_much_waits_on_the_old_connection(void **state)
{
	struct counter server = { }, client = { };
	struct lab *lab = *state;
	struct chan_server *s = count(lab, &server, &client);
	int i;

	begin_change(lab);
	for (i = 0; i < BURST; i++) {
		counter_say(&server, PADDING);
		counter_say(&client, PADDING);
	}
	LAB_WAIT(lab, lab_count(GOES_ON) == 2);
	counter_say(&server, 0);
	counter_say(&client, 0);
	LAB_WAIT(lab, server.heard == BURST + 1 && client.heard == BURST + 1);
	LAB_WAIT(lab, !server.chan->prior && !client.chan->prior);
	assert_int_equal(server.downs + client.downs, 0);
	chan_free(client.chan);
	chan_server_free(s);
}

/* One end listens to nothing meanwhile: nothing is lost, nothing overtakes. */
static void test_one_end_is_paused(void **state)
{
	struct counter server = { }, client = { };
	struct lab *lab = *state;
	struct chan_server *s = count(lab, &server, &client);
	int i;

	chan_pause(server.chan);
	for (i = 0; i < BURST; i++)
		counter_say(&client, PADDING);
	begin_change(lab);
	for (i = 0; i < BURST; i++) {
		counter_say(&client, PADDING);
		counter_say(&server, PADDING);
	}
	LAB_WAIT(lab, client.heard == BURST);
	lab_settle(lab, 100);
	assert_int_equal(server.heard, 0);
	chan_resume(server.chan);
	LAB_WAIT(lab, server.heard == 2 * BURST && lab_count(GOES_ON) == 2);
	assert_int_equal(server.downs + client.downs, 0);
	chan_free(client.chan);
	chan_server_free(s);
}

/* A peer of ours with a session, and one that is said to continue @session. */
static void raw_begin(struct lab *lab, struct raw *raw, const char *cert, const uint8_t *session,
		      size_t len)
{
	Nvo3__Hello hello = NVO3__HELLO__INIT;

	raw_connect(lab, raw, lab->port, cert);
	hello.major = PROTO_MAJOR;
	hello.continues.data = (uint8_t *)session;
	hello.continues.len = len;
	raw_send(raw, MSG(HELLO), 0, false, &hello.base);
	raw_expect(lab, raw, MSG(HELLO), false, 0, NULL);
}

/* Whichever connection breaks while both are needed: the session has ended, once. */
static void test_either_connection_breaks(void **state)
{
	struct end server = { 0 };
	struct lab *lab = *state;
	struct chan_server *s = lab_listen(lab, lab->port, &server);
	struct raw old, new;
	int i;

	for (i = 1; i <= 2; i++) {
		raw_begin(lab, &old, "ours/nve", NULL, 0);
		LAB_WAIT(lab, server.ups == i);
		raw_begin(lab, &new, "ours/nve", server.chan->session, CHAN_SESSION);
		raw_expect(lab, &old, MSG(CONTINUED), false, 0, NULL);
		raw_free(i == 1 ? &old : &new);
		LAB_WAIT(lab, server.downs == i);
		assert_string_equal(server.text, "the peer closed the connection");
		LAB_WAIT(lab, raw_closed(i == 1 ? &new : &old));
		raw_free(i == 1 ? &new : &old);
	}
	lab_settle(lab, 100);
	assert_int_equal(server.ups, 2);
	assert_int_equal(server.downs, 2);
	chan_server_free(s);
}

/* The server reads what is on the old one first, though it came later. */
static void test_old_connection_is_read_first(void **state)
{
	Nvo3__VmLookup lookup = NVO3__VM_LOOKUP__INIT;
	struct end server = { 0 };
	struct lab *lab = *state;
	struct chan_server *s = lab_listen(lab, lab->port, &server);
	struct raw old, new;

	raw_begin(lab, &old, "ours/nve", NULL, 0);
	LAB_WAIT(lab, server.ups == 1);
	raw_begin(lab, &new, "ours/nve", server.chan->session, CHAN_SESSION);
	raw_send(&new, MSG(VM_LOOKUP), 2, false, &lookup.base);
	lab_settle(lab, 100);
	assert_int_equal(server.messages, 0);
	raw_send(&old, MSG(VM_LOOKUP), 1, false, &lookup.base);
	LAB_WAIT(lab, server.messages == 1);
	raw_send(&old, MSG(CONTINUED), 0, false, NULL);
	LAB_WAIT(lab, server.messages == 2);
	LAB_WAIT(lab, raw_closed(&old));
	raw_expect(lab, &new, MSG(VM_LOOKUP), true, CODE(OK), NULL);
	raw_expect(lab, &new, MSG(VM_LOOKUP), true, CODE(OK), NULL);
	assert_int_equal(server.downs, 0);
	raw_free(&old);
	raw_free(&new);
	chan_server_free(s);
}

/* Who has no session of this name gets none: a stranger, one that guesses, one too early. */
static void test_a_session_is_its_owners(void **state)
{
	static const uint8_t guess[CHAN_SESSION + 1] = { 1 };
	struct end server = { 0 }, client = { 0 };
	struct lab *lab = *state;
	struct chan_server *s = begin(lab, &server, &client);
	const struct {
		const char *cert;
		const uint8_t *session;
		size_t len;
	} wrong[] = {
		{ "ours/other", server.chan->session, CHAN_SESSION },
		{ "ours/nve", guess, CHAN_SESSION },
		{ "ours/nve", guess, CHAN_SESSION + 1 },
		{ "ours/nve", server.chan->session, CHAN_SESSION - 1 },
	};
	struct raw raw, old, second;
	char text[CHAN_TEXT];
	unsigned int i;

	lab_issue(lab, "ours", "other", "nvo3://dc1/nve/host2", 1);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		raw_begin(lab, &raw, wrong[i].cert, wrong[i].session, wrong[i].len);
		raw_expect(lab, &raw, MSG(HELLO), true, CODE(NOT_FOUND), text);
		assert_string_equal(text, "the session that is to go on is not there");
		LAB_WAIT(lab, raw_closed(&raw));
		raw_free(&raw);
		LAB_WAIT(lab, lab_logged("refused at"));
	}
	assert_int_equal(server.ups, 1);
	assert_int_equal(server.downs + client.downs, 0);
	chan_free(client.chan);
	LAB_WAIT(lab, server.downs == 1);
	/* the first change is not at its end yet */
	raw_begin(lab, &old, "ours/nve", NULL, 0);
	LAB_WAIT(lab, server.ups == 2);
	raw_begin(lab, &raw, "ours/nve", server.chan->session, CHAN_SESSION);
	LAB_WAIT(lab, server.chan->prior);
	raw_begin(lab, &second, "ours/nve", server.chan->session, CHAN_SESSION);
	raw_expect(lab, &second, MSG(HELLO), true, CODE(BUSY), NULL);
	assert_int_equal(server.downs, 1);
	raw_free(&second);
	raw_free(&raw);
	raw_free(&old);
	chan_server_free(s);
}

static void test_last_word_without_another_connection(void **state)
{
	struct end server = { 0 };
	struct lab *lab = *state;
	struct chan_server *s = lab_listen(lab, lab->port, &server);
	struct raw raw;

	raw_begin(lab, &raw, "ours/nve", NULL, 0);
	LAB_WAIT(lab, server.ups == 1);
	raw_send(&raw, MSG(CONTINUED), 0, false, NULL);
	LAB_WAIT(lab, server.downs == 1);
	assert_string_equal(server.text, "it leaves its connection without another one");
	raw_free(&raw);
	chan_server_free(s);
}

/* A server that names no session: the second one is up before the first one ends. */
static void test_older_server_gets_a_second_session(void **state)
{
	struct end client = { 0 };
	struct lab *lab = *state;
	int listener = raw_tcp(lab->port, true);
	struct raw first, second;
	struct err err;
	Nvo3__Envelope *env;
	Nvo3__Hello *hello;

	chan_timers.keepalive = 50;
	lab_connect(lab, lab->nve, lab->port, &client);
	raw_accept(lab, &first, listener, "ours/director");
	raw_hello(&first, PROTO_MAJOR, 0);
	LAB_WAIT(lab, client.ups == 1);
	assert_int_equal(tls_reload(lab->nve, &err), 0);
	raw_accept(lab, &second, listener, "ours/director");
	assert_int_equal(client.downs, 0);
	LAB_WAIT(lab, (env = raw_next(&second)));
	hello = nvo3__hello__unpack(NULL, env->body.len, env->body.data);
	assert_int_equal(hello->continues.len, 0);
	msg_free(hello);
	msg_free(env);
	raw_hello(&second, PROTO_MAJOR, 0);
	LAB_WAIT(lab, client.ups == 2);
	assert_int_equal(client.downs, 1);
	assert_string_equal(client.text, "the one with the new certificates takes its place");
	assert_false(lab_logged("no session with"));
	assert_int_equal(lab_warnings, 0);
	LAB_WAIT(lab, raw_closed(&first));
	chan_free(client.chan);
	raw_free(&first);
	raw_free(&second);
	close(listener);
}

static bool heir_waits(struct chan *chan)
{
	struct chan *heir = *chan_client_heir_of(chan);

	return heir && heir->state == CHAN_HEIR;
}

/* The server is gone while the client waits for its last word. */
static void test_server_ends_in_the_middle(void **state)
{
	struct end client = { 0 };
	struct lab *lab = *state;
	int listener = raw_tcp(lab->port, true);
	static uint8_t name[CHAN_SESSION] = { 7 };
	Nvo3__Hello hello = NVO3__HELLO__INIT;
	struct raw first, second, third;
	struct err err;

	hello.major = PROTO_MAJOR;
	hello.session.data = name;
	hello.session.len = CHAN_SESSION;
	chan_timers.keepalive = 50;
	lab_connect(lab, lab->nve, lab->port, &client);
	raw_accept(lab, &first, listener, "ours/director");
	raw_send(&first, MSG(HELLO), 0, false, &hello.base);
	LAB_WAIT(lab, client.ups == 1);
	assert_int_equal(tls_reload(lab->nve, &err), 0);
	raw_accept(lab, &second, listener, "ours/director");
	raw_send(&second, MSG(HELLO), 0, false, &hello.base);
	LAB_WAIT(lab, heir_waits(client.chan));
	raw_free(&first);
	LAB_WAIT(lab, client.downs == 1);
	LAB_WAIT(lab, raw_closed(&second));
	raw_accept(lab, &third, listener, "ours/director");
	raw_send(&third, MSG(HELLO), 0, false, &hello.base);
	LAB_WAIT(lab, client.ups == 2);
	chan_free(client.chan);
	raw_free(&second);
	raw_free(&third);
	close(listener);
}

/* The user lets go of the session, or of the server, at each step. */
static void test_freed_in_the_middle(void **state)
{
	struct lab *lab = *state;
	int step;

	for (step = 0; step < 40; step++) {
		struct end server = { 0 }, client = { 0 };
		struct chan_server *s = begin(lab, &server, &client);
		int i;

		begin_change(lab);
		for (i = 0; i < step / 4; i++)
			lab_turn(lab);
		if (step % 4 == 0)
			chan_drop(client.chan, "as the test wishes");
		if (step % 4 == 1 && !server.downs)
			chan_drop(server.chan, "as the test wishes");
		if (step % 4 == 2)
			chan_server_free(s);
		if (step % 2 == 0)
			lab_settle(lab, 20);
		chan_free(client.chan);
		if (step % 4 != 2)
			chan_server_free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_nobody_notices),
		LAB_TEST(test_open_requests_are_answered),
		LAB_TEST(test_words_keep_their_order),
		LAB_TEST(test_much_waits_on_the_old_connection),
		LAB_TEST(test_one_end_is_paused),
		LAB_TEST(test_either_connection_breaks),
		LAB_TEST(test_old_connection_is_read_first),
		LAB_TEST(test_a_session_is_its_owners),
		LAB_TEST(test_last_word_without_another_connection),
		LAB_TEST(test_older_server_gets_a_second_session),
		LAB_TEST(test_server_ends_in_the_middle),
		LAB_TEST(test_freed_in_the_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
