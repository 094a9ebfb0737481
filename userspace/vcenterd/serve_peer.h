/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the vCenters of other DCs ask of us, on the sessions that they open.
 */
#ifndef VCENTERD_SERVE_PEER_H
#define VCENTERD_SERVE_PEER_H

#include "vcenter.h"

void serve_peer_up(struct vcenter *vc, struct chan *chan);
bool serve_peer_message(struct vcenter *vc, struct chan *chan, const struct msg *msg);

#endif
