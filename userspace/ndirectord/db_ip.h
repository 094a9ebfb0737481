/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who has which IP in a VN: an index of the placements and mappings themselves, by the IPs that
 * are inside of them. A slot says which piece of the pool it is, and which of its IPs.
 *
 * The first one that holds an IP keeps it: who comes second with another MAC is not in the index,
 * not even after the first one has gone. A placement and a mapping of one MAC are one holder: when
 * the one goes that is in the index, the other one takes its slot. Of one thread.
 */
#ifndef NDIRECTORD_DB_IP_H
#define NDIRECTORD_DB_IP_H

#include <stdint.h>
#include "lib/addr.h"

struct db_vn;

/* What can hold one. */
enum db_ip_kind { DB_IP_MAP, DB_IP_PLACED };

struct db_ip_slot {
	uint32_t ref;			/* of the pool */
	uint8_t tag;			/* the kind, which of its IPs, and bits of the hash */
} __attribute__((packed));

/* All zero is an empty one. */
struct db_ip_index {
	struct db_ip_slot *slots;
	uint32_t size;
	uint32_t n;			/* IPs that are there */
	uint32_t left;			/* slots that one was removed from */
};

/* The MAC that has @ip, as long as nothing changes; or NULL. */
const struct mac_addr *db_ip_find(struct db_vn *vn, const struct ip_addr *ip);
/*
 * Between the files of the database: @piece, a struct db_map or db_placed, is in the VN's table
 * with its IPs; it is about to leave it, or to have others.
 */
void db_ips_hold(struct db_vn *vn, enum db_ip_kind kind, const void *piece);
void db_ips_drop(struct db_vn *vn, enum db_ip_kind kind, const void *piece);
void db_ips_uninit(struct db_vn *vn);	/* the pieces stay */

#endif /* NDIRECTORD_DB_IP_H */
