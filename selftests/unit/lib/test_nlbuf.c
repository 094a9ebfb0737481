// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nlbuf.h"

static void put_and_index(void **state)
{
	NLBUF_MEM(mem, 256);
	const struct nlattr *tb[8];
	struct nlattr *nest;
	struct nlbuf b;
	uint64_t v64;
	uint8_t v8;

	nlbuf_init(&b, mem, sizeof(mem), 77, NLM_F_ACK);
	assert_int_equal(b.nlh->nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
	assert_non_null(nlbuf_put_header(&b, 5));
	nlbuf_put_u8(&b, 1, 0x11);
	nlbuf_put_u16(&b, 2, 0x2222);
	nlbuf_put_u32(&b, 3, 0x33333333);
	nest = nlbuf_nest_start(&b, 4);
	nlbuf_put_u64(&b, 1, 0x4444444444444444);
	nlbuf_put_str(&b, 2, "abc");
	nlbuf_nest_end(&b, nest);
	assert_false(b.full);

	assert_int_equal(nlmsg_index(b.nlh, 5, tb, 7), 0);
	assert_int_equal(nlattr_copy(tb[1], &v8, 1), 0);
	assert_int_equal(v8, 0x11);
	assert_int_equal(nlattr_copy(tb[2], &v8, 1), -EBADMSG);
	assert_int_equal(nlattr_len(tb[3]), 4);
	assert_int_equal(nlattr_type(tb[4]), 4);
	assert_null(tb[5]);
	assert_int_equal(nlattr_index_nest(tb[4], tb, 7), 0);
	assert_int_equal(nlattr_copy(tb[1], &v64, 8), 0);
	assert_true(v64 == 0x4444444444444444);
	assert_string_equal(nlattr_data(tb[2]), "abc");
	assert_int_equal(nlattr_len(tb[2]), 4);
}

/* The buffer is exactly as large as said, so that a sanitizer sees one byte beyond */
static void nothing_beyond_the_end(void **state)
{
	size_t cap;

	for (cap = NLMSG_HDRLEN; cap < NLMSG_HDRLEN + 64; cap++) {
		char *mem = malloc(cap);
		struct nlattr *nest;
		struct nlbuf b;

		nlbuf_init(&b, mem, cap, 1, 0);
		nlbuf_put_header(&b, 4);
		nest = nlbuf_nest_start(&b, 1);
		nlbuf_put(&b, 2, "0123456789", 10);
		nlbuf_put_u64(&b, 3, 1);
		nlbuf_nest_end(&b, nest);
		assert_true(b.nlh->nlmsg_len <= cap);
		assert_int_equal(b.full, cap < NLMSG_HDRLEN + 4 + 4 + 16 + 12);
		free(mem);
	}
}

static void too_long_for_an_attribute(void **state)
{
	char *mem = malloc(3 << 16), *data = calloc(1, 1 << 16);
	struct nlattr *nest;
	struct nlbuf b;

	nlbuf_init(&b, mem, 3 << 16, 1, 0);
	nlbuf_put(&b, 1, data, 1 << 16);
	assert_true(b.full);
	nlbuf_rewind(&b, NLMSG_HDRLEN);
	nlbuf_put(&b, 1, data, 65531);
	assert_false(b.full);
	nlbuf_rewind(&b, NLMSG_HDRLEN);
	nest = nlbuf_nest_start(&b, 1);
	nlbuf_put(&b, 1, data, 65000);
	nlbuf_put(&b, 1, data, 65000);
	assert_false(b.full);
	nlbuf_nest_end(&b, nest);
	assert_true(b.full);
	free(data);
	free(mem);
}

static void rewind_takes_all_back(void **state)
{
	NLBUF_MEM(mem, 64);
	const struct nlattr *tb[3];
	struct nlbuf b;
	size_t mark;

	nlbuf_init(&b, mem, sizeof(mem), 1, 0);
	nlbuf_put_u32(&b, 1, 1);
	mark = nlbuf_mark(&b);
	nlbuf_put(&b, 2, mem, 60);
	assert_true(b.full);
	nlbuf_rewind(&b, mark);
	assert_false(b.full);
	assert_int_equal(nlmsg_index(b.nlh, 0, tb, 2), 0);
	assert_non_null(tb[1]);
	assert_null(tb[2]);
}

static void bad_lengths(void **state)
{
	struct {
		struct nlattr a;
		uint32_t v;
		struct nlattr b;
	} data = { { 8, 1 }, 5, { 4, 2 } };
	const struct nlattr *tb[3];

	assert_int_equal(nlattr_index(&data, sizeof(data), tb, 2), 0);
	assert_non_null(tb[2]);
	assert_int_equal(nlattr_index(&data, 0, tb, 2), 0);
	assert_int_equal(nlattr_index(&data, sizeof(data) - 1, tb, 2), -EBADMSG);
	assert_int_equal(nlattr_index(&data, 3, tb, 2), -EBADMSG);
	data.a.nla_len = 3;
	assert_int_equal(nlattr_index(&data, sizeof(data), tb, 2), -EBADMSG);
	data.a.nla_len = 13;
	assert_int_equal(nlattr_index(&data, sizeof(data), tb, 2), -EBADMSG);
	assert_null(nlattr_next(&data, sizeof(data), NULL));
}

static void repeated_and_unknown(void **state)
{
	NLBUF_MEM(mem, 128);
	const struct nlattr *tb[3], *a = NULL;
	size_t n = 0, skip = NLMSG_HDRLEN;
	struct nlbuf b;
	uint32_t v;

	nlbuf_init(&b, mem, sizeof(mem), 1, 0);
	nlbuf_put_u32(&b, 1, 10);
	nlbuf_put_u32(&b, 200, 20);
	nlbuf_put_u32(&b, 1, 30);
	assert_int_equal(nlmsg_index(b.nlh, 0, tb, 2), 0);
	assert_int_equal(nlattr_copy(tb[1], &v, 4), 0);
	assert_int_equal(v, 30);
	while ((a = nlattr_next(mem + skip, b.nlh->nlmsg_len - skip, a)))
		n++;
	assert_int_equal(n, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(put_and_index), cmocka_unit_test(nothing_beyond_the_end),
		cmocka_unit_test(too_long_for_an_attribute),
		cmocka_unit_test(rewind_takes_all_back), cmocka_unit_test(bad_lengths),
		cmocka_unit_test(repeated_and_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
