/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A port that a frame has made active gets its mapping, and listeners hear of it. See wake.c.
 */
#ifndef _NVO3_WAKE_H
#define _NVO3_WAKE_H

#include "nve.h"

/* All that is left to do for the port, if it wakes. Caller holds the mutex. */
void nvo3_wake_settle(struct nvo3_nve *nve, struct nvo3_port *port);

/* nve->wake: for all ports of the NVE that wake. */
void nvo3_wake_work(struct work_struct *work);

#endif /* _NVO3_WAKE_H */
