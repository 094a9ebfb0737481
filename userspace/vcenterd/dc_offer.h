/* SPDX-License-Identifier: GPL-2.0 */
/* What this data centre says to a VM, and how it is told (PEER_PLACE_ASK). */
#ifndef VCENTERD_DC_OFFER_H
#define VCENTERD_DC_OFFER_H

#include "lib/json.h"
#include "lib/msg.h"
#include "proto/peering.pb-c.h"
#include "vcenter.h"

/* @body: as POST /vms has it, checked or not; NULL: only the figures. Nothing is changed. */
void dc_offer_make(struct vcenter *vc, json_t *body, struct dc_offer *ret);

/* For a child, on the session of its root. */
void dc_offer_reply(struct vcenter *vc, struct chan *chan, const struct msg *msg);
/* False: it is none. */
bool dc_offer_from_msg(const struct msg *msg, struct dc_offer *ret);

#endif
