/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Profiles come and go: ours by the API, those of other DCs from their vCenters. The nDirector and
 * the peers are told.
 */
#ifndef VCENTERD_PROFILE_OPS_H
#define VCENTERD_PROFILE_OPS_H

#include "vcenter.h"

/* For msg_free() */
Nvo3__Profile *profile_copy(const Nvo3__Profile *msg);

/* Both take @msg, the latter as what @p is to be: a version more. -EACCES: it is another DC's. */
int profile_ops_create(struct vcenter *vc, Nvo3__Profile *msg, struct profile **ret,
		       struct err *err);
int profile_ops_set(struct vcenter *vc, struct profile *p, Nvo3__Profile *msg, struct err *err);
/* Refused while an interface has it. Frees @p. */
int profile_ops_delete(struct vcenter *vc, struct profile *p, struct err *err);

/* The vCenter of @dc says so of a profile of its own. Again the same is 0. */
int profile_ops_peer_set(struct vcenter *vc, const char *dc, const Nvo3__Profile *msg,
			 struct err *err);
int profile_ops_peer_del(struct vcenter *vc, const char *dc, const struct uuid *uuid,
			 struct err *err);

#endif
