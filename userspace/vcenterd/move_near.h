/* SPDX-License-Identifier: GPL-2.0 */
/* A move to the data centre that is nearest to where a tenant is, as measured (rtt_ask.h). */
#ifndef VCENTERD_MOVE_NEAR_H
#define VCENTERD_MOVE_NEAR_H

#include "lib/addr.h"
#include "move_run.h"

/*
 * @wish says neither where to nor near to what; all it points to is copied. Calls @begun exactly
 * once, perhaps before it returns, also when it refuses; with vc->stopping nothing else is there.
 */
void move_near_begin(struct vcenter *vc, const struct vm *vm, const struct move_wish *wish,
		     const struct ip_addr *client, move_begun_fn begun, void *arg);

#endif
