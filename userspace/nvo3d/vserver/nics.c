// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>

#include "cleanup.h"
#include "mem.h"
#include "msg.h"
#include "nics.h"
#include "nl.h"
#include "place.h"
#include "profile.h"
#include "rtnl.h"
#include "tap.h"

struct nics {
	enum nics_kind kind;
	char host[64];
	uint32_t mtu;
	struct nlsock *rt;		/* of our own namespace */
};

int nics_new(struct nics **ret, enum nics_kind kind, const char *host, uint32_t mtu,
	     struct err *err)
{
	struct nics *n = mem_zalloc(sizeof(*n));
	int rc;

	n->kind = kind;
	snprintf(n->host, sizeof(n->host), "%s", host);
	n->mtu = mtu;
	rc = nlsock_open(&n->rt, NETLINK_ROUTE, -1, err);
	if (rc) {
		free(n);
		return rc;
	}
	*ret = n;
	return 0;
}

void nics_free(struct nics *n)
{
	if (!n)
		return;
	nlsock_close(n->rt);
	free(n);
}

void nics_port(const Nvo3__Nic *nic, char ret[DRIVER_PORT_MAX])
{
	const uint8_t *id = nic->tsi.data;

	snprintf(ret, DRIVER_PORT_MAX, "v%02x%02x%02x%02x", id[0], id[1], id[2], id[3]);
}

void nics_place(const struct nics *n, const struct uuid *vm, char ret[NICS_PLACE_MAX])
{
	snprintf(ret, NICS_PLACE_MAX, "nvo3-%s-%02x%02x%02x%02x", n->host, vm->b[0], vm->b[1],
		 vm->b[2], vm->b[3]);
}

/* --- taps */

static int make_tap(struct nics *n, const Nvo3__Nic *nic, struct err *err)
{
	char port[DRIVER_PORT_MAX];
	struct link_info info;
	int rc;

	nics_port(nic, port);
	rc = tap_make(port, err);
	if (!rc)
		rc = link_get(n->rt, port, &info, err);
	if (!rc && info.mtu != n->mtu)
		rc = link_set_mtu(n->rt, info.ifindex, n->mtu, err);
	return rc;
}

/* --- veths, and the place: inside are lo and eth0, eth1... */

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
	unsigned int i = 0;

	do
		snprintf(ret, DRIVER_PORT_MAX, "eth%u", i++);
	while (!link_get(inside, ret, &info, NULL));
}

static int make_veth(struct nics *n, int place, struct nlsock *inside, const Nvo3__Nic *nic,
		     struct err *err)
{
	char name[DRIVER_PORT_MAX], port[DRIVER_PORT_MAX];
	struct link_end in = { .name = name, .netns_fd = place, .mtu = n->mtu };
	struct link_end out = { .name = port, .netns_fd = -1, .mtu = n->mtu };
	struct link_info info;
	int rc = 0;

	nics_port(nic, port);
	msg_get_mac(&nic->mac, &in.mac);
	if (link_get(n->rt, port, &info, NULL)) {
		free_name(inside, name);
		rc = link_veth_add(n->rt, &out, &in, err);
		if (!rc)
			rc = link_get(n->rt, port, &info, err);
	}
	if (!rc)
		rc = link_get_by_index(inside, info.peer, &info, err);
	return rc ? rc : set_up_inside(inside, &info, nic, err);
}

static int open_place(const char *name, int lives, struct err *err)
{
	int fd = place_open(name, err), rc;

	if (fd != -ENOENT)
		return fd;
	if (lives < 0)
		return place_make(name, err);
	rc = place_rename(name, lives, err);
	return rc ? rc : place_open(name, err);
}

static int attach_veths(struct nics *n, const Nvo3__VmProfile *vm, int lives, struct err *err)
{
	_cleanup_nlsock_ struct nlsock *inside = NULL;
	_cleanup_close_ int place = -1;
	struct uuid id = profile_id(vm);
	char name[NICS_PLACE_MAX];
	struct link_info lo;
	int rc;

	nics_place(n, &id, name);
	place = open_place(name, lives, err);
	if (place < 0)
		return place;
	rc = nlsock_open(&inside, NETLINK_ROUTE, place, err);
	if (!rc)
		rc = link_get(inside, "lo", &lo, err);
	if (!rc)
		rc = link_set_up(inside, lo.ifindex, true, err);
	for (size_t i = 0; i < vm->n_nics && !rc; i++)
		rc = make_veth(n, place, inside, vm->nics[i], err);
	return rc;
}

/* --- either */

int nics_attach(struct nics *n, const Nvo3__VmProfile *vm, int lives, struct err *err)
{
	int rc = 0;

	if (n->kind == NICS_VETH)
		return attach_veths(n, vm, lives, err);
	for (size_t i = 0; i < vm->n_nics && !rc; i++)
		rc = make_tap(n, vm->nics[i], err);
	return rc;
}

/* The other end of a veth goes with it */
int nics_drop(struct nics *n, const Nvo3__Nic *nic, struct err *err)
{
	char port[DRIVER_PORT_MAX];
	struct link_info info;
	int rc;

	nics_port(nic, port);
	rc = link_get(n->rt, port, &info, err);
	if (!rc)
		rc = link_del(n->rt, info.ifindex, err);
	return rc == -ENODEV ? 0 : rc;
}

int nics_detach(struct nics *n, const Nvo3__VmProfile *vm, struct err *err)
{
	struct uuid id = profile_id(vm);
	char name[NICS_PLACE_MAX];
	int rc = 0;

	for (size_t i = 0; i < vm->n_nics && !rc; i++)
		rc = nics_drop(n, vm->nics[i], err);
	if (rc || n->kind == NICS_TAP)
		return rc;
	nics_place(n, &id, name);
	return place_remove(name, err);
}

int nics_set_link(struct nics *n, const Nvo3__VmProfile *vm, bool up, struct err *err)
{
	char port[DRIVER_PORT_MAX];
	struct link_info info;
	int rc = 0;

	for (size_t i = 0; i < vm->n_nics && !rc; i++) {
		nics_port(vm->nics[i], port);
		rc = link_get(n->rt, port, &info, err);
		if (!rc && info.up != up)
			rc = link_set_up(n->rt, info.ifindex, up, err);
	}
	return rc;
}

int nics_bytes(const struct nics *n, const struct uuid *vm, uint64_t *ret_in, uint64_t *ret_out,
	       struct err *err)
{
	_cleanup_nlsock_ struct nlsock *inside = NULL;
	_cleanup_close_ int place = -1;
	char name[NICS_PLACE_MAX];
	int rc;

	nics_place(n, vm, name);
	place = place_open(name, err);
	if (place < 0)
		return place;
	rc = nlsock_open(&inside, NETLINK_ROUTE, place, err);
	return rc ? rc : link_bytes(inside, "veth", ret_in, ret_out, err);
}
