// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "vserver/echo.h"

/* The checksum by the book: all words with it add up to all ones. */
static uint32_t words(const uint8_t *p, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i += 2)
		sum += p[i] << 8 | p[i + 1];
	return (sum & 0xffff) + (sum >> 16);
}

static void test_requests(void **state)
{
	uint8_t p[ECHO_LEN];

	echo_build(p, AF_INET, 0x1234, 3);
	assert_int_equal(p[0], 8);
	assert_int_equal(p[1], 0);
	assert_int_equal(p[4] << 8 | p[5], 0x1234);
	assert_int_equal(p[6] << 8 | p[7], 3);
	assert_int_equal(words(p, sizeof(p)), 0xffff);
	echo_build(p, AF_INET6, 0xfffe, 4);
	assert_int_equal(p[0], 128);
	assert_int_equal(p[2] << 8 | p[3], 0);
	assert_int_equal(p[4] << 8 | p[5], 0xfffe);
	assert_int_equal(p[6] << 8 | p[7], 4);
}

/* What comes back to @request, with an IP header of @words words before it; returns its length. */
static size_t reply(uint8_t *buf, const uint8_t request[ECHO_LEN], unsigned int header)
{
	uint32_t sum;

	memset(buf, 0, header * 4);
	buf[0] = 0x40 | header;
	buf[9] = 1;
	buf += header * 4;
	memcpy(buf, request, ECHO_LEN);
	buf[0] = 0;
	buf[2] = 0;
	buf[3] = 0;
	sum = ~words(buf, ECHO_LEN);
	buf[2] = sum >> 8;
	buf[3] = sum;
	return header * 4 + ECHO_LEN;
}

static void test_replies(void **state)
{
	uint8_t request[ECHO_LEN], p[128];
	uint16_t id, seq;
	size_t len;

	echo_build(request, AF_INET, 0xabcd, 2);
	for (unsigned int header = 5; header <= 15; header++) {
		id = 0;
		len = reply(p, request, header);
		assert_true(echo_parse(p, len, AF_INET, &id, &seq));
		assert_int_equal(id, 0xabcd);
		assert_int_equal(seq, 2);
	}
	echo_build(p, AF_INET6, 7, 1);
	p[0] = 129;
	assert_true(echo_parse(p, ECHO_LEN, AF_INET6, &id, &seq));
	assert_int_equal(id, 7);
	assert_int_equal(seq, 1);
}

/* Whole lengths but one are no replies, and no byte of one is without meaning or checksum. */
static void test_what_is_none(void **state)
{
	uint8_t request[ECHO_LEN], p[128];
	uint16_t id, seq;
	size_t len;

	echo_build(request, AF_INET, 0xabcd, 2);
	len = reply(p, request, 5);
	for (size_t n = 0; n < sizeof(p); n++)
		if (n != len)
			assert_false(echo_parse(p, n, AF_INET, &id, &seq));
	for (size_t i = 20; i < len; i++) {
		p[i] ^= 0x10;
		assert_false(echo_parse(p, len, AF_INET, &id, &seq));
		p[i] ^= 0x10;
	}
	/* not of IPv4, with too short a header, of another protocol */
	p[0] = 0x65;
	assert_false(echo_parse(p, len, AF_INET, &id, &seq));
	p[0] = 0x44;
	assert_false(echo_parse(p, len, AF_INET, &id, &seq));
	p[0] = 0x4f;
	assert_false(echo_parse(p, len, AF_INET, &id, &seq));
	p[0] = 0x45;
	p[9] = 17;
	assert_false(echo_parse(p, len, AF_INET, &id, &seq));
	/* the request itself, as it comes by the loopback device */
	len = reply(p, request, 5);
	memcpy(p + 20, request, ECHO_LEN);
	assert_false(echo_parse(p, len, AF_INET, &id, &seq));
	echo_build(p, AF_INET6, 7, 1);
	assert_false(echo_parse(p, ECHO_LEN, AF_INET6, &id, &seq));
	p[0] = 129;
	p[1] = 1;
	assert_false(echo_parse(p, ECHO_LEN, AF_INET6, &id, &seq));
	p[1] = 0;
	assert_false(echo_parse(p, ECHO_LEN - 1, AF_INET6, &id, &seq));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_replies),
		cmocka_unit_test(test_what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
