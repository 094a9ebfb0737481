// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "ndirectord/share.h"

static const char loud, quiet, third;

static void test_nobody_has_asked(void **state)
{
	struct askers a = { };

	assert_false(askers_besides(&a, &loud, 5));
	askers_note(&a, &loud, 10);
	askers_note(&a, &loud, 20);
	assert_false(askers_besides(&a, &loud, 20));
	assert_true(askers_besides(&a, &quiet, 20));
}

/* However often one asks, the other one is not forgotten before his time. */
static void test_who_asks_besides(void **state)
{
	struct askers a = { };
	uint64_t now;

	askers_note(&a, &quiet, 1000);
	for (now = 1000; now < 1000 + SHARE_ASKED_MS; now++) {
		askers_note(&a, &loud, now);
		assert_true(askers_besides(&a, &loud, now));
	}
	assert_false(askers_besides(&a, &loud, now));
	assert_true(askers_besides(&a, &quiet, now));
	askers_note(&a, &third, now);
	assert_true(askers_besides(&a, &loud, now));
	assert_true(askers_besides(&a, &third, now));
	assert_true(askers_besides(&a, &quiet, now));
}

static void test_all_it_has_at_once(void **state)
{
	struct share s;

	share_init(&s, 1000);
	share_take(&s, SHARE_BURST, 1000);
	assert_false(share_is_used_up(&s));
	share_take(&s, 1, 1000);
	assert_true(share_is_used_up(&s));
}

/* As many a second for ever; one more, and it is used up some day. */
static void test_its_part_of_the_time(void **state)
{
	unsigned int more, i;
	struct share s;

	for (more = 0; more < 2; more++) {
		share_init(&s, 0);
		for (i = 1; i <= 2 * SHARE_BURST && !share_is_used_up(&s); i++)
			share_take(&s, SHARE_PER_S + more, i * 1000ull);
		assert_int_equal(share_is_used_up(&s), more);
	}
}

static void test_what_is_owed_has_an_end(void **state)
{
	struct share s;
	unsigned int i;

	share_init(&s, 0);
	for (i = 0; i < 1000; i++)
		share_take(&s, UINT32_MAX, i);
	assert_int_equal(s.left, -SHARE_BURST);
	share_take(&s, 0, 1000 + 1000 * SHARE_BURST / SHARE_PER_S);
	assert_false(share_is_used_up(&s));
	/* nor does what is saved grow for ever */
	share_take(&s, 0, 1ull << 50);
	assert_int_equal(s.left, SHARE_BURST);
}

/* Asked every tenth of the time that a claim is worth, it gets it all the same. */
static void test_short_times_add_up(void **state)
{
	struct share s;
	uint64_t now;

	share_init(&s, 0);
	share_take(&s, SHARE_BURST + SHARE_PER_S, 0);
	for (now = 1; now <= 1000; now++)
		share_take(&s, 0, now);
	assert_true(s.left <= 0 && s.left > -SHARE_PER_S / 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody_has_asked),
		cmocka_unit_test(test_who_asks_besides),
		cmocka_unit_test(test_all_it_has_at_once),
		cmocka_unit_test(test_its_part_of_the_time),
		cmocka_unit_test(test_what_is_owed_has_an_end),
		cmocka_unit_test(test_short_times_add_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
