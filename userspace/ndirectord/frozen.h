/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses that are frozen (dup.h), in memory and in the store alike: a director that starts, or
 * takes over, knows them. In the store is when they end by CLOCK_REALTIME, since a clock that
 * begins anew with the machine says nothing there.
 */
#ifndef NDIRECTORD_FROZEN_H
#define NDIRECTORD_FROZEN_H

#include "director.h"

/* Is it? What was, and is over, goes from the store. */
bool frozen_is(struct director *d, struct db_vn *vn, const struct mac_addr *mac);
/* It has moved; true: too often, and is frozen by that. */
bool frozen_moved(struct director *d, struct db_vn *vn, const struct mac_addr *mac);
bool frozen_thaw(struct director *d, struct db_vn *vn, const struct mac_addr *mac);

/* persist.c: in the store; @until: ms since 1970, 0 for ever */
void persist_frozen(struct director *d, const struct db_vn *vn, const struct mac_addr *mac,
		    uint64_t until);
void persist_thawed(struct director *d, const struct db_vn *vn, const struct mac_addr *mac);

/* For persist.c: the VN goes. */
void frozen_vn_gone(struct director *d, const struct db_vn *vn);
/* Before anybody observes the database; @until_wall: ms, 0 for ever */
void frozen_restore(struct db_vn *vn, const struct mac_addr *mac, uint64_t until_wall);
/* How much is left, in ms; 0: for ever */
uint64_t frozen_left_ms(uint64_t until);

#endif /* NDIRECTORD_FROZEN_H */
