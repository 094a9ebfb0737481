/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who may have an address (architecture, "One truth, three copies"). Pure: these look at the
 * database and change nothing. All give a Code of the protocol, and a sentence unless it is
 * CODE(OK).
 */
#ifndef NDIRECTORD_CLAIM_H
#define NDIRECTORD_CLAIM_H

#include "db.h"

/*
 * vCenter places an address. new->epoch 0 asks for a new epoch, above @min_epoch; otherwise it
 * is an old placement told again. Refused when another VM has the MAC or an IP of it in this
 * VN, here or (by a mapping newer than @min_epoch) in another DC.
 */
uint32_t claim_place(struct db *db, const struct db_placement *new, uint64_t min_epoch,
		     struct err *err);

/*
 * An NVE advertises an address: only what is placed behind it, with the placement's epoch, and no
 * IP of another MAC. STALE is said only of what has moved on: the NVE gives it up then.
 */
uint32_t claim_advertise(struct db_vn *vn, const struct mac_addr *mac, const struct db_ips *ips,
			 uint64_t epoch, const struct db_nve *nve, struct err *err);

/* What an accepted claim is worth. */
struct claim_given {
	uint64_t epoch;		/* 0: the next one, above that of the mapping that is there */
	bool moves;		/* from another NVE, where claims are open */
};

/*
 * The same, also for a claim without an epoch (0), and where the VN's claims are open. @frozen:
 * the address may
 * not move (dup.h).
 */
uint32_t claim_any(struct db_vn *vn, const struct mac_addr *mac, const struct db_ips *ips,
		   uint64_t epoch, const struct db_nve *nve, bool frozen, struct claim_given *ret,
		   struct err *err);
/* An operator binds an address; new->bound. EXISTS where a placement or another MAC has it. */
uint32_t claim_bind(struct db *db, const struct db_placement *new, struct err *err);

/* An NVE or a peer takes back an address: only its own, and nothing newer than it knows. */
bool claim_withdraw(const struct db_map *held, uint64_t epoch, const struct db_nve *nve);

/*
 * DENIED if it is another's with this epoch or an older one. A newer one tells that the NVE had
 * lost
 * the address before, and that is no news.
 */
uint32_t claim_may_withdraw(const struct db_map *held, uint64_t epoch, const struct db_nve *nve,
			    struct err *err);

enum claim_merge {
	CLAIM_TAKE,	/* newer, or told again */
	CLAIM_IGNORE,	/* what is held is newer */
	CLAIM_CONFLICT,	/* the same epoch behind two NVEs: kept as it is, and an alert */
};

/* A mapping that another DC's director tells of its own. */
enum claim_merge claim_merge(const struct db_map *held, uint64_t epoch, const struct db_nve *nve);

#endif /* NDIRECTORD_CLAIM_H */
