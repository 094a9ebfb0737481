// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <sys/random.h>
#include "oset.h"

/* xorshift: nobody is to foresee it, nothing else is asked of it */
static uint32_t random_weight(void)
{
	static uint64_t x;

	while (!x)
		if (getrandom(&x, sizeof(x), 0) != sizeof(x))
			abort();
	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x >> 32;
}

/* Of @tree: what comes before @owner, and what comes after it. */
static void split(struct oset_node *tree, const void *owner, oset_order_fn order,
		  struct oset_node **before, struct oset_node **after)
{
	while (tree) {
		if (order(owner, tree->owner) > 0) {
			*before = tree;
			before = &tree->right;
			tree = tree->right;
		} else {
			*after = tree;
			after = &tree->left;
			tree = tree->left;
		}
	}
	*before = NULL;
	*after = NULL;
}

/* All of @a come before all of @b. */
static void join(struct oset_node **at, struct oset_node *a, struct oset_node *b)
{
	while (a && b) {
		if (a->weight >= b->weight) {
			*at = a;
			at = &a->right;
			a = a->right;
		} else {
			*at = b;
			at = &b->left;
			b = b->left;
		}
	}
	*at = a ? a : b;
}

static struct oset_node **side(struct oset_node *at, const void *owner, oset_order_fn order)
{
	return order(owner, at->owner) < 0 ? &at->left : &at->right;
}

void oset_add(struct oset *set, struct oset_node *node, void *owner, oset_order_fn order)
{
	struct oset_node **at = &set->root;

	node->owner = owner;
	node->weight = random_weight();
	while (*at && (*at)->weight >= node->weight)
		at = side(*at, owner, order);
	split(*at, owner, order, &node->left, &node->right);
	*at = node;
	set->n++;
}

void oset_del(struct oset *set, struct oset_node *node, oset_order_fn order)
{
	struct oset_node **at = &set->root;

	if (!node->owner)
		return;
	while (*at != node)
		at = side(*at, node->owner, order);
	join(at, node->left, node->right);
	*node = (struct oset_node){ };
	set->n--;
}

void *oset_next(const struct oset *set, const void *after, oset_order_fn order)
{
	struct oset_node *node = set->root;
	void *best = NULL;

	while (node) {
		if (!after || order(after, node->owner) < 0) {
			best = node->owner;
			node = node->left;
		} else {
			node = node->right;
		}
	}
	return best;
}
