/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A tenant follows the move that he has asked for (tenant_wish.h), or gives it up (V10). It is
 * known to the vCenter that coordinates it: of the DC where the VM was when he asked.
 */
#ifndef VCENTERD_TENANT_MOVE_H
#define VCENTERD_TENANT_MOVE_H

#include "vcenter.h"

/* TENANT_MOVE, TENANT_MOVE_ABORT; @of_peer: no peer is asked. Answers now or later. */
void tenant_move(struct vcenter *vc, struct chan *chan, const struct msg *msg, bool of_peer);

#endif
