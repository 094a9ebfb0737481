// SPDX-License-Identifier: GPL-2.0
/* Small pieces, most of which are freed: where the rest lies decides what malloc() gives back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "holes.h"

#define PIECES	400000
#define SIZE	200
#define KEPT	500	/* one of so many */

static char *pieces[PIECES];

static size_t resident(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	size_t pages;

	assert_int_equal(fscanf(f, "%*u %zu", &pages), 1);
	fclose(f);
	return pages * sysconf(_SC_PAGESIZE);
}

static void fill_up(void)
{
	for (int i = 0; i < PIECES; i++) {
		if (pieces[i])
			continue;
		pieces[i] = malloc(SIZE);
		memset(pieces[i], i, SIZE);
	}
}

static void drill(void)
{
	for (int i = 0; i < PIECES; i++) {
		if (i % KEPT == KEPT - 1)
			continue;
		free(pieces[i]);
		pieces[i] = NULL;
	}
}

static void test_little_stays(void **state)
{
	assert_false(holes_fill());
}

static void burst(void)
{
	size_t before;

	fill_up();
	assert_false(holes_fill());
	drill();
	before = resident();
	assert_true(before > (size_t)PIECES * SIZE);
	assert_true(holes_fill());
	assert_true(resident() < before / 2);
}

static void test_what_was_freed_goes_back(void **state)
{
	burst();
	/* the holes are still there, and cost nothing */
	assert_false(holes_fill());
}

/* Who keeps all of it, but need not */
static void give(void *arg)
{
	++*(int *)arg;
	drill();
}

static void test_who_can_do_without_is_asked(void **state)
{
	int asked = 0;
	struct holes_keeper keeper = { .give = give, .arg = &asked };
	size_t before;

	holes_add(&keeper);
	fill_up();
	before = resident();
	assert_true(holes_fill());
	assert_int_equal(asked, 1);
	assert_true(resident() < before / 2);
	/* there is too little by now */
	assert_false(holes_fill());
	assert_int_equal(asked, 1);
	holes_del(&keeper);
	fill_up();
	assert_false(holes_fill());
	assert_int_equal(asked, 1);
	drill();
	assert_true(holes_fill());
}

static void test_and_again_after_the_next_burst(void **state)
{
	burst();
	for (int i = 0; i < PIECES; i++)
		free(pieces[i]);
}

/* The sanitizers have a malloc() of their own, which keeps what is freed. */
int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_little_stays),
#ifndef __SANITIZE_ADDRESS__
		cmocka_unit_test(test_what_was_freed_goes_back),
		cmocka_unit_test(test_who_can_do_without_is_asked),
		cmocka_unit_test(test_and_again_after_the_next_burst),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
