/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is asked of a VM while the rest of an earlier try is being removed, or while something that
 * must come first goes on: it is begun when that has ended.
 */
#ifndef NVO3D_VSERVER_LATER_H
#define NVO3D_VSERVER_LATER_H

#include "task.h"

typedef void (*later_fn)(struct vserver *vs, const ProtobufCMessage *msg, task_done_fn done,
			 void *arg);

/*
 * When @vm's task has ended, @begin is called from the loop with a copy of @msg, and has to tell
 * @done; at the end of the program that is told UNAVAILABLE.
 */
void later_begin(struct vm *vm, const ProtobufCMessage *msg, later_fn begin, task_done_fn done,
		 void *arg);

#endif
