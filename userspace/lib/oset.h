/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An ordered set of things that have their place in it with them: a treap, so that nobody makes it
 * slow by the keys that he chooses. Pure but for random numbers. No locks.
 *
 * Adding, removing and oset_next() take the logarithm of the size.
 */
#ifndef OSET_H
#define OSET_H

#include <stdint.h>

/* A thing's place in one set; all zero: in none. */
struct oset_node {
	struct oset_node *left, *right;
	void *owner;
	uint32_t weight;
};

struct oset {
	struct oset_node *root;
	uint32_t n;
};

/* Below 0: @a comes before @b. 0 only for the same one: all in a set differ. */
typedef int (*oset_order_fn)(const void *a, const void *b);

/* The same @order for all calls with a set. What it looks at does not change while in the set. */
void oset_add(struct oset *set, struct oset_node *node, void *owner, oset_order_fn order);
/* One that is in no set stays so; one of another set must not be given. */
void oset_del(struct oset *set, struct oset_node *node, oset_order_fn order);
/* The first one, or if @after is not NULL the first one behind it, which need not be in it. */
void *oset_next(const struct oset *set, const void *after, oset_order_fn order);

#endif /* OSET_H */
