/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What some drivers can do for moves. As the functions of driver.h that may block, but these take
 * minutes: each has a thread of its own.
 */
#ifndef NVO3D_VSERVER_DRIVER_MOVES_H
#define NVO3D_VSERVER_DRIVER_MOVES_H

#include "driver.h"

struct driver_moves {
	/*
	 * The memory of one that stands still goes to its file in @dir (savedfile.h), and it ends.
	 * One that has ended so before is fine. driver_ops.cancel ends it; then it stands still as
	 * before. NULL: this driver's VMs have no memory to keep, or the hypervisor cannot.
	 */
	int (*save)(struct driver *d, const Nvo3__VmProfile *vm, const char *dir, struct err *err);
	/*
	 * With it, perhaps of another host, it is there again and stands still; *ret_fd as for
	 * start. One that is active is left as it is. -ENOENT: nothing was saved, or not all of it
	 */
	int (*restore)(struct driver *d, const Nvo3__VmProfile *vm, const char *dir, int *ret_fd,
		       struct err *err);
	/* Bytes of the migration that goes on; *ret_total 0: there is none, or nothing is known */
	int (*progress)(struct driver *d, const Nvo3__VmProfile *vm, uint64_t *ret_done,
			uint64_t *ret_total, struct err *err);
};

#endif
