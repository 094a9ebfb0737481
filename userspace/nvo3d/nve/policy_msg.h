/* SPDX-License-Identifier: GPL-2.0 */
/* A profile as the director says it, and as the kernel takes it. Pure. */
#ifndef NVO3D_NVE_POLICY_MSG_H
#define NVO3D_NVE_POLICY_MSG_H

#include <stddef.h>

#include "errs.h"
#include "nvo3_profile_obj.h"
#include "proto/common.pb-c.h"

/*
 * *@rules are msg->n_rules for the caller to free(), without an id in *@profile. -EINVAL with a
 * sentence for what is
 * out of the range of its field; what does not go together the kernel refuses.
 */
int policy_from_msg(const Nvo3__Profile *msg, struct nvo3_profile *profile,
		    struct nvo3_rule **rules, struct err *err);

#endif
