// SPDX-License-Identifier: GPL-2.0
/*
 * A VM that is a network namespace: needs no hypervisor, moves real frames. Inside are lo and
 * eth0, eth1...; outside is the other end of each veth, in the namespace of this process.
 */

#include <errno.h>
#include <limits.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "driver.h"
#include "guest.h"
#include "mem.h"
#include "msg.h"
#include "nl.h"
#include "place.h"
#include "rtnl.h"
#include "storage.h"

#define PLACE_NAME_MAX 96

struct driver_netns {
	struct driver driver;
	char name[64];
	uint32_t mtu;
	struct nlsock *rt;		/* of our own namespace */
};

static struct driver_netns *self(struct driver *d)
{
	return (struct driver_netns *)d;
}

static void dn_free(struct driver *d)
{
	nlsock_close(self(d)->rt);
	free(self(d));
}

/* "nvo3-host1-6ba7b810": for people, and for "ip netns" */
static void place_name(struct driver *d, const Nvo3__VmProfile *vm, char ret[PLACE_NAME_MAX])
{
	const uint8_t *id = vm->vm.data;

	snprintf(ret, PLACE_NAME_MAX, "nvo3-%s-%02x%02x%02x%02x", self(d)->name, id[0], id[1],
		 id[2], id[3]);
}

static void dn_port(struct driver *d, const Nvo3__Nic *nic, char ret[DRIVER_PORT_MAX])
{
	const uint8_t *id = nic->tsi.data;

	snprintf(ret, DRIVER_PORT_MAX, "v%02x%02x%02x%02x", id[0], id[1], id[2], id[3]);
}

static int set_up_inside(struct nlsock *inside, const struct link_info *info,
			 const Nvo3__Nic *nic, struct err *err)
{
	int rc = link_set_up(inside, info->ifindex, true, err);

	/* Else it asks */
	for (size_t i = 0; !nic->dhcp && i < nic->n_ips && !rc; i++) {
		struct ip_prefix p = { .len = nic->ips[i]->len };

		msg_get_ip(&nic->ips[i]->addr, &p.addr);
		rc = link_addr_add(inside, info->ifindex, &p, err);
	}
	return rc;
}

/* eth0, or what is free: interfaces come and go, and keep their names */
static void free_name(struct nlsock *inside, char ret[DRIVER_PORT_MAX])
{
	struct link_info info;
	unsigned int n = 0;

	do
		snprintf(ret, DRIVER_PORT_MAX, "eth%u", n++);
	while (!link_get(inside, ret, &info, NULL));
}

static int make_nic(struct driver *d, int place, struct nlsock *inside, const Nvo3__Nic *nic,
		    struct err *err)
{
	char name[DRIVER_PORT_MAX], port[DRIVER_PORT_MAX];
	struct link_end in = { .name = name, .netns_fd = place, .mtu = self(d)->mtu };
	struct link_end out = { .name = port, .netns_fd = -1, .mtu = self(d)->mtu };
	struct link_info info;
	int rc = 0;

	dn_port(d, nic, port);
	msg_get_mac(&nic->mac, &in.mac);
	if (link_get(self(d)->rt, port, &info, NULL)) {
		free_name(inside, name);
		rc = link_veth_add(self(d)->rt, &out, &in, err);
		if (!rc)
			rc = link_get(self(d)->rt, port, &info, err);
	}
	if (!rc)
		rc = link_get_by_index(inside, info.peer, &info, err);
	return rc ? rc : set_up_inside(inside, &info, nic, err);
}

/* The namespace may live on in the guest only, see place_rename() */
static int open_place(const char *name, const char *dir, struct err *err)
{
	_cleanup_close_ int guest = -1;
	int fd = place_open(name, err), rc;

	if (fd != -ENOENT)
		return fd;
	guest = guest_netns(dir, NULL);
	if (guest < 0)
		return place_make(name, err);
	rc = place_rename(name, guest, err);
	return rc ? rc : place_open(name, err);
}

static int dn_attach(struct driver *d, const Nvo3__VmProfile *vm, const char *dir, struct err *err)
{
	_cleanup_nlsock_ struct nlsock *inside = NULL;
	_cleanup_close_ int place = -1;
	char name[PLACE_NAME_MAX];
	struct link_info lo;
	int rc;

	place_name(d, vm, name);
	place = open_place(name, dir, err);
	if (place < 0)
		return place;
	rc = nlsock_open(&inside, NETLINK_ROUTE, place, err);
	if (!rc)
		rc = link_get(inside, "lo", &lo, err);
	if (!rc)
		rc = link_set_up(inside, lo.ifindex, true, err);
	for (size_t i = 0; i < vm->n_nics && !rc; i++)
		rc = make_nic(d, place, inside, vm->nics[i], err);
	return rc;
}

/* The other end goes with it */
static int dn_drop(struct driver *d, const Nvo3__Nic *nic, struct err *err)
{
	char port[DRIVER_PORT_MAX];
	struct link_info info;
	int rc;

	dn_port(d, nic, port);
	rc = link_get(self(d)->rt, port, &info, err);
	if (!rc)
		rc = link_del(self(d)->rt, info.ifindex, err);
	return rc == -ENODEV ? 0 : rc;
}

static int dn_detach(struct driver *d, const Nvo3__VmProfile *vm, struct err *err)
{
	char name[PLACE_NAME_MAX];

	for (size_t i = 0; i < vm->n_nics; i++) {
		int rc = dn_drop(d, vm->nics[i], err);

		if (rc)
			return rc;
	}
	place_name(d, vm, name);
	return place_remove(name, err);
}

static int dn_set_link(struct driver *d, const Nvo3__VmProfile *vm, bool up, struct err *err)
{
	char port[DRIVER_PORT_MAX];
	struct link_info info;
	int rc = 0;

	for (size_t i = 0; i < vm->n_nics && !rc; i++) {
		dn_port(d, vm->nics[i], port);
		rc = link_get(self(d)->rt, port, &info, err);
		if (!rc && info.up != up)
			rc = link_set_up(self(d)->rt, info.ifindex, up, err);
	}
	return rc;
}

static int dn_start(struct driver *d, const Nvo3__VmProfile *vm, const char *dir, int *ret_fd,
		    struct err *err)
{
	_cleanup_close_ int place = -1;
	char name[PLACE_NAME_MAX];

	/* who was here before may have ended behind its start: a second one would take its place */
	if (!guest_find(dir, ret_fd, NULL))
		return 0;
	place_name(d, vm, name);
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

/* What the end outside has received the guest has sent. In another thread: a socket of its own */
static int count_frames(struct driver *d, const Nvo3__VmProfile *vm, struct driver_use *use,
			struct err *err)
{
	_cleanup_nlsock_ struct nlsock *rt = NULL;
	int rc = nlsock_open(&rt, NETLINK_ROUTE, -1, err);

	for (size_t i = 0; i < vm->n_nics && !rc; i++) {
		struct link_bytes bytes;
		char port[DRIVER_PORT_MAX];

		dn_port(d, vm->nics[i], port);
		rc = link_get_bytes(rt, port, &bytes, err);
		if (!rc) {
			use->net_in += bytes.out;
			use->net_out += bytes.in;
		}
	}
	return rc;
}

/* Its disk is read by its guest through files of the host's: how much nobody counts */
static int dn_use_of(struct driver *d, const Nvo3__VmProfile *vm, const char *dir,
		     struct driver_use *ret, struct err *err)
{
	char image[PATH_MAX];
	int rc;

	rc = guest_use(dir, &ret->cpu_ns, &ret->memory_kib, err);
	if (rc)
		return rc;
	snprintf(image, sizeof(image), "%s/www/image", dir);
	ret->disk_kib = storage_kib(image);
	return count_frames(d, vm, ret, err);
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
	snprintf(dn->name, sizeof(dn->name), "%s", name);
	dn->mtu = mtu;
	rc = nlsock_open(&dn->rt, NETLINK_ROUTE, -1, err);
	if (rc) {
		free(dn);
		return rc;
	}
	*ret = &dn->driver;
	return 0;
}
