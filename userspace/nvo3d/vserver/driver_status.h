/* SPDX-License-Identifier: GPL-2.0 */
/* What a driver can tell of VMs that others may change */
#ifndef NVO3D_VSERVER_DRIVER_STATUS_H
#define NVO3D_VSERVER_DRIVER_STATUS_H

#include <stdbool.h>

struct uuid;

/* A VM as it is, whoever made it so */
struct driver_status {
	bool known;		/* false: the hypervisor has not told yet */
	bool defined, active, paused;
	bool moving;		/* paused, and on its way from one hypervisor to another */
	bool failed;		/* it ended by itself, and not as a guest that is shut down */
	bool ours;		/* it says that it is one of nvo3's */
	const char *why;	/* it is not active: part of a sentence, or NULL */
};

/* In the loop */
struct driver_watcher {
	/* Something may have happened to this VM, which may be none of ours: look at its status */
	void (*look)(const struct uuid *id, void *arg);
	/* The hypervisor answers, perhaps again: all that was in doubt is known now */
	void (*up)(void *arg);
};

#endif
