// SPDX-License-Identifier: GPL-2.0
/* Domains that go from one libvirtd to another. All of it blocks, in another thread */

#include <errno.h>
#include <unistd.h>

#include "driver_virt.h"
#include "profile.h"
#include "savedfile.h"

int driver_virt_migrate(struct driver *d, const Nvo3__VmProfile *vm, const char *dir,
			const char *uri, const char *there, struct err *err)
{
	const struct virt_migration m = { .uri = uri, .here = dir, .there = there };
	struct driver_libvirt *dl = driver_virt(d);
	struct uuid id = profile_id(vm);
	int rc;

	rc = virt_migrate(dl->virt, &id, &m, err);
	if (!rc)
		rc = driver_virt_observe(dl, &id, err);
	return driver_virt_of(vm, rc, err);
}

int driver_virt_cancel(struct driver *d, const Nvo3__VmProfile *vm, struct err *err)
{
	struct uuid id = profile_id(vm);

	return driver_virt_of(vm, virt_cancel(driver_virt(d)->virt, &id, err), err);
}

/* It is there: tell when it ends. *ret_fd as for start */
static int watch(struct driver_libvirt *dl, const struct uuid *id, int *ret_fd, struct err *err)
{
	int fd = virt_table_watch(dl->table, id, err);

	if (fd < 0)
		return fd;
	/* It may have ended before it was watched */
	driver_virt_observe(dl, id, NULL);
	*ret_fd = fd;
	return 0;
}

int driver_virt_arrived(struct driver *d, const Nvo3__VmProfile *vm, int *ret_fd, struct err *err)
{
	struct driver_libvirt *dl = driver_virt(d);
	struct uuid id = profile_id(vm);
	struct virt_domain dom;
	int rc;

	rc = virt_look(dl->virt, &id, &dom, err);
	if (!rc && (!dom.active || !dom.paused))
		rc = err_set(err, ESRCH, "it has not come, or does not stand still");
	if (!rc)
		rc = watch(dl, &id, ret_fd, err);
	return driver_virt_of(vm, rc, err);
}

static int dv_save(struct driver *d, const Nvo3__VmProfile *vm, const char *dir, struct err *err)
{
	struct driver_libvirt *dl = driver_virt(d);
	struct uuid id = profile_id(vm);
	char path[SAVED_PATH_MAX];
	int rc;

	rc = virt_save(dl->virt, &id, saved_path(path, dir), err);
	if (!rc)
		rc = driver_virt_observe(dl, &id, err);
	return driver_virt_of(vm, rc, err);
}

/* As a domain that has a definition: that of this host, which its next start is from */
static int revive(struct driver *d, const Nvo3__VmProfile *vm, const char *dir, struct err *err)
{
	struct uuid id = profile_id(vm);
	char path[SAVED_PATH_MAX];
	int rc;

	if (access(saved_path(path, dir), F_OK))
		return err_set(err, ENOENT, "its memory was not saved");
	rc = d->ops->define(d, vm, dir, err);
	return rc ? rc : virt_restore(driver_virt(d)->virt, &id, path, dir, err);
}

static int dv_restore(struct driver *d, const Nvo3__VmProfile *vm, const char *dir, int *ret_fd,
		      struct err *err)
{
	struct driver_libvirt *dl = driver_virt(d);
	struct uuid id = profile_id(vm);
	struct virt_domain dom;
	int rc;

	rc = virt_look(dl->virt, &id, &dom, err);
	if (!rc && !dom.active)
		rc = revive(d, vm, dir, err);
	if (!rc)
		rc = watch(dl, &id, ret_fd, err);
	return driver_virt_of(vm, rc, err);
}

static int dv_progress(struct driver *d, const Nvo3__VmProfile *vm, uint64_t *ret_done,
		       uint64_t *ret_total, struct err *err)
{
	struct uuid id = profile_id(vm);
	int rc = virt_progress(driver_virt(d)->virt, &id, ret_done, ret_total, err);

	return driver_virt_of(vm, rc, err);
}

const struct driver_moves driver_virt_moves = {
	.save = dv_save, .restore = dv_restore, .progress = dv_progress,
};
