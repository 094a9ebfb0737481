// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "mem.h"
#include "model.h"
#include "msg.h"

/* @hash over what the director tells, *usable over what the kernel is to have; false: nothing */
static bool hash_usable(const struct model_vn *vn, const struct model_map *map, uint64_t told,
			uint64_t *usable)
{
	struct ip_addr addr;

	if (!model_map_addr(vn, map, &addr))
		return false;
	*usable = map->locators.n == 1 ? told : digest_map(&map->mac, map->epoch, &addr, 1);
	return true;
}

static uint64_t hash_told(const struct model_map *map)
{
	return digest_map(&map->mac, map->epoch, map->locators.v, map->locators.n);
}

static void count(struct model_vn *vn, const struct model_map *map)
{
	uint64_t told = hash_told(map), usable;

	digest_add(&vn->told, told);
	if (hash_usable(vn, map, told, &usable))
		digest_add(&vn->usable, usable);
}

/* Before anything of it changes */
static void uncount(struct model_vn *vn, const struct model_map *map)
{
	uint64_t told = hash_told(map), usable;

	digest_sub(&vn->told, told);
	if (hash_usable(vn, map, told, &usable))
		digest_sub(&vn->usable, usable);
}

void model_buckets(const struct model_vn *vn, bool usable, uint64_t ret[DIGEST_BUCKETS])
{
	const struct model_map *map;

	memset(ret, 0, DIGEST_BUCKETS * sizeof(*ret));
	for (map = vn->maps; map; map = map->hh.next) {
		uint64_t hash = hash_told(map);

		if (!usable || hash_usable(vn, map, hash, &hash))
			ret[digest_bucket(&map->mac)] += hash;
	}
}

/* --- where mappings are */

static void leave_nve(struct model_vn *vn, struct model_map *map)
{
	struct model_nve *nve = map->nve;

	map->nve = NULL;
	if (!nve)
		return;
	DL_DELETE(nve->maps, map);
	if (nve->maps)
		return;
	HASH_DEL(vn->nves, nve);
	free(nve);
}

static void enter_nve(struct model_vn *vn, struct model_map *map, const char *name)
{
	struct model_nve *nve;

	if (map->nve && !strcmp(map->nve->name, name))
		return;
	leave_nve(vn, map);
	if (!*name)
		return;
	HASH_FIND_STR(vn->nves, name, nve);
	if (!nve) {
		nve = mem_zalloc(sizeof(*nve));
		strcpy(nve->name, name);
		HASH_ADD_STR(vn->nves, name, nve);
	}
	DL_APPEND(nve->maps, map);
	map->nve = nve;
}

static bool locators_equal(const struct model_locators *a, const struct model_locators *b)
{
	if (a->n != b->n)
		return false;
	for (int i = 0; i < a->n; i++)
		if (!ip_addr_equal(&a->v[i], &b->v[i]))
			return false;
	return true;
}

/* A membership says the locators of all mappings there are at that NVE */
static void relocate(struct model_vn *vn, const char *name, const struct model_locators *locators,
		     struct model_touch *touch)
{
	struct model_nve *nve;
	struct model_map *map;

	HASH_FIND_STR(vn->nves, name, nve);
	if (!nve)
		return;
	DL_FOREACH(nve->maps, map) {
		if (locators_equal(&map->locators, locators))
			continue;
		uncount(vn, map);
		map->locators = *locators;
		count(vn, map);
		model_touch_mac(touch, &map->mac);
	}
}

/* --- objects */

static void drop_ips(struct model_vn *vn, struct model_map *map)
{
	for (int i = 0; i < map->n_ips; i++)
		model_ip_unclaim(&vn->ips, &map->ips[i], &map->mac, false);
	free(map->ips);
	map->ips = NULL;
	map->n_ips = 0;
}

static void map_del(struct model_vn *vn, struct model_map *map)
{
	uncount(vn, map);
	leave_nve(vn, map);
	drop_ips(vn, map);
	HASH_DEL(vn->maps, map);
	free(map);
}

static void forget_del(struct model_vn *vn, struct model_forget *forget)
{
	HASH_DEL(vn->forgets, forget);
	free(forget);
}

static void member_del(struct model_vn *vn, struct model_member *member)
{
	HASH_DEL(vn->members, member);
	free(member);
}

struct model_vn *model_vn_lookup(const struct model *model, const struct uuid *uuid)
{
	struct model_vn *vn;

	HASH_FIND(hh, model->vns, uuid, sizeof(*uuid), vn);
	return vn;
}

struct model_vn *model_vn_lookup_vni(const struct model *model, uint32_t vni)
{
	for (struct model_vn *vn = model->vns; vn; vn = vn->hh.next)
		if (vn->vni == vni)
			return vn;
	return NULL;
}

struct model_vn *model_vn_add(struct model *model, const struct uuid *uuid)
{
	struct model_vn *vn = mem_zalloc(sizeof(*vn));

	vn->uuid = *uuid;
	vn->model = model;
	HASH_ADD(hh, model->vns, uuid, sizeof(vn->uuid), vn);
	return vn;
}

void model_vn_del(struct model *model, struct model_vn *vn)
{
	struct model_member *member, *next_member;
	struct model_map *map, *next_map;

	HASH_ITER(hh, vn->maps, map, next_map)
		map_del(vn, map);
	HASH_ITER(hh, vn->members, member, next_member)
		member_del(vn, member);
	model_ips_uninit(&vn->ips);
	model_session_lost(vn);
	HASH_DEL(model->vns, vn);
	free(vn->fixed);
	free(vn);
}

void model_uninit(struct model *model)
{
	struct model_vn *vn, *next;

	HASH_ITER(hh, model->vns, vn, next)
		model_vn_del(model, vn);
}

struct model_map *model_map_lookup(const struct model_vn *vn, const struct mac_addr *mac)
{
	struct model_map *map;

	HASH_FIND(hh, vn->maps, mac, sizeof(*mac), map);
	return map;
}

static struct model_member *member_lookup(const struct model_vn *vn, const char *nve)
{
	struct model_member *member;

	HASH_FIND_STR(vn->members, nve, member);
	return member;
}

void model_touch_map(struct model_touch *touch, const struct model_map *map)
{
	model_touch_mac(touch, &map->mac);
	for (int i = 0; i < map->n_ips; i++)
		model_touch_ip(touch, &map->ips[i]);
}

/* More locators than we keep are no fault of the sender: the best ones come first */
static int parse_locators(const ProtobufCBinaryData *v, size_t n, struct model_locators *ret,
			  struct err *err)
{
	ret->n = 0;
	for (size_t i = 0; i < n; i++) {
		struct ip_addr ip;

		if (!msg_get_ip(&v[i], &ip) || ip_addr_is_zero(&ip) || ip_addr_is_multicast(&ip))
			return err_set(err, EBADMSG, "locators[%zu]: not a unicast IP address", i);
		if (ret->n < MODEL_LOCATORS_MAX)
			ret->v[ret->n++] = ip;
	}
	if (!n)
		return err_set(err, EBADMSG, "locators: none");
	return 0;
}

static int check_mac(const Nvo3__Mapping *msg, struct mac_addr *ret, struct err *err)
{
	if (!msg_get_mac(&msg->mac, ret) || !mac_addr_is_unicast(ret))
		return err_set(err, EBADMSG, "mac: not a unicast MAC address");
	return 0;
}

/*
 * Not all that a mapping may have: what no system can ask for (the kernel refuses it) is left out,
 * and more than we keep is no fault of the sender.
 */
static int parse_ips(const Nvo3__Mapping *msg, struct ip_addr ret[MODEL_IPS_MAX])
{
	struct ip_addr ip;
	int n = 0;

	for (size_t i = 0; i < msg->n_ips && n < MODEL_IPS_MAX; i++)
		if (msg_get_ip(&msg->ips[i]->addr, &ip) && !ip_addr_is_zero(&ip) &&
		    !ip_addr_is_multicast(&ip) && !ip_addr_is_loopback(&ip))
			ret[n++] = ip;
	return n;
}

static void set_ips(struct model_vn *vn, struct model_map *map, const Nvo3__Mapping *msg)
{
	struct ip_addr ips[MODEL_IPS_MAX];
	int n = parse_ips(msg, ips);

	drop_ips(vn, map);
	if (!n)
		return;
	map->ips = mem_calloc(n, sizeof(*map->ips));
	memcpy(map->ips, ips, n * sizeof(*ips));
	map->n_ips = n;
	for (int i = 0; i < n; i++)
		model_ip_claim(&vn->ips, &ips[i], &map->mac, false, map->epoch);
}

static int check_update(const Nvo3__MapUpdate *u, struct err *err)
{
	struct model_locators locators;
	struct mac_addr mac;
	struct uuid store;
	int rc = 0;

	if (!msg_get_uuid(&u->store, &store))
		return err_set(err, EBADMSG, "store: not a store id");
	for (size_t i = 0; i < u->n_set && !rc; i++) {
		rc = check_mac(u->set[i], &mac, err);
		if (!rc)
			rc = parse_locators(u->set[i]->locators, u->set[i]->n_locators, &locators,
					    err);
		if (!rc && strlen(u->set[i]->nve) >= MODEL_NAME_MAX)
			rc = err_set(err, EBADMSG, "nve: not a name");
		if (rc)
			err_prefix(err, rc, "set[%zu]", i);
	}
	for (size_t i = 0; i < u->n_del && !rc; i++) {
		rc = check_mac(u->del[i], &mac, err);
		if (rc)
			err_prefix(err, rc, "del[%zu]", i);
	}
	for (size_t i = 0; i < u->n_member_set && !rc; i++) {
		const Nvo3__Member *m = u->member_set[i];

		if (!*m->nve || strlen(m->nve) >= MODEL_NAME_MAX)
			rc = err_set(err, EBADMSG, "nve: not a name");
		else
			rc = parse_locators(m->locators, m->n_locators, &locators, err);
		if (rc)
			err_prefix(err, rc, "member_set[%zu]", i);
	}
	return rc;
}

static void note_correction(struct model_vn *vn, const struct model_map *held,
			    const Nvo3__Mapping *msg, const struct mac_addr *mac)
{
	struct model_locators locators;

	parse_locators(msg->locators, msg->n_locators, &locators, NULL);
	if (!held)
		drift_note(&vn->corrected, mac, DRIFT_MISSING);
	else if (held->epoch != msg->epoch)
		drift_note(&vn->corrected, mac, DRIFT_EPOCH);
	else if (!locators_equal(&held->locators, &locators))
		drift_note(&vn->corrected, mac, DRIFT_PLACE);
}

static void set_map(struct model_vn *vn, const Nvo3__Mapping *msg, bool correction,
		    struct model_touch *touch)
{
	struct model_map *map;
	struct mac_addr mac;

	check_mac(msg, &mac, NULL);
	if (model_forget_lookup(vn, &mac))
		return;
	map = model_map_lookup(vn, &mac);
	/*
	 * Deltas told again after a resume may be older than what is held. What a running
	 * snapshot has not named yet is no reason to refuse: its word is newer than ours. Nor is
	 * what a correction corrects.
	 */
	if (map && msg->epoch < map->epoch && map->round == vn->round && !correction) {
		touch->ignored++;
		return;
	}
	if (correction)
		note_correction(vn, map, msg, &mac);
	if (map) {
		uncount(vn, map);
	} else {
		map = mem_zalloc(sizeof(*map));
		map->mac = mac;
		HASH_ADD(hh, vn->maps, mac, sizeof(map->mac), map);
	}
	/* What it had and has no more is touched, too */
	model_touch_map(touch, map);
	map->epoch = msg->epoch;
	map->stale = msg->stale;
	map->round = vn->round;
	map->doubtful = false;
	parse_locators(msg->locators, msg->n_locators, &map->locators, NULL);
	enter_nve(vn, map, msg->nve);
	count(vn, map);
	set_ips(vn, map, msg);
	for (int i = 0; i < map->n_ips; i++)
		model_touch_ip(touch, &map->ips[i]);
}

static void del_map(struct model_vn *vn, const Nvo3__Mapping *msg, struct model_touch *touch)
{
	struct model_map *map;
	struct mac_addr mac;

	check_mac(msg, &mac, NULL);
	map = model_map_lookup(vn, &mac);
	if (map && map->epoch > msg->epoch) {
		touch->ignored++;
		return;
	}
	model_touch_mac(touch, &mac);
	if (!map)
		return;
	model_touch_map(touch, map);
	map_del(vn, map);
}

static void set_member(struct model_vn *vn, const Nvo3__Member *msg, struct model_touch *touch)
{
	struct model_member *member = member_lookup(vn, msg->nve);

	if (!member) {
		member = mem_zalloc(sizeof(*member));
		strcpy(member->nve, msg->nve);
		HASH_ADD_STR(vn->members, nve, member);
	}
	member->relay = msg->relay;
	member->round = vn->round;
	parse_locators(msg->locators, msg->n_locators, &member->locators, NULL);
	relocate(vn, member->nve, &member->locators, touch);
}

static void sweep(struct model_vn *vn)
{
	struct model_member *member, *next_member;
	struct model_map *map, *next_map;

	HASH_ITER(hh, vn->maps, map, next_map)
		if (map->round != vn->round)
			map_del(vn, map);
	HASH_ITER(hh, vn->members, member, next_member)
		if (member->round != vn->round)
			member_del(vn, member);
}

/* --- buckets that are told again */

static void doubt(struct model_vn *vn, const ProtobufCBinaryData *buckets)
{
	bool named[DIGEST_BUCKETS] = {};

	for (size_t i = 0; i < buckets->len; i++)
		named[buckets->data[i]] = true;
	for (struct model_map *map = vn->maps; map; map = map->hh.next)
		map->doubtful = named[digest_bucket(&map->mac)];
	vn->in_correction = true;
	vn->corrected = (struct drift){};
}

static void end_correction(struct model_vn *vn, struct model_touch *touch)
{
	struct model_map *map, *next;

	vn->in_correction = false;
	HASH_ITER(hh, vn->maps, map, next) {
		if (!map->doubtful)
			continue;
		drift_note(&vn->corrected, &map->mac, DRIFT_EXTRA);
		model_touch_map(touch, map);
		map_del(vn, map);
	}
}

int model_update(struct model_vn *vn, const Nvo3__MapUpdate *u, struct model_touch *touch,
		 struct err *err)
{
	int rc = check_update(u, err);

	if (rc)
		return rc;
	if (u->snapshot_begin) {
		vn->in_snapshot = true;
		vn->in_correction = false;
		vn->round++;
		/* Were it cut short now, neither the old revision nor the new one would be true */
		vn->store = (struct uuid){};
		vn->revision = 0;
	}
	touch->strict = vn->in_snapshot || u->again.len;
	if (u->again.len && !vn->in_correction)
		doubt(vn, &u->again);
	for (size_t i = 0; i < u->n_set; i++)
		set_map(vn, u->set[i], u->again.len, touch);
	for (size_t i = 0; i < u->n_del; i++)
		del_map(vn, u->del[i], touch);
	if (u->again_end && vn->in_correction)
		end_correction(vn, touch);
	for (size_t i = 0; i < u->n_member_set; i++)
		set_member(vn, u->member_set[i], touch);
	for (size_t i = 0; i < u->n_member_del; i++) {
		struct model_member *member = member_lookup(vn, u->member_del[i]);

		if (member)
			member_del(vn, member);
	}
	if (u->n_member_set || u->n_member_del)
		touch->members = true;
	if (u->snapshot_end && vn->in_snapshot) {
		sweep(vn);
		vn->in_snapshot = false;
		vn->complete = true;
		touch->swept = true;
		touch->members = true;
	}
	if (!vn->in_snapshot) {
		msg_get_uuid(&u->store, &vn->store);
		vn->revision = u->revision;
	}
	return 0;
}

void model_session_lost(struct model_vn *vn)
{
	struct model_forget *forget, *next;

	vn->in_snapshot = false;
	vn->in_correction = false;
	HASH_ITER(hh, vn->forgets, forget, next)
		forget_del(vn, forget);
}

struct model_forget *model_forget_lookup(const struct model_vn *vn, const struct mac_addr *mac)
{
	struct model_forget *forget;

	HASH_FIND(hh, vn->forgets, mac, sizeof(*mac), forget);
	return forget;
}

void model_map_forget(struct model_vn *vn, struct model_map *map)
{
	struct model_forget *forget = mem_zalloc(sizeof(*forget));

	forget->mac = map->mac;
	HASH_ADD(hh, vn->forgets, mac, sizeof(forget->mac), forget);
	map_del(vn, map);
}

void model_forgotten(struct model_vn *vn, struct model_forget *forget)
{
	forget_del(vn, forget);
}

void model_map_own(struct model_vn *vn, const struct mac_addr *mac, uint64_t epoch)
{
	struct model_map *map = model_map_lookup(vn, mac);

	if (map && map->epoch <= epoch)
		map_del(vn, map);
}

bool model_map_addr(const struct model_vn *vn, const struct model_map *map, struct ip_addr *ret)
{
	return model_locator_pick(&map->locators, vn->model->have4, vn->model->have6, ret);
}

bool model_locator_pick(const struct model_locators *from, bool have4, bool have6,
			struct ip_addr *ret)
{
	for (int i = 0; i < from->n; i++) {
		if (!(from->v[i].family == AF_INET ? have4 : have6))
			continue;
		*ret = from->v[i];
		return true;
	}
	return false;
}
