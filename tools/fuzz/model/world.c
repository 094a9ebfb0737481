// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <sys/socket.h>
#include "rnd.h"
#include "world.h"

uint64_t rnd_state;

static int any_family(void)
{
	return one_in(2) ? AF_INET : AF_INET6;
}

static void make_nve(struct nve *nve)
{
	nve->encap = below(3);
	nve->verify = below(3);
	nve->df = below(3);
	nve->ttl = one_in(3) ? -1 : 1 + (int)below(255);
	nve->tos = one_in(3) ? -1 : (int)below(64) << 2;
	nve->csum = one_in(2);
	nve->csum_require = one_in(6);
	nve->flowid = one_in(2);
	nve->locals = !one_in(4);
	nve->label = one_in(2) ? -1 : (int)below(1 << 20);
	nve->sport[0] = 0;
	if (one_in(3)) {
		nve->sport[0] = 1 + below(60000);
		nve->sport[1] = nve->sport[0] + below(3000);
	}
}

static void make_rule(struct rule *rule)
{
	static const int protos[] = { 1, 6, 17, 58, 132, 47 };
	int family = any_family();

	*rule = (struct rule){ .dir = below(2), .verdict = below(2), .proto = -1 };
	if (one_in(4))
		rule->ethertype = family == AF_INET ? 0x800 : 0x86dd;
	else if (one_in(8))
		rule->ethertype = one_in(2) ? 0x806 : 0x88b5;
	if (rule->ethertype && rule->ethertype != 0x800 && rule->ethertype != 0x86dd)
		goto groups;
	if (one_in(2))
		rule->proto = PICK(protos);
	if (one_in(3)) {
		rule->src = tenant_addr(family, 1 + below(TENANTS));
		rule->src_plen = family == AF_INET ? 24 + below(9) : 120 + below(9);
	}
	if (one_in(3)) {
		rule->dst = tenant_addr(family, 1 + below(TENANTS));
		rule->dst_plen = family == AF_INET ? 24 + below(9) : 56 + below(73);
	}
	if ((rule->proto == 6 || rule->proto == 17 || rule->proto == 132) && one_in(2)) {
		rule->ports = true;
		rule->sport[0] = one_in(2) ? 0 : below(4);
		rule->sport[1] = one_in(2) ? 65535 : rule->sport[0] + below(4);
		rule->dport[0] = one_in(2) ? 0 : below(6);
		rule->dport[1] = one_in(2) ? 65535 : rule->dport[0] + below(4);
	}
groups:
	if (one_in(5))
		rule->src_group = 1 + below(3);
	if (one_in(5))
		rule->dst_group = 1 + below(3);
}

/* Bits behind the length are none, as the kernel wants it. */
static void cut_prefix(struct address *addr, int plen)
{
	int bit, bits = addr->family == AF_INET ? 32 : 128;

	for (bit = plen; addr->family && bit < bits; bit++)
		addr->byte[bit / 8] &= ~(0x80 >> bit % 8);
}

static void make_profile(struct profile *profile)
{
	int i;

	profile->otherwise = below(3) ? NVO3_VERDICT_PERMIT : NVO3_VERDICT_DENY;
	profile->dscp = one_in(2) ? -1 : (int)below(64);
	/* Both with and without remembered verdicts (from 16 on of a kind). */
	profile->n_rules = one_in(2) ? below(5) : below(RULES);
	for (i = 0; i < profile->n_rules; i++) {
		make_rule(&profile->rules[i]);
		cut_prefix(&profile->rules[i].src, profile->rules[i].src_plen);
		cut_prefix(&profile->rules[i].dst, profile->rules[i].dst_plen);
	}
}

static void make_pairs(struct port *port)
{
	int i;

	port->n_pairs = one_in(2) ? 0 : 1 + (int)below(PAIRS);
	for (i = 0; i < port->n_pairs; i++) {
		struct pair *pair = &port->pairs[i];

		pair->own = !one_in(3);
		tenant_mac(pair->mac, 1 + below(TENANTS));
		pair->addr = tenant_addr(any_family(), 1 + below(TENANTS));
		pair->plen = pair->addr.family == AF_INET ? 32 : 128;
		if (one_in(3))
			pair->plen -= below(6);
		cut_prefix(&pair->addr, pair->plen);
	}
}

static const struct map *find_map(const struct world *w, int vn, const uint8_t *mac)
{
	int i;

	for (i = 0; i < w->n_maps; i++)
		if (w->maps[i].vn == vn && !memcmp(w->maps[i].mac, mac, MAC_LEN))
			return &w->maps[i];
	return NULL;
}

static bool has_port(const struct world *w, int dev, int vlan)
{
	int i;

	for (i = 0; i < w->n_ports; i++)
		if (w->ports[i].dev == dev && w->ports[i].vlan == vlan)
			return true;
	return false;
}

/* The remote of these properties, which is one for all who name it. */
static int remote_of(struct world *w, struct remote remote)
{
	int i;

	for (i = 0; i < w->n_remotes; i++)
		if (address_equal(&w->remotes[i].addr, &remote.addr) &&
		    w->remotes[i].encap == remote.encap && w->remotes[i].vni == remote.vni &&
		    w->remotes[i].dstport == remote.dstport)
			return i;
	if (w->n_remotes == REMOTES)
		return 0;
	remote.down = one_in(6);
	w->remotes[w->n_remotes] = remote;
	return w->n_remotes++;
}

static int count_ports(const struct world *w, int vn)
{
	int i, n = 0;

	for (i = 0; i < w->n_ports; i++)
		n += w->ports[i].vn == vn;
	return n;
}

/* The MAC's mapping leads to the port from when it is active, and until then where it did. */
static void map_port(struct world *w, struct port *port)
{
	struct map map = { .vn = port->vn, .port = port->active ? w->n_ports : -1,
			   .of_port = true };
	struct remote left = { .nr = 3 + below(5), .encap = w->nve.encap };

	port->moved = one_in(4);
	left.addr = underlay_addr(any_family(), left.nr);
	port->left = left.addr;
	memcpy(map.mac, port->mac, MAC_LEN);
	if (!port->active && !port->moved)
		return;
	if (!port->active)
		map.paths[map.n_paths++] = remote_of(w, left);
	w->maps[w->n_maps++] = map;
}

static void add_port(struct world *w, bool tame)
{
	struct port port = { .dev = below(DEVS), .vlan = one_in(2) ? 0 : 1 + (int)below(3),
			     .vn = below(VNS), .active = tame || !one_in(8), .profile = -1 };

	if (has_port(w, port.dev, port.vlan) || (tame && count_ports(w, port.vn) == 2))
		return;
	tenant_mac(port.mac, 1 + below(TENANTS));
	port.has_mac = !one_in(4) && !find_map(w, port.vn, port.mac);
	port.spoof = port.has_mac ? below(3) : NVO3_SOURCE_CHECK_AUTO;
	port.dhcp = one_in(4);
	port.router = one_in(4);
	port.group = one_in(2) ? 0 : 1 + below(3);
	if (one_in(2))
		port.profile = below(PROFILES);
	if (port.has_mac) {
		make_pairs(&port);
		map_port(w, &port);
	}
	w->ports[w->n_ports++] = port;
}

static struct remote any_remote(const struct world *w)
{
	struct remote remote = { .nr = one_in(20) ? ADDRS : 3 + (int)below(8) };

	remote.addr = underlay_addr(any_family(), remote.nr);
	remote.encap = one_in(2) ? w->nve.encap : (int)below(3);
	if (remote.encap != NVO3_ENCAP_NVGRE && one_in(5))
		remote.dstport = 5000 + below(3);
	if (one_in(5))
		remote.vni = 1 + below(0xffffff);
	return remote;
}

/* Several paths differ by their addresses alone, and none of them is named twice. */
static void add_paths(struct world *w, struct map *map)
{
	int count = one_in(3) ? 2 + (int)below(PATHS - 1) : 1, i, at;
	struct remote remote = any_remote(w);

	for (i = 0; i < count; i++) {
		at = remote_of(w, remote);
		if (!map->n_paths || map->paths[map->n_paths - 1] != at)
			map->paths[map->n_paths++] = at;
		remote.nr = remote.nr == 10 ? 3 : remote.nr + 1;
		if (remote.nr > 10)
			break;
		remote.addr = underlay_addr(any_family(), remote.nr);
	}
}

static void add_map(struct world *w)
{
	struct map map = { .vn = below(VNS), .port = -1 };
	int i;

	tenant_mac(map.mac, 1 + below(TENANTS));
	if (find_map(w, map.vn, map.mac) || w->n_maps == MAPS || w->n_remotes > REMOTES - PATHS)
		return;
	map.group = one_in(2) ? 0 : 1 + below(3);
	if (one_in(3)) {
		for (i = 0; i < w->n_ports; i++)
			if (w->ports[i].vn == map.vn && one_in(2))
				map.port = i;
	}
	if (map.port < 0)
		add_paths(w, &map);
	else
		map.group = 0;
	w->maps[w->n_maps++] = map;
}

static void add_member(struct world *w)
{
	struct member member = { .vn = below(VNS), .relay = one_in(4) };
	int i;

	if (w->n_remotes > REMOTES - PATHS)
		return;
	member.remote = remote_of(w, any_remote(w));
	for (i = 0; i < w->n_members; i++)
		if (w->members[i].vn == member.vn && w->members[i].remote == member.remote)
			return;
	w->members[w->n_members++] = member;
}

/* Each VN has a port: one that chance has not made has a VLAN of its own. */
static void tame_ports(struct world *w)
{
	int vn, i;

	for (vn = 0; vn < VNS; vn++) {
		w->vns[vn].bum = NVO3_BUM_NONE;
		w->vns[vn].unknown = NVO3_UNKNOWN_DROP;
		for (i = 0; i < w->n_ports && w->ports[i].vn != vn; i++)
			;
		if (i == w->n_ports)
			w->ports[w->n_ports++] = (struct port){ .vlan = 10 + vn, .vn = vn,
								.active = true, .profile = -1 };
	}
}

void world_make(struct world *w, bool tame)
{
	int i;

	memset(w, 0, sizeof(*w));
	make_nve(&w->nve);
	/* A frame that waits is a matter of time, which the model knows nothing of. */
	for (i = 0; i < VNS; i++)
		w->vns[i] = (struct vn){
			.vni = 4096 + below(1 << 23) + i, .bum = below(2),
			.unknown = one_in(3) ? NVO3_UNKNOWN_FLOOD : NVO3_UNKNOWN_DROP,
		};
	for (i = 0; i < PROFILES; i++)
		make_profile(&w->profiles[i]);
	for (i = 0; i < DEVS; i++) {
		w->mtu[i] = one_in(2) ? 9000 : 1500;
		w->up[i] = i < 2 || !one_in(8);
	}
	for (i = 0; i < PORTS - VNS; i++)
		add_port(w, tame);
	if (tame)
		tame_ports(w);
	for (i = 0; i < 20; i++)
		add_map(w);
	for (i = 0; i < MEMBERS && !tame; i++)
		if (one_in(2))
			add_member(w);
}
