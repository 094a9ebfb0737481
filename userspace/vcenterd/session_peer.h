/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Our sessions to the vCenters of other DCs: on these we ask. At the start of each our VNs and
 * profiles are told. What peers ask of us comes on their sessions: serve_peer.h.
 */
#ifndef VCENTERD_SESSION_PEER_H
#define VCENTERD_SESSION_PEER_H

#include "vcenter.h"

int session_peer_start(struct vcenter *vc, struct err *err);
void session_peer_stop(struct vcenter *vc);

/* To all peers that are up; the others learn it at the start of their next session. */
void session_peer_vn_set(struct vcenter *vc, const struct vn *vn);
void session_peer_vn_del(struct vcenter *vc, const struct uuid *vn);
/* Profiles of ours, likewise, and to those that know what that is. */
void session_peer_profile_set(struct vcenter *vc, const struct profile *p);
void session_peer_profile_del(struct vcenter *vc, const struct uuid *uuid);
bool session_peer_knows_profiles(const struct peer *peer);	/* it is up, and not older */

/* For chan_ops; on the sessions that peers open, too. */
extern const char *const session_peer_capabilities[];

#endif
