/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What this NVE is interested in where the director tells no more than that: the mappings that
 * its kernel has used lately, and its own addresses.
 */
#ifndef NVO3D_NVE_IDLE_H
#define NVO3D_NVE_IDLE_H

#include "state.h"

/*
 * In all VNs together. Of the 65536 that the director takes the rest is for what will be asked
 * for; only tests set it.
 */
extern unsigned int idle_interest_max;

/* Looks at the kernel from time to time; @nve->director must be there */
struct idle *idle_new(struct nve *nve);
void idle_free(struct idle *idle);
/* One look now: what is idle goes, and the director hears of it */
void idle_look(struct nve *nve);

/*
 * Before a VN is followed by interest: what is idle goes at once, the director need not hear of
 * it. False: what is left is more than one may be interested in.
 */
bool idle_trim(struct nve *nve, struct model_vn *vn);
/* All that the VN's interest is, for VN_JOIN; for the caller to free */
int idle_interest(struct nve *nve, struct model_vn *vn, struct mac_addr **ret, size_t *ret_n,
		  struct err *err);

/* From director.c: it has heard of it, or will not */
void idle_forgotten(struct nve *nve, const struct uuid *vn, const struct mac_addr *macs, size_t n);

#endif
