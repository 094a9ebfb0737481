// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "chatter.h"

static void test_burst_and_rate(void **state)
{
	struct chatter c = { };
	uint64_t now = 1000000;
	unsigned int said = 0;

	for (unsigned int i = 1; i < CHATTER_BURST; i++)
		assert_int_equal(chatter_ask(&c, now), CHATTER_SAY);
	assert_int_equal(chatter_ask(&c, now), CHATTER_SAY_LAST);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(chatter_ask(&c, now), CHATTER_DROP);
	assert_int_equal(c.dropped, 1000);
	/* ten thousand times in a hundred seconds */
	for (int i = 0; i < 10000; i++) {
		now += CHATTER_MS / 100;
		said += chatter_ask(&c, now) != CHATTER_DROP;
	}
	assert_int_equal(said, 100);
	/* who was quiet for long may say as much as at first, no more */
	now += 1000 * CHATTER_BURST * CHATTER_MS;
	for (unsigned int i = 1; i < CHATTER_BURST; i++)
		assert_int_equal(chatter_ask(&c, now), CHATTER_SAY);
	assert_int_equal(chatter_ask(&c, now), CHATTER_SAY_LAST);
	assert_int_equal(chatter_ask(&c, now), CHATTER_DROP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_burst_and_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
