/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who has changed what: one entry for each request that has, or was refused by what it is about. In
 * the store, as JSON; here is only how much that is. The oldest go when there are more than
 * AUDIT_MAX, or than AUDIT_BYTES together.
 */
#ifndef VCENTERD_AUDIT_H
#define VCENTERD_AUDIT_H

#include "lib/json.h"
#include "lib/store.h"

#define AUDIT_MAX	4096u
#define AUDIT_BYTES	(16u << 20)

struct audit;

/* What must be equal; NULL: anything. */
struct audit_filter {
	const char *who, *object;
	uint64_t since;		/* seq: only those behind it */
};

struct audit *audit_new(struct store *store, struct err *err);	/* NULL: it cannot be read */
void audit_free(struct audit *audit);

/* Numbers @entry (an object, which it takes) and stores it. 0, or an error: it is not there. */
int audit_add(struct audit *audit, json_t *entry, struct err *err);
/* A list of those that pass, oldest first; NULL: the store cannot be read. */
json_t *audit_list(struct audit *audit, const struct audit_filter *filter, struct err *err);

#endif
