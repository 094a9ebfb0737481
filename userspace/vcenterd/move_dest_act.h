/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The steps of one move towards us, and their requests to vServer and nDirector.
 */
#ifndef VCENTERD_MOVE_DEST_ACT_H
#define VCENTERD_MOVE_DEST_ACT_H

#include "move_dest.h"

/* RELOCATE_DEST at the vServer, or RELOCATE_COPY, as job->in says; then job->pull_done(). */
void dest_act_pull(struct vcenter *vc, struct dest_job *job, const Nvo3__MovePull *msg);
/* Do what is to be done next, as far as it goes now. */
void move_dest_run(struct vcenter *vc, struct dest_job *job);
/* Store that it is aborted, and let the room go. */
int move_dest_aborted(struct vcenter *vc, struct dest_job *job, struct err *err);

#endif
