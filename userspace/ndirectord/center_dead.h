/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NDIRECTORD_CENTER_DEAD_H
#define NDIRECTORD_CENTER_DEAD_H

#include "director.h"
#include "proto/placement.pb-c.h"

/* NVE_DEAD, which it answers: vCenter's verdict */
void center_nve_dead(struct director *d, struct chan *chan, const struct msg *msg,
		     const Nvo3__NveDead *m);

#endif /* NDIRECTORD_CENTER_DEAD_H */
