// SPDX-License-Identifier: GPL-2.0
/* Sessions that end, and what becomes of requests and of the client then. */
#include <openssl/ssl.h>

#include "chan_lab.h"
#include "lib/chan_parts.h"

static void connect_two(struct lab *lab, const char *a, const char *b, struct end *end)
{
	const char *addrs[] = { a, b };

	end->chan = chan_connect(lab->loop, lab->nve, addrs, 2, ROLE_BIT(ROLE_DIRECTOR), &end_ops,
				 end, NULL);
	assert_non_null(end->chan);
}

static void test_server_comes_late(void **state)
{
	struct end server = { 0 }, client = { 0 };
	struct lab *lab = *state;
	struct chan_server *s;
	char said[128];

	lab_connect(lab, lab->nve, lab->port, &client);
	snprintf(said, sizeof(said), "no session with director at %s: Connection refused",
		 lab_addr(lab->port));
	LAB_WAIT(lab, lab_logged(said));
	end_ask(&client, "vm1");
	assert_int_equal(client.answers, 0);
	LAB_WAIT(lab, client.answers);
	assert_int_equal(client.code, CODE(UNAVAILABLE));
	lab_settle(lab, 300);
	assert_int_equal(lab_count(said), 1);
	s = lab_listen(lab, lab->port, &server);
	LAB_WAIT(lab, client.ups);
	chan_free(client.chan);
	chan_server_free(s);
}

static void test_server_dies_with_requests_open(void **state)
{
	struct end server = { .hold = true }, client = { 0 };
	struct lab *lab = *state;
	struct chan_server *s;
	int i;

	s = lab_listen(lab, lab->port, &server);
	lab_connect(lab, lab->nve, lab->port, &client);
	LAB_WAIT(lab, client.ups);
	for (i = 0; i < 5; i++)
		end_ask(&client, "vm1");
	LAB_WAIT(lab, server.messages == 5);
	chan_server_free(s);
	assert_int_equal(server.downs, 1);
	LAB_WAIT(lab, client.downs);
	assert_int_equal(client.answers, 5);
	assert_int_equal(client.code, CODE(UNAVAILABLE));
	s = lab_listen(lab, lab->port, &server);
	LAB_WAIT(lab, client.ups == 2 && server.ups == 2);
	server.hold = false;
	end_ask(&client, "vm1");
	LAB_WAIT(lab, client.answers == 6);
	assert_int_equal(client.code, CODE(OK));
	chan_free(client.chan);
	chan_server_free(s);
}

/* The client's requests of two sessions have the same ids on the wire. */
static void test_answer_of_an_old_session_hits_nobody(void **state)
{
	struct end server = { .hold = true }, client = { 0 };
	struct lab *lab = *state;
	struct chan_server *s;
	uint64_t old;

	s = lab_listen(lab, lab->port, &server);
	lab_connect(lab, lab->nve, lab->port, &client);
	LAB_WAIT(lab, client.ups && server.ups);
	/* The asked side is the client, whose struct chan stays the same. */
	client.hold = true;
	end_ask(&server, "first");
	LAB_WAIT(lab, client.held);
	old = client.held;
	chan_drop(server.chan, "the test wants another session");
	LAB_WAIT(lab, client.ups == 2 && server.ups == 2);
	assert_int_equal(server.answers, 1);
	assert_int_equal(server.code, CODE(UNAVAILABLE));
	end_ask(&server, "second");
	LAB_WAIT(lab, client.held != old);
	chan_reply(client.chan, old, CODE(FULL), "too late", NULL);
	chan_reply(client.chan, client.held, CODE(OK), NULL, NULL);
	LAB_WAIT(lab, server.answers == 2);
	assert_int_equal(server.code, CODE(OK));
	chan_free(client.chan);
	chan_server_free(s);
}

static void test_fails_over_to_the_second_address(void **state)
{
	struct end first = { 0 }, second = { 0 }, client = { 0 };
	struct chan_server *s1, *s2;
	struct lab *lab = *state;
	uint16_t port2;

	s1 = lab_listen(lab, lab->port, &first);
	port2 = free_ports(1);
	s2 = lab_listen(lab, port2, &second);
	connect_two(lab, lab_addr(lab->port), lab_addr(port2), &client);
	LAB_WAIT(lab, client.ups == 1 && first.ups == 1);
	chan_server_free(s1);
	LAB_WAIT(lab, client.ups == 2 && second.ups == 1);
	assert_int_equal(client.downs, 1);
	assert_string_equal(chan_peer_addr(client.chan), lab_addr(port2));
	/* ... and back, when that one goes and the first is there again */
	s1 = lab_listen(lab, lab->port, &first);
	chan_server_free(s2);
	LAB_WAIT(lab, client.ups == 3 && first.ups == 2);
	chan_free(client.chan);
	chan_server_free(s1);
}

static void test_next_handshake_is_resumed(void **state)
{
	struct end server = { 0 }, client = { 0 };
	struct lab *lab = *state;
	struct chan_server *s;

	s = lab_listen(lab, lab->port, &server);
	lab_connect(lab, lab->nve, lab->port, &client);
	LAB_WAIT(lab, client.ups && server.ups);
	assert_false(SSL_session_reused(chan_ssl(client.chan)));
	end_ask(&client, "vm1");
	LAB_WAIT(lab, client.answers);
	chan_drop(client.chan, "the test wants another session");
	assert_false(chan_is_up(client.chan));
	assert_int_equal(client.downs, 0);
	LAB_WAIT(lab, client.ups == 2 && server.ups == 2);
	assert_string_equal(chan_peer_name(server.chan), "dc1/host1");
	assert_true(SSL_session_reused(chan_ssl(client.chan)));
	assert_true(SSL_session_reused(chan_ssl(server.chan)));
	chan_free(client.chan);
	chan_server_free(s);
}

/* The second server does not know the first one's tickets: a whole handshake, no failure. */
static void test_ticket_of_a_server_that_restarted(void **state)
{
	struct end server = { 0 }, client = { 0 };
	struct lab *lab = *state;
	struct chan_server *s;

	s = lab_listen(lab, lab->port, &server);
	lab_connect(lab, lab->nve, lab->port, &client);
	LAB_WAIT(lab, client.ups && server.ups);
	end_ask(&client, "vm1");
	LAB_WAIT(lab, client.answers);
	chan_server_free(s);
	tls_free(lab->director);
	lab->director = lab_tls(lab, "ours", "director");
	s = lab_listen(lab, lab->port, &server);
	LAB_WAIT(lab, client.ups == 2);
	assert_false(SSL_session_reused(chan_ssl(client.chan)));
	chan_free(client.chan);
	chan_server_free(s);
}

static void test_bad_addresses(void **state)
{
	static const char *const bad[] = {
		"10.0.0.1", "10.0.0.1:0", "10.0.0.1:65536", "host1:6641", "fd00::1:6641",
		"unix:relative", "",
	};
	struct lab *lab = *state;
	struct end end = { 0 };
	struct err err;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		err.text[0] = '\0';
		assert_null(chan_connect(lab->loop, lab->nve, &bad[i], 1, ROLE_BIT(ROLE_DIRECTOR),
					 &end_ops, &end, &err));
		assert_non_null(strstr(err.text, bad[i]));
	}
	assert_null(chan_connect(lab->loop, lab->nve, bad, 0, 1, &end_ops, &end, &err));
	assert_string_equal(err.text, "no address to connect to");
}

static void test_two_cannot_listen(void **state)
{
	struct lab *lab = *state;
	struct end end = { 0 };
	struct chan_server *s;
	struct err err;

	s = lab_listen(lab, lab->port, &end);
	assert_null(chan_listen(lab->loop, lab->director, lab_addr(lab->port), ~0u, &end_ops, &end,
				&err));
	assert_non_null(strstr(err.text, lab_addr(lab->port)));
	assert_non_null(strstr(err.text, "Address already in use"));
	chan_server_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_server_comes_late),
		LAB_TEST(test_server_dies_with_requests_open),
		LAB_TEST(test_answer_of_an_old_session_hits_nobody),
		LAB_TEST(test_fails_over_to_the_second_address),
		LAB_TEST(test_next_handshake_is_resumed),
		LAB_TEST(test_ticket_of_a_server_that_restarted),
		LAB_TEST(test_bad_addresses),
		LAB_TEST(test_two_cannot_listen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
