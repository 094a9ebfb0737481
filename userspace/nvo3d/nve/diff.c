// SPDX-License-Identifier: GPL-2.0

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diff.h"
#include "mem.h"

void diff_uninit(struct diff *d)
{
	free(d->ops);
	d->ops = NULL;
	d->n = 0;
	d->cap = 0;
}

static struct kern_op *add_op(struct diff *d, enum kern_verb verb)
{
	struct kern_op *op;

	if (d->n == d->cap) {
		d->cap = d->cap ? 2 * d->cap : 16;
		d->ops = mem_check(realloc(d->ops, d->cap * sizeof(*d->ops)));
	}
	op = &d->ops[d->n++];
	memset(op, 0, sizeof(*op));
	op->verb = verb;
	return op;
}

static void note(struct diff *d, const struct model_vn *vn, const struct mac_addr *mac,
		 const char *what)
{
	char text[160], buf[MAC_ADDR_STRLEN];

	if (!d->note)
		return;
	snprintf(text, sizeof(text), "%s in VNI %u: %s", mac_addr_format(mac, buf), vn->vni, what);
	d->note(text, d->arg);
}

static void emit_set(struct diff *d, enum kern_verb verb, const struct model_vn *vn,
		     const struct model_map *map, const struct ip_addr *addr)
{
	struct kern_op *op = add_op(d, verb);

	op->map.vni = vn->vni;
	op->map.mac = map->mac;
	op->map.addr = *addr;
	op->map.epoch = map->epoch;
	op->map.prov = NVO3_PROV_AGENT;
	op->map.generation = vn->generation;
}

static void emit_del(struct diff *d, const struct nvo3_map *actual)
{
	struct kern_op *op = add_op(d, KERN_MAP_DEL);

	op->map.vni = actual->vni;
	op->map.mac = actual->mac;
	/* If it changes under us, the newer one stays */
	op->map.epoch = actual->epoch;
}

static void replace(struct diff *d, const struct model_vn *vn, const struct model_map *map,
		    const struct ip_addr *addr, const struct nvo3_map *actual)
{
	if (actual->prov == NVO3_PROV_STATIC) {
		note(d, vn, &map->mac, "a static mapping is in the way of the director's");
		return;
	}
	/* Ours: the kernel knows better than a director that has not heard of it yet */
	if (actual->prov == NVO3_PROV_PORT) {
		if (map->epoch > actual->epoch)
			emit_set(d, KERN_MAP_REPLACE, vn, map, addr);
		return;
	}
	if (map->epoch == actual->epoch && ip_addr_equal(addr, &actual->addr))
		return;
	/*
	 * Equal epochs with another address: to the kernel that is another NVE and refused,
	 * here it is the same one with another locator.
	 */
	if (map->epoch && (map->epoch == actual->epoch ||
			   (map->epoch < actual->epoch && d->strict))) {
		emit_del(d, actual);
		emit_set(d, KERN_MAP_ADD, vn, map, addr);
		return;
	}
	if (map->epoch < actual->epoch)
		note(d, vn, &map->mac, "the kernel holds a newer epoch than the director tells");
	else
		emit_set(d, KERN_MAP_REPLACE, vn, map, addr);
}

/* What the snapshot that is running has named is ours before that has ended */
static bool is_of_snapshot(const struct model_vn *vn, const struct nvo3_map *actual)
{
	return vn->generation && actual->generation == vn->generation;
}

void diff_map(struct diff *d, const struct model_vn *vn, const struct mac_addr *mac,
	      const struct nvo3_map *actual)
{
	const struct model_map *map = model_map_lookup(vn, mac);
	struct ip_addr addr;

	if (map && !model_locator_pick(&map->locators, d->have4, d->have6, &addr)) {
		note(d, vn, mac, "its NVE has no locator of a family that this NVE has");
		map = NULL;
	}
	if (map && actual)
		replace(d, vn, map, &addr, actual);
	else if (map)
		emit_set(d, KERN_MAP_ADD, vn, map, &addr);
	else if (actual && actual->prov == NVO3_PROV_AGENT &&
		 (vn->complete || is_of_snapshot(vn, actual)))
		emit_del(d, actual);
}

/* The same, as one of many */
static void diff_one(struct diff *d, const struct model_vn *vn, const struct mac_addr *mac,
		     const struct nvo3_map *actual)
{
	const struct model_map *map;
	size_t before = d->n;

	diff_map(d, vn, mac, actual);
	if (d->n == before)
		return;
	map = model_map_lookup(vn, mac);
	if (!actual)
		drift_note(&d->drift, mac, DRIFT_MISSING);
	else if (!map)
		drift_note(&d->drift, mac, DRIFT_EXTRA);
	else
		drift_note(&d->drift, mac,
			   map->epoch == actual->epoch ? DRIFT_PLACE : DRIFT_EPOCH);
}

static bool is_wanted(const struct diff *d, const struct mac_addr *mac)
{
	return !d->buckets || d->buckets[digest_bucket(mac)];
}

static int compare_macs(const void *a, const void *b)
{
	const struct nvo3_map *const *x = a, *const *y = b;

	return memcmp(&(*x)->mac, &(*y)->mac, sizeof((*x)->mac));
}

static const struct nvo3_map *find(const struct nvo3_map **sorted, size_t n,
				   const struct mac_addr *mac)
{
	struct nvo3_map key = { .mac = *mac };
	const struct nvo3_map *pointer = &key;
	const struct nvo3_map **found;

	if (!n)
		return NULL;
	found = bsearch(&pointer, sorted, n, sizeof(*sorted), compare_macs);
	return found ? *found : NULL;
}

void diff_maps(struct diff *d, const struct model_vn *vn, const struct nvo3_map *actual, size_t n)
{
	const struct nvo3_map **sorted = mem_calloc(n, sizeof(*sorted));
	const struct model_map *map;

	/* What goes, goes first: the VN's limit may leave no room for both */
	for (size_t i = 0; i < n; i++) {
		sorted[i] = &actual[i];
		if (!model_map_lookup(vn, &actual[i].mac) && is_wanted(d, &actual[i].mac))
			diff_one(d, vn, &actual[i].mac, &actual[i]);
	}
	if (n)
		qsort(sorted, n, sizeof(*sorted), compare_macs);
	for (map = vn->maps; map; map = map->hh.next)
		if (is_wanted(d, &map->mac))
			diff_one(d, vn, &map->mac, find(sorted, n, &map->mac));
	free(sorted);
}

static void emit_ip(struct diff *d, enum kern_verb verb, const struct model_vn *vn,
		    const struct ip_addr *ip, const struct model_claim *claim)
{
	struct kern_op *op = add_op(d, verb);

	op->map.vni = vn->vni;
	op->map.ip = *ip;
	op->map.mac = claim->mac;
	op->map.epoch = claim->epoch;
	op->map.prov = NVO3_PROV_AGENT;
	op->map.generation = vn->generation;
}

static void emit_ip_del(struct diff *d, const struct nvo3_map *actual)
{
	struct kern_op *op = add_op(d, KERN_MAP_DEL);

	op->map.vni = actual->vni;
	op->map.ip = actual->ip;
	op->map.epoch = actual->epoch;
}

static void replace_ip(struct diff *d, const struct model_vn *vn, const struct ip_addr *ip,
		       const struct model_claim *claim, const struct nvo3_map *actual)
{
	if (actual->prov == NVO3_PROV_STATIC) {
		note(d, vn, &claim->mac,
		     "a static mapping is in the way of one of its IP addresses");
		return;
	}
	if (claim->epoch == actual->epoch && mac_addr_equal(&claim->mac, &actual->mac))
		return;
	if (claim->epoch > actual->epoch || !claim->epoch) {
		emit_ip(d, KERN_MAP_REPLACE, vn, ip, claim);
		return;
	}
	/* Who had it with a newer epoch has it no more, as soon as we know all who might */
	if (!vn->complete)
		return;
	emit_ip_del(d, actual);
	emit_ip(d, KERN_MAP_ADD, vn, ip, claim);
}

void diff_ip(struct diff *d, const struct model_vn *vn, const struct ip_addr *ip,
	     const struct nvo3_map *actual)
{
	const struct model_claim *claim = NULL;

	if (vn->arp == NVO3_ARP_ANSWER)
		claim = model_ip_holder(vn->ips, ip);
	if (claim && actual)
		replace_ip(d, vn, ip, claim, actual);
	else if (claim)
		emit_ip(d, KERN_MAP_ADD, vn, ip, claim);
	else if (actual && actual->prov == NVO3_PROV_AGENT && vn->complete)
		emit_ip_del(d, actual);
}

static int compare_ips(const void *a, const void *b)
{
	const struct nvo3_map *const *x = a, *const *y = b;

	return memcmp(&(*x)->ip, &(*y)->ip, sizeof((*x)->ip));
}

static const struct nvo3_map *find_ip(const struct nvo3_map **sorted, size_t n,
				      const struct ip_addr *ip)
{
	struct nvo3_map key = { .ip = *ip };
	const struct nvo3_map *pointer = &key;
	const struct nvo3_map **found;

	if (!n)
		return NULL;
	found = bsearch(&pointer, sorted, n, sizeof(*sorted), compare_ips);
	return found ? *found : NULL;
}

void diff_ips(struct diff *d, const struct model_vn *vn, const struct nvo3_map *actual, size_t n)
{
	const struct nvo3_map **sorted = mem_calloc(n, sizeof(*sorted));
	const struct model_ip *ip;

	for (size_t i = 0; i < n; i++) {
		sorted[i] = &actual[i];
		if (!model_ip_holder(vn->ips, &actual[i].ip))
			diff_ip(d, vn, &actual[i].ip, &actual[i]);
	}
	if (n)
		qsort(sorted, n, sizeof(*sorted), compare_ips);
	for (ip = vn->ips; ip; ip = ip->hh.next)
		diff_ip(d, vn, &ip->ip, find_ip(sorted, n, &ip->ip));
	free(sorted);
}

static const struct nvo3_member *find_member(const struct nvo3_member *actual, size_t n,
					     const struct ip_addr *addr)
{
	for (size_t i = 0; i < n; i++)
		if (ip_addr_equal(&actual[i].addr, addr))
			return &actual[i];
	return NULL;
}

static bool is_desired(const struct diff *d, const struct model_vn *vn, const struct ip_addr *addr)
{
	const struct model_member *m;
	struct ip_addr picked;

	for (m = vn->members; m; m = m->hh.next)
		if (model_locator_pick(&m->locators, d->have4, d->have6, &picked) &&
		    ip_addr_equal(&picked, addr))
			return true;
	return false;
}

static void emit_member(struct diff *d, enum kern_verb verb, const struct model_vn *vn,
			const struct ip_addr *addr, bool relay)
{
	struct kern_op *op = add_op(d, verb);

	op->member.vni = vn->vni;
	op->member.addr = *addr;
	op->member.relay = relay;
	if (verb == KERN_MEMBER_ADD)
		op->member.has = NVO3_HAS(MEMBER_RELAY);
}

void diff_members(struct diff *d, const struct model_vn *vn, const struct nvo3_member *actual,
		  size_t n, bool (*ours)(const struct ip_addr *addr, void *arg), void *arg)
{
	const struct nvo3_member *have;
	const struct model_member *m;
	struct ip_addr addr;

	for (size_t i = 0; i < n && vn->complete; i++)
		if (!is_desired(d, vn, &actual[i].addr) && ours(&actual[i].addr, arg))
			emit_member(d, KERN_MEMBER_DEL, vn, &actual[i].addr, false);
	for (m = vn->members; m; m = m->hh.next) {
		char text[MODEL_NAME_MAX + 80];

		if (model_locator_pick(&m->locators, d->have4, d->have6, &addr)) {
			have = find_member(actual, n, &addr);
			if (!have || (have->relay != m->relay && ours(&addr, arg)))
				emit_member(d, KERN_MEMBER_ADD, vn, &addr, m->relay);
			continue;
		}
		snprintf(text, sizeof(text),
			 "member %s has no locator of a family that this NVE has", m->nve);
		if (d->note)
			d->note(text, d->arg);
	}
}
