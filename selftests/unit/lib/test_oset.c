// SPDX-License-Identifier: GPL-2.0
/* An ordered set beside an array of flags. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "oset.h"

#define MANY	5000
#define ROUNDS	40000

struct thing {
	int key;
	struct oset_node node;
};

static struct thing things[MANY];
static bool in[MANY];

static int order(const void *a, const void *b)
{
	const struct thing *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

static int setup(void **state)
{
	memset(in, 0, sizeof(in));
	memset(things, 0, sizeof(things));
	for (int i = 0; i < MANY; i++)
		things[i].key = i * 2;
	return 0;
}

/* Also behind those that are not in it */
static void check(const struct oset *set)
{
	struct thing *next = NULL, between;
	uint32_t n = 0;

	for (int i = MANY - 1; i >= 0; i--) {
		between.key = things[i].key + 1;
		assert_ptr_equal(oset_next(set, &between, order), next);
		assert_ptr_equal(oset_next(set, &things[i], order), next);
		if (in[i]) {
			next = &things[i];
			n++;
		}
	}
	assert_ptr_equal(oset_next(set, NULL, order), next);
	assert_int_equal(set->n, n);
}

static void test_as_an_array(void **state)
{
	struct oset set = { };
	unsigned int seed = 1;

	for (int round = 0; round < ROUNDS; round++) {
		unsigned int i = rand_r(&seed) % MANY;

		if (in[i])
			oset_del(&set, &things[i].node, order);
		else
			oset_add(&set, &things[i].node, &things[i], order);
		in[i] = !in[i];
		if (round % 4000 == 0)
			check(&set);
	}
	check(&set);
	for (int i = 0; i < MANY; i++) {
		/* those that are not in it, too */
		oset_del(&set, &things[i].node, order);
		assert_null(things[i].node.owner);
	}
	assert_null(set.root);
	assert_int_equal(set.n, 0);
	assert_null(oset_next(&set, NULL, order));
}

static unsigned int count(const struct oset_node *node, unsigned int depth, unsigned int *deepest)
{
	if (!node)
		return 0;
	if (depth > *deepest)
		*deepest = depth;
	return 1 + count(node->left, depth + 1, deepest) + count(node->right, depth + 1, deepest);
}

/* Keys that somebody has chosen, each behind the one before, make no list of it. */
static void test_stays_flat(void **state)
{
	struct oset set = { };
	unsigned int deepest = 0;

	for (int i = 0; i < MANY; i++)
		oset_add(&set, &things[i].node, &things[i], order);
	assert_int_equal(count(set.root, 1, &deepest), MANY);
	/* 30 are usual; 100 is less likely than a fault of the machine */
	assert_true(deepest < 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_as_an_array, setup),
		cmocka_unit_test_setup(test_stays_flat, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
