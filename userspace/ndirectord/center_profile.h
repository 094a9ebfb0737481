/* SPDX-License-Identifier: GPL-2.0 */
/* What a vCenter says about profiles; these answer. Between session_center.c and this only. */
#ifndef NDIRECTORD_CENTER_PROFILE_H
#define NDIRECTORD_CENTER_PROFILE_H

#include "director.h"
#include "proto/placement.pb-c.h"

void center_profile_set(struct director *d, struct chan *chan, const struct msg *msg,
			const Nvo3__ProfileSet *m);
void center_profile_delete(struct director *d, struct chan *chan, const struct msg *msg,
			   const Nvo3__ProfileDelete *m);
void center_profile_grant(struct director *d, struct chan *chan, const struct msg *msg,
			  const Nvo3__ProfileGrant *m);

#endif /* NDIRECTORD_CENTER_PROFILE_H */
