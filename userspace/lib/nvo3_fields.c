// SPDX-License-Identifier: GPL-2.0
#include "nvo3_fields.h"

#include <stddef.h>

#include "nvo3_obj.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define FIELD(obj, attr, kind, member, ...) \
	{ NVO3_A_##attr, FIELD_##kind, offsetof(struct nvo3_##obj, member), .name = #member, \
	  __VA_ARGS__ }
#define VNI(obj, attr) FIELD(obj, attr, U32, vni, .min = 1, .max = NVO3_VNI_MAX)
#define DEV(obj, attr) FIELD(obj, attr, U32, dev, .min = 1, .max = INT32_MAX)
#define VLAN(obj, attr) FIELD(obj, attr, U16, vlan, .min = 1, .max = 4094)
#define OBJECT(obj, attr, table, ...) \
	const struct object obj##_object = { \
		.name = #obj, .type = NVO3_A_##attr, .has = offsetof(struct nvo3_##obj, has), \
		.fields = table, .nfields = ARRAY_SIZE(table), __VA_ARGS__ \
	}

static const struct field stats_fields[] = {
	FIELD(stats, STATS_RX_PACKETS, U64, rx_packets),
	FIELD(stats, STATS_RX_BYTES, U64, rx_bytes),
	FIELD(stats, STATS_TX_PACKETS, U64, tx_packets),
	FIELD(stats, STATS_TX_BYTES, U64, tx_bytes),
	FIELD(stats, STATS_ENCAP_PACKETS, U64, encap_packets),
	FIELD(stats, STATS_ENCAP_BYTES, U64, encap_bytes),
	FIELD(stats, STATS_DECAP_PACKETS, U64, decap_packets),
	FIELD(stats, STATS_DECAP_BYTES, U64, decap_bytes),
	FIELD(stats, STATS_DROPPED, U64, dropped),
};

static const struct field nve_fields[] = {
	FIELD(nve, NVE_LOCAL4, IP4, local4),
	FIELD(nve, NVE_LOCAL6, IP6, local6),
	FIELD(nve, NVE_DSTPORT, BE16, dstport),
	FIELD(nve, NVE_CSUM, U8, csum),
	FIELD(nve, NVE_VNS, U32, vns),
	FIELD(nve, NVE_PORTS, U32, ports),
	FIELD(nve, NVE_MAPS, U32, maps),
	FIELD(nve, NVE_REMOTES, U32, remotes),
	FIELD(nve, NVE_TABLE_SLOTS, U32, table_slots),
	FIELD(nve, NVE_TABLE_BYTES, U64, table_bytes),
	FIELD(nve, NVE_ENCAP, U8, encap),
	FIELD(nve, NVE_ACCEPT, U8, accept),
	FIELD(nve, NVE_GENEVE_PORT, BE16, geneve_port),
	FIELD(nve, NVE_FASTPATH, U8, fastpath),
	FIELD(nve, NVE_VERIFY, U8, verify),
	FIELD(nve, NVE_TX_FAST, U64, tx_fast),
	FIELD(nve, NVE_TX_COMPAT, U64, tx_compat),
	FIELD(nve, NVE_RX_FAST, U64, rx_fast),
	FIELD(nve, NVE_RX_COMPAT, U64, rx_compat),
	FIELD(nve, NVE_PORT_FAST, U64, port_fast),
	FIELD(nve, NVE_PORT_QUEUE, U64, port_queue),
	FIELD(nve, NVE_REDIRECTED, U64, redirected),
	FIELD(nve, NVE_RELAY, U8, relay),
	FIELD(nve, NVE_RELAYED, U64, relayed),
};

static const struct field vn_fields[] = {
	VNI(vn, VN_VNI),
	FIELD(vn, VN_UNKNOWN, U8, unknown),
	FIELD(vn, VN_BUM, U8, bum),
	FIELD(vn, VN_LIMIT, U32, limit),
	FIELD(vn, VN_PORTS, U32, ports),
	FIELD(vn, VN_MAPS, U32, maps),
	FIELD(vn, VN_MEMBERS, U32, members),
	FIELD(vn, VN_MISSES, U64, misses),
	FIELD(vn, VN_STATS, STATS, stats),
	FIELD(vn, VN_DIGEST, U64, digest),
	FIELD(vn, VN_DIGEST_MAPS, U32, digest_maps),
	FIELD(vn, VN_REDIRECTED, U64, redirected),
	FIELD(vn, VN_HOLD, U32, hold),
	FIELD(vn, VN_PENDING, U32, pending),
	FIELD(vn, VN_HELD, U32, held),
	FIELD(vn, VN_ABSENT, U32, absent),
	FIELD(vn, VN_RELEASED, U64, released),
	FIELD(vn, VN_TRACK, U8, track),
	FIELD(vn, VN_RELAYED, U64, relayed),
	FIELD(vn, VN_ARP, U8, arp),
	FIELD(vn, VN_ARP_UNKNOWN, U8, arp_unknown),
	FIELD(vn, VN_ARP_ANSWERED, U64, arp_answered),
	FIELD(vn, VN_IP_MAPS, U32, ip_maps),
};

static const struct field member_fields[] = {
	VNI(member, MEMBER_VNI),
	FIELD(member, MEMBER_ADDR4, IP4, addr),
	FIELD(member, MEMBER_ADDR6, IP6, addr),
	FIELD(member, MEMBER_ENCAP, U8, encap),
	FIELD(member, MEMBER_DSTPORT, BE16, dstport),
	FIELD(member, MEMBER_REMOTE_VNI, U32, remote_vni),
	FIELD(member, MEMBER_RELAY, U8, relay),
};

static const struct field port_fields[] = {
	DEV(port, PORT_DEV),
	VLAN(port, PORT_VLAN),
	VNI(port, PORT_VNI),
	FIELD(port, PORT_MAC, MAC, mac),
	FIELD(port, PORT_STATE, U8, state),
	FIELD(port, PORT_EPOCH, U64, epoch),
	FIELD(port, PORT_STATS, STATS, stats),
	FIELD(port, PORT_PROFILE, U32, profile),
	FIELD(port, PORT_SPOOF, U8, spoof),
	FIELD(port, PORT_DHCP_SERVER, U8, dhcp_server),
	FIELD(port, PORT_ROUTER, U8, router),
	FIELD(port, PORT_GROUP, U32, group),
	FIELD(port, PORT_SUPPRESSED, U64, suppressed),
	FIELD(port, PORT_STAMP, U8, stamp),
	FIELD(port, PORT_LAST_OUT, U64, last_out),
	FIELD(port, PORT_FIRST_IN, U64, first_in),
	FIELD(port, PORT_GUEST, U8, guest),
};

static const struct field map_fields[] = {
	VNI(map, MAP_VNI),
	FIELD(map, MAP_MAC, MAC, mac),
	FIELD(map, MAP_ADDR4, IP4, addr),
	FIELD(map, MAP_ADDR6, IP6, addr),
	DEV(map, MAP_DEV),
	VLAN(map, MAP_VLAN),
	FIELD(map, MAP_EPOCH, U64, epoch),
	FIELD(map, MAP_PROV, U8, prov),
	FIELD(map, MAP_ENCAP, U8, encap),
	FIELD(map, MAP_DSTPORT, BE16, dstport),
	FIELD(map, MAP_REMOTE_VNI, U32, remote_vni),
	FIELD(map, MAP_GROUP, U32, group),
	FIELD(map, MAP_GENERATION, U8, generation),
	FIELD(map, MAP_STALE_GENERATION, U8, stale_generation),
	FIELD(map, MAP_IP4, IP4, ip),
	FIELD(map, MAP_IP6, IP6, ip),
	FIELD(map, MAP_ROUTER, U8, router),
};

static const struct field path_fields[] = {
	FIELD(path, PATH_ADDR4, IP4, addr),
	FIELD(path, PATH_ADDR6, IP6, addr),
	FIELD(path, PATH_ENCAP, U8, encap),
	FIELD(path, PATH_DSTPORT, BE16, dstport),
	FIELD(path, PATH_REMOTE_VNI, U32, remote_vni),
	FIELD(path, PATH_WEIGHT, U16, weight),
};

static const struct field remote_fields[] = {
	FIELD(remote, REMOTE_ADDR4, IP4, addr),
	FIELD(remote, REMOTE_ADDR6, IP6, addr),
	FIELD(remote, REMOTE_REFS, U32, refs),
	FIELD(remote, REMOTE_PACKETS, U64, packets),
	FIELD(remote, REMOTE_BYTES, U64, bytes),
	FIELD(remote, REMOTE_ENCAP, U8, encap),
	FIELD(remote, REMOTE_DSTPORT, BE16, dstport),
	FIELD(remote, REMOTE_REMOTE_VNI, U32, remote_vni),
	FIELD(remote, REMOTE_STATE, U8, state),
	FIELD(remote, REMOTE_BYPASS, U32, bypass),
};

static const struct field miss_fields[] = {
	VNI(miss, MISS_VNI),
	FIELD(miss, MISS_DST, MAC, dst),
	FIELD(miss, MISS_SRC, MAC, src),
	FIELD(miss, MISS_DEV, U32, dev),
	FIELD(miss, MISS_SUPPRESSED, U32, suppressed),
	FIELD(miss, MISS_LIFETIME, U32, lifetime),
	FIELD(miss, MISS_STATE, U8, state),
	FIELD(miss, MISS_HELD, U32, held),
	FIELD(miss, MISS_ADDR4, IP4, addr),
	FIELD(miss, MISS_ADDR6, IP6, addr),
};

static const struct field source_fields[] = {
	VNI(source, SOURCE_VNI),
	FIELD(source, SOURCE_SRC, MAC, src),
	FIELD(source, SOURCE_DST, MAC, dst),
	FIELD(source, SOURCE_ADDR4, IP4, addr),
	FIELD(source, SOURCE_ADDR6, IP6, addr),
	FIELD(source, SOURCE_SUPPRESSED, U32, suppressed),
};

static const struct field digest_fields[] = {
	VNI(digest, DIGEST_VNI),
	FIELD(digest, DIGEST_SUM, U64, sum),
	FIELD(digest, DIGEST_MAPS, U32, maps),
};

static const struct field guest_fields[] = {
	DEV(guest, GUEST_DEV),
	VLAN(guest, GUEST_VLAN),
	FIELD(guest, GUEST_VNI, U32, vni),
	FIELD(guest, GUEST_FRAME, BYTES, frame),
};

static const struct field allow_fields[] = {
	FIELD(allow, ALLOW_MAC, MAC, mac),
	FIELD(allow, ALLOW_ADDR4, IP4, ip),
	FIELD(allow, ALLOW_ADDR6, IP6, ip),
	FIELD(allow, ALLOW_PLEN, U8, plen),
};

static const struct field profile_fields[] = {
	FIELD(profile, PROFILE_ID, U32, id, .min = 1, .max = UINT32_MAX),
	FIELD(profile, PROFILE_DEFAULT, U8, otherwise),
	FIELD(profile, PROFILE_RATE, U64, rate),
	FIELD(profile, PROFILE_BURST, U32, burst),
	FIELD(profile, PROFILE_PPS, U32, pps),
	FIELD(profile, PROFILE_RULES, U32, rules),
	FIELD(profile, PROFILE_PORTS, U32, ports),
	FIELD(profile, PROFILE_FIRST, U32, first),
	VLAN(profile, PROFILE_VLAN),
	FIELD(profile, PROFILE_DSCP, U8, dscp),
};

static const struct field rule_fields[] = {
	FIELD(rule, RULE_VERDICT, U8, verdict),
	FIELD(rule, RULE_DIR, U8, dir),
	FIELD(rule, RULE_ETHERTYPE, U16, ethertype),
	FIELD(rule, RULE_PROTO, U8, proto),
	FIELD(rule, RULE_SRC4, IP4, src),
	FIELD(rule, RULE_SRC6, IP6, src),
	FIELD(rule, RULE_SRC_PLEN, U8, src_plen),
	FIELD(rule, RULE_DST4, IP4, dst),
	FIELD(rule, RULE_DST6, IP6, dst),
	FIELD(rule, RULE_DST_PLEN, U8, dst_plen),
	FIELD(rule, RULE_SPORT, U16, sport),
	FIELD(rule, RULE_SPORT_LAST, U16, sport_last),
	FIELD(rule, RULE_DPORT, U16, dport),
	FIELD(rule, RULE_DPORT_LAST, U16, dport_last),
	FIELD(rule, RULE_SRC_GROUP, U32, src_group),
	FIELD(rule, RULE_DST_GROUP, U32, dst_group),
};

#define MEMBER_ADDRS (NVO3_HAS(MEMBER_ADDR4) | NVO3_HAS(MEMBER_ADDR6))
#define PATH_ADDRS (NVO3_HAS(PATH_ADDR4) | NVO3_HAS(PATH_ADDR6))
#define SOURCE_KEY (NVO3_HAS(SOURCE_VNI) | NVO3_HAS(SOURCE_SRC))
#define SOURCE_ADDRS (NVO3_HAS(SOURCE_ADDR4) | NVO3_HAS(SOURCE_ADDR6))
#define MISS_ADDRS (NVO3_HAS(MISS_DST) | NVO3_HAS(MISS_ADDR4) | NVO3_HAS(MISS_ADDR6))
#define GUEST_KEY (NVO3_HAS(GUEST_DEV) | NVO3_HAS(GUEST_FRAME))
#define REMOTE_ADDRS (NVO3_HAS(REMOTE_ADDR4) | NVO3_HAS(REMOTE_ADDR6))

OBJECT(stats, PORT_STATS, stats_fields);
OBJECT(nve, NVE, nve_fields);
OBJECT(vn, VN, vn_fields, .needs = NVO3_HAS(VN_VNI));
OBJECT(member, MEMBER, member_fields, .needs = NVO3_HAS(MEMBER_VNI), .needs_one = MEMBER_ADDRS);
OBJECT(port, PORT, port_fields, .needs = NVO3_HAS(PORT_DEV) | NVO3_HAS(PORT_VNI));
OBJECT(map, MAP, map_fields, .needs = NVO3_HAS(MAP_VNI) | NVO3_HAS(MAP_MAC));
OBJECT(path, MAP_PATH, path_fields, .needs_one = PATH_ADDRS);
OBJECT(remote, REMOTE, remote_fields, .needs_one = REMOTE_ADDRS);
OBJECT(miss, MISS, miss_fields, .needs = NVO3_HAS(MISS_VNI), .needs_one = MISS_ADDRS);
OBJECT(source, SOURCE, source_fields, .needs = SOURCE_KEY, .needs_one = SOURCE_ADDRS);
OBJECT(digest, DIGEST, digest_fields, .needs = NVO3_HAS(DIGEST_VNI));
OBJECT(guest, GUEST, guest_fields, .needs = GUEST_KEY);
OBJECT(allow, PORT_ALLOW, allow_fields, .needs = NVO3_HAS(ALLOW_PLEN));
OBJECT(profile, PROFILE, profile_fields, .needs = NVO3_HAS(PROFILE_ID));
OBJECT(rule, RULE, rule_fields, .needs = NVO3_HAS(RULE_VERDICT) | NVO3_HAS(RULE_DIR));

static const struct object *const objects[__NVO3_CMD_MAX] = {
	[NVO3_CMD_NVE_GET] = &nve_object,
	[NVO3_CMD_VN_ADD ... NVO3_CMD_VN_GET] = &vn_object,
	[NVO3_CMD_MEMBER_ADD ... NVO3_CMD_MEMBER_GET] = &member_object,
	[NVO3_CMD_PORT_ADD ... NVO3_CMD_PORT_GET] = &port_object,
	[NVO3_CMD_MAP_ADD ... NVO3_CMD_MAP_GET] = &map_object,
	[NVO3_CMD_REMOTE_GET] = &remote_object,
	[NVO3_CMD_VN_NTF ... NVO3_CMD_VN_DEL_NTF] = &vn_object,
	[NVO3_CMD_MEMBER_NTF ... NVO3_CMD_MEMBER_DEL_NTF] = &member_object,
	[NVO3_CMD_PORT_NTF ... NVO3_CMD_PORT_DEL_NTF] = &port_object,
	[NVO3_CMD_MAP_NTF ... NVO3_CMD_MAP_DEL_NTF] = &map_object,
	[NVO3_CMD_MISS_NTF] = &miss_object,
	[NVO3_CMD_ALERT_NTF] = &map_object,
	[NVO3_CMD_PROFILE_ADD ... NVO3_CMD_PROFILE_DEL_NTF] = &profile_object,
	[NVO3_CMD_REMOTE_SET] = &remote_object,
	[NVO3_CMD_SOURCE_NTF] = &source_object,
	[NVO3_CMD_DIGEST_GET] = &digest_object,
	[NVO3_CMD_MISS_GET ... NVO3_CMD_MISS_DEL] = &miss_object,
	[NVO3_CMD_IDLE_GET ... NVO3_CMD_IDLE_TURN] = &map_object,
	[NVO3_CMD_GUEST_NTF ... NVO3_CMD_GUEST_ANSWER] = &guest_object,
};

const struct object *object_of_cmd(uint8_t cmd)
{
	return cmd < ARRAY_SIZE(objects) ? objects[cmd] : NULL;
}
