/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The MAP_UPDATE messages that an NVE is sent; see tell.h.
 */
#ifndef NDIRECTORD_NVE_TELL_H
#define NDIRECTORD_NVE_TELL_H

#include "proto/control.pb-c.h"
#include "tell.h"

struct director;

/* How the NVE at @chan is told, which depends on what it understands. */
void nve_follower(struct follower *f, struct director *d, struct chan *chan);

/* Is the session of this NVE told of its interest only, if it wishes so? */
bool nve_on_demand(const struct db_vn *vn, const struct db_nve *nve, const struct chan *chan);
/* The VN as this NVE has to know it: what is in force. Borrows from @vn. */
void nve_put_vn(const struct db_vn *vn, const struct db_nve *nve, const struct chan *chan,
		Nvo3__VnInfo *ret);
/* Its policies, to all that have joined. */
void nve_tell_vn(const struct db_vn *vn);

struct db_profile;

/* nve_profile.c: to all sessions that were given it. */
void nve_tell_profile(struct director *d, const struct db_profile *p, bool gone);

#endif /* NDIRECTORD_NVE_TELL_H */
