// SPDX-License-Identifier: GPL-2.0
/* kern.h in memory, with the module's rules for epochs; for unit tests */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "kern-stub-priv.h"
#include "mem.h"

static void stub_free(struct kern *k)
{
	free(self(k));
}

struct nvo3_vn *stub_find_vn(struct kern_stub *s, uint32_t vni)
{
	for (size_t i = 0; i < s->n_vns; i++)
		if (s->vns[i].vni == vni)
			return &s->vns[i];
	return NULL;
}

struct nvo3_port *stub_find_port(struct kern_stub *s, uint32_t dev, uint16_t vlan)
{
	for (size_t i = 0; i < s->n_ports; i++)
		if (s->ports[i].dev == dev && s->ports[i].vlan == vlan)
			return &s->ports[i];
	return NULL;
}

/* Of the IP address, or if there is none (no family) of the MAC */
static bool is_of(const struct mac_addr *a_mac, const struct ip_addr *a_ip,
		  const struct mac_addr *mac, const struct ip_addr *ip)
{
	return ip_addr_equal(a_ip, ip) && (ip->family || mac_addr_equal(a_mac, mac));
}

static struct nvo3_map *find(struct kern_stub *s, uint32_t vni, const struct mac_addr *mac,
			     const struct ip_addr *ip)
{
	for (size_t i = 0; i < s->n_maps; i++)
		if (s->maps[i].vni == vni && is_of(&s->maps[i].mac, &s->maps[i].ip, mac, ip))
			return &s->maps[i];
	return NULL;
}

const struct ip_addr stub_no_ip;

struct nvo3_map *stub_find_map(struct kern_stub *s, uint32_t vni, const struct mac_addr *mac)
{
	return find(s, vni, mac, &stub_no_ip);
}

/* A mapping answers what was asked, and ends that nobody has the address. */
static void forget_miss(struct kern_stub *s, uint32_t vni, const struct mac_addr *mac,
			const struct ip_addr *ip)
{
	for (size_t i = s->n_asked; i--;)
		if (s->asked[i].vni == vni &&
		    is_of(&s->asked[i].dst, &s->asked[i].addr, mac, ip))
			REMOVE(s->asked, s->n_asked, i);
	for (size_t i = s->n_absent; i--;)
		if (s->absent[i].vni == vni &&
		    is_of(&s->absent[i].mac, &s->absent[i].ip, mac, ip))
			REMOVE(s->absent, s->n_absent, i);
}

void stub_map_remove(struct kern_stub *s, size_t i)
{
	s->unused_s[i] = s->unused_s[s->n_maps - 1];
	REMOVE(s->maps, s->n_maps, i);
}

struct nvo3_map *stub_map_new(struct kern_stub *s, uint32_t vni, const struct mac_addr *mac,
			      const struct ip_addr *ip)
{
	forget_miss(s, vni, mac, ip);
	s->unused_s[s->n_maps] = 0;
	return &s->maps[s->n_maps++];
}

static int stub_vn_add(struct kern *k, const struct nvo3_vn *vn, struct err *err)
{
	if (stub_find_vn(self(k), vn->vni))
		return err_set(err, EEXIST, "VNI %u exists", vn->vni);
	self(k)->vns[self(k)->n_vns++] = *vn;
	return 0;
}

static int stub_vn_set(struct kern *k, const struct nvo3_vn *vn, struct err *err)
{
	struct nvo3_vn *have = stub_find_vn(self(k), vn->vni);

	if (!have)
		return err_set(err, ENOENT, "no VNI %u", vn->vni);
	*have = *vn;
	return 0;
}

static int stub_vn_del(struct kern *k, uint32_t vni, struct err *err)
{
	struct kern_stub *s = self(k);
	struct nvo3_vn *have = stub_find_vn(s, vni);

	if (!have)
		return err_set(err, ENOENT, "no VNI %u", vni);
	for (size_t i = 0; i < s->n_ports; i++)
		if (s->ports[i].vni == vni)
			return err_set(err, EBUSY, "VNI %u has ports", vni);
	for (size_t i = s->n_maps; i--;)
		if (s->maps[i].vni == vni)
			stub_map_remove(s, i);
	for (size_t i = s->n_asked; i--;)
		if (s->asked[i].vni == vni)
			REMOVE(s->asked, s->n_asked, i);
	for (size_t i = s->n_members; i--;)
		if (s->members[i].vni == vni)
			REMOVE(s->members, s->n_members, i);
	REMOVE(s->vns, s->n_vns, have - s->vns);
	return 0;
}

static uint64_t hash_of(const struct nvo3_map *map)
{
	return digest_map(&map->mac, map->epoch, &map->addr, map->addr.family ? 1 : 0);
}

static bool counts(const struct nvo3_map *map, uint32_t vni)
{
	return map->vni == vni && map->prov == NVO3_PROV_AGENT;
}

static int stub_vn_get(struct kern *k, uint32_t vni, struct nvo3_vn *ret, struct err *err)
{
	struct nvo3_vn *have = stub_find_vn(self(k), vni);

	if (!have)
		return err_set(err, ENOENT, "no VNI %u", vni);
	*ret = *have;
	for (size_t i = 0; i < self(k)->n_maps; i++) {
		if (!counts(&self(k)->maps[i], vni))
			continue;
		ret->digest += hash_of(&self(k)->maps[i]);
		ret->digest_maps++;
	}
	return 0;
}

static int stub_digest(struct kern *k, uint32_t vni, uint64_t ret[NVO3_DIGEST_BUCKETS],
		       struct err *err)
{
	struct kern_stub *s = self(k);

	memset(ret, 0, NVO3_DIGEST_BUCKETS * sizeof(*ret));
	for (size_t i = 0; i < s->n_maps; i++)
		if (counts(&s->maps[i], vni))
			ret[digest_bucket(&s->maps[i].mac)] += hash_of(&s->maps[i]);
	s->digests++;
	return 0;
}

static int stub_map_get(struct kern *k, uint32_t vni, const struct mac_addr *mac,
			struct nvo3_map *ret, struct err *err)
{
	struct nvo3_map *have = stub_find_map(self(k), vni, mac);

	if (!have)
		return err_set(err, ENOENT, "no mapping");
	*ret = *have;
	return 0;
}

#define LIST(type, array, count)						\
	do {									\
		type *list = mem_calloc(count, sizeof(*list));			\
										\
		*ret_n = 0;							\
		for (size_t i = 0; i < (count); i++)				\
			if ((array)[i].vni == vni)				\
				list[(*ret_n)++] = (array)[i];			\
		*ret = list;							\
	} while (0)

static int stub_ipmap_get(struct kern *k, uint32_t vni, const struct ip_addr *ip,
			  struct nvo3_map *ret, struct err *err)
{
	struct nvo3_map *have = find(self(k), vni, NULL, ip);

	if (!have)
		return err_set(err, ENOENT, "no mapping");
	*ret = *have;
	return 0;
}

static int stub_map_list(struct kern *k, uint32_t vni, struct nvo3_map **ret, size_t *ret_n,
			 struct err *err)
{
	struct kern_stub *s = self(k);
	struct nvo3_map *list = mem_calloc(s->n_maps, sizeof(*list));

	*ret_n = 0;
	for (int ips = 0; ips < 2; ips++)
		for (size_t i = 0; i < s->n_maps; i++)
			if (s->maps[i].vni == vni && !s->maps[i].ip.family == !ips)
				list[(*ret_n)++] = s->maps[i];
	*ret = list;
	return 0;
}

static int stub_map_walk(struct kern *k, uint32_t vni, int prov,
			 void (*each)(const struct nvo3_map *map, void *arg), void *arg,
			 struct err *err)
{
	struct kern_stub *s = self(k);

	for (size_t i = 0; i < s->n_maps; i++)
		if (s->maps[i].vni == vni && (prov == KERN_ANY || s->maps[i].prov == prov))
			each(&s->maps[i], arg);
	return 0;
}

static int stub_map_sweep(struct kern *k, uint32_t vni, uint8_t generation, struct err *err)
{
	struct kern_stub *s = self(k);

	for (size_t i = s->n_maps; i--;)
		if (counts(&s->maps[i], vni) && s->maps[i].generation != generation)
			stub_map_remove(s, i);
	return 0;
}

unsigned int kern_stub_digests(struct kern *k)
{
	return self(k)->digests;
}

static int stub_member_list(struct kern *k, uint32_t vni, struct nvo3_member **ret, size_t *ret_n,
			    struct err *err)
{
	LIST(struct nvo3_member, self(k)->members, self(k)->n_members);
	return 0;
}

/* --- remotes are there while anything leads to them */

static void refer(struct kern_stub *s, const struct ip_addr *addr)
{
	struct nvo3_remote *r = s->remotes;

	if (!addr->family)
		return;
	while (r < s->remotes + s->n_remotes && !ip_addr_equal(&r->addr, addr))
		r++;
	if (r == s->remotes + s->n_remotes)
		s->remotes[s->n_remotes++] = (struct nvo3_remote){ .addr = *addr };
	r->refs++;
}

static void count_remotes(struct kern_stub *s)
{
	for (size_t i = 0; i < s->n_remotes; i++)
		s->remotes[i].refs = 0;
	for (size_t i = 0; i < s->n_maps; i++) {
		refer(s, &s->maps[i].addr);
		for (size_t p = 0; p < s->maps[i].npaths; p++)
			refer(s, &s->maps[i].paths[p].addr);
	}
	for (size_t i = 0; i < s->n_members; i++)
		refer(s, &s->members[i].addr);
	for (size_t i = s->n_remotes; i--;)
		if (!s->remotes[i].refs)
			REMOVE(s->remotes, s->n_remotes, i);
}

static int stub_remote_list(struct kern *k, struct nvo3_remote **ret, size_t *ret_n,
			    struct err *err)
{
	struct kern_stub *s = self(k);

	count_remotes(s);
	*ret = mem_calloc(s->n_remotes, sizeof(**ret));
	memcpy(*ret, s->remotes, s->n_remotes * sizeof(**ret));
	*ret_n = s->n_remotes;
	return 0;
}

static int stub_remote_set(struct kern *k, const struct nvo3_remote *remote,
			   enum nvo3_remote_state state, struct err *err)
{
	struct kern_stub *s = self(k);
	char text[IP_ADDR_STRLEN];

	count_remotes(s);
	for (size_t i = 0; i < s->n_remotes; i++) {
		if (!ip_addr_equal(&s->remotes[i].addr, &remote->addr))
			continue;
		s->remotes[i].state = state;
		return 0;
	}
	return err_set(err, ENOENT, "nothing leads to %s", ip_addr_format(&remote->addr, text));
}

/* --- questions, and what is not used */

static int stub_map_idle(struct kern *k, uint32_t vni, uint32_t seconds, struct mac_addr **ret,
			 size_t *ret_n, struct err *err)
{
	struct kern_stub *s = self(k);
	struct mac_addr *list = mem_calloc(s->n_maps, sizeof(*list));

	*ret_n = 0;
	for (size_t i = 0; i < s->n_maps; i++)
		if (s->maps[i].vni == vni && s->maps[i].prov == NVO3_PROV_AGENT &&
		    s->unused_s[i] >= seconds && !s->maps[i].ip.family)
			list[(*ret_n)++] = s->maps[i].mac;
	*ret = list;
	return 0;
}

static int stub_miss_list(struct kern *k, uint32_t vni, struct nvo3_miss **ret, size_t *ret_n,
			  struct err *err)
{
	LIST(struct nvo3_miss, self(k)->asked, self(k)->n_asked);
	return 0;
}

static int stub_miss_absent(struct kern *k, const struct nvo3_miss *miss, struct err *err)
{
	struct kern_stub *s = self(k);

	if (!stub_find_vn(s, miss->vni))
		return err_set(err, ENOENT, "no VNI %u", miss->vni);
	if (find(s, miss->vni, &miss->dst, &miss->addr))
		return err_set(err, EEXIST, "there is a mapping");
	forget_miss(s, miss->vni, &miss->dst, &miss->addr);
	if (s->n_absent == STUB_MAX)
		return err_set(err, ENOSPC, "too many are absent");
	s->absent[s->n_absent++] = (struct stub_absent){
		.vni = miss->vni, .lifetime_ms = miss->lifetime, .mac = miss->dst,
		.ip = miss->addr,
	};
	return 0;
}

static int stub_miss_forget(struct kern *k, uint32_t vni, struct err *err)
{
	struct kern_stub *s = self(k);

	for (size_t i = s->n_absent; i--;)
		if (s->absent[i].vni == vni)
			REMOVE(s->absent, s->n_absent, i);
	return 0;
}

void kern_stub_ask(struct kern *k, const struct nvo3_miss *miss)
{
	if (self(k)->n_asked < STUB_MAX)
		self(k)->asked[self(k)->n_asked++] = *miss;
}

void kern_stub_use(struct kern *k, uint32_t vni, const struct mac_addr *mac, uint32_t seconds_ago)
{
	struct nvo3_map *map = stub_find_map(self(k), vni, mac);

	if (map)
		self(k)->unused_s[map - self(k)->maps] = seconds_ago;
}

static uint32_t absent(struct kern_stub *s, uint32_t vni, const struct mac_addr *mac,
		       const struct ip_addr *ip)
{
	for (size_t i = 0; i < s->n_absent; i++)
		if (s->absent[i].vni == vni &&
		    is_of(&s->absent[i].mac, &s->absent[i].ip, mac, ip))
			return s->absent[i].lifetime_ms;
	return 0;
}

void kern_stub_redirect(struct kern *k, uint32_t vni, uint64_t frames)
{
	struct nvo3_vn *vn = stub_find_vn(self(k), vni);

	if (vn)
		vn->redirected += frames;
}

uint32_t kern_stub_absent(struct kern *k, uint32_t vni, const struct mac_addr *mac)
{
	return absent(self(k), vni, mac, &stub_no_ip);
}

uint32_t kern_stub_absent_ip(struct kern *k, uint32_t vni, const struct ip_addr *ip)
{
	return absent(self(k), vni, NULL, ip);
}

/* Where a MAC is; to which MAC an IP address leads */
static bool same_place(const struct nvo3_map *a, const struct nvo3_map *b)
{
	return a->ip.family ? mac_addr_equal(&a->mac, &b->mac) : ip_addr_equal(&a->addr, &b->addr);
}

static int map_add(struct kern_stub *s, const struct nvo3_map *map, bool replace, struct err *err)
{
	struct nvo3_map *have = find(s, map->vni, &map->mac, &map->ip);
	bool same;
	int rc;

	if (!have) {
		*stub_map_new(s, map->vni, &map->mac, &map->ip) = *map;
		return 0;
	}
	same = have->prov != NVO3_PROV_PORT && same_place(have, map);
	if (!same || map->epoch < have->epoch) {
		rc = stub_check_claim(have, map->epoch, err);
		if (rc)
			return rc;
	}
	if (!replace && !same)
		return err_set(err, EEXIST, "the mapping exists");
	*have = *map;
	return 0;
}

static int map_del(struct kern_stub *s, const struct nvo3_map *map, struct err *err)
{
	struct nvo3_map *have = find(s, map->vni, &map->mac, &map->ip);

	if (!have)
		return err_set(err, ENOENT, "no mapping");
	if (map->epoch && have->epoch > map->epoch)
		return err_set(err, ESTALE, "the mapping is newer");
	stub_map_remove(s, have - s->maps);
	return 0;
}

static int member_add(struct kern_stub *s, const struct nvo3_member *m, bool add, struct err *err)
{
	for (size_t i = 0; i < s->n_members; i++) {
		if (s->members[i].vni != m->vni || !ip_addr_equal(&s->members[i].addr, &m->addr))
			continue;
		if (!add)
			REMOVE(s->members, s->n_members, i);
		else if (m->has & NVO3_HAS(MEMBER_RELAY))
			s->members[i].relay = m->relay;
		return 0;
	}
	if (!add)
		return err_set(err, ENOENT, "no member");
	s->members[s->n_members++] = *m;
	return 0;
}

static int stub_apply(struct kern *k, const struct kern_op *ops, size_t n,
		      void (*failed)(const struct kern_op *op, int code, const char *text,
				     void *arg),
		      void *arg, struct err *err)
{
	struct kern_stub *s = self(k);

	for (size_t i = 0; i < n; i++) {
		struct err why;
		int rc = 0;

		switch (ops[i].verb) {
		case KERN_MAP_ADD:
		case KERN_MAP_REPLACE:
			rc = map_add(s, &ops[i].map, ops[i].verb == KERN_MAP_REPLACE, &why);
			break;
		case KERN_MAP_DEL:
			rc = map_del(s, &ops[i].map, &why);
			break;
		case KERN_MEMBER_ADD:
		case KERN_MEMBER_DEL:
			rc = member_add(s, &ops[i].member, ops[i].verb == KERN_MEMBER_ADD, &why);
			break;
		}
		if (rc)
			failed(&ops[i], rc, why.text, arg);
	}
	return 0;
}

struct kern *kern_stub_new(void)
{
	static const struct kern_ops ops = {
		.free = stub_free,
		.vn_add = stub_vn_add,
		.vn_set = stub_vn_set,
		.vn_del = stub_vn_del,
		.vn_get = stub_vn_get,
		.digest = stub_digest,
		.dev_take = stub_dev_index,
		.dev_release = stub_dev_release,
		.dev_index = stub_dev_index,
		.port_add = stub_port_add,
		.port_set = stub_port_set,
		.port_del = stub_port_del,
		.port_get = stub_port_get,
		.dev_mtu = stub_dev_mtu,
		.guest_answer = stub_guest_answer,
		.port_stamp = stub_port_stamp,
		.port_stamps = stub_port_stamps,
		.profile_add = stub_profile_add,
		.profile_del = stub_profile_del,
		.map_get = stub_map_get,
		.ipmap_get = stub_ipmap_get,
		.map_list = stub_map_list,
		.map_walk = stub_map_walk,
		.map_sweep = stub_map_sweep,
		.member_list = stub_member_list,
		.remote_list = stub_remote_list,
		.remote_set = stub_remote_set,
		.map_idle = stub_map_idle,
		.miss_list = stub_miss_list,
		.miss_absent = stub_miss_absent,
		.miss_forget = stub_miss_forget,
		.apply = stub_apply,
	};
	struct kern_stub *s = mem_zalloc(sizeof(*s));

	s->kern.ops = &ops;
	return &s->kern;
}
