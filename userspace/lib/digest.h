/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Digests: sums by which kernel, agent and director compare tables of mappings without sending
 * them. Documentation/distribution.rst has the text that is hashed; kernel/digest.c does the same.
 */
#ifndef NVO3_LIB_DIGEST_H
#define NVO3_LIB_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"

/* As NVO3_DIGEST_BUCKETS of linux/nvo3.h */
#define DIGEST_BUCKETS 256
/* What one byte counts */
#define DIGEST_ADDRS_MAX 255

#define SIPHASH_KEY_LEN 16

/* SipHash-2-4 of @len bytes, as its authors' reference reads it: a little-endian number */
uint64_t siphash24(const uint8_t key[SIPHASH_KEY_LEN], const void *data, size_t len);

/*
 * The hash of one mapping; a digest is the sum of those of all, modulo 2^64. @addrs are its @n
 * locators in any order, none if it leads to a port; of more than DIGEST_ADDRS_MAX the first count.
 */
uint64_t digest_map(const struct mac_addr *mac, uint64_t epoch, const struct ip_addr *addrs,
		    size_t n);

/* Over @n mappings; what was added can be taken away again, in any order */
struct digest {
	uint64_t sum, n;
};

static inline void digest_add(struct digest *d, uint64_t hash)
{
	d->sum += hash;
	d->n++;
}

static inline void digest_sub(struct digest *d, uint64_t hash)
{
	d->sum -= hash;
	d->n--;
}

static inline bool digest_equal(const struct digest *a, const struct digest *b)
{
	return a->sum == b->sum && a->n == b->n;
}

/* Which of DIGEST_BUCKETS parts of a digest the mapping of the address belongs to */
uint8_t digest_bucket(const struct mac_addr *mac);

#endif
