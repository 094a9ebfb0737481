/* SPDX-License-Identifier: GPL-2.0 */
/* What a vServer asks of an interface on its way to another NVE, or from one */
#ifndef NVO3D_NVE_ASSOC_MOVE_H
#define NVO3D_NVE_ASSOC_MOVE_H

#include "chan.h"
#include "state.h"

/* @peer is the vServer. False: it is none of these messages */
bool assoc_move_message(struct nve *nve, struct chan *chan, const char *peer,
			const struct msg *msg);

#endif
