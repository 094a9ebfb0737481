// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/nvo3.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink_gen.h"

#include <uapi/linux/nvo3.h>

/* Integer value ranges */
static const struct netlink_range_validation nvo3_a_vn_vni_range = {
	.min	= 1ULL,
	.max	= NVO3_VNI_MAX,
};

static const struct netlink_range_validation nvo3_a_vn_hold_range = {
	.min	= 1ULL,
	.max	= NVO3_HOLD_MAX,
};

static const struct netlink_range_validation nvo3_a_member_vni_range = {
	.min	= 1ULL,
	.max	= NVO3_VNI_MAX,
};

static const struct netlink_range_validation nvo3_a_member_remote_vni_range = {
	.max	= NVO3_VNI_MAX,
};

static const struct netlink_range_validation nvo3_a_port_vni_range = {
	.min	= 1ULL,
	.max	= NVO3_VNI_MAX,
};

static const struct netlink_range_validation nvo3_a_map_vni_range = {
	.min	= 1ULL,
	.max	= NVO3_VNI_MAX,
};

static const struct netlink_range_validation nvo3_a_map_remote_vni_range = {
	.max	= NVO3_VNI_MAX,
};

static const struct netlink_range_validation nvo3_a_path_remote_vni_range = {
	.max	= NVO3_VNI_MAX,
};

static const struct netlink_range_validation nvo3_a_remote_remote_vni_range = {
	.max	= NVO3_VNI_MAX,
};

static const struct netlink_range_validation nvo3_a_miss_vni_range = {
	.min	= 1ULL,
	.max	= NVO3_VNI_MAX,
};

static const struct netlink_range_validation nvo3_a_miss_lifetime_range = {
	.min	= 1ULL,
	.max	= NVO3_LIFETIME_MAX,
};

static const struct netlink_range_validation nvo3_a_digest_vni_range = {
	.min	= 1ULL,
	.max	= NVO3_VNI_MAX,
};

/* Common nested types */
const struct nla_policy nvo3_allow_nl_policy[NVO3_A_ALLOW_PLEN + 1] = {
	[NVO3_A_ALLOW_MAC] = NLA_POLICY_EXACT_LEN(6),
	[NVO3_A_ALLOW_ADDR4] = { .type = NLA_U32, },
	[NVO3_A_ALLOW_ADDR6] = NLA_POLICY_EXACT_LEN(16),
	[NVO3_A_ALLOW_PLEN] = NLA_POLICY_MAX(NLA_U8, 128),
};

const struct nla_policy nvo3_digest_nl_policy[NVO3_A_DIGEST_PAD + 1] = {
	[NVO3_A_DIGEST_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &nvo3_a_digest_vni_range),
	[NVO3_A_DIGEST_SUM] = { .type = NLA_U64, },
	[NVO3_A_DIGEST_MAPS] = { .type = NLA_U32, },
	[NVO3_A_DIGEST_BUCKETS] = NLA_POLICY_EXACT_LEN(2048),
};

const struct nla_policy nvo3_guest_nl_policy[NVO3_A_GUEST_FRAME + 1] = {
	[NVO3_A_GUEST_DEV] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_GUEST_VLAN] = NLA_POLICY_RANGE(NLA_U16, 1, 4094),
	[NVO3_A_GUEST_VNI] = { .type = NLA_U32, },
	[NVO3_A_GUEST_FRAME] = { .type = NLA_BINARY, },
};

const struct nla_policy nvo3_map_nl_policy[NVO3_A_MAP_ROUTER + 1] = {
	[NVO3_A_MAP_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &nvo3_a_map_vni_range),
	[NVO3_A_MAP_MAC] = NLA_POLICY_EXACT_LEN(6),
	[NVO3_A_MAP_ADDR4] = { .type = NLA_U32, },
	[NVO3_A_MAP_ADDR6] = NLA_POLICY_EXACT_LEN(16),
	[NVO3_A_MAP_DEV] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_MAP_VLAN] = NLA_POLICY_RANGE(NLA_U16, 1, 4094),
	[NVO3_A_MAP_EPOCH] = { .type = NLA_U64, },
	[NVO3_A_MAP_PROV] = NLA_POLICY_MAX(NLA_U8, 2),
	[NVO3_A_MAP_ENCAP] = NLA_POLICY_MAX(NLA_U8, 2),
	[NVO3_A_MAP_DSTPORT] = { .type = NLA_U16, },
	[NVO3_A_MAP_REMOTE_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &nvo3_a_map_remote_vni_range),
	[NVO3_A_MAP_PATH] = NLA_POLICY_NESTED(nvo3_path_nl_policy),
	[NVO3_A_MAP_GROUP] = { .type = NLA_U32, },
	[NVO3_A_MAP_GENERATION] = { .type = NLA_U8, },
	[NVO3_A_MAP_STALE_GENERATION] = { .type = NLA_U8, },
	[NVO3_A_MAP_IP4] = { .type = NLA_U32, },
	[NVO3_A_MAP_IP6] = NLA_POLICY_EXACT_LEN(16),
	[NVO3_A_MAP_ROUTER] = NLA_POLICY_MAX(NLA_U8, 1),
};

const struct nla_policy nvo3_member_nl_policy[NVO3_A_MEMBER_RELAY + 1] = {
	[NVO3_A_MEMBER_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &nvo3_a_member_vni_range),
	[NVO3_A_MEMBER_ADDR4] = { .type = NLA_U32, },
	[NVO3_A_MEMBER_ADDR6] = NLA_POLICY_EXACT_LEN(16),
	[NVO3_A_MEMBER_ENCAP] = NLA_POLICY_MAX(NLA_U8, 2),
	[NVO3_A_MEMBER_DSTPORT] = { .type = NLA_U16, },
	[NVO3_A_MEMBER_REMOTE_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &nvo3_a_member_remote_vni_range),
	[NVO3_A_MEMBER_RELAY] = NLA_POLICY_MAX(NLA_U8, 1),
};

const struct nla_policy nvo3_miss_nl_policy[NVO3_A_MISS_ADDR6 + 1] = {
	[NVO3_A_MISS_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &nvo3_a_miss_vni_range),
	[NVO3_A_MISS_DST] = NLA_POLICY_EXACT_LEN(6),
	[NVO3_A_MISS_SRC] = NLA_POLICY_EXACT_LEN(6),
	[NVO3_A_MISS_DEV] = { .type = NLA_U32, },
	[NVO3_A_MISS_SUPPRESSED] = { .type = NLA_U32, },
	[NVO3_A_MISS_LIFETIME] = NLA_POLICY_FULL_RANGE(NLA_U32, &nvo3_a_miss_lifetime_range),
	[NVO3_A_MISS_STATE] = NLA_POLICY_MAX(NLA_U8, 1),
	[NVO3_A_MISS_HELD] = { .type = NLA_U32, },
	[NVO3_A_MISS_ADDR4] = { .type = NLA_U32, },
	[NVO3_A_MISS_ADDR6] = NLA_POLICY_EXACT_LEN(16),
};

const struct nla_policy nvo3_path_nl_policy[NVO3_A_PATH_WEIGHT + 1] = {
	[NVO3_A_PATH_ADDR4] = { .type = NLA_U32, },
	[NVO3_A_PATH_ADDR6] = NLA_POLICY_EXACT_LEN(16),
	[NVO3_A_PATH_ENCAP] = NLA_POLICY_MAX(NLA_U8, 2),
	[NVO3_A_PATH_DSTPORT] = { .type = NLA_U16, },
	[NVO3_A_PATH_REMOTE_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &nvo3_a_path_remote_vni_range),
	[NVO3_A_PATH_WEIGHT] = NLA_POLICY_MIN(NLA_U16, 1),
};

const struct nla_policy nvo3_port_nl_policy[NVO3_A_PORT_GUEST + 1] = {
	[NVO3_A_PORT_DEV] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_PORT_VLAN] = NLA_POLICY_RANGE(NLA_U16, 1, 4094),
	[NVO3_A_PORT_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &nvo3_a_port_vni_range),
	[NVO3_A_PORT_MAC] = NLA_POLICY_EXACT_LEN(6),
	[NVO3_A_PORT_STATE] = NLA_POLICY_MAX(NLA_U8, 2),
	[NVO3_A_PORT_EPOCH] = { .type = NLA_U64, },
	[NVO3_A_PORT_STATS] = NLA_POLICY_NESTED(nvo3_stats_nl_policy),
	[NVO3_A_PORT_PROFILE] = { .type = NLA_U32, },
	[NVO3_A_PORT_SPOOF] = NLA_POLICY_MAX(NLA_U8, 2),
	[NVO3_A_PORT_DHCP_SERVER] = NLA_POLICY_MAX(NLA_U8, 1),
	[NVO3_A_PORT_ROUTER] = NLA_POLICY_MAX(NLA_U8, 1),
	[NVO3_A_PORT_ALLOW] = NLA_POLICY_NESTED(nvo3_allow_nl_policy),
	[NVO3_A_PORT_GROUP] = { .type = NLA_U32, },
	[NVO3_A_PORT_SUPPRESSED] = { .type = NLA_U64, },
	[NVO3_A_PORT_STAMP] = NLA_POLICY_MAX(NLA_U8, 1),
	[NVO3_A_PORT_LAST_OUT] = { .type = NLA_U64, },
	[NVO3_A_PORT_FIRST_IN] = { .type = NLA_U64, },
	[NVO3_A_PORT_GUEST] = NLA_POLICY_MAX(NLA_U8, 1),
};

const struct nla_policy nvo3_profile_nl_policy[NVO3_A_PROFILE_DSCP + 1] = {
	[NVO3_A_PROFILE_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_PROFILE_DEFAULT] = NLA_POLICY_MAX(NLA_U8, 1),
	[NVO3_A_PROFILE_RATE] = { .type = NLA_U64, },
	[NVO3_A_PROFILE_BURST] = { .type = NLA_U32, },
	[NVO3_A_PROFILE_PPS] = { .type = NLA_U32, },
	[NVO3_A_PROFILE_RULES] = { .type = NLA_U32, },
	[NVO3_A_PROFILE_PORTS] = { .type = NLA_U32, },
	[NVO3_A_PROFILE_FIRST] = { .type = NLA_U32, },
	[NVO3_A_PROFILE_VLAN] = NLA_POLICY_RANGE(NLA_U16, 1, 4094),
	[NVO3_A_PROFILE_DSCP] = NLA_POLICY_MAX(NLA_U8, 63),
};

const struct nla_policy nvo3_remote_nl_policy[NVO3_A_REMOTE_STATE + 1] = {
	[NVO3_A_REMOTE_ADDR4] = { .type = NLA_U32, },
	[NVO3_A_REMOTE_ADDR6] = NLA_POLICY_EXACT_LEN(16),
	[NVO3_A_REMOTE_REFS] = { .type = NLA_U32, },
	[NVO3_A_REMOTE_PACKETS] = { .type = NLA_U64, },
	[NVO3_A_REMOTE_BYTES] = { .type = NLA_U64, },
	[NVO3_A_REMOTE_BYPASS] = NLA_POLICY_MAX(NLA_U32, 21),
	[NVO3_A_REMOTE_ENCAP] = NLA_POLICY_MAX(NLA_U8, 2),
	[NVO3_A_REMOTE_DSTPORT] = { .type = NLA_U16, },
	[NVO3_A_REMOTE_REMOTE_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &nvo3_a_remote_remote_vni_range),
	[NVO3_A_REMOTE_STATE] = NLA_POLICY_MAX(NLA_U8, 1),
};

const struct nla_policy nvo3_rule_nl_policy[NVO3_A_RULE_DST_GROUP + 1] = {
	[NVO3_A_RULE_VERDICT] = NLA_POLICY_MAX(NLA_U8, 1),
	[NVO3_A_RULE_DIR] = NLA_POLICY_MAX(NLA_U8, 1),
	[NVO3_A_RULE_ETHERTYPE] = NLA_POLICY_MIN(NLA_U16, 1536),
	[NVO3_A_RULE_PROTO] = { .type = NLA_U8, },
	[NVO3_A_RULE_SRC4] = { .type = NLA_U32, },
	[NVO3_A_RULE_SRC6] = NLA_POLICY_EXACT_LEN(16),
	[NVO3_A_RULE_SRC_PLEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[NVO3_A_RULE_DST4] = { .type = NLA_U32, },
	[NVO3_A_RULE_DST6] = NLA_POLICY_EXACT_LEN(16),
	[NVO3_A_RULE_DST_PLEN] = NLA_POLICY_MAX(NLA_U8, 128),
	[NVO3_A_RULE_SPORT] = { .type = NLA_U16, },
	[NVO3_A_RULE_SPORT_LAST] = { .type = NLA_U16, },
	[NVO3_A_RULE_DPORT] = { .type = NLA_U16, },
	[NVO3_A_RULE_DPORT_LAST] = { .type = NLA_U16, },
	[NVO3_A_RULE_SRC_GROUP] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_RULE_DST_GROUP] = NLA_POLICY_MIN(NLA_U32, 1),
};

const struct nla_policy nvo3_stats_nl_policy[NVO3_A_STATS_PAD + 1] = {
	[NVO3_A_STATS_RX_PACKETS] = { .type = NLA_U64, },
	[NVO3_A_STATS_RX_BYTES] = { .type = NLA_U64, },
	[NVO3_A_STATS_TX_PACKETS] = { .type = NLA_U64, },
	[NVO3_A_STATS_TX_BYTES] = { .type = NLA_U64, },
	[NVO3_A_STATS_ENCAP_PACKETS] = { .type = NLA_U64, },
	[NVO3_A_STATS_ENCAP_BYTES] = { .type = NLA_U64, },
	[NVO3_A_STATS_DECAP_PACKETS] = { .type = NLA_U64, },
	[NVO3_A_STATS_DECAP_BYTES] = { .type = NLA_U64, },
	[NVO3_A_STATS_DROPPED] = { .type = NLA_U64, },
};

const struct nla_policy nvo3_vn_nl_policy[NVO3_A_VN_IP_MAPS + 1] = {
	[NVO3_A_VN_VNI] = NLA_POLICY_FULL_RANGE(NLA_U32, &nvo3_a_vn_vni_range),
	[NVO3_A_VN_UNKNOWN] = NLA_POLICY_MAX(NLA_U8, 3),
	[NVO3_A_VN_BUM] = NLA_POLICY_MAX(NLA_U8, 1),
	[NVO3_A_VN_LIMIT] = { .type = NLA_U32, },
	[NVO3_A_VN_PORTS] = { .type = NLA_U32, },
	[NVO3_A_VN_MAPS] = { .type = NLA_U32, },
	[NVO3_A_VN_MEMBERS] = { .type = NLA_U32, },
	[NVO3_A_VN_MISSES] = { .type = NLA_U64, },
	[NVO3_A_VN_STATS] = NLA_POLICY_NESTED(nvo3_stats_nl_policy),
	[NVO3_A_VN_DIGEST] = { .type = NLA_U64, },
	[NVO3_A_VN_DIGEST_MAPS] = { .type = NLA_U32, },
	[NVO3_A_VN_REDIRECTED] = { .type = NLA_U64, },
	[NVO3_A_VN_HOLD] = NLA_POLICY_FULL_RANGE(NLA_U32, &nvo3_a_vn_hold_range),
	[NVO3_A_VN_PENDING] = { .type = NLA_U32, },
	[NVO3_A_VN_HELD] = { .type = NLA_U32, },
	[NVO3_A_VN_ABSENT] = { .type = NLA_U32, },
	[NVO3_A_VN_RELEASED] = { .type = NLA_U64, },
	[NVO3_A_VN_TRACK] = NLA_POLICY_MAX(NLA_U8, 1),
	[NVO3_A_VN_RELAYED] = { .type = NLA_U64, },
	[NVO3_A_VN_ARP] = NLA_POLICY_MAX(NLA_U8, 1),
	[NVO3_A_VN_ARP_UNKNOWN] = NLA_POLICY_MAX(NLA_U8, 2),
	[NVO3_A_VN_ARP_ANSWERED] = { .type = NLA_U64, },
	[NVO3_A_VN_IP_MAPS] = { .type = NLA_U32, },
};

/* NVO3_CMD_NVE_GET - do */
const struct nla_policy nvo3_nve_get_nl_policy[NVO3_A_IFINDEX + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* NVO3_CMD_VN_ADD - do */
const struct nla_policy nvo3_vn_add_nl_policy[NVO3_A_VN + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_VN] = NLA_POLICY_NESTED(nvo3_vn_nl_policy),
};

/* NVO3_CMD_VN_SET - do */
const struct nla_policy nvo3_vn_set_nl_policy[NVO3_A_VN + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_VN] = NLA_POLICY_NESTED(nvo3_vn_nl_policy),
};

/* NVO3_CMD_VN_DEL - do */
const struct nla_policy nvo3_vn_del_nl_policy[NVO3_A_VN + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_VN] = NLA_POLICY_NESTED(nvo3_vn_nl_policy),
};

/* NVO3_CMD_VN_GET - do */
const struct nla_policy nvo3_vn_get_nl_policy[NVO3_A_VN + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_VN] = NLA_POLICY_NESTED(nvo3_vn_nl_policy),
};

/* NVO3_CMD_MEMBER_ADD - do */
const struct nla_policy nvo3_member_add_nl_policy[NVO3_A_MEMBER + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_MEMBER] = NLA_POLICY_NESTED(nvo3_member_nl_policy),
};

/* NVO3_CMD_MEMBER_DEL - do */
const struct nla_policy nvo3_member_del_nl_policy[NVO3_A_MEMBER + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_MEMBER] = NLA_POLICY_NESTED(nvo3_member_nl_policy),
};

/* NVO3_CMD_MEMBER_GET - do */
const struct nla_policy nvo3_member_get_nl_policy[NVO3_A_MEMBER + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_MEMBER] = NLA_POLICY_NESTED(nvo3_member_nl_policy),
};

/* NVO3_CMD_PORT_ADD - do */
const struct nla_policy nvo3_port_add_nl_policy[NVO3_A_PORT + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_PORT] = NLA_POLICY_NESTED(nvo3_port_nl_policy),
};

/* NVO3_CMD_PORT_SET - do */
const struct nla_policy nvo3_port_set_nl_policy[NVO3_A_PORT + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_PORT] = NLA_POLICY_NESTED(nvo3_port_nl_policy),
};

/* NVO3_CMD_PORT_DEL - do */
const struct nla_policy nvo3_port_del_nl_policy[NVO3_A_PORT + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_PORT] = NLA_POLICY_NESTED(nvo3_port_nl_policy),
};

/* NVO3_CMD_PORT_GET - do */
const struct nla_policy nvo3_port_get_nl_policy[NVO3_A_PORT + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_PORT] = NLA_POLICY_NESTED(nvo3_port_nl_policy),
};

/* NVO3_CMD_MAP_ADD - do */
const struct nla_policy nvo3_map_add_nl_policy[NVO3_A_MAP + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_MAP] = NLA_POLICY_NESTED(nvo3_map_nl_policy),
};

/* NVO3_CMD_MAP_DEL - do */
const struct nla_policy nvo3_map_del_nl_policy[NVO3_A_MAP + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_MAP] = NLA_POLICY_NESTED(nvo3_map_nl_policy),
};

/* NVO3_CMD_MAP_FLUSH - do */
const struct nla_policy nvo3_map_flush_nl_policy[NVO3_A_MAP + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_MAP] = NLA_POLICY_NESTED(nvo3_map_nl_policy),
};

/* NVO3_CMD_MAP_GET - do */
const struct nla_policy nvo3_map_get_nl_policy[NVO3_A_MAP + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_MAP] = NLA_POLICY_NESTED(nvo3_map_nl_policy),
};

/* NVO3_CMD_REMOTE_GET - do */
const struct nla_policy nvo3_remote_get_nl_policy[NVO3_A_REMOTE + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_REMOTE] = NLA_POLICY_NESTED(nvo3_remote_nl_policy),
};

/* NVO3_CMD_PROFILE_ADD - do */
const struct nla_policy nvo3_profile_add_nl_policy[NVO3_A_RULE + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_PROFILE] = NLA_POLICY_NESTED(nvo3_profile_nl_policy),
	[NVO3_A_RULE] = NLA_POLICY_NESTED(nvo3_rule_nl_policy),
};

/* NVO3_CMD_PROFILE_DEL - do */
const struct nla_policy nvo3_profile_del_nl_policy[NVO3_A_PROFILE + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_PROFILE] = NLA_POLICY_NESTED(nvo3_profile_nl_policy),
};

/* NVO3_CMD_PROFILE_GET - do */
const struct nla_policy nvo3_profile_get_nl_policy[NVO3_A_PROFILE + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_PROFILE] = NLA_POLICY_NESTED(nvo3_profile_nl_policy),
};

/* NVO3_CMD_REMOTE_SET - do */
const struct nla_policy nvo3_remote_set_nl_policy[NVO3_A_REMOTE + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_REMOTE] = NLA_POLICY_NESTED(nvo3_remote_nl_policy),
};

/* NVO3_CMD_DIGEST_GET - do */
const struct nla_policy nvo3_digest_get_nl_policy[NVO3_A_DIGEST + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_DIGEST] = NLA_POLICY_NESTED(nvo3_digest_nl_policy),
};

/* NVO3_CMD_MISS_GET - do */
const struct nla_policy nvo3_miss_get_nl_policy[NVO3_A_MISS + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_MISS] = NLA_POLICY_NESTED(nvo3_miss_nl_policy),
};

/* NVO3_CMD_MISS_SET - do */
const struct nla_policy nvo3_miss_set_nl_policy[NVO3_A_MISS + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_MISS] = NLA_POLICY_NESTED(nvo3_miss_nl_policy),
};

/* NVO3_CMD_MISS_DEL - do */
const struct nla_policy nvo3_miss_del_nl_policy[NVO3_A_MISS + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_MISS] = NLA_POLICY_NESTED(nvo3_miss_nl_policy),
};

/* NVO3_CMD_IDLE_GET - do */
const struct nla_policy nvo3_idle_get_nl_policy[NVO3_A_MAP + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_MAP] = NLA_POLICY_NESTED(nvo3_map_nl_policy),
};

/* NVO3_CMD_IDLE_TURN - do */
const struct nla_policy nvo3_idle_turn_nl_policy[NVO3_A_MAP + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_MAP] = NLA_POLICY_NESTED(nvo3_map_nl_policy),
};

/* NVO3_CMD_GUEST_ANSWER - do */
const struct nla_policy nvo3_guest_answer_nl_policy[NVO3_A_GUEST + 1] = {
	[NVO3_A_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[NVO3_A_GUEST] = NLA_POLICY_NESTED(nvo3_guest_nl_policy),
};

/* Ops table for nvo3 */
const struct genl_ops nvo3_nl_ops[28] = {
	{
		.cmd		= NVO3_CMD_NVE_GET,
		.doit		= nvo3_nl_nve_get_doit,
		.dumpit		= nvo3_nl_nve_get_dumpit,
		.policy		= nvo3_nve_get_nl_policy,
		.maxattr	= NVO3_A_IFINDEX,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NVO3_CMD_VN_ADD,
		.doit		= nvo3_nl_vn_add_doit,
		.policy		= nvo3_vn_add_nl_policy,
		.maxattr	= NVO3_A_VN,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NVO3_CMD_VN_SET,
		.doit		= nvo3_nl_vn_set_doit,
		.policy		= nvo3_vn_set_nl_policy,
		.maxattr	= NVO3_A_VN,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NVO3_CMD_VN_DEL,
		.doit		= nvo3_nl_vn_del_doit,
		.policy		= nvo3_vn_del_nl_policy,
		.maxattr	= NVO3_A_VN,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NVO3_CMD_VN_GET,
		.doit		= nvo3_nl_vn_get_doit,
		.dumpit		= nvo3_nl_vn_get_dumpit,
		.policy		= nvo3_vn_get_nl_policy,
		.maxattr	= NVO3_A_VN,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NVO3_CMD_MEMBER_ADD,
		.doit		= nvo3_nl_member_add_doit,
		.policy		= nvo3_member_add_nl_policy,
		.maxattr	= NVO3_A_MEMBER,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NVO3_CMD_MEMBER_DEL,
		.doit		= nvo3_nl_member_del_doit,
		.policy		= nvo3_member_del_nl_policy,
		.maxattr	= NVO3_A_MEMBER,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NVO3_CMD_MEMBER_GET,
		.doit		= nvo3_nl_member_get_doit,
		.dumpit		= nvo3_nl_member_get_dumpit,
		.policy		= nvo3_member_get_nl_policy,
		.maxattr	= NVO3_A_MEMBER,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NVO3_CMD_PORT_ADD,
		.doit		= nvo3_nl_port_add_doit,
		.policy		= nvo3_port_add_nl_policy,
		.maxattr	= NVO3_A_PORT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NVO3_CMD_PORT_SET,
		.doit		= nvo3_nl_port_set_doit,
		.policy		= nvo3_port_set_nl_policy,
		.maxattr	= NVO3_A_PORT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NVO3_CMD_PORT_DEL,
		.doit		= nvo3_nl_port_del_doit,
		.policy		= nvo3_port_del_nl_policy,
		.maxattr	= NVO3_A_PORT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NVO3_CMD_PORT_GET,
		.doit		= nvo3_nl_port_get_doit,
		.dumpit		= nvo3_nl_port_get_dumpit,
		.policy		= nvo3_port_get_nl_policy,
		.maxattr	= NVO3_A_PORT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NVO3_CMD_MAP_ADD,
		.doit		= nvo3_nl_map_add_doit,
		.policy		= nvo3_map_add_nl_policy,
		.maxattr	= NVO3_A_MAP,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NVO3_CMD_MAP_DEL,
		.doit		= nvo3_nl_map_del_doit,
		.policy		= nvo3_map_del_nl_policy,
		.maxattr	= NVO3_A_MAP,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NVO3_CMD_MAP_FLUSH,
		.doit		= nvo3_nl_map_flush_doit,
		.policy		= nvo3_map_flush_nl_policy,
		.maxattr	= NVO3_A_MAP,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NVO3_CMD_MAP_GET,
		.doit		= nvo3_nl_map_get_doit,
		.dumpit		= nvo3_nl_map_get_dumpit,
		.policy		= nvo3_map_get_nl_policy,
		.maxattr	= NVO3_A_MAP,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NVO3_CMD_REMOTE_GET,
		.doit		= nvo3_nl_remote_get_doit,
		.dumpit		= nvo3_nl_remote_get_dumpit,
		.policy		= nvo3_remote_get_nl_policy,
		.maxattr	= NVO3_A_REMOTE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NVO3_CMD_PROFILE_ADD,
		.doit		= nvo3_nl_profile_add_doit,
		.policy		= nvo3_profile_add_nl_policy,
		.maxattr	= NVO3_A_RULE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NVO3_CMD_PROFILE_DEL,
		.doit		= nvo3_nl_profile_del_doit,
		.policy		= nvo3_profile_del_nl_policy,
		.maxattr	= NVO3_A_PROFILE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NVO3_CMD_PROFILE_GET,
		.doit		= nvo3_nl_profile_get_doit,
		.dumpit		= nvo3_nl_profile_get_dumpit,
		.policy		= nvo3_profile_get_nl_policy,
		.maxattr	= NVO3_A_PROFILE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NVO3_CMD_REMOTE_SET,
		.doit		= nvo3_nl_remote_set_doit,
		.policy		= nvo3_remote_set_nl_policy,
		.maxattr	= NVO3_A_REMOTE,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NVO3_CMD_DIGEST_GET,
		.doit		= nvo3_nl_digest_get_doit,
		.policy		= nvo3_digest_get_nl_policy,
		.maxattr	= NVO3_A_DIGEST,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NVO3_CMD_MISS_GET,
		.doit		= nvo3_nl_miss_get_doit,
		.dumpit		= nvo3_nl_miss_get_dumpit,
		.policy		= nvo3_miss_get_nl_policy,
		.maxattr	= NVO3_A_MISS,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NVO3_CMD_MISS_SET,
		.doit		= nvo3_nl_miss_set_doit,
		.policy		= nvo3_miss_set_nl_policy,
		.maxattr	= NVO3_A_MISS,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NVO3_CMD_MISS_DEL,
		.doit		= nvo3_nl_miss_del_doit,
		.policy		= nvo3_miss_del_nl_policy,
		.maxattr	= NVO3_A_MISS,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NVO3_CMD_IDLE_GET,
		.doit		= nvo3_nl_idle_get_doit,
		.dumpit		= nvo3_nl_idle_get_dumpit,
		.policy		= nvo3_idle_get_nl_policy,
		.maxattr	= NVO3_A_MAP,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NVO3_CMD_IDLE_TURN,
		.doit		= nvo3_nl_idle_turn_doit,
		.policy		= nvo3_idle_turn_nl_policy,
		.maxattr	= NVO3_A_MAP,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= NVO3_CMD_GUEST_ANSWER,
		.doit		= nvo3_nl_guest_answer_doit,
		.policy		= nvo3_guest_answer_nl_policy,
		.maxattr	= NVO3_A_GUEST,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
};

static const struct genl_multicast_group nvo3_nl_mcgrps[] = {
	[NVO3_NLGRP_CONFIG] = { "config", },
	[NVO3_NLGRP_MAPPING] = { "mapping", },
	[NVO3_NLGRP_MISS] = { "miss", },
	[NVO3_NLGRP_ALERT] = { "alert", },
	[NVO3_NLGRP_GUEST] = { "guest", },
};
