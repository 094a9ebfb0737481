/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The objects of the generic netlink family "nvo3" as structs. Numbers are in
 * host byte order.
 *
 * What is sent: a field that is not zero, or whose bit is in has
 * (NVO3_HAS(VN_BUM) and so on). So {.vni = 5} with bum 0 leaves BUM to the
 * kernel's default, and NVO3_BUM_NONE must be asked for with its bit. What was
 * received has the bit of every attribute that was there; the rest is zero.
 */
#ifndef NVO3_LIB_NVO3_OBJ_H
#define NVO3_LIB_NVO3_OBJ_H

#include <linux/nvo3.h>

#include "addr.h"
#include "nvo3_event_obj.h"
#include "nvo3_map_obj.h"
#include "nvo3_profile_obj.h"

#define NVO3_HAS(attr) (1u << NVO3_A_##attr)

struct nvo3_stats {
	uint64_t rx_packets, rx_bytes, tx_packets, tx_bytes;
	uint64_t encap_packets, encap_bytes, decap_packets, decap_bytes;
	uint64_t dropped;
	uint32_t has;
};

struct nvo3_nve {
	uint32_t has;
	uint32_t ifindex;		/* of its device; not a part of the nest */
	struct ip_addr local4, local6;
	uint16_t dstport, geneve_port;
	uint8_t csum, encap, accept;	/* enum nvo3_encap; bits 1 << encap */
	uint32_t vns, ports, maps, remotes, table_slots;
	uint64_t table_bytes;
	uint64_t drops[__NVO3_DROP_MAX];	/* by enum nvo3_drop */
	uint64_t logged[__NVO3_DROP_MAX];	/* would have been, and were delivered */
	uint8_t fastpath, verify, relay;	/* enum nvo3_fastpath, nvo3_verify; 0 or 1 */
	uint64_t tx_fast, tx_compat, rx_fast, rx_compat, port_fast, port_queue;
	uint64_t tx_bypass[__NVO3_BYPASS_MAX], rx_bypass[__NVO3_BYPASS_MAX];
	uint64_t port_bypass[__NVO3_BYPASS_MAX];
	uint64_t redirected, relayed;	/* late frames, and others', that were sent on */
};

struct nvo3_vn {
	uint32_t has, vni;
	/* enum nvo3_unknown and so on; track is 0 or 1 */
	uint8_t unknown, bum, arp, arp_unknown, track;
	uint32_t limit, ports, maps, members, ip_maps;
	uint64_t misses, redirected, relayed, arp_answered;
	uint64_t digest;		/* of the agent's mappings, digest_maps of them; digest.h */
	uint32_t digest_maps;
	struct nvo3_stats stats;
	uint32_t hold, pending, held, absent;	/* hold in milliseconds */
	uint64_t released;
};

/* The digest of a VN; its buckets come apart, by nvo3_buckets_parse() */
struct nvo3_digest {
	uint32_t has, vni;
	uint64_t sum;
	uint32_t maps;
};

/* Of another NVE: encap without its bit and dstport 0 are this NVE's own, remote_vni 0 is vni */
struct nvo3_member {
	uint32_t has, vni;
	struct ip_addr addr;
	uint8_t encap, relay;		/* enum nvo3_encap; 0 or 1 */
	uint16_t dstport;
	uint32_t remote_vni;
};

struct nvo3_port {
	uint32_t has;
	uint32_t dev;			/* ifindex of the access device */
	uint16_t vlan;			/* 0 untagged */
	uint32_t vni, profile, group;	/* 0 none, of the latter two */
	struct mac_addr mac;
	uint8_t state;			/* enum nvo3_port_state */
	uint64_t epoch, suppressed;
	struct nvo3_stats stats;
	uint8_t spoof;			/* enum nvo3_source_check */
	uint8_t dhcp_server, router, stamp, guest;
	uint64_t last_out, first_in;	/* ns of CLOCK_REALTIME, 0: not yet */
	uint8_t nallow;			/* with none and PORT_ALLOW in has: take all away */
	struct nvo3_allow allow[NVO3_ALLOW_MAX];
};

struct nvo3_remote {
	uint32_t has, refs;
	struct ip_addr addr;
	uint64_t packets, bytes;
	uint8_t encap, state;		/* enum nvo3_encap, enum nvo3_remote_state */
	uint16_t dstport;		/* 0 for NVGRE */
	uint32_t remote_vni, bypass;	/* enum nvo3_bypass of the last frame to it */
};

/* A whole message. Which member counts follows from cmd */
struct nvo3_event {
	uint8_t cmd;			/* NVO3_CMD_* */
	uint32_t ifindex;		/* of the NVE */
	union {
		struct nvo3_nve nve;
		struct nvo3_vn vn;
		struct nvo3_member member;
		struct nvo3_port port;
		struct nvo3_map map;
		struct nvo3_remote remote;
		struct nvo3_miss miss;
		struct nvo3_source source;
		struct nvo3_profile profile;
		struct nvo3_digest digest;
		struct nvo3_guest guest;
	};
};

#endif
