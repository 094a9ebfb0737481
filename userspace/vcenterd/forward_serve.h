/* SPDX-License-Identifier: GPL-2.0 */
/* What the root of this data centre asks of it, on the session that it opens. */
#ifndef VCENTERD_FORWARD_SERVE_H
#define VCENTERD_FORWARD_SERVE_H

#include "lib/msg.h"
#include "vcenter.h"

/* A session of a peer has come up; has ended. */
void forward_serve_up(struct vcenter *vc, struct chan *chan);
void forward_serve_down(struct vcenter *vc, const struct chan *chan);
/* PEER_API and PEER_PLACE_ASK; false: it is another message. */
bool forward_serve(struct vcenter *vc, struct chan *chan, const struct msg *msg);

#endif
