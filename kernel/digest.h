/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Digests: sums by which two tables of mappings are compared without being sent.
 *
 * What counts of a mapping is hashed, and the hashes are added, so that neither the order of
 * mappings nor that of changes matters, and a change costs two hashes. Documentation/
 * distribution.rst has the text that is hashed; userspace/lib/digest.c does the same.
 */
#ifndef _NVO3_DIGEST_H
#define _NVO3_DIGEST_H

#include <linux/etherdevice.h>
#include <linux/nvo3.h>
#include "addr.h"

/* What counts of a mapping; the order of the locators does not. */
struct nvo3_digest_entry {
	u64 epoch;
	u8 mac[ETH_ALEN];
	u8 count;		/* of the locators; 0: it leads to a port */
	struct nvo3_addr addr[NVO3_PATHS_MAX];
};

struct nvo3_digest {
	u64 sum;		/* modulo 2^64 */
	u32 maps;		/* that it is over */
};

u64 nvo3_digest_hash(const struct nvo3_digest_entry *entry);

/* Which of NVO3_DIGEST_BUCKETS parts of a digest a mapping belongs to. */
u8 nvo3_digest_bucket(const u8 *mac);

static inline void nvo3_digest_add(struct nvo3_digest *digest, u64 hash)
{
	digest->sum += hash;
	digest->maps++;
}

static inline void nvo3_digest_sub(struct nvo3_digest *digest, u64 hash)
{
	digest->sum -= hash;
	digest->maps--;
}

#ifdef DEBUG
bool nvo3_digest_selftest(void);
#endif

#endif /* _NVO3_DIGEST_H */
