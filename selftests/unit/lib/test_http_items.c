// SPDX-License-Identifier: GPL-2.0
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lib/http_items.h"

/* A list of three parts: each item is wanted where its number is on the page, and only there. */
static void check(unsigned long offset, unsigned long limit)
{
	static const size_t parts[] = { 7, 0, 5 };
	struct http_page page = { .offset = offset, .limit = limit };
	size_t first = 0, from, to, i, n;

	for (size_t p = 0; p < 3; first += parts[p++]) {
		n = parts[p];
		http_page_part(&page, first, n, &from, &to);
		assert_true(from <= n && to <= n);
		for (i = 0; i < n; i++)
			assert_int_equal(i >= from && i < to,
					 first + i >= offset && first + i - offset < limit);
	}
}

static void test_every_page_of_a_list_in_parts(void **state)
{
	for (unsigned long offset = 0; offset < 15; offset++) {
		for (unsigned long limit = 1; limit < 15; limit++)
			check(offset, limit);
		check(offset, ULONG_MAX);
	}
	check(ULONG_MAX, ULONG_MAX);
	check(ULONG_MAX, 1);
	check(0, HTTP_LIMIT_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_page_of_a_list_in_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
