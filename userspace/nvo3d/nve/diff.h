/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Desired against actual: what has to be done to the kernel's tables of one VN so that they
 * hold what the model says. Pure.
 *
 * Only entries of provenance agent are ever replaced or deleted; an operator's (static) one in
 * the way is told, a port's own gives way to a newer epoch only. Nothing is deleted for being
 * absent from the model before the model is complete.
 */
#ifndef NVO3D_NVE_DIFF_H
#define NVO3D_NVE_DIFF_H

#include "kern.h"
#include "model.h"

struct diff {
	bool have4, have6;		/* families of our own locators */
	/* An agent's mapping with a newer epoch than the model's is wrong, too, not ahead */
	bool strict;
	const bool *buckets;		/* for diff_maps(): of DIGEST_BUCKETS; NULL: all */
	struct drift drift;		/* what had to be done, by diff_maps() */
	struct kern_op *ops;
	size_t n, cap;
	/* What cannot be done: a sentence each, may be NULL */
	void (*note)(const char *text, void *arg);
	void *arg;
};

void diff_uninit(struct diff *d);

/* One mapping; @actual is NULL if the kernel has none for @mac */
void diff_map(struct diff *d, const struct model_vn *vn, const struct mac_addr *mac,
	      const struct nvo3_map *actual);
/* All mappings of the VN: @actual is what the kernel has */
void diff_maps(struct diff *d, const struct model_vn *vn, const struct nvo3_map *actual, size_t n);
/*
 * One IP address; and all of the VN, where @actual has those of the kernel's mappings that are of
 * IP addresses. With arp off in the VN it wants none.
 */
void diff_ip(struct diff *d, const struct model_vn *vn, const struct ip_addr *ip,
	     const struct nvo3_map *actual);
void diff_ips(struct diff *d, const struct model_vn *vn, const struct nvo3_map *actual, size_t n);
/*
 * The members. They carry no provenance in the kernel: @ours says whether this agent made the
 * one with that address, and only those are removed.
 */
void diff_members(struct diff *d, const struct model_vn *vn, const struct nvo3_member *actual,
		  size_t n, bool (*ours)(const struct ip_addr *addr, void *arg), void *arg);

#endif
