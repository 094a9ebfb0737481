/* SPDX-License-Identifier: GPL-2.0 */
/* What a profile says. */
#ifndef _MODEL_RULES_H
#define _MODEL_RULES_H

#include "addrs.h"

#define RULES		24

struct rule {
	int dir, verdict;
	uint32_t ethertype;	/* 0: any */
	int proto;		/* -1: any */
	struct address src, dst;
	int src_plen, dst_plen;
	uint32_t src_group, dst_group;
	bool ports;
	int sport[2], dport[2];
};

struct profile {
	int otherwise, dscp;	/* dscp -1: as the NVE has it */
	int n_rules;
	struct rule rules[RULES];
};

#endif /* _MODEL_RULES_H */
