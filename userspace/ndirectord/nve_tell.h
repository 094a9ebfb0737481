/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The MAP_UPDATE messages that an NVE is sent; see tell.h.
 */
#ifndef NDIRECTORD_NVE_TELL_H
#define NDIRECTORD_NVE_TELL_H

#include "tell.h"

/* follower.arg is the struct director */
void nve_tell(struct follower *f, const struct follow_batch *b);

/* Its policies, to all that have joined. */
void nve_tell_vn(const struct db_vn *vn);

#endif /* NDIRECTORD_NVE_TELL_H */
