/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which addresses of a VN somebody wants to be told of, and who wants to be told of an address.
 * Pure. All is O(1) but a walk over those who are interested in one address.
 *
 * An interest is in two places: in its owner's set, by address, and with all others in the same
 * address in the VN's index. The address need not exist. What has changed since its owner was
 * told is dirty, and lies in his queue in the order of the last changes. An interest may fade:
 * it ends at a time, unless it is kept before.
 */
#ifndef NDIRECTORD_INTEREST_H
#define NDIRECTORD_INTEREST_H

#include <stdbool.h>
#include <stdint.h>
#include <uthash.h>
#include "lib/addr.h"
#include "lib/digest.h"

struct interest {
	struct mac_addr mac;		/* key in its set */
	struct interest_set *set;
	struct interest_addr *addr;
	bool dirty;
	bool counted;			/* with hash, in its set's digest */
	uint64_t hash;
	uint64_t until;			/* ms; 0: does not fade */
	struct interest *prev_in, *next_in;		/* in the same address */
	struct interest *prev_dirty, *next_dirty;
	struct interest *prev_fading, *next_fading;
	UT_hash_handle hh;
};

/* An address that somebody wants to be told of. */
struct interest_addr {
	struct mac_addr mac;		/* key */
	struct interest *in;		/* list, never empty */
	UT_hash_handle hh;
};

/* Of a VN; all zero is an empty one. */
struct interest_index {
	struct interest_addr *addrs;
};

/* In the order of their ends: all last for the same time. */
struct interest_fading {
	struct interest *first;
};

struct interest_set {
	struct interest_index *index;
	struct interest_fading *fading;
	void *owner;
	struct interest *all;
	struct interest *dirty;		/* list */
	struct digest digest;		/* over what is there of it */
	unsigned int *total;		/* counts the sets of one session together */
};

void interest_init(struct interest_set *set, struct interest_index *index,
		   struct interest_fading *fading, unsigned int *total, void *owner);
void interest_uninit(struct interest_set *set);

struct interest *interest_find(const struct interest_set *set, const struct mac_addr *mac);
/* Or the one that is there */
struct interest *interest_add(struct interest_set *set, const struct mac_addr *mac);
void interest_del(struct interest *i);

/* Its owner has to be told, after all that changed before. */
void interest_mark(struct interest *i);
void interest_told(struct interest *i);

/* What is there now, for the digest of its set; @hash NULL: nothing. */
void interest_weigh(struct interest *i, const uint64_t *hash);

void interest_fade(struct interest *i, uint64_t until);	/* not before any other one's end */
void interest_keep(struct interest *i);
/* The first one whose time is over, or NULL. */
struct interest *interest_faded(const struct interest_fading *fading, uint64_t now);

/* The first of those in @mac, on by next_in; NULL if nobody is interested. */
struct interest *interest_first(const struct interest_index *index, const struct mac_addr *mac);

#endif /* NDIRECTORD_INTEREST_H */
