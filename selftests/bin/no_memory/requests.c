// SPDX-License-Identifier: GPL-2.0
/* Each request of the netlink family, with the one that takes it back */
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>

#include "nl.h"
#include "no_memory.h"
#include "nvo3_nl.h"
#include "nvo3_profile.h"
#include "nvo3_req.h"

#define MANY	200
#define LONG	40

static const struct nvo3_profile profile1 = { .id = 1 };
static const struct nvo3_rule permit = {
	.verdict = NVO3_VERDICT_PERMIT, .dir = NVO3_RULE_DIR_FROM_VM,
	.has = NVO3_HAS(RULE_VERDICT) | NVO3_HAS(RULE_DIR),
};
static struct nvo3_rule rules[LONG];
static struct nvo3_map many[MANY], hosts[MANY];

static int vn_add(void)
{
	return kernel_vn_add(k, nve, &(struct nvo3_vn){ .vni = 200, .limit = 5 }, &why);
}

static int vn_del(void)
{
	return kernel_vn_del(k, nve, 200, &why);
}

static int vn_set(void)
{
	return kernel_vn_set(k, nve, &(struct nvo3_vn){
		.vni = 100, .limit = 900, .arp = NVO3_ARP_ANSWER, .track = 1, .hold = 500,
	}, &why);
}

static int vn_reset(void)
{
	return kernel_vn_set(k, nve, &(struct nvo3_vn){
		.vni = 100, .hold = 1000,
		.has = NVO3_HAS(VN_LIMIT) | NVO3_HAS(VN_ARP) | NVO3_HAS(VN_TRACK),
	}, &why);
}

static const struct nvo3_member members[] = {
	{ .vni = 100, .addr = V4(11), .relay = 1 }, { .vni = 100, .addr = V6(11) },
	{ .vni = 100, .addr = V4(12), .encap = NVO3_ENCAP_GENEVE, .relay = 1 },
	{ .vni = 100, .addr = V4(13), .encap = NVO3_ENCAP_NVGRE },
	{ .vni = 100, .addr = V4(14), .remote_vni = 77 },
	{ .vni = 100, .addr = V4(15), .relay = 1 },
	{ .vni = 100, .addr = V4(16), .relay = 1 }, { .vni = 100, .addr = V4(17), .relay = 1 },
};
#define MEMBERS (sizeof(members) / sizeof(members[0]))

static int member_add(void)
{
	return kernel_member_add(k, nve, members, MEMBERS, NULL, &why);
}

static int member_del(void)
{
	return kernel_member_del(k, nve, members, MEMBERS, NULL, &why);
}

static const struct nvo3_port port = { .vni = 100, .mac = MAC(1) };
static const struct nvo3_port tagged = {
	.vni = 100, .vlan = 7, .mac = MAC(2), .profile = 1, .group = 3, .nallow = 2,
	.allow = { { .ip = V4(99), .plen = 32 }, { .ip = V6(99), .plen = 128 } },
};

static int port_on(const struct nvo3_port *like, uint32_t dev,
		   int (*request)(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_port *port,
				  struct err *err))
{
	struct nvo3_port mine = *like;

	mine.dev = dev;
	return request(k, nve, &mine, &why);
}

int tagged_add(void)
{
	return port_on(&tagged, slave, kernel_port_add);
}

int base_port_add(uint32_t on, uint32_t dev)
{
	struct nvo3_port mine = port;

	mine.dev = dev;
	return kernel_port_add(k, on, &mine, &why);
}

int tagged_del(void)
{
	return kernel_port_del(k, nve, slave, 7, &why);
}

/* To the address that is at another NVE, by an epoch that is newer. */
static int port_set(void)
{
	return port_on(&(struct nvo3_port){ .mac = MAC(9), .epoch = 2, .profile = 1, .group = 5 },
		       slave, kernel_port_set);
}

static int map_one(const struct nvo3_map *map, uint16_t flags)
{
	return kernel_map_add(k, nve, map, 1, flags, NULL, &why);
}

static int map9(void)
{
	return map_one(&(struct nvo3_map){ .vni = 100, .mac = MAC(9), .addr = V4(9), .epoch = 1 },
		       0);
}

static int port_reset(void)
{
	const struct nvo3_port back = {
		.mac = MAC(1),
		.has = NVO3_HAS(PORT_EPOCH) | NVO3_HAS(PORT_PROFILE) | NVO3_HAS(PORT_GROUP),
	};

	return port_on(&back, slave, kernel_port_set) ?: map9();
}

static const struct nvo3_map paths[] = {
	{
		.vni = 100, .mac = MAC(20), .group = 7, .npaths = 4,
		.paths = {
			{ .addr = V4(21) }, { .addr = V6(21), .weight = 9 },
			{ .addr = V4(22), .encap = NVO3_ENCAP_GENEVE },
			{ .addr = V4(23), .encap = NVO3_ENCAP_NVGRE },
		},
	},
	{ .vni = 100, .mac = MAC(21), .addr = V4(24), .remote_vni = 88, .group = 8 },
	{
		.vni = 100, .mac = MAC(22), .npaths = 2,
		.paths = { { .addr = V4(21) }, { .addr = V4(25) } },
	},
};
#define PATHS (sizeof(paths) / sizeof(paths[0]))

static int map_add(void)
{
	return kernel_map_add(k, nve, paths, PATHS, 0, NULL, &why);
}

static int map_del(void)
{
	return kernel_map_del(k, nve, paths, PATHS, NULL, &why);
}

static int many_add(void)
{
	return kernel_map_add(k, nve, many, MANY, 0, NULL, &why);
}

static int many_del(void)
{
	return kernel_map_del(k, nve, many, MANY, NULL, &why);
}

/* One of another NVE, one of several paths, one that is not there yet. */
static int map_replace(void)
{
	struct nvo3_map other_way[PATHS];
	size_t i;

	for (i = 0; i < PATHS; i++)
		other_way[i] = (struct nvo3_map){
			.vni = 100, .mac = paths[i].mac, .group = i == 1 ? 9 : 0, .npaths = 2,
			.paths = { { .addr = V4(31) }, { .addr = V6(32), .weight = 2 } },
		};
	other_way[2].mac.b[5] = 30;
	return kernel_map_add(k, nve, other_way, PATHS, NLM_F_REPLACE, NULL, &why);
}

static int map_restore(void)
{
	return kernel_map_add(k, nve, paths, PATHS, NLM_F_REPLACE, NULL, &why) ?:
	       kernel_map_del(k, nve, &(struct nvo3_map){ .vni = 100, .mac = MAC(30) }, 1, NULL,
			      &why);
}

/* Only those of the agent: the rest stays. */
static int map_flush(void)
{
	return kernel_map_flush(k, nve, &(struct nvo3_map){
		.prov = NVO3_PROV_AGENT, .has = NVO3_HAS(MAP_PROV),
	}, &why);
}

/* The port's address to another NVE, that of another NVE to the port, and many behind them. */
static int map_move(void)
{
	struct nvo3_map moves[2 + MANY] = {
		{ .vni = 100, .mac = MAC(1), .addr = V4(9), .epoch = 5 },
		{ .vni = 100, .mac = MAC(9), .dev = slave, .epoch = 6 },
	};

	memcpy(&moves[2], many, sizeof(many));
	return kernel_map_add(k, nve, moves, 2 + MANY, NLM_F_REPLACE, NULL, &why);
}

static int map_move_back(void)
{
	const struct nvo3_map moved[] = {
		{ .vni = 100, .mac = MAC(1) }, { .vni = 100, .mac = MAC(9) },
	};
	const struct nvo3_port back = { .mac = MAC(1), .has = NVO3_HAS(PORT_EPOCH) };

	return map_flush() ?: kernel_map_del(k, nve, moved, 2, NULL, &why) ?: map9() ?:
	       port_on(&back, slave, kernel_port_set);
}

static int mark(uint8_t generation)
{
	struct nvo3_map marked[MANY];
	size_t i;

	memcpy(marked, many, sizeof(many));
	for (i = 0; i < MANY; i++)
		marked[i].generation = i % 2 ? generation : 0;
	return kernel_map_add(k, nve, marked, MANY, 0, NULL, &why);
}

static int map_mark(void)
{
	return mark(1);
}

static int map_unmark(void)
{
	return mark(0);
}

/* A half of them, and what they need to come again. */
static int map_sweep(void)
{
	return kernel_map_flush(k, nve, &(struct nvo3_map){
		.vni = 100, .stale_generation = 1, .has = NVO3_HAS(MAP_STALE_GENERATION),
	}, &why);
}

static int hosts_add(void)
{
	return kernel_map_add(k, nve, hosts, MANY, 0, NULL, &why);
}

static int hosts_del(void)
{
	return kernel_map_del(k, nve, hosts, MANY, NULL, &why);
}

/* Each to another system, and one that is not there yet behind them. */
static int hosts_move(uint8_t last, uint8_t generation)
{
	struct nvo3_map moved[MANY + 1];
	size_t i;

	memcpy(moved, hosts, sizeof(hosts));
	for (i = 0; i < MANY; i++) {
		moved[i].mac.b[5] = last;
		moved[i].generation = i % 2 ? generation : 0;
	}
	moved[MANY] = (struct nvo3_map){ .vni = 100, .mac = MAC(9), .ip = V6(200) };
	return kernel_map_add(k, nve, moved, MANY + !!generation, NLM_F_REPLACE, NULL, &why);
}

static int hosts_replace(void)
{
	return hosts_move(60, 1);
}

static int hosts_restore(void)
{
	const struct nvo3_map came = { .vni = 100, .mac = MAC(9), .ip = V6(200) };

	return hosts_move(50, 0) ?: kernel_map_del(k, nve, &came, 1, NULL, &why);
}

/* A refused one of a MAC address takes those of IP addresses before it back, too. */
static int mixed_add(void)
{
	struct nvo3_map mixed[2 * MANY];
	size_t i;

	for (i = 0; i < MANY; i++) {
		mixed[2 * i] = hosts[i];
		mixed[2 * i + 1] = many[i];
	}
	return kernel_map_add(k, nve, mixed, 2 * MANY, 0, NULL, &why);
}

static int mixed_del(void)
{
	return hosts_del() ?: many_del();
}

static int profile_add(void)
{
	return kernel_profile_add(k, nve, &(struct nvo3_profile){ .id = 2, .pps = 1000 }, rules,
				  LONG, 0, &why);
}

static int profile_del(void)
{
	return kernel_profile_del(k, nve, 2, &why);
}

static int profile_replace(void)
{
	return kernel_profile_add(k, nve, &profile1, rules, LONG, NLM_F_REPLACE, &why);
}

static int profile_restore(void)
{
	return kernel_profile_add(k, nve, &profile1, &permit, 1, NLM_F_REPLACE, &why);
}

static int remote_state(uint8_t state)
{
	const struct nvo3_event req = {
		.cmd = NVO3_CMD_REMOTE_SET,
		.remote = { .addr = V4(9), .state = state, .has = NVO3_HAS(REMOTE_STATE) },
	};
	NLBUF_MEM(mem, NLBUF_SMALL);
	struct nlbuf b;

	req_init(k, &b, mem, sizeof(mem), req.cmd, 0, nve);
	nvo3_event_put(&b, &req);
	return nlsock_request(k->sock, &b, NULL, NULL, &why);
}

static int remote_down(void)
{
	return remote_state(NVO3_REMOTE_STATE_DOWN);
}

static int remote_up(void)
{
	return remote_state(NVO3_REMOTE_STATE_UP);
}

/* For so long that it is there till the end. */
static int absent(void)
{
	const struct nvo3_miss miss = { .vni = 100, .dst = MAC(50), .lifetime = NVO3_LIFETIME_MAX };

	return kernel_miss_set(k, nve, &miss, &why);
}

static int forget(void)
{
	const struct nvo3_miss miss = { .vni = 100, .dst = MAC(50) };

	return kernel_miss_del(k, nve, &miss, &why);
}

static int mapped(void)
{
	return map_one(&(struct nvo3_map){ .vni = 100, .mac = MAC(50), .addr = V4(50) }, 0);
}

static int absent_again(void)
{
	return kernel_map_del(k, nve, &(struct nvo3_map){ .vni = 100, .mac = MAC(50) }, 1, NULL,
			      &why) ?: absent();
}

/* --- questions */

static int heed_none(const struct nlmsghdr *nlh, void *data)
{
	return 0;
}

static int list(uint8_t cmd)
{
	NLBUF_MEM(mem, NLBUF_SMALL);
	struct nlbuf b;

	req_init(k, &b, mem, sizeof(mem), cmd, NLM_F_DUMP, cmd == NVO3_CMD_NVE_GET ? 0 : nve);
	return nlsock_dump(k->sock, &b, heed_none, NULL, &why);
}

static int nve_list(void)
{
	return list(NVO3_CMD_NVE_GET);
}

static int vn_list(void)
{
	return list(NVO3_CMD_VN_GET);
}

static int member_list(void)
{
	return list(NVO3_CMD_MEMBER_GET);
}

static int port_list(void)
{
	return list(NVO3_CMD_PORT_GET);
}

static int map_list(void)
{
	return list(NVO3_CMD_MAP_GET);
}

static int miss_list(void)
{
	return list(NVO3_CMD_MISS_GET);
}

static int remote_list(void)
{
	return list(NVO3_CMD_REMOTE_GET);
}

static int profile_list(void)
{
	return list(NVO3_CMD_PROFILE_GET);
}

static int map_get(void)
{
	struct nvo3_map got;

	return kernel_map_get(k, nve, 100, &(struct mac_addr)MAC(9), &got, &why);
}

static int ipmap_get(void)
{
	struct nvo3_map got;

	return kernel_ipmap_get(k, nve, 100, &hosts[0].ip, &got, &why);
}

static int digest_get(void)
{
	uint64_t buckets[NVO3_DIGEST_BUCKETS];
	struct nvo3_digest got;

	return kernel_digest_get(k, nve, 100, &got, buckets, &why);
}

static int nve_get(void)
{
	struct nvo3_nve got;

	return kernel_nve_get(k, nve, &got, &why);
}

static void fill(void)
{
	size_t i;

	for (i = 0; i < MANY; i++)
		many[i] = (struct nvo3_map){
			.vni = 100, .mac = { { 2, 0, 0, 0, 1, i } }, .addr = V4(40 + i % 3),
			.group = i % 50 ? 0 : i + 1, .prov = NVO3_PROV_AGENT,
		};
	for (i = 0; i < MANY; i++)
		hosts[i] = (struct nvo3_map){
			.vni = 100, .mac = MAC(50), .prov = NVO3_PROV_AGENT, .router = i % 3 == 0,
			.ip = i % 2 ? (struct ip_addr)V4(i) : (struct ip_addr)V6(i),
		};
	for (i = 0; i < LONG; i++) {
		rules[i] = permit;
		rules[i].proto = IPPROTO_UDP;
		rules[i].dport = i + 1;
	}
}

int vn100_add(void)
{
	return kernel_vn_add(k, nve, &(struct nvo3_vn){ .vni = 100 }, &why);
}

int base(void)
{
	fill();
	return vn100_add() ?:
	       kernel_profile_add(k, nve, &profile1, &permit, 1, 0, &why) ?:
	       base_port_add(nve, slave) ?: map9();
}

int base_del(void)
{
	return kernel_port_del(k, nve, slave, 0, &why) ?: kernel_vn_del(k, nve, 100, &why) ?:
	       kernel_profile_del(k, nve, 1, &why);
}

int fill_nve(uint32_t on)
{
	return kernel_vn_add(k, on, &(struct nvo3_vn){ .vni = 100 }, &why) ?:
	       kernel_member_add(k, on, members, MEMBERS, NULL, &why) ?:
	       kernel_map_add(k, on, paths, PATHS, 0, NULL, &why) ?:
	       kernel_profile_add(k, on, &profile1, rules, LONG, 0, &why) ?:
	       base_port_add(on, spare);
}

static const struct op vns[] = {
	{ "vn-add", vn_add, vn_del }, { "vn-del", vn_del, vn_add, true },
	{ "vn-set", vn_set, vn_reset }, { }
}, member_ops[] = {
	{ "member-add", member_add, member_del }, { "member-del", member_del, member_add, true },
	{ }
}, ports[] = {
	{ "port-add", tagged_add, tagged_del }, { "port-del", tagged_del, tagged_add, true },
	{ "port-set", port_set, port_reset }, { }
}, maps[] = {
	{ "map-add", map_add, map_del }, { "map-del", map_del, map_add, true },
	{ "map-add of many", many_add, many_del }, { "map-del of many", many_del, many_add, true },
	{ "map-flush", map_flush, many_add, true }, { NULL, map_add },
	{ "map-add that replaces", map_replace, map_restore },
	{ "map-add that moves both ways", map_move, map_move_back },
	{ NULL, many_add }, { "map-add that marks", map_mark, map_unmark }, { NULL, map_mark },
	{ "map-flush that sweeps", map_sweep, map_mark }, { NULL, many_del },
	{ "remote-set", remote_down, remote_up }, { NULL, map_del }, { }
}, ipmaps[] = {
	{ "map-add of IP addresses", hosts_add, hosts_del },
	{ "map-del of IP addresses", hosts_del, hosts_add, true },
	{ "map-flush of IP addresses", map_flush, hosts_add, true }, { NULL, hosts_add },
	{ "map-add that replaces IP addresses", hosts_replace, hosts_restore },
	{ NULL, hosts_del }, { "map-add of both kinds", mixed_add, mixed_del }, { }
}, profiles[] = {
	{ "profile-add", profile_add, profile_del },
	{ "profile-del", profile_del, profile_add, true },
	{ "profile-add that replaces", profile_replace, profile_restore }, { }
}, misses[] = {
	{ "miss-set", absent, forget }, { "miss-del", forget, absent, true },
	{ NULL, absent }, { "map-add of what was absent", mapped, absent_again }, { NULL, forget },
	{ }
}, questions[] = {
	{ NULL, map_add }, { NULL, member_add }, { NULL, absent }, { "all misses", miss_list },
	{ NULL, forget }, { "digest-get", digest_get },
	{ NULL, hosts_add }, { "map-get of an IP address", ipmap_get },
	{ "nve-get", nve_get }, { "map-get", map_get }, { "all NVEs", nve_list },
	{ "all VNs", vn_list }, { "all members", member_list }, { "all ports", port_list },
	{ "all mappings", map_list }, { "all remotes", remote_list },
	{ "all profiles", profile_list }, { NULL, hosts_del }, { NULL, map_del },
	{ NULL, member_del }, { }
}, growth[] = {
	/* What has grown once stays so; here all is new each time. */
	{ NULL, renewed_add }, { "the first members", member_add, renew },
	{ "the first paths and groups", map_add, renew }, { "a table that grows", many_add, renew },
	{ "the first IP addresses", hosts_add, renew },
	{ "the first long list", profile_add, renew }, { NULL, renewed_del }, { }
};

const struct op *requests(const char *group)
{
	static const struct {
		const char *name;
		const struct op *ops;
	} groups[] = {
		{ "vns", vns }, { "members", member_ops }, { "ports", ports }, { "maps", maps },
		{ "ipmaps", ipmaps }, { "profiles", profiles }, { "misses", misses },
		{ "questions", questions }, { "growth", growth },
	};
	size_t i;

	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (!strcmp(groups[i].name, group))
			return groups[i].ops;
	return NULL;
}
