/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What makes a VM out of a profile. Functions do not block longer than a few netlink requests,
 * return 0 or a negative errno with a sentence, and can be repeated: what is there already
 * stays, what is gone already is fine.
 */
#ifndef NVO3D_VSERVER_DRIVER_H
#define NVO3D_VSERVER_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "errs.h"
#include "proto/common.pb-c.h"

#define DRIVER_PORT_MAX 16	/* IFNAMSIZ */

struct driver {
	const struct driver_ops *ops;
};

struct driver_ops {
	void (*free)(struct driver *d);

	/* The access device of an interface, in the namespace of this process */
	void (*port)(struct driver *d, const Nvo3__Nic *nic, char ret[DRIVER_PORT_MAX]);
	/* The VM's place and its interfaces, which are down outside; @dir is the VM's */
	int (*attach)(struct driver *d, const Nvo3__VmProfile *vm, const char *dir,
		      struct err *err);
	int (*detach)(struct driver *d, const Nvo3__VmProfile *vm, struct err *err);
	int (*set_link)(struct driver *d, const Nvo3__VmProfile *vm, bool up, struct err *err);

	/*
	 * The guest, which lives on when this process ends. *ret_fd is the caller's: it becomes
	 * readable when the guest has ended.
	 */
	int (*start)(struct driver *d, const Nvo3__VmProfile *vm, const char *dir, int *ret_fd,
		     struct err *err);
	/* -ESRCH: there is none */
	int (*find)(struct driver *d, const Nvo3__VmProfile *vm, const char *dir, int *ret_fd,
		    struct err *err);
	/* Ask it to end, or with @now make it; that it has is told by the descriptor */
	int (*kill)(struct driver *d, const Nvo3__VmProfile *vm, const char *dir, bool now,
		    struct err *err);
};

/* @name is that of this vServer, to keep apart those that share a machine */
int driver_netns_new(struct driver **ret, const char *name, uint32_t mtu, struct err *err);

#endif
