/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Access control lists: rules in their order, the first that matches decides.
 *
 * Compiled once into lists by direction, address family and protocol, so that a packet
 * meets only rules that could match; immutable from then on. A list belongs to whoever made
 * it; readers hold it under RCU.
 *
 * A later fragment has no ports. A rule that asks for ports lets it pass if it permits, and
 * passes it over if it denies: what is refused is the first fragment, without which the
 * others are worth nothing.
 */
#ifndef _NVO3_ACL_H
#define _NVO3_ACL_H

#include <linux/nvo3.h>
#include "flow.h"

#define NVO3_ACL_DIRS		2	/* enum nvo3_rule_dir */
#define NVO3_ACL_CLASSES	9	/* not IP; 4 classes of protocols for each family */

/* What the rule asks for beyond addresses. */
#define NVO3_RULE_PROTO		0x01
#define NVO3_RULE_PORTS		0x02

struct nvo3_acl_rule {
	union nvo3_flow_addr src, dst;	/* prefixes of @family, no bit set behind their length */
	u32 src_group, dst_group;	/* 0: any */
	u16 sport[2], dport[2];		/* first and last */
	__be16 eth_type;		/* 0: any */
	u8 family;			/* of the prefixes, 0: neither has a length */
	u8 src_plen, dst_plen;
	u8 proto;
	u8 has;				/* NVO3_RULE_* */
	u8 dir;				/* enum nvo3_rule_dir */
	u8 verdict;			/* enum nvo3_verdict */
};

/*
 * Half a cache line of each rule, for the packets that it does not match: two loads for each.
 * Words are those of the addresses where the prefixes end, of the source in the lower half.
 */
struct nvo3_acl_hot {
	u64 words, mask;
	u16 sport, sports;		/* the first, and how many more */
	u16 dport, dports;
	u8 src_word, dst_word;
	u8 flags;
	u8 verdict;
	u32 rule;
};

struct nvo3_acl_list {
	u32 first, count;		/* in hot[] */
};

struct nvo3_acl {
	u64 stamp;			/* of no other list, ever; the lowest bit is 0 */
	u32 nr;
	u8 otherwise;			/* enum nvo3_verdict, when no rule matches */
	bool groups;			/* some rule asks for a group */
	struct nvo3_acl_list lists[NVO3_ACL_DIRS][NVO3_ACL_CLASSES];
	struct nvo3_acl_rule *rules;
	struct nvo3_acl_hot hot[];
};

/*
 * Compile @nr rules, whose memory (of kvmalloc) goes over to the list. NULL: no memory, and the
 * rules are still the caller's.
 */
struct nvo3_acl *nvo3_acl_new(struct nvo3_acl_rule *rules, u32 nr, u8 otherwise);
void nvo3_acl_free(struct nvo3_acl *acl);

/* The list that @flow has to pass. */
const struct nvo3_acl_list *nvo3_acl_list(const struct nvo3_acl *acl, enum nvo3_rule_dir dir,
					  const struct nvo3_flow *flow);

/*
 * The verdict on @flow, which is not NVO3_FLOW_BAD; groups are 0 where unknown. Read from the
 * rules each time.
 */
enum nvo3_verdict nvo3_acl_judge(const struct nvo3_acl *acl, enum nvo3_rule_dir dir,
				 const struct nvo3_flow *flow, u32 src_group, u32 dst_group);

#ifdef DEBUG
bool nvo3_acl_selftest(void);
#endif

#endif /* _NVO3_ACL_H */
