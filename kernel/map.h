/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Mappings: (VNI, MAC) to a local port or a remote NVE, with their ownership.
 *
 * On top of the table this knows what the 32-bit value means, keeps epoch and provenance in the
 * cold part, and decides which claim wins (architecture §4). It knows neither devices nor sockets:
 * ports and remotes are numbers of struct nvo3_index.
 *
 * Locking: nvo3_map_lookup() wants RCU; the others the writer's mutex.
 */
#ifndef _NVO3_MAP_H
#define _NVO3_MAP_H

#include <linux/etherdevice.h>
#include <linux/nvo3.h>
#include "permute.h"

/* What the value says: two bits of kind above a 30-bit number. */
enum nvo3_map_kind {
	NVO3_MAP_NONE,		/* no mapping: value 0 */
	NVO3_MAP_PORT,
	NVO3_MAP_REMOTE,
	NVO3_MAP_GROUP,		/* several ways, see group.h */
};

#define NVO3_MAP_NR_BITS	30

/* The cold part of a mapping. */
struct nvo3_map_cold {
	u64 epoch;		/* 0: static */
	u8 prov;		/* enum nvo3_prov */
	u8 generation;		/* of an agent's mapping: which snapshot named it last */
	u8 pad[2];		/* room for state */
	u32 group;		/* of the tenant system, 0: none; for readers in vmgroups.h */
};

struct nvo3_mapping {
	u32 vni;
	u8 mac[ETH_ALEN];
	u8 prov;		/* enum nvo3_prov */
	u8 generation;
	enum nvo3_map_kind kind;
	u32 nr;			/* of the port, remote or group */
	u32 group;		/* that the tenant system belongs to, 0: none */
	u64 epoch;
};

static inline struct nvo3_key nvo3_map_key(u32 vni, const u8 *mac)
{
	/* ether_addr_to_u64() would be a loop, on the way of every frame. */
	u64 addr = (u64)get_unaligned_be16(mac) << 32 | get_unaligned_be32(mac + 2);

	return (struct nvo3_key){ .lo = addr | (u64)vni << 48, .hi = vni >> 16 };
}

static inline enum nvo3_map_kind nvo3_map_kind(u32 value)
{
	return value >> NVO3_MAP_NR_BITS;
}

/* Does it lead to another NVE? */
static inline bool nvo3_map_is_remote(enum nvo3_map_kind kind)
{
	return kind >= NVO3_MAP_REMOTE;
}

static inline u32 nvo3_map_nr(u32 value)
{
	return value & (BIT(NVO3_MAP_NR_BITS) - 1);
}

/* The fast path's one lookup; 0 if there is no mapping. */
static inline u32 nvo3_map_lookup(const struct nvo3_table *table, u32 vni, const u8 *mac)
{
	return nvo3_table_lookup(table, nvo3_map_key(vni, mac));
}

/* The same in two steps; see nvo3_table_fetch(). */
static inline struct nvo3_permuted nvo3_map_fetch(const struct nvo3_table *table, u32 vni,
						  const u8 *mac)
{
	return nvo3_table_fetch(table, nvo3_map_key(vni, mac));
}

static inline void nvo3_map_prefetch(const struct nvo3_table *table, u32 vni, const u8 *mac)
{
	nvo3_table_prefetch(table, nvo3_map_key(vni, mac));
}

/* Fill @out with the mapping of (vni, mac); false if there is none. */
bool nvo3_map_find(struct nvo3_table *table, u32 vni, const u8 *mac, struct nvo3_mapping *out);

/*
 * May @claim take the place of @held? 0, or -ESTALE (its epoch is older) or
 * -EEXIST (the same epoch, another place). An epoch beats none.
 */
int nvo3_map_judge(const struct nvo3_mapping *held, const struct nvo3_mapping *claim);

/* Do they say the same? Their generations are not asked. */
bool nvo3_map_same(const struct nvo3_mapping *a, const struct nvo3_mapping *b);

/*
 * Store @new in place of what is there. The caller has judged the claim and owns the references
 * behind the numbers. @old gets what was there (kind NONE if nothing). Readers notice nothing but
 * another place. 0, or an error of nvo3_table_insert() and nothing changed.
 */
int nvo3_map_store(struct nvo3_table *table, const struct nvo3_mapping *new,
		   struct nvo3_mapping *old);

/* Remove a mapping; @old gets it. False if there was none. */
bool nvo3_map_remove(struct nvo3_table *table, u32 vni, const u8 *mac, struct nvo3_mapping *old);

/* Walk all mappings; see nvo3_table_next(). */
bool nvo3_map_next(struct nvo3_table *table, u32 *pos, struct nvo3_mapping *out);

#ifdef DEBUG
bool nvo3_map_selftest(void);
#endif

#endif /* _NVO3_MAP_H */
