/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whom routing has vouched for: a small cache of its answers to "may a packet from
 * here, to there, by this device, be delivered on this host?"
 *
 * The key has all that the answer was derived from, the generation of routing
 * among it. So nothing is ever taken out: an answer that is no longer true is not
 * found any more. Readers and writers are in softirqs of all CPUs; an entry is
 * read whole or not at all.
 */
#ifndef _NVO3_VOUCH_H
#define _NVO3_VOUCH_H

#include <linux/in6.h>
#include <linux/types.h>

#define NVO3_VOUCH_BITS		10
#define NVO3_VOUCH_WORDS	6

union nvo3_vouch_key {
	struct {
		struct in6_addr saddr;	/* IPv4: the first word */
		struct in6_addr daddr;
		u32 ifindex;		/* where it came in */
		u32 mark;
		u32 routes;		/* generation */
		u8 family;		/* never 0, unlike that of an empty entry */
		u8 dscp;		/* DS field without ECN */
		u8 rp_filter;
		u8 zero;
	};
	u64 words[NVO3_VOUCH_WORDS];
};

struct nvo3_vouch_entry {
	u32 seq;		/* odd: being written */
	u32 unused;
	u64 words[NVO3_VOUCH_WORDS];
};

struct nvo3_vouch {
	u64 seed;
	struct nvo3_vouch_entry entries[1 << NVO3_VOUCH_BITS];
};

struct nvo3_vouch *nvo3_vouch_new(void);
void nvo3_vouch_free(struct nvo3_vouch *vouch);

/* With bottom halves off. */
bool nvo3_vouch_has(const struct nvo3_vouch *vouch, const union nvo3_vouch_key *key);
void nvo3_vouch_add(struct nvo3_vouch *vouch, const union nvo3_vouch_key *key);

#ifdef DEBUG
bool nvo3_vouch_selftest(void);
#endif

#endif /* _NVO3_VOUCH_H */
