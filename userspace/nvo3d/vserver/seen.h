/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is to be done about a VM that is not as it should be, because somebody else did something
 * to it. Pure.
 */
#ifndef NVO3D_VSERVER_SEEN_H
#define NVO3D_VSERVER_SEEN_H

#include "driver.h"

enum seen_act {
	SEEN_NOTHING,
	SEEN_TAKE_OVER,		/* it runs: make it one that shall */
	SEEN_FENCE,		/* it runs and must not: end it */
	SEEN_PAUSED,		/* its state is another one now */
	SEEN_RESUMED,
	SEEN_REMOVED,
	SEEN_FOREIGN,		/* it says that it is ours, and is not */
};

/* Of a VM in @state in which no operation goes on; UNKNOWN: one that we do not have */
enum seen_act seen_decide(Nvo3__VmState state, const struct driver_status *seen);

#endif
