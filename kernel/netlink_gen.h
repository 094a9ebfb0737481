/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/nvo3.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_NVO3_GEN_H
#define _LINUX_NVO3_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/nvo3.h>

/* Common nested types */
extern const struct nla_policy nvo3_allow_nl_policy[NVO3_A_ALLOW_PLEN + 1];
extern const struct nla_policy nvo3_digest_nl_policy[NVO3_A_DIGEST_PAD + 1];
extern const struct nla_policy nvo3_guest_nl_policy[NVO3_A_GUEST_FRAME + 1];
extern const struct nla_policy nvo3_map_nl_policy[NVO3_A_MAP_ROUTER + 1];
extern const struct nla_policy nvo3_member_nl_policy[NVO3_A_MEMBER_RELAY + 1];
extern const struct nla_policy nvo3_miss_nl_policy[NVO3_A_MISS_ADDR6 + 1];
extern const struct nla_policy nvo3_path_nl_policy[NVO3_A_PATH_WEIGHT + 1];
extern const struct nla_policy nvo3_port_nl_policy[NVO3_A_PORT_GUEST + 1];
extern const struct nla_policy nvo3_profile_nl_policy[NVO3_A_PROFILE_DSCP + 1];
extern const struct nla_policy nvo3_remote_nl_policy[NVO3_A_REMOTE_STATE + 1];
extern const struct nla_policy nvo3_rule_nl_policy[NVO3_A_RULE_DST_GROUP + 1];
extern const struct nla_policy nvo3_stats_nl_policy[NVO3_A_STATS_PAD + 1];
extern const struct nla_policy nvo3_vn_nl_policy[NVO3_A_VN_IP_MAPS + 1];

extern const struct nla_policy nvo3_nve_get_nl_policy[NVO3_A_IFINDEX + 1];

extern const struct nla_policy nvo3_vn_add_nl_policy[NVO3_A_VN + 1];

extern const struct nla_policy nvo3_vn_set_nl_policy[NVO3_A_VN + 1];

extern const struct nla_policy nvo3_vn_del_nl_policy[NVO3_A_VN + 1];

extern const struct nla_policy nvo3_vn_get_nl_policy[NVO3_A_VN + 1];

extern const struct nla_policy nvo3_member_add_nl_policy[NVO3_A_MEMBER + 1];

extern const struct nla_policy nvo3_member_del_nl_policy[NVO3_A_MEMBER + 1];

extern const struct nla_policy nvo3_member_get_nl_policy[NVO3_A_MEMBER + 1];

extern const struct nla_policy nvo3_port_add_nl_policy[NVO3_A_PORT + 1];

extern const struct nla_policy nvo3_port_set_nl_policy[NVO3_A_PORT + 1];

extern const struct nla_policy nvo3_port_del_nl_policy[NVO3_A_PORT + 1];

extern const struct nla_policy nvo3_port_get_nl_policy[NVO3_A_PORT + 1];

extern const struct nla_policy nvo3_map_add_nl_policy[NVO3_A_MAP + 1];

extern const struct nla_policy nvo3_map_del_nl_policy[NVO3_A_MAP + 1];

extern const struct nla_policy nvo3_map_flush_nl_policy[NVO3_A_MAP + 1];

extern const struct nla_policy nvo3_map_get_nl_policy[NVO3_A_MAP + 1];

extern const struct nla_policy nvo3_remote_get_nl_policy[NVO3_A_REMOTE + 1];

extern const struct nla_policy nvo3_profile_add_nl_policy[NVO3_A_RULE + 1];

extern const struct nla_policy nvo3_profile_del_nl_policy[NVO3_A_PROFILE + 1];

extern const struct nla_policy nvo3_profile_get_nl_policy[NVO3_A_PROFILE + 1];

extern const struct nla_policy nvo3_remote_set_nl_policy[NVO3_A_REMOTE + 1];

extern const struct nla_policy nvo3_digest_get_nl_policy[NVO3_A_DIGEST + 1];

extern const struct nla_policy nvo3_miss_get_nl_policy[NVO3_A_MISS + 1];

extern const struct nla_policy nvo3_miss_set_nl_policy[NVO3_A_MISS + 1];

extern const struct nla_policy nvo3_miss_del_nl_policy[NVO3_A_MISS + 1];

extern const struct nla_policy nvo3_idle_get_nl_policy[NVO3_A_MAP + 1];

extern const struct nla_policy nvo3_idle_turn_nl_policy[NVO3_A_MAP + 1];

extern const struct nla_policy nvo3_guest_answer_nl_policy[NVO3_A_GUEST + 1];

/* Ops table for nvo3 */
extern const struct genl_ops nvo3_nl_ops[28];

int nvo3_nl_nve_get_doit(struct sk_buff *skb, struct genl_info *info);
int nvo3_nl_nve_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int nvo3_nl_vn_add_doit(struct sk_buff *skb, struct genl_info *info);
int nvo3_nl_vn_set_doit(struct sk_buff *skb, struct genl_info *info);
int nvo3_nl_vn_del_doit(struct sk_buff *skb, struct genl_info *info);
int nvo3_nl_vn_get_doit(struct sk_buff *skb, struct genl_info *info);
int nvo3_nl_vn_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int nvo3_nl_member_add_doit(struct sk_buff *skb, struct genl_info *info);
int nvo3_nl_member_del_doit(struct sk_buff *skb, struct genl_info *info);
int nvo3_nl_member_get_doit(struct sk_buff *skb, struct genl_info *info);
int nvo3_nl_member_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int nvo3_nl_port_add_doit(struct sk_buff *skb, struct genl_info *info);
int nvo3_nl_port_set_doit(struct sk_buff *skb, struct genl_info *info);
int nvo3_nl_port_del_doit(struct sk_buff *skb, struct genl_info *info);
int nvo3_nl_port_get_doit(struct sk_buff *skb, struct genl_info *info);
int nvo3_nl_port_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int nvo3_nl_map_add_doit(struct sk_buff *skb, struct genl_info *info);
int nvo3_nl_map_del_doit(struct sk_buff *skb, struct genl_info *info);
int nvo3_nl_map_flush_doit(struct sk_buff *skb, struct genl_info *info);
int nvo3_nl_map_get_doit(struct sk_buff *skb, struct genl_info *info);
int nvo3_nl_map_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int nvo3_nl_remote_get_doit(struct sk_buff *skb, struct genl_info *info);
int nvo3_nl_remote_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int nvo3_nl_profile_add_doit(struct sk_buff *skb, struct genl_info *info);
int nvo3_nl_profile_del_doit(struct sk_buff *skb, struct genl_info *info);
int nvo3_nl_profile_get_doit(struct sk_buff *skb, struct genl_info *info);
int nvo3_nl_profile_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int nvo3_nl_remote_set_doit(struct sk_buff *skb, struct genl_info *info);
int nvo3_nl_digest_get_doit(struct sk_buff *skb, struct genl_info *info);
int nvo3_nl_miss_get_doit(struct sk_buff *skb, struct genl_info *info);
int nvo3_nl_miss_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int nvo3_nl_miss_set_doit(struct sk_buff *skb, struct genl_info *info);
int nvo3_nl_miss_del_doit(struct sk_buff *skb, struct genl_info *info);
int nvo3_nl_idle_get_doit(struct sk_buff *skb, struct genl_info *info);
int nvo3_nl_idle_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int nvo3_nl_idle_turn_doit(struct sk_buff *skb, struct genl_info *info);
int nvo3_nl_guest_answer_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	NVO3_NLGRP_CONFIG,
	NVO3_NLGRP_MAPPING,
	NVO3_NLGRP_MISS,
	NVO3_NLGRP_ALERT,
	NVO3_NLGRP_GUEST,
};

#endif /* _LINUX_NVO3_GEN_H */
