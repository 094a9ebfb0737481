/* SPDX-License-Identifier: GPL-2.0 */
/* Requests that were handed on. Between forward.c and forward_serve.c only. */
#ifndef VCENTERD_FORWARD_PRIV_H
#define VCENTERD_FORWARD_PRIV_H

#include "vcenter.h"

struct forward;

struct forwards {
	struct forward *out;		/* utlist: those of children, by their root */
	uint64_t last_id;
	struct chan *parent;		/* our root's present session */
	const struct chan *refused;	/* who is no parent, and was told */
	unsigned int serving;		/* its requests that are under way */
};

struct forwards *forwards_of(struct vcenter *vc);	/* made when there are none yet */

#endif
