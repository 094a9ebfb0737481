// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/frame.h"

#define UNSET ((const uint8_t *)1)

static size_t put(uint8_t *buf, const char *text)
{
	frame_header(buf, strlen(text));
	memcpy(buf + FRAME_HEADER, text, strlen(text));
	return FRAME_HEADER + strlen(text);
}

static void test_header_is_network_order(void **state)
{
	uint8_t h[FRAME_HEADER];

	frame_header(h, 0x01020304);
	assert_memory_equal(h, "\1\2\3\4", 4);
}

/* Each copy ends where the data ends, so that ASan sees a byte read too far. */
static void test_every_truncation_wants_more(void **state)
{
	const uint8_t *payload = UNSET;
	uint8_t whole[64], *part;
	uint32_t size;
	size_t n, len;

	len = put(whole, "hello, frame");
	for (n = 0; n < len; n++) {
		part = malloc(n ? n : 1);
		memcpy(part, whole, n);
		size = 99;
		assert_int_equal(frame_next(part, n, FRAME_MAX, &payload, &size), 0);
		assert_ptr_equal(payload, UNSET);
		assert_int_equal(size, n < FRAME_HEADER ? 99 : 12);
		free(part);
	}
	assert_int_equal(frame_next(whole, len, FRAME_MAX, &payload, &size), 1);
	assert_ptr_equal(payload, whole + FRAME_HEADER);
	assert_int_equal(size, 12);
}

static void test_limit(void **state)
{
	uint8_t h[FRAME_HEADER + 16] = { 0 };
	const uint8_t *payload = UNSET;
	uint32_t size;

	frame_header(h, 16);
	assert_int_equal(frame_next(h, sizeof(h), 16, &payload, &size), 1);
	/* Refused by its header alone: nobody has to receive it first. */
	assert_int_equal(frame_next(h, FRAME_HEADER, 15, &payload, &size), -EMSGSIZE);
	assert_int_equal(size, 16);
	frame_header(h, FRAME_MAX + 1);
	assert_int_equal(frame_next(h, FRAME_HEADER, FRAME_MAX, &payload, &size), -EMSGSIZE);
	frame_header(h, UINT32_MAX);
	assert_int_equal(frame_next(h, FRAME_HEADER, FRAME_MAX, &payload, &size), -EMSGSIZE);
	assert_int_equal(size, UINT32_MAX);
}

static void test_empty_is_refused(void **state)
{
	const uint8_t *payload = UNSET;
	uint8_t h[FRAME_HEADER];
	uint32_t size;

	frame_header(h, 0);
	assert_int_equal(frame_next(h, sizeof(h), FRAME_MAX, &payload, &size), -EBADMSG);
	assert_ptr_equal(payload, UNSET);
}

static void test_several_in_one_buffer(void **state)
{
	static const char *const texts[] = { "a", "second", "the third one" };
	const uint8_t *payload;
	size_t i, at = 0, len = 0;
	uint8_t buf[128];
	uint32_t size;

	for (i = 0; i < 3; i++)
		len += put(buf + len, texts[i]);
	for (i = 0; i < 3; i++) {
		assert_int_equal(frame_next(buf + at, len - at, FRAME_MAX, &payload, &size), 1);
		assert_int_equal(size, strlen(texts[i]));
		assert_memory_equal(payload, texts[i], size);
		at += FRAME_HEADER + size;
	}
	assert_int_equal(at, len);
	assert_int_equal(frame_next(buf + at, 0, FRAME_MAX, &payload, &size), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header_is_network_order),
		cmocka_unit_test(test_every_truncation_wants_more),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_empty_is_refused),
		cmocka_unit_test(test_several_in_one_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
