/* SPDX-License-Identifier: GPL-2.0 */
/* Operations on groups as JSON of Documentation/protocols/api.rst. Pure. */
#ifndef VCENTERD_VIEW_GROUP_H
#define VCENTERD_VIEW_GROUP_H

#include "group_op.h"
#include "lib/json.h"

json_t *view_group_op(const struct group_op *op);
json_t *view_group_member(const struct group_op *op, uint32_t member);

#endif
