/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Our sessions to the vCenters of other DCs: on these we ask. At the start of each our VNs are
 * told. What peers ask of us comes on their sessions: serve_peer.h.
 */
#ifndef VCENTERD_SESSION_PEER_H
#define VCENTERD_SESSION_PEER_H

#include "vcenter.h"

int session_peer_start(struct vcenter *vc, struct err *err);
void session_peer_stop(struct vcenter *vc);

/* To all peers that are up; the others learn it at the start of their next session. */
void session_peer_vn_set(struct vcenter *vc, const struct vn *vn);
void session_peer_vn_del(struct vcenter *vc, const struct uuid *vn);

#endif
