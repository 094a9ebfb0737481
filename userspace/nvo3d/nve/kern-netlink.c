// SPDX-License-Identifier: GPL-2.0
/* kern.h by netlink */

#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "cleanup.h"
#include "kern-netlink.h"
#include "log.h"
#include "loop.h"
#include "mem.h"
#include "nl.h"
#include "nvo3_batch.h"
#include "nvo3_kernel.h"
#include "nvo3_profile.h"
#include "rtnl.h"

/* When the page of a VN's uses was turned last, and how often we have done so */
struct pages {
	uint32_t vni;
	unsigned int turns;
	uint64_t at_ms;
	UT_hash_handle hh;
};

struct kern_netlink {
	struct kern kern;
	struct pages *pages;
	struct nvo3_kernel *k;
	struct nlsock *rt;
	uint32_t nve;			/* ifindex */
};

static struct kern_netlink *self(struct kern *k)
{
	return (struct kern_netlink *)k;
}

static void forget_pages(struct kern_netlink *kn, struct pages *pages)
{
	HASH_DEL(kn->pages, pages);
	free(pages);
}

static void kn_free(struct kern *k)
{
	struct pages *pages, *next;

	HASH_ITER(hh, self(k)->pages, pages, next)
		forget_pages(self(k), pages);
	kernel_close(self(k)->k);
	nlsock_close(self(k)->rt);
	free(self(k));
}

static int kn_vn_add(struct kern *k, const struct nvo3_vn *vn, struct err *err)
{
	return kernel_vn_add(self(k)->k, self(k)->nve, vn, err);
}

static int kn_vn_set(struct kern *k, const struct nvo3_vn *vn, struct err *err)
{
	return kernel_vn_set(self(k)->k, self(k)->nve, vn, err);
}

static int kn_vn_del(struct kern *k, uint32_t vni, struct err *err)
{
	struct pages *pages;

	HASH_FIND(hh, self(k)->pages, &vni, sizeof(vni), pages);
	if (pages)
		forget_pages(self(k), pages);
	return kernel_vn_del(self(k)->k, self(k)->nve, vni, err);
}

static int kn_vn_get(struct kern *k, uint32_t vni, struct nvo3_vn *ret, struct err *err)
{
	return kernel_vn_get(self(k)->k, self(k)->nve, vni, ret, err);
}

static int kn_digest(struct kern *k, uint32_t vni, uint64_t ret[NVO3_DIGEST_BUCKETS],
		     struct err *err)
{
	struct nvo3_digest digest;

	return kernel_digest_get(self(k)->k, self(k)->nve, vni, &digest, ret, err);
}

static int kn_dev_index(struct kern *k, const char *dev, uint32_t *ret, struct err *err)
{
	struct link_info info;
	int rc;

	rc = link_get(self(k)->rt, dev, &info, err);
	if (!rc)
		*ret = info.ifindex;
	return rc;
}

static int kn_dev_take(struct kern *k, const char *dev, uint32_t *ret, struct err *err)
{
	struct link_info info;
	int rc;

	rc = link_get(self(k)->rt, dev, &info, err);
	if (rc)
		return rc;
	if (info.master && info.master != self(k)->nve)
		return err_set(err, EBUSY, "device %s belongs to another master device", dev);
	if (!info.master) {
		rc = link_set_master(self(k)->rt, info.ifindex, self(k)->nve, err);
		if (rc)
			return rc;
	}
	*ret = info.ifindex;
	return 0;
}

static int kn_dev_release(struct kern *k, uint32_t dev, struct err *err)
{
	return link_set_master(self(k)->rt, dev, 0, err);
}

static int kn_port_add(struct kern *k, const struct nvo3_port *port, struct err *err)
{
	return kernel_port_add(self(k)->k, self(k)->nve, port, err);
}

static int kn_port_set(struct kern *k, const struct nvo3_port *port, struct err *err)
{
	return kernel_port_set(self(k)->k, self(k)->nve, port, err);
}

static int kn_port_del(struct kern *k, uint32_t dev, uint16_t vlan, struct err *err)
{
	return kernel_port_del(self(k)->k, self(k)->nve, dev, vlan, err);
}

static int kn_port_get(struct kern *k, uint32_t dev, uint16_t vlan, struct nvo3_port *ret,
		       struct err *err)
{
	return kernel_port_get(self(k)->k, self(k)->nve, dev, vlan, ret, err);
}

static int kn_port_stamp(struct kern *k, uint32_t dev, uint16_t vlan, bool on, struct err *err)
{
	const struct nvo3_port port = {
		.dev = dev, .vlan = vlan, .stamp = on, .has = NVO3_HAS(PORT_STAMP),
	};

	return kernel_port_set(self(k)->k, self(k)->nve, &port, err);
}

static int kn_port_stamps(struct kern *k, uint32_t dev, uint16_t vlan, uint64_t *last_out,
			  uint64_t *first_in, struct err *err)
{
	struct nvo3_port port;
	int r = kernel_port_get(self(k)->k, self(k)->nve, dev, vlan, &port, err);

	if (r)
		return r;
	if (!(port.has & NVO3_HAS(PORT_STAMP)))
		return err_set(err, EOPNOTSUPP,
			       "the kernel keeps no times of the port's frames");
	*last_out = port.last_out;
	*first_in = port.first_in;
	return 0;
}

static int kn_dev_mtu(struct kern *k, uint32_t dev, uint32_t *ret, struct err *err)
{
	struct link_info info;
	int rc = link_get_by_index(self(k)->rt, dev, &info, err);

	if (!rc)
		*ret = info.mtu;
	return rc;
}

static int kn_guest_answer(struct kern *k, const struct nvo3_guest *guest, struct err *err)
{
	return kernel_guest_answer(self(k)->k, self(k)->nve, guest, err);
}

static int kn_profile_add(struct kern *k, const struct nvo3_profile *profile,
			  const struct nvo3_rule *rules, size_t n, bool replace, struct err *err)
{
	return kernel_profile_add(self(k)->k, self(k)->nve, profile, rules, n,
				  replace ? NLM_F_REPLACE : 0, err);
}

static int kn_profile_del(struct kern *k, uint32_t id, struct err *err)
{
	return kernel_profile_del(self(k)->k, self(k)->nve, id, err);
}

static int kn_map_get(struct kern *k, uint32_t vni, const struct mac_addr *mac,
		      struct nvo3_map *ret, struct err *err)
{
	return kernel_map_get(self(k)->k, self(k)->nve, vni, mac, ret, err);
}

static int kn_ipmap_get(struct kern *k, uint32_t vni, const struct ip_addr *ip,
			struct nvo3_map *ret, struct err *err)
{
	return kernel_ipmap_get(self(k)->k, self(k)->nve, vni, ip, ret, err);
}

static int kn_map_list(struct kern *k, uint32_t vni, struct nvo3_map **ret, size_t *ret_n,
		       struct err *err)
{
	const struct nvo3_map filter = { .vni = vni };

	return kernel_map_list(self(k)->k, self(k)->nve, &filter, ret, ret_n, NULL, err);
}

static int kn_map_walk(struct kern *k, uint32_t vni, int prov,
		       void (*each)(const struct nvo3_map *map, void *arg), void *arg,
		       struct err *err)
{
	struct nvo3_map filter = { .vni = vni };

	if (prov != KERN_ANY) {
		filter.prov = prov;
		filter.has = NVO3_HAS(MAP_PROV);
	}
	return kernel_map_walk(self(k)->k, self(k)->nve, &filter, each, arg, err);
}

static int kn_map_sweep(struct kern *k, uint32_t vni, uint8_t generation, struct err *err)
{
	const struct nvo3_map filter = {
		.has = NVO3_HAS(MAP_STALE_GENERATION),
		.vni = vni,
		.stale_generation = generation,
	};

	return kernel_map_flush(self(k)->k, self(k)->nve, &filter, err);
}

static int kn_member_list(struct kern *k, uint32_t vni, struct nvo3_member **ret, size_t *ret_n,
			  struct err *err)
{
	return kernel_member_list(self(k)->k, self(k)->nve, vni, ret, ret_n, NULL, err);
}

static int kn_remote_list(struct kern *k, struct nvo3_remote **ret, size_t *ret_n,
			  struct err *err)
{
	return kernel_remote_list(self(k)->k, self(k)->nve, ret, ret_n, NULL, err);
}

static int kn_remote_set(struct kern *k, const struct nvo3_remote *remote,
			 enum nvo3_remote_state state, struct err *err)
{
	return kernel_remote_set(self(k)->k, self(k)->nve, remote, state, err);
}

/* --- misses, and what is idle */

static struct pages *pages_of(struct kern_netlink *kn, uint32_t vni)
{
	struct pages *pages;

	HASH_FIND(hh, kn->pages, &vni, sizeof(vni), pages);
	if (pages)
		return pages;
	pages = mem_zalloc(sizeof(*pages));
	pages->vni = vni;
	HASH_ADD(hh, kn->pages, vni, sizeof(pages->vni), pages);
	return pages;
}

static int list_idle(struct kern_netlink *kn, uint32_t vni, struct mac_addr **ret, size_t *ret_n,
		     struct err *err)
{
	_cleanup_free_ struct nvo3_map *maps = NULL;
	int rc;

	rc = kernel_idle_list(kn->k, kn->nve, vni, &maps, ret_n, NULL, err);
	if (rc)
		return rc;
	*ret = mem_calloc(*ret_n, sizeof(**ret));
	for (size_t i = 0; i < *ret_n; i++)
		(*ret)[i] = maps[i].mac;
	return 0;
}

/*
 * The kernel knows of two periods. Half of the time that is asked about is one of ours, so what
 * was used in neither of two that were whole has not been used for so long. What we did not turn
 * ourselves, before a restart, may have been shorter.
 */
static int kn_map_idle(struct kern *k, uint32_t vni, uint32_t seconds, struct mac_addr **ret,
		       size_t *ret_n, struct err *err)
{
	struct pages *pages = pages_of(self(k), vni);
	uint64_t now = loop_now_ms();
	int rc = 0;

	*ret = NULL;
	*ret_n = 0;
	if (pages->turns && now - pages->at_ms < seconds * UINT64_C(500))
		return 0;
	if (pages->turns > 1)
		rc = list_idle(self(k), vni, ret, ret_n, err);
	if (!rc)
		rc = kernel_idle_turn(self(k)->k, self(k)->nve, vni, err);
	if (rc) {
		free(*ret);
		*ret = NULL;
		return rc;
	}
	pages->turns++;
	pages->at_ms = now;
	return 0;
}

static int kn_miss_list(struct kern *k, uint32_t vni, struct nvo3_miss **ret, size_t *ret_n,
			struct err *err)
{
	size_t n, kept = 0;
	int rc;

	rc = kernel_miss_list(self(k)->k, self(k)->nve, vni, ret, &n, NULL, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < n; i++)
		if ((*ret)[i].state == NVO3_MISS_STATE_ASKED)
			(*ret)[kept++] = (*ret)[i];
	*ret_n = kept;
	return 0;
}

static int kn_miss_absent(struct kern *k, const struct nvo3_miss *miss, struct err *err)
{
	return kernel_miss_set(self(k)->k, self(k)->nve, miss, err);
}

static int kn_miss_forget(struct kern *k, uint32_t vni, struct err *err)
{
	_cleanup_free_ struct nvo3_miss *all = NULL;
	bool changing;
	size_t n;
	int rc;

	rc = kernel_miss_list(self(k)->k, self(k)->nve, vni, &all, &n, &changing, err);
	for (size_t i = 0; i < n && !rc; i++) {
		const struct nvo3_miss miss = {
			.vni = vni, .dst = all[i].dst, .addr = all[i].addr,
		};

		if (all[i].state != NVO3_MISS_STATE_ABSENT)
			continue;
		rc = kernel_miss_del(self(k)->k, self(k)->nve, &miss, err);
		/* Its time is over, or a mapping has come */
		if (rc == -ENOENT)
			rc = 0;
	}
	return rc;
}

/* --- many operations in few datagrams */

struct apply {
	const struct kern_op *ops;
	void (*failed)(const struct kern_op *op, int code, const char *text, void *arg);
	void *arg;
};

static void op_failed(size_t tag, int code, const char *text, void *data)
{
	struct apply *a = data;

	a->failed(&a->ops[tag], code, text, a->arg);
}

static uint16_t to_event(const struct kern_op *op, struct nvo3_event *ret)
{
	static const uint8_t cmds[] = {
		[KERN_MAP_ADD] = NVO3_CMD_MAP_ADD,
		[KERN_MAP_REPLACE] = NVO3_CMD_MAP_ADD,
		[KERN_MAP_DEL] = NVO3_CMD_MAP_DEL,
		[KERN_MEMBER_ADD] = NVO3_CMD_MEMBER_ADD,
		[KERN_MEMBER_DEL] = NVO3_CMD_MEMBER_DEL,
	};

	ret->cmd = cmds[op->verb];
	if (op->verb == KERN_MEMBER_ADD || op->verb == KERN_MEMBER_DEL)
		ret->member = op->member;
	else
		ret->map = op->map;
	return op->verb == KERN_MAP_REPLACE ? NLM_F_REPLACE : 0;
}

static int kn_apply(struct kern *k, const struct kern_op *ops, size_t n,
		    void (*failed)(const struct kern_op *op, int code, const char *text,
				   void *arg),
		    void *arg, struct err *err)
{
	struct apply apply = { ops, failed, arg };
	_cleanup_nvo3_batch_ struct nvo3_batch *batch = nvo3_batch_new(self(k)->k, op_failed,
								       &apply);
	int rc = 0;

	for (size_t i = 0; i < n && !rc; i++) {
		struct nvo3_event req = { .ifindex = self(k)->nve };
		uint16_t flags = to_event(&ops[i], &req);

		rc = nvo3_batch_add(batch, &req, flags, i, err);
	}
	return rc ? rc : nvo3_batch_send(batch, err);
}

static const struct kern_ops netlink_ops = {
	.free = kn_free,
	.vn_add = kn_vn_add,
	.vn_set = kn_vn_set,
	.vn_del = kn_vn_del,
	.vn_get = kn_vn_get,
	.digest = kn_digest,
	.dev_take = kn_dev_take,
	.dev_release = kn_dev_release,
	.dev_index = kn_dev_index,
	.port_add = kn_port_add,
	.port_set = kn_port_set,
	.port_del = kn_port_del,
	.port_get = kn_port_get,
	.dev_mtu = kn_dev_mtu,
	.guest_answer = kn_guest_answer,
	.port_stamp = kn_port_stamp,
	.port_stamps = kn_port_stamps,
	.profile_add = kn_profile_add,
	.profile_del = kn_profile_del,
	.map_get = kn_map_get,
	.ipmap_get = kn_ipmap_get,
	.map_list = kn_map_list,
	.map_walk = kn_map_walk,
	.map_sweep = kn_map_sweep,
	.member_list = kn_member_list,
	.remote_list = kn_remote_list,
	.remote_set = kn_remote_set,
	.map_idle = kn_map_idle,
	.miss_list = kn_miss_list,
	.miss_absent = kn_miss_absent,
	.miss_forget = kn_miss_forget,
	.apply = kn_apply,
};

/* --- the device */

static int check_device(const struct link_info *have, const struct kern_device *want,
			struct err *err)
{
	char a[IP_ADDR_STRLEN], b[IP_ADDR_STRLEN];

	if (strcmp(have->kind, "nvo3"))
		return err_set(err, EEXIST, "device %s is there and is of kind %s, not nvo3",
			       want->name, *have->kind ? have->kind : "none");
	if (!ip_addr_equal(&have->nve.local4, &want->local4))
		return err_set(err, EEXIST, "device %s has local %s, the configuration %s",
			       want->name,
			       have->nve.local4.family ? ip_addr_format(&have->nve.local4, a) : "none",
			       want->local4.family ? ip_addr_format(&want->local4, b) : "none");
	if (!ip_addr_equal(&have->nve.local6, &want->local6))
		return err_set(err, EEXIST, "device %s has local6 %s, the configuration %s",
			       want->name,
			       have->nve.local6.family ? ip_addr_format(&have->nve.local6, a) : "none",
			       want->local6.family ? ip_addr_format(&want->local6, b) : "none");
	if (have->nve.dstport != want->dstport)
		return err_set(err, EEXIST, "device %s has dstport %u, the configuration %u",
			       want->name, have->nve.dstport, want->dstport);
	return 0;
}

static int open_device(struct kern_netlink *kn, const struct kern_device *dev, struct err *err)
{
	const struct link_nve nve = {
		.local4 = dev->local4,
		.local6 = dev->local6,
		.dstport = dev->dstport,
		.csum = -1,
		.has = LINK_HAS(RELAY),
		.relay = dev->relay,
	};
	const struct link_nve relay = {
		.csum = -1, .has = LINK_HAS(RELAY), .relay = dev->relay,
	};
	struct link_info info;
	int rc;

	rc = link_get(kn->rt, dev->name, &info, err);
	if (rc == -ENODEV) {
		rc = link_nve_add(kn->rt, dev->name, &nve, err);
		if (!rc)
			rc = link_get(kn->rt, dev->name, &info, err);
		if (!rc)
			log_info("made device %s", dev->name);
	} else if (!rc) {
		rc = check_device(&info, dev, err);
		if (!rc && info.nve.relay != dev->relay)
			rc = link_nve_set(kn->rt, info.ifindex, &relay, err);
	}
	if (rc)
		return rc;
	kn->nve = info.ifindex;
	return info.up ? 0 : link_set_up(kn->rt, info.ifindex, true, err);
}

int kern_netlink_open(struct kern **ret, const struct kern_device *dev, uint32_t *ret_ifindex,
		      struct err *err)
{
	struct kern_netlink *kn = mem_zalloc(sizeof(*kn));
	int rc;

	kn->kern.ops = &netlink_ops;
	rc = nlsock_open(&kn->rt, NETLINK_ROUTE, -1, err);
	if (!rc)
		rc = kernel_open(&kn->k, -1, err);
	if (!rc)
		rc = open_device(kn, dev, err);
	if (rc) {
		kn_free(&kn->kern);
		return rc;
	}
	*ret = &kn->kern;
	*ret_ifindex = kn->nve;
	return 0;
}
