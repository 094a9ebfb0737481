/* SPDX-License-Identifier: GPL-2.0 */
/* Where a move is to go. */
#ifndef VCENTERD_MOVE_WISH_H
#define VCENTERD_MOVE_WISH_H

#include "move_run.h"

/*
 * A location that begins with the name of a data centre says which one, if no other was named; the
 * rest is inside that. @dc is where the name is kept.
 */
void move_wish_take_dc(struct vcenter *vc, struct move_wish *wish, char dc[VC_DC_SIZE]);

#endif
