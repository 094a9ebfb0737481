/* SPDX-License-Identifier: GPL-2.0 */
/* Subnets of a VN in the JSON of the API. Pure. */
#ifndef VCENTERD_VIEW_SUBNET_H
#define VCENTERD_VIEW_SUBNET_H

#include "lib/json.h"
#include "model.h"

/* With how many addresses each may give, and has given. */
json_t *view_subnets(const struct vn *vn);
/* "subnets" of @body, all of them, complete and good; absent changes nothing. */
int api_vn_subnets(json_t *body, struct vn *vn, struct err *err);

#endif
