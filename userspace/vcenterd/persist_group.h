/* SPDX-License-Identifier: GPL-2.0 */
/* Where operations on groups lie in the store; as persist.h. */
#ifndef VCENTERD_PERSIST_GROUP_H
#define VCENTERD_PERSIST_GROUP_H

#include "group_op.h"
#include "lib/errs.h"
#include "lib/store.h"

/* With all members, or nothing. */
int persist_group_new(struct store *store, const struct group_op *op, struct err *err);
int persist_group(struct store *store, const struct group_op *op, struct err *err);
int persist_group_member(struct store *store, const struct group_op *op, uint32_t member,
			 struct err *err);
int persist_group_del(struct store *store, const struct group_op *op, struct err *err);
/* "groupvm/UUID/INDEX" */
int persist_group_key(const char *key, struct uuid *op, uint32_t *member, struct err *err);

#endif
