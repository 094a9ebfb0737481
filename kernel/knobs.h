/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What can be set of an NVE while it lives: mostly how its outer headers look.
 */
#ifndef _NVO3_KNOBS_H
#define _NVO3_KNOBS_H

#include <linux/in6.h>
#include <linux/types.h>
#include <net/ipv6.h>
#include "addr.h"

/* Replaced as a whole, never edited. */
struct nvo3_conf {
	struct rcu_head rcu;
	__be32 local4;		/* 0: any */
	struct in6_addr local6;	/* ::: any */
	bool csum;		/* send outer UDP checksums */
	bool csum_rx;		/* require them */
	bool flowid;		/* send NVGRE's FlowID */
	bool mss_clamp;
	bool relay;		/* sends on for other NVEs, see redirect.c */
	u8 ttl;			/* NVO3_TTL_INHERIT: the inner one */
	u8 tos;			/* DSCP in place, NVO3_TOS_INHERIT: the inner one */
	u8 df;			/* enum nvo3_df */
	u32 label;		/* IPv6 flow label, NVO3_LABEL_FLOW: by flow */
	u16 sport_min, sport_max;	/* UDP source ports, 0: as the namespace has them */
	u8 fastpath;		/* enum nvo3_fastpath */
	u8 verify;		/* enum nvo3_verify */
	u32 redirect;		/* ms, see redirect.c, source.c */
	u32 gen;		/* counts the replacements */
};

/* Is @addr one to receive at? No local address means any. */
static inline bool nvo3_conf_has_local(const struct nvo3_conf *conf, const struct nvo3_addr *addr)
{
	if (addr->family == AF_INET)
		return !conf->local4 || conf->local4 == addr->v4;
	return ipv6_addr_any(&conf->local6) || ipv6_addr_equal(&conf->local6, &addr->v6);
}

#endif /* _NVO3_KNOBS_H */
