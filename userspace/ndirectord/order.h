/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A part of what would be a sorted list, without sorting all of it. Pure.
 */
#ifndef NDIRECTORD_ORDER_H
#define NDIRECTORD_ORDER_H

#include <stddef.h>
#include <stdint.h>

struct order_item {
	uint64_t key;
	const void *what;
};

/* Afterwards @items from @from to before @to are what they were if all @n were sorted by key. */
void order_part(struct order_item *items, size_t n, size_t from, size_t to);

#endif /* NDIRECTORD_ORDER_H */
