// SPDX-License-Identifier: GPL-2.0
/*
 * A VM that is a network namespace: needs no hypervisor, moves real frames. Inside are lo and
 * eth0, eth1...; outside is the other end of each veth, in the namespace of this process.
 */

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "cleanup.h"
#include "driver.h"
#include "guest.h"
#include "mem.h"
#include "nics.h"
#include "place.h"
#include "profile.h"
#include "storage.h"

struct driver_netns {
	struct driver driver;
	struct nics *nics;
};

static struct nics *nics_of(struct driver *d)
{
	return ((struct driver_netns *)d)->nics;
}

static void dn_free(struct driver *d)
{
	nics_free(nics_of(d));
	free(d);
}

static void dn_port(struct driver *d, const Nvo3__Nic *nic, char ret[DRIVER_PORT_MAX])
{
	nics_port(nic, ret);
}

static int dn_attach(struct driver *d, const Nvo3__VmProfile *vm, const char *dir, struct err *err)
{
	/* The namespace may live on in the guest only, see place_rename() */
	_cleanup_close_ int guest = guest_netns(dir, NULL);

	return nics_attach(nics_of(d), vm, guest, err);
}

static int dn_drop(struct driver *d, const Nvo3__Nic *nic, struct err *err)
{
	return nics_drop(nics_of(d), nic, err);
}

static int dn_detach(struct driver *d, const Nvo3__VmProfile *vm, struct err *err)
{
	return nics_detach(nics_of(d), vm, err);
}

static int dn_set_link(struct driver *d, const Nvo3__VmProfile *vm, bool up, struct err *err)
{
	return nics_set_link(nics_of(d), vm, up, err);
}

static int dn_start(struct driver *d, const Nvo3__VmProfile *vm, const char *dir, int *ret_fd,
		    struct err *err)
{
	_cleanup_close_ int place = -1;
	struct uuid id = profile_id(vm);
	char name[NICS_PLACE_MAX];

	/* who was here before may have ended behind its start: a second one would take its place */
	if (!guest_find(dir, ret_fd, NULL))
		return 0;
	nics_place(nics_of(d), &id, name);
	place = place_open(name, err);
	return place < 0 ? place : guest_start(place, dir, ret_fd, err);
}

static int dn_find(struct driver *d, const Nvo3__VmProfile *vm, const char *dir, int *ret_fd,
		   struct err *err)
{
	return guest_find(dir, ret_fd, err);
}

static int dn_kill(struct driver *d, const Nvo3__VmProfile *vm, const char *dir, bool now,
		   struct err *err)
{
	return guest_kill(dir, now, err);
}

/* Its disk is read by its guest through files of the host's: how much nobody counts */
static int dn_use_of(struct driver *d, const Nvo3__VmProfile *vm, const char *dir,
		     struct driver_use *ret, struct err *err)
{
	struct uuid id = profile_id(vm);
	char image[PATH_MAX];
	int rc;

	rc = guest_use(dir, &ret->cpu_ns, &ret->memory_kib, err);
	if (rc)
		return rc;
	snprintf(image, sizeof(image), "%s/www/image", dir);
	ret->disk_kib = storage_kib(image);
	return nics_bytes(nics_of(d), &id, &ret->net_in, &ret->net_out, err);
}

int driver_netns_new(struct driver **ret, const char *name, uint32_t mtu, struct err *err)
{
	static const struct driver_ops ops = {
		.free = dn_free,
		.port = dn_port,
		.attach = dn_attach,
		.detach = dn_detach,
		.set_link = dn_set_link,
		.drop = dn_drop,
		.start = dn_start,
		.find = dn_find,
		.kill = dn_kill,
		.use_of = dn_use_of,
	};
	struct driver_netns *dn = mem_zalloc(sizeof(*dn));
	int rc;

	/* Guests are watched by descriptor, also those of an earlier process: nobody waits */
	signal(SIGCHLD, SIG_IGN);
	dn->driver.ops = &ops;
	/* busybox ends within milliseconds; what does not listen is ended */
	dn->driver.grace_ms = 3000;
	rc = nics_new(&dn->nics, NICS_VETH, name, mtu, err);
	if (rc) {
		free(dn);
		return rc;
	}
	*ret = &dn->driver;
	return 0;
}
