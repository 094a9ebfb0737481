/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A connection to libvirt that comes back by itself, and what is asked over it. Hides the library.
 *
 * Everything here may block and may be called from any thread, and returns 0 or a negative errno
 * with a sentence that ends in libvirt's own. -EHOSTDOWN: there is no connection at present;
 * -ESRCH: there is no such domain.
 */
#ifndef NVO3D_VSERVER_VIRT_H
#define NVO3D_VSERVER_VIRT_H

#include <stdbool.h>
#include <stdint.h>

#include "driver.h"
#include "errs.h"
#include "uuid.h"

#define VIRT_NAMESPACE "urn:nvo3:vm:1"

enum virt_end {
	VIRT_END_NONE, VIRT_END_SHUTDOWN, VIRT_END_KILLED, VIRT_END_CRASHED, VIRT_END_LEFT
};

struct virt_domain {
	struct uuid id;
	char name[128];
	bool ours;		/* by its metadata, VIRT_NAMESPACE */
	bool defined, active, paused;
	bool moving;		/* paused for a migration, to or from here, that has not ended */
	enum virt_end end;	/* of one that is not active: why it ended, if that is known */
};

/* All are called in a thread of virt's own and must not wait for virt_close() */
struct virt_ops {
	/* Something happened to this domain: look at it */
	void (*changed)(const struct uuid *id, void *arg);
	/* Connected, perhaps again: look at everything */
	void (*up)(void *arg);
	void (*down)(const char *why, void *arg);
};

struct virt;

/* Tries to connect before it returns; that it could not is no error, but said to ops->down */
int virt_open(struct virt **ret, const char *uri, const struct virt_ops *ops, void *arg,
	      struct err *err);
void virt_close(struct virt *v);

/* *ret is filled in also for a domain that is not there, with neither defined nor active */
int virt_look(struct virt *v, const struct uuid *id, struct virt_domain *ret, struct err *err);
/* Of all domains, ours or not, into an array for the caller to free() */
int virt_list(struct virt *v, struct uuid **ret, size_t *ret_n, struct err *err);

int virt_define(struct virt *v, const char *xml, struct err *err);
/* Its definition and what was saved of it; one that is not there is fine */
int virt_undefine(struct virt *v, const struct uuid *id, struct err *err);
/* One that is active is fine */
int virt_start(struct virt *v, const struct uuid *id, struct err *err);
/* Ask it to end, or make it; one that is not active is fine */
int virt_shutdown(struct virt *v, const struct uuid *id, struct err *err);
int virt_destroy(struct virt *v, const struct uuid *id, struct err *err);
int virt_suspend(struct virt *v, const struct uuid *id, bool on, struct err *err);
int virt_reboot(struct virt *v, const struct uuid *id, struct err *err);

/*
 * Of a domain that is active: what it has from now on, or a failure and what it had. Some need the
 * guest to take part, and take as long as it does, 15 s at most.
 */
int virt_resize(struct virt *v, const struct uuid *id, unsigned int cpus, uint32_t mib,
		struct err *err);
/* The same of a container, which is not asked: so much of its host's time and memory it has */
int virt_limit(struct virt *v, const struct uuid *id, unsigned int cpus, uint32_t mib,
	       struct err *err);
/* Its disk @target, "vda", has so much at least */
int virt_grow(struct virt *v, const struct uuid *id, const char *target, uint32_t mib,
	      struct err *err);
/* @xml is that of an interface with @mac; one that is there, or is not there, is fine */
int virt_plug(struct virt *v, const struct uuid *id, const char *mac, const char *xml,
	      struct err *err);
int virt_unplug(struct virt *v, const struct uuid *id, const char *mac, const char *xml,
		struct err *err);

/* As driver_ops.console */
int virt_console(struct virt *v, const struct uuid *id, bool force, int *ret_fd, struct err *err);

/* Of all active domains, as virt_list() */
int virt_stats(struct virt *v, struct driver_use **ret, size_t *ret_n, struct err *err);

struct virt_migration {
	const char *uri;	/* of the other libvirtd, as this one is to reach it */
	const char *here, *there;	/* the folder of its files */
};

/*
 * Peer to peer, with its disks; at the other end it is defined and stands still, here it is not
 * active any more, but defined. Takes minutes.
 */
int virt_migrate(struct virt *v, const struct uuid *id, const struct virt_migration *m,
		 struct err *err);
/* End a migration or a saving that goes on; without one it is fine */
int virt_cancel(struct virt *v, const struct uuid *id, struct err *err);
/* Bytes of it, disks and memory; *ret_total 0: there is none, or that is not known */
int virt_progress(struct virt *v, const struct uuid *id, uint64_t *ret_done, uint64_t *ret_total,
		  struct err *err);

/* virt_save.c. Its memory goes to @file, and it ends; one that has ended so before is fine */
int virt_save(struct virt *v, const struct uuid *id, const char *file, struct err *err);
/*
 * Out of @file, perhaps of another host: it is active and stands still, its files below @dir.
 * -ENOENT: the file is not whole
 */
int virt_restore(struct virt *v, const struct uuid *id, const char *file, const char *dir,
		 struct err *err);

#endif
