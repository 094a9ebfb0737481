// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "behind.h"
#include "boot.h"
#include "center.h"
#include "console.h"
#include "foreign.h"
#include "driver_call.h"
#include "image_server.h"
#include "mem.h"
#include "move_figures.h"
#include "move_progress.h"
#include "nve_client.h"
#include "ops.h"
#include "persist.h"
#include "task.h"
#include "usage.h"
#include "vserver.h"

static int open_sessions(struct vserver *vs, struct err *err)
{
	vs->center = center_new(vs, err);
	if (!vs->center)
		return -EINVAL;
	vs->nve = nve_client_new(vs, err);
	if (!vs->nve)
		return -EINVAL;
	vs->images = image_server_new(vs, err);
	return vs->images ? 0 : -EADDRNOTAVAIL;
}

int host_start(struct vserver **ret, const struct config *config, struct loop *loop,
	       struct tls *tls, struct driver *driver, struct store *store, struct err *err)
{
	struct vserver *vs = mem_zalloc(sizeof(*vs));
	struct vm *vm, *next;
	int rc;

	vs->config = config;
	vs->loop = loop;
	vs->tls = tls;
	vs->driver = driver;
	vs->store = store;
	vs->consoles = consoles_new();
	rc = persist_load(vs, err);
	if (!rc)
		rc = boot_mark(vs, err);
	if (!rc)
		rc = behind_start(vs, err);
	if (!rc)
		rc = open_sessions(vs, err);
	if (!rc)
		rc = usage_start(&vs->usage, vs, err);
	if (!rc)
		rc = move_progress_start(&vs->progress, vs, err);
	if (rc) {
		vserver_stop(vs);
		return rc;
	}
	/* Before any session is up, so that each begins with what is true */
	HASH_ITER(hh, vs->vms, vm, next)
		vm_resume(vm);
	*ret = vs;
	return 0;
}

/* Memory is ahead of the disk: only a restart brings them together. */
static void lost(const struct err *why, void *arg)
{
	exit(EXIT_FAILURE);
}

int vserver_start(struct vserver **ret, const struct config *config, struct loop *loop,
		  struct tls *tls, struct err *err)
{
	struct driver *driver;
	struct store *store;
	char url[512];
	int rc;

	rc = config->vserver.libvirt ?
		     driver_libvirt_new(&driver, config, err) :
		     driver_netns_new(&driver, config->name, config->vserver.mtu, err);
	if (rc)
		return rc;
	snprintf(url, sizeof(url), "sqlite:%s/vserver.db", config->state);
	store = store_open(url, "nvo3d-vserver", err);
	if (!store) {
		driver->ops->free(driver);
		return -EINVAL;
	}
	rc = store_defer(store, loop, lost, NULL, err);
	if (!rc)
		rc = host_start(ret, config, loop, tls, driver, store, err);
	if (rc) {
		store_close(store);
		driver->ops->free(driver);
		return rc;
	}
	(*ret)->owner = true;
	return 0;
}

void vserver_stop(struct vserver *vs)
{
	struct vm *vm, *next_vm;
	struct move *m, *next_move;

	if (!vs)
		return;
	vs->stopping = true;
	for (vm = vs->vms; vm; vm = vm->hh.next)
		if (vm->task)
			task_abandon(vm->task);
	driver_calls_abandon(vs);
	console_stop(vs);
	move_figures_stop(vs);
	usage_stop(vs->usage);
	move_progress_stop(vs->progress);
	behind_stop(vs);
	foreign_stop(vs);
	image_server_free(vs->images);
	nve_client_free(vs->nve);
	center_free(vs->center);
	HASH_ITER(hh, vs->moves, m, next_move)
		move_free(vs, m);
	HASH_ITER(hh, vs->vms, vm, next_vm)
		vm_free(vm);
	if (vs->owner) {
		store_close(vs->store);
		vs->driver->ops->free(vs->driver);
	}
	free(vs);
}
