/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/nvo3.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_NVO3_H
#define _UAPI_LINUX_NVO3_H

#define NVO3_GENL_NAME		"nvo3"
#define NVO3_GENL_VERSION	1

#define NVO3_VNI_MAX		16777215
#define NVO3_MCGRP_NAME_LEN	16

/**
 * enum nvo3_unknown - What a VN does with a unicast frame that no mapping
 *   covers
 * @NVO3_UNKNOWN_DROP: it is dropped
 * @NVO3_UNKNOWN_ASK: it waits, and is asked for
 * @NVO3_UNKNOWN_FLOOD: it goes to all
 * @NVO3_UNKNOWN_RELAY: it goes to a relay of the VN, and is asked for; without
 *   a relay as ask
 */
enum nvo3_unknown {
	NVO3_UNKNOWN_DROP,
	NVO3_UNKNOWN_ASK,
	NVO3_UNKNOWN_FLOOD,
	NVO3_UNKNOWN_RELAY,

	/* private: */
	__NVO3_UNKNOWN_MAX,
	NVO3_UNKNOWN_MAX = (__NVO3_UNKNOWN_MAX - 1)
};

/**
 * enum nvo3_miss_state - What is known of an address without a mapping
 * @NVO3_MISS_STATE_ASKED: it was asked for
 * @NVO3_MISS_STATE_ABSENT: nobody has it
 */
enum nvo3_miss_state {
	NVO3_MISS_STATE_ASKED,
	NVO3_MISS_STATE_ABSENT,

	/* private: */
	__NVO3_MISS_STATE_MAX,
	NVO3_MISS_STATE_MAX = (__NVO3_MISS_STATE_MAX - 1)
};

#define NVO3_HOLD_MAX		60000
#define NVO3_LIFETIME_MAX	86400000

/**
 * enum nvo3_arp - What happens to ARP requests and neighbour solicitations of
 *   tenant systems
 * @NVO3_ARP_OFF: they are frames like others
 * @NVO3_ARP_ANSWER: they are answered if an IP mapping says how
 */
enum nvo3_arp {
	NVO3_ARP_OFF,
	NVO3_ARP_ANSWER,

	/* private: */
	__NVO3_ARP_MAX,
	NVO3_ARP_MAX = (__NVO3_ARP_MAX - 1)
};

/**
 * enum nvo3_arp_unknown - And if no IP mapping does
 * @NVO3_ARP_UNKNOWN_FLOOD: as any broadcast
 * @NVO3_ARP_UNKNOWN_ASK: they wait, and the address is asked for
 * @NVO3_ARP_UNKNOWN_DROP: they are dropped
 */
enum nvo3_arp_unknown {
	NVO3_ARP_UNKNOWN_FLOOD,
	NVO3_ARP_UNKNOWN_ASK,
	NVO3_ARP_UNKNOWN_DROP,

	/* private: */
	__NVO3_ARP_UNKNOWN_MAX,
	NVO3_ARP_UNKNOWN_MAX = (__NVO3_ARP_UNKNOWN_MAX - 1)
};

/**
 * enum nvo3_bum - How a VN sends broadcast, unknown unicast and multicast to
 *   other NVEs
 */
enum nvo3_bum {
	NVO3_BUM_NONE,
	NVO3_BUM_REPLICATE,

	/* private: */
	__NVO3_BUM_MAX,
	NVO3_BUM_MAX = (__NVO3_BUM_MAX - 1)
};

/**
 * enum nvo3_port_state - TSI states of RFC 8394; an associated port has its
 *   resources but passes nothing. Nor does an armed one, until its tenant
 *   system sends a first frame, which makes it active.
 */
enum nvo3_port_state {
	NVO3_PORT_STATE_ASSOCIATED,
	NVO3_PORT_STATE_ACTIVE,
	NVO3_PORT_STATE_ARMED,

	/* private: */
	__NVO3_PORT_STATE_MAX,
	NVO3_PORT_STATE_MAX = (__NVO3_PORT_STATE_MAX - 1)
};

/**
 * enum nvo3_prov - Who made a mapping; a sweep touches only its own kind
 */
enum nvo3_prov {
	NVO3_PROV_STATIC,
	NVO3_PROV_AGENT,
	NVO3_PROV_PORT,

	/* private: */
	__NVO3_PROV_MAX,
	NVO3_PROV_MAX = (__NVO3_PROV_MAX - 1)
};

/**
 * enum nvo3_encap - How a frame travels in the underlay (RFC 7348, RFC 8926,
 *   RFC 7637)
 */
enum nvo3_encap {
	NVO3_ENCAP_VXLAN,
	NVO3_ENCAP_GENEVE,
	NVO3_ENCAP_NVGRE,

	/* private: */
	__NVO3_ENCAP_MAX,
	NVO3_ENCAP_MAX = (__NVO3_ENCAP_MAX - 1)
};

#define NVO3_PATHS_MAX	4

/**
 * enum nvo3_remote_state - Whether a remote NVE is sent to
 */
enum nvo3_remote_state {
	NVO3_REMOTE_STATE_UP,
	NVO3_REMOTE_STATE_DOWN,

	/* private: */
	__NVO3_REMOTE_STATE_MAX,
	NVO3_REMOTE_STATE_MAX = (__NVO3_REMOTE_STATE_MAX - 1)
};

/**
 * enum nvo3_drop - Why a frame was dropped
 * @NVO3_DROP_NONE: not dropped
 * @NVO3_DROP_NVE_XMIT: sent on the NVE device itself
 * @NVO3_DROP_PORT_UNBOUND: came from an enslaved device without a port
 * @NVO3_DROP_PORT_VLAN: carried a VLAN id that no port of the device has
 * @NVO3_DROP_PORT_INACTIVE: the port is associated and not yet active
 * @NVO3_DROP_PORT_DOWN: the access device of the destination port is down
 * @NVO3_DROP_BAD_FRAME: too short for an Ethernet header
 * @NVO3_DROP_BAD_SRC: source address is zero, multicast or broadcast
 * @NVO3_DROP_RESERVED_DST: link-local control address (01:80:c2:00:00:0x)
 * @NVO3_DROP_HAIRPIN: destination is the port that the frame came from
 * @NVO3_DROP_UNKNOWN_DST: no mapping covers the destination
 * @NVO3_DROP_BUM_NONE: the VN carries no broadcast and multicast
 * @NVO3_DROP_NO_ROUTE: no route to the remote NVE in the underlay
 * @NVO3_DROP_LOOP: the underlay route leads back into this NVE
 * @NVO3_DROP_TOO_BIG: larger than the MTU of the access device
 * @NVO3_DROP_NOMEM: no memory for a header or a copy
 * @NVO3_DROP_TUNNEL_HEADER: outer packet without a valid encapsulation header
 * @NVO3_DROP_TUNNEL_ADDR: outer destination is not a local address of the NVE
 * @NVO3_DROP_TUNNEL_VNI: the NVE has no such VN
 * @NVO3_DROP_TUNNEL_INNER: inner frame truncated or with an invalid source
 * @NVO3_DROP_TUNNEL_VLAN: inner VLAN tag (RFC 7348 6.1)
 * @NVO3_DROP_TUNNEL_ECN: ECN marks that cannot be combined (RFC 6040)
 * @NVO3_DROP_TUNNEL_REMOTE: destination is behind another NVE (split horizon)
 * @NVO3_DROP_MALFORMED: headers cut short or too deep for the port's profile
 *   or source check
 * @NVO3_DROP_ACL_FROM_VM: the port's profile denies what its tenant system
 *   sends
 * @NVO3_DROP_ACL_TO_VM: the destination port's profile denies it
 * @NVO3_DROP_RATE_FROM_VM: above what the profile lets the port send
 * @NVO3_DROP_RATE_TO_VM: above what the profile lets the destination port
 *   receive
 * @NVO3_DROP_SPOOF_MAC: source MAC address is not the port's
 * @NVO3_DROP_SPOOF_IP4: source IPv4 address is not the port's
 * @NVO3_DROP_SPOOF_IP6: source IPv6 address is not the port's
 * @NVO3_DROP_SPOOF_ARP: ARP sender is not the port's
 * @NVO3_DROP_SPOOF_ND: neighbour discovery for an address that is not the
 *   port's, or not to be judged
 * @NVO3_DROP_SPOOF_DHCP: answer of a DHCP server from a port that may not
 *   serve
 * @NVO3_DROP_SPOOF_RA: router advertisement or redirect from a port that may
 *   not route
 * @NVO3_DROP_TUNNEL_OAM: Geneve control message (O bit)
 * @NVO3_DROP_TUNNEL_OPTION: Geneve option that is critical and not known
 * @NVO3_DROP_TUNNEL_CSUM: outer UDP checksum missing where one is required
 * @NVO3_DROP_PATH_MTU: larger than the path to the other NVE and not to be
 *   fragmented
 * @NVO3_DROP_REMOTE_DOWN: all ways to the destination are down
 * @NVO3_DROP_TUNNEL_SOURCE: the inner source is not behind the NVE that sent
 *   the packet, and that may not send for others
 * @NVO3_DROP_TUNNEL_SOURCE_UNKNOWN: no mapping says where the inner source is
 * @NVO3_DROP_HOLD_FULL: no room to wait for the mapping of its destination
 * @NVO3_DROP_MISS_RATE: too many addresses asked for by the port or its VN
 * @NVO3_DROP_ARP_UNKNOWN: nothing known of the IP address whose MAC was asked
 *   for, and the VN drops or asked in vain
 * @NVO3_DROP_GUEST_LOST: question of a guest for its addresses, for the agent,
 *   that nobody listened to, or too long, or in pieces
 * @NVO3_DROP_GUEST_RATE: more of them than a port may have, guest-rate a
 *   second
 */
enum nvo3_drop {
	NVO3_DROP_NONE,
	NVO3_DROP_NVE_XMIT,
	NVO3_DROP_PORT_UNBOUND,
	NVO3_DROP_PORT_VLAN,
	NVO3_DROP_PORT_INACTIVE,
	NVO3_DROP_PORT_DOWN,
	NVO3_DROP_BAD_FRAME,
	NVO3_DROP_BAD_SRC,
	NVO3_DROP_RESERVED_DST,
	NVO3_DROP_HAIRPIN,
	NVO3_DROP_UNKNOWN_DST,
	NVO3_DROP_BUM_NONE,
	NVO3_DROP_NO_ROUTE,
	NVO3_DROP_LOOP,
	NVO3_DROP_TOO_BIG,
	NVO3_DROP_NOMEM,
	NVO3_DROP_TUNNEL_HEADER,
	NVO3_DROP_TUNNEL_ADDR,
	NVO3_DROP_TUNNEL_VNI,
	NVO3_DROP_TUNNEL_INNER,
	NVO3_DROP_TUNNEL_VLAN,
	NVO3_DROP_TUNNEL_ECN,
	NVO3_DROP_TUNNEL_REMOTE,
	NVO3_DROP_MALFORMED,
	NVO3_DROP_ACL_FROM_VM,
	NVO3_DROP_ACL_TO_VM,
	NVO3_DROP_RATE_FROM_VM,
	NVO3_DROP_RATE_TO_VM,
	NVO3_DROP_SPOOF_MAC,
	NVO3_DROP_SPOOF_IP4,
	NVO3_DROP_SPOOF_IP6,
	NVO3_DROP_SPOOF_ARP,
	NVO3_DROP_SPOOF_ND,
	NVO3_DROP_SPOOF_DHCP,
	NVO3_DROP_SPOOF_RA,
	NVO3_DROP_TUNNEL_OAM,
	NVO3_DROP_TUNNEL_OPTION,
	NVO3_DROP_TUNNEL_CSUM,
	NVO3_DROP_PATH_MTU,
	NVO3_DROP_REMOTE_DOWN,
	NVO3_DROP_TUNNEL_SOURCE,
	NVO3_DROP_TUNNEL_SOURCE_UNKNOWN,
	NVO3_DROP_HOLD_FULL,
	NVO3_DROP_MISS_RATE,
	NVO3_DROP_ARP_UNKNOWN,
	NVO3_DROP_GUEST_LOST,
	NVO3_DROP_GUEST_RATE,

	/* private: */
	__NVO3_DROP_MAX,
	NVO3_DROP_MAX = (__NVO3_DROP_MAX - 1)
};

/**
 * enum nvo3_source_check - Whether the source of what a tenant system sends is
 *   checked; auto is on for ports with a MAC
 */
enum nvo3_source_check {
	NVO3_SOURCE_CHECK_AUTO,
	NVO3_SOURCE_CHECK_OFF,
	NVO3_SOURCE_CHECK_ON,

	/* private: */
	__NVO3_SOURCE_CHECK_MAX,
	NVO3_SOURCE_CHECK_MAX = (__NVO3_SOURCE_CHECK_MAX - 1)
};

#define NVO3_ALLOW_MAX		16
#define NVO3_GUEST_FRAME_MAX	1514
#define NVO3_GUEST_RATE		20
#define NVO3_DIGEST_BUCKETS	256
#define NVO3_RULES_MAX		1024

enum nvo3_verdict {
	NVO3_VERDICT_DENY,
	NVO3_VERDICT_PERMIT,

	/* private: */
	__NVO3_VERDICT_MAX,
	NVO3_VERDICT_MAX = (__NVO3_VERDICT_MAX - 1)
};

/**
 * enum nvo3_rule_dir - Which way the frame goes, as the tenant system's port
 *   sees it
 */
enum nvo3_rule_dir {
	NVO3_RULE_DIR_FROM_VM,
	NVO3_RULE_DIR_TO_VM,

	/* private: */
	__NVO3_RULE_DIR_MAX,
	NVO3_RULE_DIR_MAX = (__NVO3_RULE_DIR_MAX - 1)
};

/**
 * enum nvo3_fastpath - May tunnel packets leave the host's IP out?
 * @NVO3_FASTPATH_AUTO: while nobody is bypassed by it
 * @NVO3_FASTPATH_ON: netfilter hooks and raw sockets may be bypassed, nobody
 *   else
 * @NVO3_FASTPATH_OFF: never
 */
enum nvo3_fastpath {
	NVO3_FASTPATH_AUTO,
	NVO3_FASTPATH_ON,
	NVO3_FASTPATH_OFF,

	/* private: */
	__NVO3_FASTPATH_MAX,
	NVO3_FASTPATH_MAX = (__NVO3_FASTPATH_MAX - 1)
};

/**
 * enum nvo3_verify - What happens to a tunnel packet whose inner source is not
 *   behind the NVE that it came from
 * @NVO3_VERIFY_OFF: nobody looks
 * @NVO3_VERIFY_LOG: counted, told and delivered
 * @NVO3_VERIFY_DROP: told and dropped
 */
enum nvo3_verify {
	NVO3_VERIFY_OFF,
	NVO3_VERIFY_LOG,
	NVO3_VERIFY_DROP,

	/* private: */
	__NVO3_VERIFY_MAX,
	NVO3_VERIFY_MAX = (__NVO3_VERIFY_MAX - 1)
};

/**
 * enum nvo3_bypass - Why a tunnel packet went through the host's IP, or a
 *   frame through a port's queue
 * @NVO3_BYPASS_NONE: it did not
 * @NVO3_BYPASS_OFF: fastpath is off
 * @NVO3_BYPASS_NETFILTER: the namespace has hooks in the packet's way
 * @NVO3_BYPASS_XFRM: IPsec has policies or protected the packet
 * @NVO3_BYPASS_BPF: a sk_lookup program of the namespace
 * @NVO3_BYPASS_SOCKET: a raw socket that gets copies of UDP
 * @NVO3_BYPASS_RX_HANDLER: the device belongs to a bridge, bond, macvlan or
 *   the like
 * @NVO3_BYPASS_VRF: the device belongs to a VRF
 * @NVO3_BYPASS_DEVICE: not Ethernet, or its queues want to see the route
 * @NVO3_BYPASS_ROUTE: none, or of a kind that only IP can follow
 * @NVO3_BYPASS_NEIGHBOUR: not resolved
 * @NVO3_BYPASS_MTU: larger than the path allows
 * @NVO3_BYPASS_NOMEM: no memory
 * @NVO3_BYPASS_SOURCE: routing does not accept the source or destination
 * @NVO3_BYPASS_HEADER: outer headers that only IP can judge
 * @NVO3_BYPASS_FRAME: shared with others, tagged, or steered by someone; at a
 *   port: needs work
 * @NVO3_BYPASS_CHECKSUM: has to be computed
 * @NVO3_BYPASS_PEER: a port's device is no veth, or its other end is down or
 *   has XDP or GRO
 * @NVO3_BYPASS_EGRESS: a port's device has a qdisc, or tc or nft hooks at its
 *   egress
 * @NVO3_BYPASS_TAP: a packet socket that sees what the port's device sends
 * @NVO3_BYPASS_NESTED: it was handed on behind a port a moment ago
 * @NVO3_BYPASS_LOCAL: at a port: a socket of this host has just sent it
 */
enum nvo3_bypass {
	NVO3_BYPASS_NONE,
	NVO3_BYPASS_OFF,
	NVO3_BYPASS_NETFILTER,
	NVO3_BYPASS_XFRM,
	NVO3_BYPASS_BPF,
	NVO3_BYPASS_SOCKET,
	NVO3_BYPASS_RX_HANDLER,
	NVO3_BYPASS_VRF,
	NVO3_BYPASS_DEVICE,
	NVO3_BYPASS_ROUTE,
	NVO3_BYPASS_NEIGHBOUR,
	NVO3_BYPASS_MTU,
	NVO3_BYPASS_NOMEM,
	NVO3_BYPASS_SOURCE,
	NVO3_BYPASS_HEADER,
	NVO3_BYPASS_FRAME,
	NVO3_BYPASS_CHECKSUM,
	NVO3_BYPASS_PEER,
	NVO3_BYPASS_EGRESS,
	NVO3_BYPASS_TAP,
	NVO3_BYPASS_NESTED,
	NVO3_BYPASS_LOCAL,

	/* private: */
	__NVO3_BYPASS_MAX,
	NVO3_BYPASS_MAX = (__NVO3_BYPASS_MAX - 1)
};

enum {
	NVO3_A_IFINDEX = 1,
	NVO3_A_NVE,
	NVO3_A_VN,
	NVO3_A_MEMBER,
	NVO3_A_PORT,
	NVO3_A_MAP,
	NVO3_A_REMOTE,
	NVO3_A_MISS,
	NVO3_A_PROFILE,
	NVO3_A_RULE,
	NVO3_A_SOURCE,
	NVO3_A_DIGEST,
	NVO3_A_GUEST,

	__NVO3_A_MAX
};
#define NVO3_A_MAX (__NVO3_A_MAX - 1)

enum {
	NVO3_A_NVE_LOCAL4 = 1,
	NVO3_A_NVE_LOCAL6,
	NVO3_A_NVE_DSTPORT,
	NVO3_A_NVE_CSUM,
	NVO3_A_NVE_VNS,
	NVO3_A_NVE_PORTS,
	NVO3_A_NVE_MAPS,
	NVO3_A_NVE_REMOTES,
	NVO3_A_NVE_TABLE_SLOTS,
	NVO3_A_NVE_TABLE_BYTES,
	NVO3_A_NVE_DROP,
	NVO3_A_NVE_PAD,
	NVO3_A_NVE_FASTPATH,
	NVO3_A_NVE_TX_FAST,
	NVO3_A_NVE_TX_COMPAT,
	NVO3_A_NVE_RX_FAST,
	NVO3_A_NVE_RX_COMPAT,
	NVO3_A_NVE_BYPASS,
	NVO3_A_NVE_ENCAP,
	NVO3_A_NVE_ACCEPT,
	NVO3_A_NVE_GENEVE_PORT,
	NVO3_A_NVE_VERIFY,
	NVO3_A_NVE_LOGGED,
	NVO3_A_NVE_PORT_FAST,
	NVO3_A_NVE_PORT_QUEUE,
	NVO3_A_NVE_REDIRECTED,
	NVO3_A_NVE_RELAY,
	NVO3_A_NVE_RELAYED,

	__NVO3_A_NVE_MAX
};
#define NVO3_A_NVE_MAX (__NVO3_A_NVE_MAX - 1)

enum {
	NVO3_A_BYPASS_REASON = 1,
	NVO3_A_BYPASS_TX,
	NVO3_A_BYPASS_RX,
	NVO3_A_BYPASS_PAD,
	NVO3_A_BYPASS_PORT,

	__NVO3_A_BYPASS_MAX
};
#define NVO3_A_BYPASS_MAX (__NVO3_A_BYPASS_MAX - 1)

enum {
	NVO3_A_DROP_REASON = 1,
	NVO3_A_DROP_COUNT,
	NVO3_A_DROP_PAD,

	__NVO3_A_DROP_MAX
};
#define NVO3_A_DROP_MAX (__NVO3_A_DROP_MAX - 1)

enum {
	NVO3_A_STATS_RX_PACKETS = 1,
	NVO3_A_STATS_RX_BYTES,
	NVO3_A_STATS_TX_PACKETS,
	NVO3_A_STATS_TX_BYTES,
	NVO3_A_STATS_ENCAP_PACKETS,
	NVO3_A_STATS_ENCAP_BYTES,
	NVO3_A_STATS_DECAP_PACKETS,
	NVO3_A_STATS_DECAP_BYTES,
	NVO3_A_STATS_DROPPED,
	NVO3_A_STATS_PAD,

	__NVO3_A_STATS_MAX
};
#define NVO3_A_STATS_MAX (__NVO3_A_STATS_MAX - 1)

enum {
	NVO3_A_VN_VNI = 1,
	NVO3_A_VN_UNKNOWN,
	NVO3_A_VN_BUM,
	NVO3_A_VN_LIMIT,
	NVO3_A_VN_PORTS,
	NVO3_A_VN_MAPS,
	NVO3_A_VN_MEMBERS,
	NVO3_A_VN_MISSES,
	NVO3_A_VN_STATS,
	NVO3_A_VN_PAD,
	NVO3_A_VN_DIGEST,
	NVO3_A_VN_DIGEST_MAPS,
	NVO3_A_VN_REDIRECTED,
	NVO3_A_VN_HOLD,
	NVO3_A_VN_PENDING,
	NVO3_A_VN_HELD,
	NVO3_A_VN_ABSENT,
	NVO3_A_VN_RELEASED,
	NVO3_A_VN_TRACK,
	NVO3_A_VN_RELAYED,
	NVO3_A_VN_ARP,
	NVO3_A_VN_ARP_UNKNOWN,
	NVO3_A_VN_ARP_ANSWERED,
	NVO3_A_VN_IP_MAPS,

	__NVO3_A_VN_MAX
};
#define NVO3_A_VN_MAX (__NVO3_A_VN_MAX - 1)

enum {
	NVO3_A_MEMBER_VNI = 1,
	NVO3_A_MEMBER_ADDR4,
	NVO3_A_MEMBER_ADDR6,
	NVO3_A_MEMBER_ENCAP,
	NVO3_A_MEMBER_DSTPORT,
	NVO3_A_MEMBER_REMOTE_VNI,
	NVO3_A_MEMBER_RELAY,

	__NVO3_A_MEMBER_MAX
};
#define NVO3_A_MEMBER_MAX (__NVO3_A_MEMBER_MAX - 1)

enum {
	NVO3_A_PORT_DEV = 1,
	NVO3_A_PORT_VLAN,
	NVO3_A_PORT_VNI,
	NVO3_A_PORT_MAC,
	NVO3_A_PORT_STATE,
	NVO3_A_PORT_EPOCH,
	NVO3_A_PORT_STATS,
	NVO3_A_PORT_PAD,
	NVO3_A_PORT_PROFILE,
	NVO3_A_PORT_SPOOF,
	NVO3_A_PORT_DHCP_SERVER,
	NVO3_A_PORT_ROUTER,
	NVO3_A_PORT_ALLOW,
	NVO3_A_PORT_GROUP,
	NVO3_A_PORT_SUPPRESSED,
	NVO3_A_PORT_STAMP,
	NVO3_A_PORT_LAST_OUT,
	NVO3_A_PORT_FIRST_IN,
	NVO3_A_PORT_GUEST,

	__NVO3_A_PORT_MAX
};
#define NVO3_A_PORT_MAX (__NVO3_A_PORT_MAX - 1)

enum {
	NVO3_A_MAP_VNI = 1,
	NVO3_A_MAP_MAC,
	NVO3_A_MAP_ADDR4,
	NVO3_A_MAP_ADDR6,
	NVO3_A_MAP_DEV,
	NVO3_A_MAP_VLAN,
	NVO3_A_MAP_EPOCH,
	NVO3_A_MAP_PROV,
	NVO3_A_MAP_PAD,
	NVO3_A_MAP_ENCAP,
	NVO3_A_MAP_DSTPORT,
	NVO3_A_MAP_REMOTE_VNI,
	NVO3_A_MAP_PATH,
	NVO3_A_MAP_GROUP,
	NVO3_A_MAP_GENERATION,
	NVO3_A_MAP_STALE_GENERATION,
	NVO3_A_MAP_IP4,
	NVO3_A_MAP_IP6,
	NVO3_A_MAP_ROUTER,

	__NVO3_A_MAP_MAX
};
#define NVO3_A_MAP_MAX (__NVO3_A_MAP_MAX - 1)

enum {
	NVO3_A_PATH_ADDR4 = 1,
	NVO3_A_PATH_ADDR6,
	NVO3_A_PATH_ENCAP,
	NVO3_A_PATH_DSTPORT,
	NVO3_A_PATH_REMOTE_VNI,
	NVO3_A_PATH_WEIGHT,

	__NVO3_A_PATH_MAX
};
#define NVO3_A_PATH_MAX (__NVO3_A_PATH_MAX - 1)

enum {
	NVO3_A_REMOTE_ADDR4 = 1,
	NVO3_A_REMOTE_ADDR6,
	NVO3_A_REMOTE_REFS,
	NVO3_A_REMOTE_PACKETS,
	NVO3_A_REMOTE_BYTES,
	NVO3_A_REMOTE_PAD,
	NVO3_A_REMOTE_BYPASS,
	NVO3_A_REMOTE_ENCAP,
	NVO3_A_REMOTE_DSTPORT,
	NVO3_A_REMOTE_REMOTE_VNI,
	NVO3_A_REMOTE_STATE,

	__NVO3_A_REMOTE_MAX
};
#define NVO3_A_REMOTE_MAX (__NVO3_A_REMOTE_MAX - 1)

enum {
	NVO3_A_MISS_VNI = 1,
	NVO3_A_MISS_DST,
	NVO3_A_MISS_SRC,
	NVO3_A_MISS_DEV,
	NVO3_A_MISS_SUPPRESSED,
	NVO3_A_MISS_LIFETIME,
	NVO3_A_MISS_STATE,
	NVO3_A_MISS_HELD,
	NVO3_A_MISS_ADDR4,
	NVO3_A_MISS_ADDR6,

	__NVO3_A_MISS_MAX
};
#define NVO3_A_MISS_MAX (__NVO3_A_MISS_MAX - 1)

enum {
	NVO3_A_SOURCE_VNI = 1,
	NVO3_A_SOURCE_SRC,
	NVO3_A_SOURCE_DST,
	NVO3_A_SOURCE_ADDR4,
	NVO3_A_SOURCE_ADDR6,
	NVO3_A_SOURCE_SUPPRESSED,

	__NVO3_A_SOURCE_MAX
};
#define NVO3_A_SOURCE_MAX (__NVO3_A_SOURCE_MAX - 1)

enum {
	NVO3_A_DIGEST_VNI = 1,
	NVO3_A_DIGEST_SUM,
	NVO3_A_DIGEST_MAPS,
	NVO3_A_DIGEST_BUCKETS,
	NVO3_A_DIGEST_PAD,

	__NVO3_A_DIGEST_MAX
};
#define NVO3_A_DIGEST_MAX (__NVO3_A_DIGEST_MAX - 1)

enum {
	NVO3_A_ALLOW_MAC = 1,
	NVO3_A_ALLOW_ADDR4,
	NVO3_A_ALLOW_ADDR6,
	NVO3_A_ALLOW_PLEN,

	__NVO3_A_ALLOW_MAX
};
#define NVO3_A_ALLOW_MAX (__NVO3_A_ALLOW_MAX - 1)

enum {
	NVO3_A_PROFILE_ID = 1,
	NVO3_A_PROFILE_DEFAULT,
	NVO3_A_PROFILE_RATE,
	NVO3_A_PROFILE_BURST,
	NVO3_A_PROFILE_PPS,
	NVO3_A_PROFILE_RULES,
	NVO3_A_PROFILE_PORTS,
	NVO3_A_PROFILE_FIRST,
	NVO3_A_PROFILE_PAD,
	NVO3_A_PROFILE_VLAN,
	NVO3_A_PROFILE_DSCP,

	__NVO3_A_PROFILE_MAX
};
#define NVO3_A_PROFILE_MAX (__NVO3_A_PROFILE_MAX - 1)

enum {
	NVO3_A_RULE_VERDICT = 1,
	NVO3_A_RULE_DIR,
	NVO3_A_RULE_ETHERTYPE,
	NVO3_A_RULE_PROTO,
	NVO3_A_RULE_SRC4,
	NVO3_A_RULE_SRC6,
	NVO3_A_RULE_SRC_PLEN,
	NVO3_A_RULE_DST4,
	NVO3_A_RULE_DST6,
	NVO3_A_RULE_DST_PLEN,
	NVO3_A_RULE_SPORT,
	NVO3_A_RULE_SPORT_LAST,
	NVO3_A_RULE_DPORT,
	NVO3_A_RULE_DPORT_LAST,
	NVO3_A_RULE_SRC_GROUP,
	NVO3_A_RULE_DST_GROUP,

	__NVO3_A_RULE_MAX
};
#define NVO3_A_RULE_MAX (__NVO3_A_RULE_MAX - 1)

enum {
	NVO3_A_GUEST_DEV = 1,
	NVO3_A_GUEST_VLAN,
	NVO3_A_GUEST_VNI,
	NVO3_A_GUEST_FRAME,

	__NVO3_A_GUEST_MAX
};
#define NVO3_A_GUEST_MAX (__NVO3_A_GUEST_MAX - 1)

enum {
	NVO3_CMD_NVE_GET = 1,
	NVO3_CMD_VN_ADD,
	NVO3_CMD_VN_SET,
	NVO3_CMD_VN_DEL,
	NVO3_CMD_VN_GET,
	NVO3_CMD_MEMBER_ADD,
	NVO3_CMD_MEMBER_DEL,
	NVO3_CMD_MEMBER_GET,
	NVO3_CMD_PORT_ADD,
	NVO3_CMD_PORT_SET,
	NVO3_CMD_PORT_DEL,
	NVO3_CMD_PORT_GET,
	NVO3_CMD_MAP_ADD,
	NVO3_CMD_MAP_DEL,
	NVO3_CMD_MAP_FLUSH,
	NVO3_CMD_MAP_GET,
	NVO3_CMD_REMOTE_GET,
	NVO3_CMD_VN_NTF,
	NVO3_CMD_VN_DEL_NTF,
	NVO3_CMD_MEMBER_NTF,
	NVO3_CMD_MEMBER_DEL_NTF,
	NVO3_CMD_PORT_NTF,
	NVO3_CMD_PORT_DEL_NTF,
	NVO3_CMD_MAP_NTF,
	NVO3_CMD_MAP_DEL_NTF,
	NVO3_CMD_MISS_NTF,
	NVO3_CMD_ALERT_NTF,
	NVO3_CMD_PROFILE_ADD,
	NVO3_CMD_PROFILE_DEL,
	NVO3_CMD_PROFILE_GET,
	NVO3_CMD_PROFILE_NTF,
	NVO3_CMD_PROFILE_DEL_NTF,
	NVO3_CMD_REMOTE_SET,
	NVO3_CMD_SOURCE_NTF,
	NVO3_CMD_DIGEST_GET,
	NVO3_CMD_MISS_GET,
	NVO3_CMD_MISS_SET,
	NVO3_CMD_MISS_DEL,
	NVO3_CMD_IDLE_GET,
	NVO3_CMD_IDLE_TURN,
	NVO3_CMD_GUEST_NTF,
	NVO3_CMD_GUEST_ANSWER,

	__NVO3_CMD_MAX
};
#define NVO3_CMD_MAX (__NVO3_CMD_MAX - 1)

#define NVO3_MCGRP_CONFIG	"config"
#define NVO3_MCGRP_MAPPING	"mapping"
#define NVO3_MCGRP_MISS		"miss"
#define NVO3_MCGRP_ALERT	"alert"
#define NVO3_MCGRP_GUEST	"guest"

#endif /* _UAPI_LINUX_NVO3_H */
