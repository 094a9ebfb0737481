/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The requests of a coordinator: to the source vServer, to the nDirector, and to the
 * destination, which is a peer's vCenter or a part of this one.
 */
#ifndef VCENTERD_MOVE_ASK_H
#define VCENTERD_MOVE_ASK_H

#include "move_run.h"

/* Ends in move_run_answer(), perhaps before it returns. */
void move_ask(struct vcenter *vc, struct move_job *job, enum move_act act);
/* How many bytes of the image does the peer have? Into job->m.image_done. */
void move_ask_progress(struct vcenter *vc, struct move_job *job);

#endif
