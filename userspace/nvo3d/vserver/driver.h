/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What makes a VM out of a profile. Functions return 0 or a negative errno with a sentence, and can
 * be repeated: what is there stays, what is gone is fine. -EHOSTDOWN: no answer of the hypervisor.
 * Those of the first group do not block longer than a few netlink requests. Those of the second
 * may, if the driver says so, and are then called in another thread (driver_call.h).
 */
#ifndef NVO3D_VSERVER_DRIVER_H
#define NVO3D_VSERVER_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "driver_status.h"
#include "driver_use.h"
#include "errs.h"
#include "proto/common.pb-c.h"
#include "uuid.h"

#define DRIVER_PORT_MAX 16	/* IFNAMSIZ */

struct config;
struct loop;

struct driver {
	const struct driver_ops *ops;
	bool blocks;
	uint32_t grace_ms;	/* from asking a guest to end to making it */
	const char *stays;	/* why no VM that runs can move, part of a sentence; or NULL */
	const struct driver_moves *moves;	/* driver_moves.h; NULL: none of it */
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
	/* One of its interfaces, which its guest has not any more */
	int (*drop)(struct driver *d, const Nvo3__Nic *nic, struct err *err);
	/*
	 * Does its guest run? *ret_fd as for start. -ESRCH: it does not. A driver that cannot know
	 * yet says that it does, and soon that it has ended, if it has.
	 */
	int (*find)(struct driver *d, const Nvo3__VmProfile *vm, const char *dir, int *ret_fd,
		    struct err *err);
	/* Of a driver whose VMs others may change, else NULL, as the next one */
	void (*status)(struct driver *d, const struct uuid *id, struct driver_status *ret);
	/* @watcher NULL: not any more */
	int (*watch)(struct driver *d, struct loop *loop, const struct driver_watcher *watcher,
		     void *arg, struct err *err);

	/* --- those that may block; NULL: there is nothing to be done */

	int (*define)(struct driver *d, const Nvo3__VmProfile *vm, const char *dir,
		      struct err *err);
	int (*undefine)(struct driver *d, const Nvo3__VmProfile *vm, struct err *err);
	/*
	 * The guest, which lives on when this process ends. *ret_fd is the caller's: it becomes
	 * readable when the guest has ended.
	 */
	int (*start)(struct driver *d, const Nvo3__VmProfile *vm, const char *dir, int *ret_fd,
		     struct err *err);
	/* Ask it to end, or with @now make it; that it has is told by the descriptor */
	int (*kill)(struct driver *d, const Nvo3__VmProfile *vm, const char *dir, bool now,
		    struct err *err);
	/* Of one that runs. A driver without it cannot: NULL */
	int (*suspend)(struct driver *d, const Nvo3__VmProfile *vm, bool on, struct err *err);
	int (*reboot)(struct driver *d, const Nvo3__VmProfile *vm, struct err *err);
	/*
	 * The console of one that runs, as a descriptor of the caller's: what is written goes to
	 * the guest, and what is not read waits. It ends when the console does; closing it lets go.
	 * -EBUSY: somebody has it; with @force he loses it. NULL: guests have none.
	 */
	int (*console)(struct driver *d, const Nvo3__VmProfile *vm, bool force, int *ret_fd,
		       struct err *err);
	/*
	 * Of one that runs: it has as many processors and as much memory as @vm says now, or a
	 * failure and what it had. NULL: neither is limited here.
	 */
	int (*resize)(struct driver *d, const Nvo3__VmProfile *vm, struct err *err);
	/* The same with its disk, which is not larger now. NULL: the image's file is all of it */
	int (*grow)(struct driver *d, const Nvo3__VmProfile *vm, struct err *err);
	/*
	 * An interface of one that runs: its guest gets it, its access device being there; or its
	 * guest has let go of it. NULL: the access device is all of it.
	 */
	int (*plug)(struct driver *d, const Nvo3__VmProfile *vm, size_t nic, struct err *err);
	int (*unplug)(struct driver *d, const Nvo3__VmProfile *vm, size_t nic, struct err *err);
	/*
	 * A VM that runs goes to the hypervisor of @uri, where its files are to lie in @there; it
	 * stands still there, and is not here any more. Takes minutes; cancel ends it, while it is
	 * on its way, and may be called meanwhile. NULL: this driver cannot.
	 */
	int (*migrate)(struct driver *d, const Nvo3__VmProfile *vm, const char *dir,
		       const char *uri, const char *there, struct err *err);
	int (*cancel)(struct driver *d, const Nvo3__VmProfile *vm, struct err *err);
	/* Of all that run, ours or not, into an array for the caller to free() */
	int (*use)(struct driver *d, struct driver_use **ret, size_t *ret_n, struct err *err);
	/* The same of a driver that is to be told which: of one that runs */
	int (*use_of)(struct driver *d, const Nvo3__VmProfile *vm, const char *dir,
		      struct driver_use *ret, struct err *err);
	/* One that has come so, and stands still; *ret_fd as for start. -ESRCH: it has not */
	int (*arrived)(struct driver *d, const Nvo3__VmProfile *vm, int *ret_fd, struct err *err);
};

/* @name is that of this vServer, to keep apart those that share a machine */
int driver_netns_new(struct driver **ret, const char *name, uint32_t mtu, struct err *err);
/* As the configuration of this vServer says; strings are borrowed */
int driver_libvirt_new(struct driver **ret, const struct config *config, struct err *err);

#endif
