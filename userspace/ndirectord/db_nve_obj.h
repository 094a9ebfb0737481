/* SPDX-License-Identifier: GPL-2.0 */
/* An NVE in the database; see db_obj.h. */
#ifndef NDIRECTORD_DB_NVE_OBJ_H
#define NDIRECTORD_DB_NVE_OBJ_H

#include <uthash.h>
#include "lib/addr.h"

#define DB_LOCATORS	4	/* per NVE */
#define DB_NAME		100	/* "DC/NAME" of an NVE, with its end */

/* Why an NVE is stale: it is silent itself, or the director of its DC is. */
enum db_stale { DB_STALE_NVE = 1, DB_STALE_DC = 2 };

/* Of the pool, as VNs are: a million items have references of 30 bits to them. */
struct db_nve {
	char name[DB_NAME];
	char dc[32];
	bool own;			/* of this nDirector's DC */
	uint8_t stale;			/* enum db_stale; still to be used */
	struct ip_addr locators[DB_LOCATORS];
	int n_locators;
	unsigned int items;		/* mappings and memberships in its name */
	unsigned int refs;		/* these, and tombstones that still name it */
	uint64_t idle_since;		/* s since 1970; 0: it has items, or a session */
	bool relay;			/* is told everything in any mode */
	bool forgotten;			/* goes with the last ref (db_reap()) */
	uint64_t told_turn;		/* tell.h: the turn in which others are told of it */
	uint32_t column;		/* of nve_tell.c: its index in what is encoded now */
	struct nve_session *session;	/* of session_nve.h: the newest, or NULL */
	uint64_t lease_until;		/* of lease.h: the end of the last one */
	UT_hash_handle hh;
};

#endif /* NDIRECTORD_DB_NVE_OBJ_H */
