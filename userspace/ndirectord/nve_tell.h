/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The MAP_UPDATE messages that an NVE is sent; see tell.h.
 */
#ifndef NDIRECTORD_NVE_TELL_H
#define NDIRECTORD_NVE_TELL_H

#include "tell.h"

/* follower.arg is the struct director */
void nve_tell(struct follower *f, const struct follow_batch *b);

#endif /* NDIRECTORD_NVE_TELL_H */
