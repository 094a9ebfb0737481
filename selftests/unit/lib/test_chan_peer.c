// SPDX-License-Identifier: GPL-2.0
/* A peer with a good certificate that breaks the rules of frames, envelopes and hello. */
#include "chan_raw.h"
#include "proto/control.pb-c.h"

struct bad {
	struct lab *lab;
	struct end server;
	struct chan_server *s;
	struct raw raw;
};

static void bad_start(struct bad *b, void **state)
{
	*b = (struct bad) { .lab = *state };
	b->s = lab_listen(b->lab, b->lab->port, &b->server);
	raw_connect(b->lab, &b->raw, b->lab->port, "ours/nve");
	assert_true(b->raw.shaken);
	raw_expect(b->lab, &b->raw, MSG(HELLO), false, CODE(OK), NULL);
}

static void bad_up(struct bad *b, void **state)
{
	bad_start(b, state);
	raw_hello(&b->raw, PROTO_MAJOR, PROTO_MINOR);
	LAB_WAIT(b->lab, b->server.ups);
}

/* The server says why, closes, and (if it was up) calls down with the same sentence. */
static void bad_end(struct bad *b, const char *why)
{
	LAB_WAIT(b->lab, raw_closed(&b->raw));
	LAB_WAIT(b->lab, lab_logged(why));
	assert_true(lab_logged(b->server.ups ?
			       "session with dc1/host1 (127.0.0.1:" : "127.0.0.1:"));
	if (b->server.ups)
		assert_string_equal(b->server.text, why);
	assert_int_equal(b->server.downs, b->server.ups);
	raw_free(&b->raw);
	chan_server_free(b->s);
}

static void test_longest_hello(void **state)
{
	uint8_t header[FRAME_HEADER];
	struct bad b;

	bad_start(&b, state);
	frame_header(header, FRAME_MAX_HELLO + 1);
	raw_write(&b.raw, header, sizeof(header));
	bad_end(&b, "it sent a frame of 4097 bytes; 1 to 4096 are allowed");
}

static void test_oversized_frame(void **state)
{
	uint8_t header[FRAME_HEADER];
	struct bad b;

	bad_up(&b, state);
	frame_header(header, FRAME_MAX + 1);
	raw_write(&b.raw, header, sizeof(header));
	bad_end(&b, "it sent a frame of 1048577 bytes; 1 to 1048576 are allowed");
}

static void test_empty_frame(void **state)
{
	uint8_t header[FRAME_HEADER];
	struct bad b;

	bad_up(&b, state);
	frame_header(header, 0);
	raw_write(&b.raw, header, sizeof(header));
	bad_end(&b, "it sent a frame of 0 bytes; 1 to 1048576 are allowed");
}

static void test_truncated_frame(void **state)
{
	uint8_t frame[FRAME_HEADER + 10] = { 0 };
	struct bad b;

	bad_up(&b, state);
	frame_header(frame, 100);
	raw_write(&b.raw, frame, sizeof(frame));
	SSL_shutdown(b.raw.ssl);
	shutdown(b.raw.fd, SHUT_WR);
	bad_end(&b, "the peer closed after 14 of a frame's 104 bytes");
}

static void test_half_a_header(void **state)
{
	struct bad b;

	bad_up(&b, state);
	raw_write(&b.raw, "\0\0", 2);
	SSL_shutdown(b.raw.ssl);
	shutdown(b.raw.fd, SHUT_WR);
	bad_end(&b, "the peer closed after 2 of a frame's 4 bytes");
}

static void test_garbage(void **state)
{
	struct bad b;

	bad_up(&b, state);
	raw_frame(&b.raw, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
	bad_end(&b, "it sent a frame of 8 bytes that does not decode");
}

static void test_not_hello_first(void **state)
{
	struct bad b;

	bad_start(&b, state);
	raw_send(&b.raw, MSG(VM_LOOKUP), 1, false, NULL);
	bad_end(&b, "it began with VM_LOOKUP instead of HELLO");
}

static void test_garbage_for_hello(void **state)
{
	Nvo3__MapAck ack = NVO3__MAP_ACK__INIT;
	struct bad b;

	bad_start(&b, state);
	ack.vn = (ProtobufCBinaryData) { .len = 3, .data = (uint8_t *)"abc" };
	raw_send(&b.raw, MSG(HELLO), 0, false, &ack.base);
	bad_end(&b, "its HELLO (5 bytes) does not decode");
}

static void test_hello_twice(void **state)
{
	struct bad b;

	bad_up(&b, state);
	raw_hello(&b.raw, PROTO_MAJOR, PROTO_MINOR);
	bad_end(&b, "it said HELLO twice");
}

static void test_other_major_version(void **state)
{
	static const char why[] = "protocol version 2.7 is spoken there, 1.0 here";
	char text[CHAN_TEXT];
	struct bad b;

	bad_start(&b, state);
	raw_hello(&b.raw, 2, 7);
	raw_expect(b.lab, &b.raw, MSG(HELLO), true, CODE(BAD_MESSAGE), text);
	assert_string_equal(text, why);
	bad_end(&b, why);
}

/* Whose HELLO came first refuses behind it: the session was up for us, and we hear why it ends. */
static void test_refused_after_its_hello(void **state)
{
	Nvo3__Envelope env = NVO3__ENVELOPE__INIT;
	struct bad b;
	uint8_t *data;
	size_t len;

	bad_up(&b, state);
	env.type = MSG(HELLO);
	env.reply = true;
	env.code = CODE(BAD_MESSAGE);
	env.text = "protocol version 1.0 is spoken there, 2.0 here";
	data = msg_encode(&env.base, &len);
	raw_frame(&b.raw, data, len);
	free(data);
	bad_end(&b, "it refuses us: protocol version 1.0 is spoken there, 2.0 here");
}

static void test_newer_minor_version(void **state)
{
	struct bad b;

	bad_start(&b, state);
	raw_hello(&b.raw, PROTO_MAJOR, PROTO_MINOR + 1);
	LAB_WAIT(b.lab, b.server.ups);
	assert_int_equal(chan_minor(b.server.chan), PROTO_MINOR);
	raw_send(&b.raw, 999, 5, false, NULL);
	raw_expect(b.lab, &b.raw, 999, true, CODE(UNKNOWN_TYPE), NULL);
	SSL_shutdown(b.raw.ssl);
	shutdown(b.raw.fd, SHUT_WR);
	bad_end(&b, "the peer closed the connection");
}

static void test_keepalive_as_a_request(void **state)
{
	struct bad b;

	bad_up(&b, state);
	raw_send(&b.raw, MSG(KEEPALIVE), 0, false, NULL);
	raw_send(&b.raw, MSG(KEEPALIVE), 7, false, NULL);
	raw_expect(b.lab, &b.raw, MSG(KEEPALIVE), true, CODE(OK), NULL);
	assert_int_equal(b.server.messages, 0);
	SSL_shutdown(b.raw.ssl);
	shutdown(b.raw.fd, SHUT_WR);
	bad_end(&b, "the peer closed the connection");
}

static void test_answer_that_nobody_asked_for(void **state)
{
	struct bad b;

	bad_up(&b, state);
	raw_send(&b.raw, MSG(VM_LOOKUP), 12345, true, NULL);
	LAB_WAIT(b.lab, lab_logged("dc1/host1 answers VM_LOOKUP that is not open (any more)"));
	assert_true(chan_is_up(b.server.chan));
	end_ask(&b.server, "vm1");
	raw_expect(b.lab, &b.raw, MSG(VM_LOOKUP), false, CODE(OK), NULL);
	raw_send(&b.raw, MSG(VM_CREATE), 1, true, NULL);
	LAB_WAIT(b.lab, b.server.answers);
	assert_int_equal(b.server.code, CODE(BAD_MESSAGE));
	assert_string_equal(b.server.text, "dc1/host1 answered VM_LOOKUP with VM_CREATE");
	SSL_shutdown(b.raw.ssl);
	shutdown(b.raw.fd, SHUT_WR);
	bad_end(&b, "the peer closed the connection");
}

static void test_silent_peer(void **state)
{
	struct bad b;

	chan_timers.keepalive = 50;
	chan_timers.silence = 1500;
	bad_up(&b, state);
	raw_expect(b.lab, &b.raw, MSG(KEEPALIVE), false, CODE(OK), NULL);
	bad_end(&b, "no word from dc1/host1 for 1.5 s");
}

static void test_no_hello(void **state)
{
	struct bad b;

	chan_timers.handshake = 1500;
	bad_start(&b, state);
	bad_end(&b, "no HELLO within 1.5 s");
}

static void test_no_handshake(void **state)
{
	struct end server = { 0 };
	struct lab *lab = *state;
	struct chan_server *s;
	struct raw raw;

	chan_timers.handshake = 100;
	s = lab_listen(lab, lab->port, &server);
	raw = (struct raw) { .fd = raw_tcp(lab->port, false) };
	LAB_WAIT(lab, raw_closed(&raw));
	assert_true(lab_logged("no TLS handshake within 0.1 s"));
	raw_free(&raw);
	chan_server_free(s);
}

/* Two who say nothing fill the server; the honest client waits in the kernel's queue. */
static void test_too_many_before_hello(void **state)
{
	struct end server = { 0 }, client = { 0 };
	struct lab *lab = *state;
	struct chan_server *s;
	struct raw idle[2];

	chan_timers.pending_max = 2;
	s = lab_listen(lab, lab->port, &server);
	idle[0] = (struct raw) { .fd = raw_tcp(lab->port, false) };
	idle[1] = (struct raw) { .fd = raw_tcp(lab->port, false) };
	lab_settle(lab, 50);
	lab_connect(lab, lab->nve, lab->port, &client);
	lab_settle(lab, 200);
	assert_int_equal(client.ups, 0);
	raw_free(&idle[0]);
	LAB_WAIT(lab, client.ups && server.ups);
	chan_free(client.chan);
	raw_free(&idle[1]);
	chan_server_free(s);
}

static void test_peer_that_does_not_read(void **state)
{
	Nvo3__VmStateEvent event = NVO3__VM_STATE_EVENT__INIT;
	char *text = mem_zalloc(FRAME_MAX / 2 + 1);
	struct bad b;
	int i;

	bad_up(&b, state);
	memset(text, 'x', FRAME_MAX / 2);
	event.text = text;
	for (i = 0; i < 1000 && chan_is_up(b.server.chan); i++)
		chan_event(b.server.chan, MSG(VM_STATE), &event.base);
	assert_in_range(i, 128, 130);
	assert_int_equal(b.server.downs, 0);
	LAB_WAIT(b.lab, b.server.downs);
	assert_string_equal(b.server.text, "it does not read what we send");
	free(text);
	raw_free(&b.raw);
	chan_server_free(b.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_longest_hello),
		LAB_TEST(test_oversized_frame),
		LAB_TEST(test_empty_frame),
		LAB_TEST(test_truncated_frame),
		LAB_TEST(test_half_a_header),
		LAB_TEST(test_garbage),
		LAB_TEST(test_not_hello_first),
		LAB_TEST(test_garbage_for_hello),
		LAB_TEST(test_hello_twice),
		LAB_TEST(test_other_major_version),
		LAB_TEST(test_refused_after_its_hello),
		LAB_TEST(test_newer_minor_version),
		LAB_TEST(test_keepalive_as_a_request),
		LAB_TEST(test_answer_that_nobody_asked_for),
		LAB_TEST(test_silent_peer),
		LAB_TEST(test_no_hello),
		LAB_TEST(test_no_handshake),
		LAB_TEST(test_too_many_before_hello),
		LAB_TEST(test_peer_that_does_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
