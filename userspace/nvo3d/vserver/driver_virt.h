/* SPDX-License-Identifier: GPL-2.0 */
/* The driver libvirt, within its own files */
#ifndef NVO3D_VSERVER_DRIVER_VIRT_H
#define NVO3D_VSERVER_DRIVER_VIRT_H

#include <pthread.h>
#include <stdatomic.h>

#include "driver_moves.h"
#include "virt.h"
#include "virt_table.h"

struct config_libvirt;
struct nics;
struct note;

struct driver_libvirt {
	struct driver driver;
	struct driver_ops own;		/* containers have some less */
	const struct config_libvirt *config;
	uint32_t mtu;
	struct nics *nics;
	struct virt *virt;
	struct virt_table *table;
	atomic_bool known;		/* connected once, and looked at all */
	/* to the loop */
	const struct driver_watcher *watcher;
	void *arg;
	struct loop_fd *watch;
	int mail;			/* eventfd: there is something */
	pthread_mutex_t lock;		/* of the following */
	struct note *notes;
	bool is_up;			/* said, and not yet handed on */
	struct err why;
	bool is_down;
};

static inline struct driver_libvirt *driver_virt(struct driver *d)
{
	return (struct driver_libvirt *)d;
}

/* @rc, with the VM's name before the sentence if it is a failure */
static inline int driver_virt_of(const Nvo3__VmProfile *vm, int rc, struct err *err)
{
	return rc ? err_prefix(err, rc, "VM %s", vm->name) : 0;
}

/* Look at it, now; any thread */
int driver_virt_observe(struct driver_libvirt *dl, const struct uuid *id, struct err *err);

/* driver_virt_moves.c: of driver_ops, and of those that have an emulator */
int driver_virt_migrate(struct driver *d, const Nvo3__VmProfile *vm, const char *dir,
			const char *uri, const char *there, struct err *err);
int driver_virt_cancel(struct driver *d, const Nvo3__VmProfile *vm, struct err *err);
int driver_virt_arrived(struct driver *d, const Nvo3__VmProfile *vm, int *ret_fd,
			struct err *err);
extern const struct driver_moves driver_virt_moves;

#endif
