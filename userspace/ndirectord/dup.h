/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses that move too often where claims are open: two stations have one of them, and each of
 * their frames
 * moves it (RFC 7432, section 15.1). Pure. Times are loop_now_ms(). Who keeps what is frozen over a
 * restart restores it; moves that have not frozen an address yet are forgotten.
 */
#ifndef NDIRECTORD_DUP_H
#define NDIRECTORD_DUP_H

#include "db_obj.h"

#define DUP_MOVES_MAX 16

struct dup_limits {
	unsigned int moves;		/* 2 to DUP_MOVES_MAX, */
	uint64_t window_ms;		/* in so long a time: it is frozen */
	uint64_t freeze_ms;		/* for so long; 0: until an operator thaws it */
};

/* Note that it has just moved. True: it is frozen by this move. */
bool dup_moved(struct db_vn *vn, const struct mac_addr *mac, uint64_t now,
	       const struct dup_limits *limits);
bool dup_is_frozen(const struct db_vn *vn, const struct mac_addr *mac, uint64_t now);
/* @until: 0 for ever. */
void dup_freeze(struct db_vn *vn, const struct mac_addr *mac, uint64_t until);
/* Its moves until now count no more. False: it was not frozen, though perhaps it had been. */
bool dup_thaw(struct db_vn *vn, const struct mac_addr *mac, uint64_t now);
/* When it ends; 0: never, or it is not frozen at all. */
uint64_t dup_until(const struct db_vn *vn, const struct mac_addr *mac);
/* All that were frozen and are not thawed, in any order; @cb may not change any. */
void dup_each(const struct db_vn *vn, void (*cb)(const struct mac_addr *mac, uint64_t until,
						 void *arg), void *arg);
void dup_free_all(struct db_vn *vn);

#endif /* NDIRECTORD_DUP_H */
