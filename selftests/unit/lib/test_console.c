// SPDX-License-Identifier: GPL-2.0
/* Consoles of a session: credit of both sides, and what a peer that breaks the rules gets. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/console.h"
#include "lib/mem.h"
#include "proto/management.pb-c.h"

#define ONE	0x1111111111111111u

struct heard {
	enum console_what what;
	struct console_chan *chan;
	size_t len;
	uint32_t code;
	char text[200];
	struct err err;
};

static struct heard hear(struct console_table *t, uint32_t type, const ProtobufCMessage *body)
{
	struct msg msg = { .type = type };
	struct console_said said;
	struct heard h = {};
	uint8_t *bytes;

	bytes = msg_encode(body, &msg.len);
	msg.body = bytes;
	console_hear(t, &msg, &said, &h.err);
	h.what = said.what;
	h.chan = said.chan;
	h.len = said.len;
	h.code = said.code;
	strcpy(h.text, said.text);
	console_said_free(&said);
	free(bytes);
	return h;
}

static struct heard data(struct console_table *t, uint64_t channel, size_t len)
{
	static uint8_t bytes[CONSOLE_DATA_MAX + 1];
	Nvo3__ConsoleData msg = NVO3__CONSOLE_DATA__INIT;

	msg.channel = channel;
	msg.data = (ProtobufCBinaryData){ len, bytes };
	return hear(t, MSG(CONSOLE_DATA), &msg.base);
}

static struct heard credit(struct console_table *t, uint64_t channel, uint32_t bytes)
{
	Nvo3__ConsoleCredit msg = NVO3__CONSOLE_CREDIT__INIT;

	msg.channel = channel;
	msg.bytes = bytes;
	return hear(t, MSG(CONSOLE_CREDIT), &msg.base);
}

static struct heard closed(struct console_table *t, uint64_t channel, const char *text)
{
	Nvo3__ConsoleClose msg = NVO3__CONSOLE_CLOSE__INIT;

	msg.channel = channel;
	msg.code = CODE(BUSY);
	msg.text = (char *)text;
	return hear(t, MSG(CONSOLE_CLOSE), &msg.base);
}

static void test_numbers_are_new(void **state)
{
	struct console_chan one = {}, two = {};
	struct console_table t = {};
	struct err err;

	assert_int_equal(console_add(&t, &one, 0, &err), -EINVAL);
	assert_int_equal(console_add(&t, &one, ONE, &err), 0);
	assert_int_equal(console_add(&t, &two, ONE, &err), -EEXIST);
	console_del(&t, &one);
	assert_null(console_find(&t, ONE));
	assert_int_equal(console_add(&t, &two, ONE, &err), -EEXIST);
	/* one that was never in it, or not any more */
	console_del(&t, &two);
	console_del(&t, &one);
	assert_int_equal(t.n, 0);
}

static void test_there_is_an_end_to_how_many(void **state)
{
	struct console_chan chans[CONSOLE_CHANNELS + 1] = {};
	struct console_table t = {};
	struct err err;

	for (unsigned int i = 0; i < CONSOLE_CHANNELS; i++)
		assert_int_equal(console_add(&t, &chans[i], i + 1, &err), 0);
	assert_int_equal(console_add(&t, &chans[CONSOLE_CHANNELS], 99, &err), -ENOSPC);
	assert_string_equal(err.text, "16 consoles are open, which is as many as can be");
	console_del(&t, &chans[3]);
	assert_int_equal(console_add(&t, &chans[CONSOLE_CHANNELS], 99, &err), 0);
}

/* As much as a window, whatever the peer's credit comes in. */
static void test_nothing_is_sent_without_credit(void **state)
{
	struct console_table t = {};
	struct console_chan c = {};
	size_t sent = 0, n;

	assert_int_equal(console_add(&t, &c, ONE, NULL), 0);
	while ((n = console_may_send(&c))) {
		assert_true(n <= CONSOLE_DATA_MAX);
		console_sent(&c, n);
		sent += n;
	}
	assert_int_equal(sent, CONSOLE_WINDOW);
	assert_int_equal(credit(&t, ONE, 5).what, CONSOLE_CREDIT);
	assert_int_equal(console_may_send(&c), 5);
}

static void test_credit_is_given_for_what_was_passed_on(void **state)
{
	struct console_table t = {};
	struct console_chan c = {};
	uint64_t came = 0;

	assert_int_equal(console_add(&t, &c, ONE, NULL), 0);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(data(&t, ONE, 999).what, CONSOLE_DATA);
		came += 999;
		console_passed(&c, 999);
		assert_true(c.room >= CONSOLE_WINDOW - CONSOLE_WINDOW / 4);
		assert_int_equal(c.room + c.owed, CONSOLE_WINDOW);
	}
	assert_true(came > 10 * CONSOLE_WINDOW);
}

static void test_more_than_there_is_credit_for_is_a_lie(void **state)
{
	struct console_table t = {};
	struct console_chan c = {};
	size_t left = CONSOLE_WINDOW;
	struct heard h;

	assert_int_equal(console_add(&t, &c, ONE, NULL), 0);
	for (; left > CONSOLE_DATA_MAX; left -= CONSOLE_DATA_MAX)
		assert_int_equal(data(&t, ONE, CONSOLE_DATA_MAX).what, CONSOLE_DATA);
	h = data(&t, ONE, left + 1);
	assert_int_equal(h.what, CONSOLE_LIE);
	assert_string_equal(h.err.text,
			    "console 1111111111111111: more bytes than there was credit for");
	assert_int_equal(data(&t, ONE, left).what, CONSOLE_DATA);
	assert_int_equal(data(&t, ONE, 1).what, CONSOLE_LIE);
}

static void test_messages_have_a_size(void **state)
{
	struct console_table t = {};
	struct console_chan c = {};

	assert_int_equal(console_add(&t, &c, ONE, NULL), 0);
	assert_int_equal(data(&t, ONE, 0).what, CONSOLE_LIE);
	assert_int_equal(data(&t, ONE, CONSOLE_DATA_MAX + 1).what, CONSOLE_LIE);
	assert_int_equal(c.room, CONSOLE_WINDOW);
}

static void test_credit_for_nothing_is_a_lie(void **state)
{
	static const uint32_t lies[] = { 0, 1, CONSOLE_WINDOW, UINT32_MAX };
	struct console_table t = {};
	struct console_chan c = {};

	assert_int_equal(console_add(&t, &c, ONE, NULL), 0);
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++)
		assert_int_equal(credit(&t, ONE, lies[i]).what, CONSOLE_LIE);
	assert_int_equal(c.credit, CONSOLE_WINDOW);
	console_sent(&c, 10);
	assert_int_equal(credit(&t, ONE, 11).what, CONSOLE_LIE);
	assert_int_equal(credit(&t, ONE, 10).what, CONSOLE_CREDIT);
	assert_int_equal(credit(&t, ONE, 1).what, CONSOLE_LIE);
}

/* Of a closed one the peer need not know yet; of one that never was there is nothing to say. */
static void test_late_words_are_no_lies(void **state)
{
	struct console_table t = {};
	struct console_chan c = {};

	assert_int_equal(data(&t, ONE, 1).what, CONSOLE_LIE);
	assert_int_equal(data(&t, 0, 1).what, CONSOLE_LIE);
	assert_int_equal(console_add(&t, &c, ONE, NULL), 0);
	console_del(&t, &c);
	assert_int_equal(data(&t, ONE, 1).what, CONSOLE_LATE);
	assert_int_equal(credit(&t, ONE, 1).what, CONSOLE_LATE);
	assert_int_equal(closed(&t, ONE, "").what, CONSOLE_LATE);
	for (unsigned int i = 0; i < CONSOLE_LATELY; i++) {
		assert_int_equal(console_add(&t, &c, i + 1, NULL), 0);
		console_del(&t, &c);
	}
	assert_int_equal(data(&t, ONE, 1).what, CONSOLE_LIE);
}

static void test_reasons_can_be_printed(void **state)
{
	struct console_table t = {};
	struct console_chan c = {};
	char text[400];
	struct heard h;

	assert_int_equal(console_add(&t, &c, ONE, NULL), 0);
	h = closed(&t, ONE, "a\033[2Jb\nc\xff");
	assert_int_equal(h.what, CONSOLE_CLOSE);
	assert_int_equal(h.code, CODE(BUSY));
	assert_string_equal(h.text, "a?[2Jb?c?");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(strlen(closed(&t, ONE, text).text), 199);
}

static void test_nonsense_is_a_lie(void **state)
{
	static const uint8_t nonsense[] = { 0xff, 0xff, 0xff };
	struct msg msg = { .type = MSG(CONSOLE_DATA), .body = nonsense, .len = 3 };
	struct console_table t = {};
	struct console_said said;
	struct err err;

	console_hear(&t, &msg, &said, &err);
	assert_int_equal(said.what, CONSOLE_LIE);
	console_said_free(&said);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_are_new),
		cmocka_unit_test(test_there_is_an_end_to_how_many),
		cmocka_unit_test(test_nothing_is_sent_without_credit),
		cmocka_unit_test(test_credit_is_given_for_what_was_passed_on),
		cmocka_unit_test(test_more_than_there_is_credit_for_is_a_lie),
		cmocka_unit_test(test_messages_have_a_size),
		cmocka_unit_test(test_credit_for_nothing_is_a_lie),
		cmocka_unit_test(test_late_words_are_no_lies),
		cmocka_unit_test(test_reasons_can_be_printed),
		cmocka_unit_test(test_nonsense_is_a_lie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
