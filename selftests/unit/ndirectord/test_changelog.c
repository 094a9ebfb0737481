// SPDX-License-Identifier: GPL-2.0
/*
 * changelog: a follower who takes the tail behind his place always ends with what is there,
 * from any place that can resume.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "ndirectord/changelog.h"

#define OBJECTS		200
#define STEPS		200000

static struct object {
	struct changelog_item item;	/* first */
	int n;
} *object[OBJECTS];

struct view {
	uint64_t at;
	bool there[OBJECTS];
};

static void catch_up(const struct changelog *log, struct view *view)
{
	const struct changelog_item *i;

	for (i = changelog_after(log, view->at); i; i = changelog_next(log, i)) {
		assert_true(i->revision > view->at);
		view->at = i->revision;
		view->there[((const struct object *)i)->n] = !i->gone;
	}
	assert_int_equal(view->at, log->revision);
}

static void test_followers_converge(void **state)
{
	struct view views[4] = { }, truth = { };
	struct changelog log = { };
	int step, i, v;

	(void)state;
	srandom(1);
	for (i = 0; i < OBJECTS; i++) {
		object[i] = pool_zalloc(sizeof(*object[i]));
		object[i]->n = i;
	}
	for (step = 0; step < STEPS; step++) {
		i = random() % OBJECTS;
		truth.there[i] = random() % 3 != 0;
		changelog_touch(&log, &object[i]->item, !truth.there[i]);
		v = random() % 64;
		if (v >= 4)
			continue;
		assert_true(changelog_can_resume(&log, views[v].at));
		catch_up(&log, &views[v]);
		assert_memory_equal(views[v].there, truth.there, sizeof(truth.there));
	}
	for (i = 0; i < OBJECTS; i++)
		changelog_unlink(&log, &object[i]->item);
	assert_null(log.oldest);
	assert_null(log.newest);
	assert_int_equal(log.tombstones, 0);
	changelog_uninit(&log);
}

static struct changelog_item *new_item(void)
{
	return pool_zalloc(sizeof(struct changelog_item));
}

static void test_each_object_is_told_once(void **state)
{
	struct changelog_item *a = new_item(), *b = new_item();
	struct changelog log = { };

	(void)state;
	changelog_touch(&log, a, false);
	changelog_touch(&log, b, false);
	changelog_touch(&log, a, false);
	assert_ptr_equal(changelog_after(&log, 0), b);
	assert_ptr_equal(changelog_after(&log, 2), a);
	assert_null(changelog_after(&log, 3));
	changelog_unlink(&log, b);
	assert_ptr_equal(changelog_after(&log, 0), a);
	assert_int_equal(b->revision, 0);
}

static void test_old_tombstones_fall_off_and_raise_the_floor(void **state)
{
	struct changelog_item *many[CHANGELOG_TOMBSTONES + 1];
	struct changelog log = { };
	int i;

	(void)state;
	for (i = 0; i <= CHANGELOG_TOMBSTONES; i++)
		many[i] = new_item();
	for (i = 0; i < CHANGELOG_TOMBSTONES; i++)
		assert_null(changelog_touch(&log, many[i], true));
	assert_true(changelog_can_resume(&log, 0));
	assert_ptr_equal(changelog_touch(&log, many[i], true), many[0]);
	assert_int_equal(many[0]->revision, 0);
	assert_false(changelog_can_resume(&log, 0));
	assert_true(changelog_can_resume(&log, 1));
	assert_false(changelog_can_resume(&log, log.revision + 1));
	/* from the middle, too; the next one that falls off is the oldest that is left */
	changelog_touch(&log, many[2], false);
	changelog_touch(&log, many[1], false);
	assert_null(changelog_touch(&log, many[1], true));
	assert_null(changelog_touch(&log, many[2], true));
	assert_ptr_equal(changelog_touch(&log, many[0], true), many[3]);
	changelog_uninit(&log);
}

static void test_a_tombstone_that_comes_back_is_none(void **state)
{
	struct changelog_item *a = new_item();
	struct changelog log = { };

	(void)state;
	changelog_touch(&log, a, true);
	assert_int_equal(log.tombstones, 1);
	changelog_touch(&log, a, false);
	assert_int_equal(log.tombstones, 0);
	assert_int_equal(log.first_grave, log.n_graves);
	changelog_uninit(&log);
}

static void test_restore_sorts_and_needs_snapshots_for_the_past(void **state)
{
	struct changelog_item *r[3] = { new_item(), new_item(), new_item() };
	struct changelog log = { };

	(void)state;
	changelog_restore(&log, r[0], 7);
	changelog_restore(&log, r[1], 3);
	changelog_restore(&log, r[2], 5);
	changelog_restored(&log, 9, 6);
	assert_ptr_equal(changelog_after(&log, 0), r[1]);
	assert_ptr_equal(changelog_next(&log, r[1]), r[2]);
	assert_ptr_equal(changelog_next(&log, r[2]), r[0]);
	assert_true(changelog_can_resume(&log, 9));
	/* the newest deletion was 6: what is there tells all that came after it */
	assert_true(changelog_can_resume(&log, 6));
	assert_false(changelog_can_resume(&log, 5));
	changelog_touch(&log, r[1], false);
	assert_int_equal(r[1]->revision, 10);
	assert_ptr_equal(changelog_after(&log, 9), r[1]);
}

/* As a mapping is on its VN's and its data centre's: each log knows where its own is. */
static void test_a_piece_is_on_two_logs(void **state)
{
	struct both {
		struct changelog_item first, second;
	} *a = pool_zalloc(sizeof(*a)), *b = pool_zalloc(sizeof(*b));
	struct changelog one = { }, two = { .offset = offsetof(struct both, second) };

	assert_int_equal(sizeof(struct changelog_item), 14);
	changelog_touch(&one, &a->first, false);
	changelog_touch(&one, &b->first, true);
	changelog_touch(&two, &b->second, false);
	changelog_touch(&two, &a->second, false);
	assert_ptr_equal(changelog_next(&one, &a->first), &b->first);
	assert_ptr_equal(changelog_next(&two, &b->second), &a->second);
	assert_ptr_equal(changelog_piece(&two, changelog_after(&two, 1)), a);
	changelog_unlink(&two, &b->second);
	assert_ptr_equal(changelog_after(&two, 0), &a->second);
	assert_ptr_equal(changelog_after(&one, 1), &b->first);
	changelog_unlink(&one, &a->first);
	changelog_unlink(&one, &b->first);
	changelog_unlink(&two, &a->second);
	changelog_uninit(&one);
	changelog_uninit(&two);
	pool_free(a, sizeof(*a));
	pool_free(b, sizeof(*b));
}

static void test_revisions_up_to_the_largest(void **state)
{
	struct changelog_item *a = new_item(), *b = new_item();
	struct changelog log = { };

	changelog_restore(&log, a, CHANGELOG_REVISION_MAX - 1);
	changelog_restored(&log, 0, 0);
	changelog_touch(&log, b, false);
	assert_int_equal(b->revision, CHANGELOG_REVISION_MAX);
	assert_false(b->gone);
	assert_ptr_equal(changelog_after(&log, CHANGELOG_REVISION_MAX - 1), b);
	changelog_unlink(&log, a);
	changelog_unlink(&log, b);
	changelog_uninit(&log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_followers_converge),
		cmocka_unit_test(test_each_object_is_told_once),
		cmocka_unit_test(test_old_tombstones_fall_off_and_raise_the_floor),
		cmocka_unit_test(test_a_tombstone_that_comes_back_is_none),
		cmocka_unit_test(test_restore_sorts_and_needs_snapshots_for_the_past),
		cmocka_unit_test(test_a_piece_is_on_two_logs),
		cmocka_unit_test(test_revisions_up_to_the_largest),
	};

	return cmocka_run_group_tests_name("changelog", tests, NULL, NULL);
}
