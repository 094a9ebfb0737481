// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "cleanup.h"
#include "crashpoint.h"
#include "diff.h"
#include "keep.h"
#include "liveness.h"
#include "log.h"
#include "mem.h"

/*
 * More mappings than this, if they are that part of the VN, are compared with one dump of it
 * instead of a question each
 */
#define SINGLE_MAX 64
#define SINGLE_PART 8

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

int apply_diff(struct nve *nve, struct diff *d, bool quiet, struct err *err)
{
	int rc;

	if (!d->n)
		return 0;
	CRASHPOINT("agent-applying");
	rc = nve->kern->ops->apply(nve->kern, d->ops, d->n, quiet ? refused_again : refused, nve,
				   err);
	CRASHPOINT("agent-applied");
	return rc;
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

static bool is_much(size_t n, size_t all)
{
	return n > SINGLE_MAX && n > all / SINGLE_PART;
}

int apply_maps(struct nve *nve, struct model_vn *vn, const struct model_touch *touch,
	       struct err *err)
{
	struct diff d = { .have4 = nve->config->nve.local4.family,
			  .have6 = nve->config->nve.local6.family,
			  .strict = touch->strict, .note = touch->quiet ? NULL : note };
	_cleanup_free_ struct nvo3_map *actual = NULL;
	struct kern *k = nve->kern;
	size_t n, n_macs;
	int rc;

	if (touch->swept || is_much(touch->n, HASH_COUNT(vn->maps)) ||
	    is_much(touch->n_ips, HASH_COUNT(vn->ips))) {
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
		rc = apply_diff(nve, &d, touch->quiet, err);
	diff_uninit(&d);
	return rc;
}

/* --- a snapshot: what it names is marked in the kernel, and the rest swept */

struct seen {
	bool generations[256];
	struct mac_addr *fixed;
	size_t n, cap;
};

static void see(const struct nvo3_map *map, void *arg)
{
	struct seen *seen = arg;

	seen->generations[map->generation] = true;
	if (map->prov != NVO3_PROV_STATIC || map->ip.family)
		return;
	if (seen->n == seen->cap) {
		seen->cap = seen->cap ? 2 * seen->cap : 16;
		seen->fixed = mem_check(realloc(seen->fixed, seen->cap * sizeof(*seen->fixed)));
	}
	seen->fixed[seen->n++] = map->mac;
}

static int compare_macs(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct mac_addr));
}

/*
 * Another generation than all that are there. Those of our own earlier snapshots are known; what
 * the agent before us has left must be looked at, once.
 */
static uint8_t next_generation(uint8_t last, const struct seen *seen)
{
	uint8_t next = last;

	do {
		next = next == UINT8_MAX ? 1 : next + 1;
	} while (seen->generations[next] && next != last);
	return next;
}

static int begin_snapshot(struct nve *nve, struct model_vn *vn, struct err *err)
{
	struct kern *k = nve->kern;
	struct seen seen = {};
	int rc;

	rc = k->ops->map_walk(k, vn->vni, vn->generation ? NVO3_PROV_STATIC : KERN_ANY, see, &seen,
			      err);
	/* Interrupted: what was left out is found when the digests are compared */
	if (rc && rc != -EINTR) {
		free(seen.fixed);
		return rc;
	}
	vn->generation = next_generation(vn->generation, &seen);
	if (seen.n)
		qsort(seen.fixed, seen.n, sizeof(*seen.fixed), compare_macs);
	free(vn->fixed);
	vn->fixed = seen.fixed;
	vn->n_fixed = seen.n;
	return 0;
}

static void look_at_it(const struct kern_op *op, int code, const char *text, void *arg)
{
	if (op->map.ip.family)
		model_touch_ip(arg, &op->map.ip);
	else
		model_touch_mac(arg, &op->map.mac);
}

static void mark_ip(struct kern_op *op, const struct model_vn *vn, const struct ip_addr *ip,
		    const struct model_claim *claim)
{
	op->verb = KERN_MAP_ADD;
	op->map.vni = vn->vni;
	op->map.ip = *ip;
	op->map.mac = claim->mac;
	op->map.epoch = claim->epoch;
	op->map.prov = NVO3_PROV_AGENT;
	op->map.generation = vn->generation;
}

/* The IP addresses of our own interfaces, which no snapshot names: they are not to be swept. */
static int mark_own_ips(struct nve *nve, struct model_vn *vn, struct err *err)
{
	struct kern_op *ops = mem_calloc(HASH_COUNT(vn->ips), sizeof(*ops));
	struct model_touch rest = { };
	const struct model_claim *claim;
	const struct model_ip *ip;
	size_t n = 0;
	int rc;

	for (ip = vn->ips; ip && vn->arp == NVO3_ARP_ANSWER; ip = ip->hh.next) {
		claim = model_ip_holder(vn->ips, &ip->ip);
		if (claim && claim->own)
			mark_ip(&ops[n++], vn, &ip->ip, claim);
	}
	rc = n ? nve->kern->ops->apply(nve->kern, ops, n, look_at_it, &rest, err) : 0;
	if (!rc && rest.n_ips)
		rc = apply_maps(nve, vn, &rest, err);
	model_touch_uninit(&rest);
	free(ops);
	return rc;
}

static int end_snapshot(struct nve *nve, struct model_vn *vn, struct err *err)
{
	struct kern *k = nve->kern;
	int rc = mark_own_ips(nve, vn, err);

	if (rc)
		return rc;
	free(vn->fixed);
	vn->fixed = NULL;
	vn->n_fixed = 0;
	CRASHPOINT("agent-sweeping");
	rc = k->ops->map_sweep(k, vn->vni, vn->generation, err);
	CRASHPOINT("agent-swept");
	return rc;
}

static bool is_fixed(const struct model_vn *vn, const struct mac_addr *mac)
{
	return vn->n_fixed &&
	       bsearch(mac, vn->fixed, vn->n_fixed, sizeof(*mac), compare_macs);
}

/*
 * What is there already is marked, what is not is made, both without a look; anything else the
 * kernel refuses, and there we look.
 */
static int mark_maps(struct nve *nve, struct model_vn *vn, const struct model_touch *touch,
		     struct err *err)
{
	struct kern_op *ops = mem_calloc(touch->n + touch->n_ips, sizeof(*ops));
	struct model_touch rest = { .strict = true };
	struct kern *k = nve->kern;
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < touch->n; i++) {
		const struct model_map *map = model_map_lookup(vn, &touch->macs[i]);
		struct nvo3_map *to = &ops[n].map;

		if (!map || is_fixed(vn, &map->mac) || !model_map_addr(vn, map, &to->addr)) {
			model_touch_mac(&rest, &touch->macs[i]);
			continue;
		}
		ops[n++].verb = KERN_MAP_ADD;
		to->vni = vn->vni;
		to->mac = map->mac;
		to->epoch = map->epoch;
		to->prov = NVO3_PROV_AGENT;
		to->generation = vn->generation;
	}
	for (size_t i = 0; i < touch->n_ips && vn->arp == NVO3_ARP_ANSWER; i++) {
		const struct model_claim *claim = model_ip_holder(vn->ips, &touch->ips[i]);

		if (claim)
			mark_ip(&ops[n++], vn, &touch->ips[i], claim);
		else
			model_touch_ip(&rest, &touch->ips[i]);
	}
	rc = k->ops->apply(k, ops, n, look_at_it, &rest, err);
	if (!rc && (rest.n || rest.n_ips))
		rc = apply_maps(nve, vn, &rest, err);
	model_touch_uninit(&rest);
	free(ops);
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
	rc = apply_diff(nve, &d, false, err);
	for (size_t i = 0; i < d.n && !rc; i++)
		if (d.ops[i].verb == KERN_MEMBER_DEL)
			keep_member_del(nve, &vn->uuid, &d.ops[i].member.addr);
	diff_uninit(&d);
	return rc;
}

int apply_update(struct nve *nve, struct model_vn *vn, const Nvo3__MapUpdate *update,
		 struct err *err)
{
	bool snapshot = vn->in_snapshot || update->snapshot_begin;
	struct model_touch touch = {};
	int rc;

	rc = model_update(vn, update, &touch, err);
	if (!rc && update->snapshot_begin)
		rc = begin_snapshot(nve, vn, err);
	if (!rc && touch.members)
		rc = apply_members(nve, vn, err);
	if (!rc && (touch.n || touch.n_ips))
		rc = snapshot ? mark_maps(nve, vn, &touch, err) : apply_maps(nve, vn, &touch, err);
	if (!rc && touch.swept)
		rc = end_snapshot(nve, vn, err);
	if (touch.ignored)
		log_debug("VNI %u: %u mappings older than those held", vn->vni, touch.ignored);
	model_touch_uninit(&touch);
	liveness_touch(nve->liveness);
	return rc;
}
