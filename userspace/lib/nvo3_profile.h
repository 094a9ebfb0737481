/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Profiles of an NVE: requests as in nvo3_kernel.h, but with any number of rules.
 */
#ifndef NVO3_LIB_NVO3_PROFILE_H
#define NVO3_LIB_NVO3_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "nvo3_obj.h"

struct err;
struct nvo3_kernel;

/* @flags: 0, or NLM_F_REPLACE to replace one that is there as a whole */
int kernel_profile_add(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_profile *profile,
		       const struct nvo3_rule *rules, size_t n, uint16_t flags, struct err *err);
int kernel_profile_del(struct nvo3_kernel *k, uint32_t nve, uint32_t id, struct err *err);

/*
 * Calls @take for each part of each profile, or of the one with @id if that is not 0: first
 * with the profile's first rules, then again for more of them (profile->first tells from
 * where on). A value below 0 ends it. -EINTR: profiles were changed meanwhile.
 */
int kernel_profile_each(struct nvo3_kernel *k, uint32_t nve, uint32_t id,
			int (*take)(const struct nvo3_profile *profile,
				    const struct nvo3_rule *rules, size_t n, void *data),
			void *data, struct err *err);

#endif
