/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The time within which an interface that came with a move has to be activated; else it is
 * released: nobody may ever come back to say that the move was given up.
 */
#ifndef NVO3D_NVE_HOLD_H
#define NVO3D_NVE_HOLD_H

#include "port.h"

/* Associated (anew): the time begins; seconds are @tsi->t.hold_s, 0 is no limit. */
void hold_begin(struct nve_tsi *tsi);
/* Activated, or gone. */
void hold_end(struct nve_tsi *tsi);

#endif
