/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who has which IP address in a VN, as those who have mappings say. Pure.
 *
 * Two may say so at the same time: what one of them gives up and the other has got comes in any
 * order. The newest epoch holds, and of equal ones an interface of our own.
 */
#ifndef NVO3D_NVE_MODEL_IP_H
#define NVO3D_NVE_MODEL_IP_H

#include <stdbool.h>
#include <stdint.h>
#include <uthash.h>

#include "addr.h"

struct model_claim {
	struct mac_addr mac;
	bool own;			/* behind an interface of ours; else a director says so */
	uint64_t epoch;
	struct model_claim *next;
};

struct model_ip {
	struct ip_addr ip;		/* key */
	struct model_claim *claims;	/* list, never empty */
	UT_hash_handle hh;
};

/* @ips is the table, NULL while it is empty. A claim of the same @mac and @own is replaced */
void model_ip_claim(struct model_ip **ips, const struct ip_addr *ip, const struct mac_addr *mac,
		    bool own, uint64_t epoch);
/* Nothing happens if there is no such claim */
void model_ip_unclaim(struct model_ip **ips, const struct ip_addr *ip, const struct mac_addr *mac,
		      bool own);
void model_ips_uninit(struct model_ip **ips);

/* The claim that holds, or NULL */
const struct model_claim *model_ip_holder(struct model_ip *ips, const struct ip_addr *ip);

#endif
