// SPDX-License-Identifier: GPL-2.0

#include "apply.h"
#include "cleanup.h"
#include "diff.h"
#include "keep.h"
#include "liveness.h"
#include "log.h"

/* More mappings than this are compared with one dump of the VN instead of a question each */
#define SINGLE_MAX 64

static void note(const char *text, void *arg)
{
	log_warn("%s", text);
}

static void refused(const struct kern_op *op, int code, const char *text, void *arg)
{
	char mac[MAC_ADDR_STRLEN], ip[IP_ADDR_STRLEN];

	if (op->verb == KERN_MEMBER_ADD || op->verb == KERN_MEMBER_DEL)
		log_warn("VNI %u: member %s: %s", op->member.vni,
			 ip_addr_format(&op->member.addr, ip), text);
	else if (op->map.ip.family && !(op->verb == KERN_MAP_DEL && code == -ENOENT))
		log_warn("VNI %u: mapping of %s with epoch %llu: %s", op->map.vni,
			 ip_addr_format(&op->map.ip, ip), (unsigned long long)op->map.epoch,
			 text);
	else if (op->verb != KERN_MAP_DEL || code != -ENOENT)
		log_warn("VNI %u: mapping of %s with epoch %llu: %s", op->map.vni,
			 mac_addr_format(&op->map.mac, mac), (unsigned long long)op->map.epoch,
			 text);
}

static void refused_again(const struct kern_op *op, int code, const char *text, void *arg)
{
}

static int apply(struct nve *nve, struct diff *d, bool quiet, struct err *err)
{
	if (!d->n)
		return 0;
	return nve->kern->ops->apply(nve->kern, d->ops, d->n,
				     quiet ? refused_again : refused, nve, err);
}

static int diff_touched(struct nve *nve, struct model_vn *vn, const struct model_touch *touch,
			struct diff *d, struct err *err)
{
	struct kern *k = nve->kern;

	for (size_t i = 0; i < touch->n; i++) {
		struct nvo3_map actual;
		int rc;

		rc = k->ops->map_get(k, vn->vni, &touch->macs[i], &actual, err);
		if (rc && rc != -ENOENT)
			return rc;
		diff_map(d, vn, &touch->macs[i], rc ? NULL : &actual);
	}
	return 0;
}

/* While ARP is not answered the kernel has none, and nobody asks it */
static int diff_touched_ips(struct nve *nve, struct model_vn *vn, const struct model_touch *touch,
			    struct diff *d, struct err *err)
{
	struct kern *k = nve->kern;

	for (size_t i = 0; i < touch->n_ips && vn->arp; i++) {
		struct nvo3_map actual;
		int rc;

		rc = k->ops->ipmap_get(k, vn->vni, &touch->ips[i], &actual, err);
		if (rc && rc != -ENOENT)
			return rc;
		diff_ip(d, vn, &touch->ips[i], rc ? NULL : &actual);
	}
	return 0;
}

/* How many are not of IP addresses, which come last */
static size_t count_macs(const struct nvo3_map *maps, size_t n)
{
	while (n && maps[n - 1].ip.family)
		n--;
	return n;
}

int apply_maps(struct nve *nve, struct model_vn *vn, const struct model_touch *touch,
	       struct err *err)
{
	struct diff d = { .have4 = nve->config->nve.local4.family,
			  .have6 = nve->config->nve.local6.family,
			  .note = touch->quiet ? NULL : note };
	_cleanup_free_ struct nvo3_map *actual = NULL;
	struct kern *k = nve->kern;
	size_t n, n_macs;
	int rc;

	if (touch->swept || touch->n > SINGLE_MAX || touch->n_ips > SINGLE_MAX) {
		rc = k->ops->map_list(k, vn->vni, &actual, &n, err);
		if (!rc) {
			n_macs = count_macs(actual, n);
			diff_maps(&d, vn, actual, n_macs);
			diff_ips(&d, vn, actual + n_macs, n - n_macs);
		}
	} else {
		rc = diff_touched(nve, vn, touch, &d, err);
		if (!rc)
			rc = diff_touched_ips(nve, vn, touch, &d, err);
	}
	if (!rc)
		rc = apply(nve, &d, touch->quiet, err);
	diff_uninit(&d);
	return rc;
}

struct member_owner {
	struct nve *nve;
	struct model_vn *vn;
};

static bool is_ours(const struct ip_addr *addr, void *arg)
{
	struct member_owner *owner = arg;

	return keep_has_member(owner->nve, &owner->vn->uuid, addr);
}

static int apply_members(struct nve *nve, struct model_vn *vn, struct err *err)
{
	struct diff d = { .have4 = nve->config->nve.local4.family,
			  .have6 = nve->config->nve.local6.family, .note = note };
	_cleanup_free_ struct nvo3_member *actual = NULL;
	struct member_owner owner = { nve, vn };
	struct kern *k = nve->kern;
	size_t n;
	int rc;

	rc = k->ops->member_list(k, vn->vni, &actual, &n, err);
	if (rc)
		return rc;
	diff_members(&d, vn, actual, n, is_ours, &owner);
	for (size_t i = 0; i < d.n; i++)
		if (d.ops[i].verb == KERN_MEMBER_ADD)
			keep_member(nve, &vn->uuid, &d.ops[i].member.addr);
	rc = apply(nve, &d, false, err);
	for (size_t i = 0; i < d.n && !rc; i++)
		if (d.ops[i].verb == KERN_MEMBER_DEL)
			keep_member_del(nve, &vn->uuid, &d.ops[i].member.addr);
	diff_uninit(&d);
	return rc;
}

int apply_update(struct nve *nve, struct model_vn *vn, const Nvo3__MapUpdate *update,
		 struct err *err)
{
	struct model_touch touch = {};
	int rc;

	rc = model_update(vn, update, &touch, err);
	if (!rc && touch.members)
		rc = apply_members(nve, vn, err);
	if (!rc && (touch.n || touch.n_ips || touch.swept))
		rc = apply_maps(nve, vn, &touch, err);
	if (touch.ignored)
		log_debug("VNI %u: %u mappings older than those held", vn->vni, touch.ignored);
	model_touch_uninit(&touch);
	liveness_touch(nve->liveness);
	return rc;
}
