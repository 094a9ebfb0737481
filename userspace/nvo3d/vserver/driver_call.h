/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A step that is a call of the driver: in a thread, if the driver blocks. When it is done, @ok runs
 * in the loop, or the task has failed.
 */
#ifndef NVO3D_VSERVER_DRIVER_CALL_H
#define NVO3D_VSERVER_DRIVER_CALL_H

#include "task.h"

#define DRIVER_URI_MAX 256

struct driver_call;

/* In the thread. @vm is a copy; nothing else of the task may be looked at */
typedef int (*driver_call_fn)(struct driver *d, const Nvo3__VmProfile *vm, struct driver_call *c,
			      struct err *err);

/* One allocation, with all that the thread needs: it may be abandoned */
struct driver_call {
	struct task *t;			/* NULL: it was left */
	struct driver *d;
	struct vserver *vs;
	struct uuid vm;
	struct job *job;		/* of one that was left, as is next */
	struct driver_call *next;
	driver_call_fn fn;
	void (*ok)(struct task *t, struct driver_call *c);
	bool flag;
	int fd;
	size_t nic;			/* that comes or goes */
	char dir[HOST_DIR_MAX];
	char uri[DRIVER_URI_MAX], there[HOST_DIR_MAX];	/* of a migration */
	size_t len;
	uint8_t profile[];
};

void driver_call(struct task *t, driver_call_fn fn, bool flag,
		 void (*ok)(struct task *t, struct driver_call *c));
/* One that takes minutes: in a thread of its own. The move says where it goes */
void driver_call_long(struct task *t, driver_call_fn fn,
		      void (*ok)(struct task *t, struct driver_call *c));
/*
 * The call that @t waits for goes on without it: what it comes to is of no interest, but for what
 * can be seen of the VM then. The next step is @t's to begin
 */
void driver_call_leave(struct task *t);
/* At the end of the program: wait for those that were left */
void driver_calls_abandon(struct vserver *vs);
/* For @ok: that was all */
void driver_call_next(struct task *t, struct driver_call *c);

#endif
