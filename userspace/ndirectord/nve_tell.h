/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The MAP_UPDATE messages that an NVE is sent; see tell.h.
 */
#ifndef NDIRECTORD_NVE_TELL_H
#define NDIRECTORD_NVE_TELL_H

#include "tell.h"

/* follower.arg is the struct director */
void nve_tell(struct follower *f, struct db_item **items, int n, uint64_t revision, bool end);

#endif /* NDIRECTORD_NVE_TELL_H */
