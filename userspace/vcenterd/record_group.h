/* SPDX-License-Identifier: GPL-2.0 */
/* Operations on groups as they are stored, in proto/vcenter_store.proto; as record.h. Pure. */
#ifndef VCENTERD_RECORD_GROUP_H
#define VCENTERD_RECORD_GROUP_H

#include "group_op.h"
#include "lib/errs.h"

uint8_t *group_op_pack(const struct group_op *op, size_t *len);
/* *ret has its members, without names and all waiting. */
int group_op_unpack(const uint8_t *data, size_t len, struct group_op *ret, struct err *err);
uint8_t *group_member_pack(const struct group_member *m, size_t *len);
int group_member_unpack(const uint8_t *data, size_t len, struct group_member *ret,
			struct err *err);

#endif
