/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A random configuration of an NVE, as plain lists: made here, told to the kernel as lines for
 * nvo3(8), and looked at by the model.
 */
#ifndef _MODEL_WORLD_H
#define _MODEL_WORLD_H

#include <linux/nvo3.h>
#include <linux/nvo3_link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define MAC_LEN		6
#define DEVS		5	/* access devices f0.. */
#define VNS		4
#define PORTS		12
#define MAPS		40
#define MEMBERS		16
#define REMOTES		48
#define PROFILES	3
#define RULES		24
#define PAIRS		3
#define PATHS		4
#define ADDRS		14	/* of the underlay, each family; 1: ours, 2: ours too, the last has no route */

struct address {
	int family;		/* AF_INET or AF_INET6, 0: none */
	uint8_t byte[16];
};

/* A locator, as mappings and members name it. */
struct remote {
	struct address addr;
	int nr;			/* of ADDRS */
	int encap;
	int dstport;		/* 0: the NVE's */
	uint32_t vni;		/* 0: the VN's own */
	bool down;
};

struct pair {
	bool own;		/* the MAC is the port's */
	uint8_t mac[MAC_LEN];
	struct address addr;
	int plen;
};

struct port {
	int dev, vlan, vn;
	bool has_mac, active, dhcp, router;
	uint8_t mac[MAC_LEN];
	int spoof;		/* enum nvo3_source_check */
	int profile;		/* -1: none */
	uint32_t group;
	int n_pairs;
	struct pair pairs[PAIRS];
	/* Who was there before, by an older epoch: he may send on what still comes. */
	bool moved;
	struct address left;
};

struct map {
	int vn;
	uint8_t mac[MAC_LEN];
	int port;		/* -1: behind remotes */
	bool of_port;		/* the mapping of a port's own MAC */
	int n_paths, paths[PATHS];
	uint32_t group;
};

struct member {
	int vn, remote;
	bool relay;
};

struct rule {
	int dir, verdict;
	uint32_t ethertype;	/* 0: any */
	int proto;		/* -1: any */
	struct address src, dst;
	int src_plen, dst_plen;
	uint32_t src_group, dst_group;
	bool ports;
	int sport[2], dport[2];
};

struct profile {
	int otherwise, dscp;	/* dscp -1: as the NVE has it */
	int n_rules;
	struct rule rules[RULES];
};

struct vn {
	uint32_t vni;
	int unknown, bum;
};

struct nve {
	int encap, verify, df;
	int ttl, tos;		/* -1: inherit */
	bool csum, csum_require, flowid, locals;
	int label;		/* -1: by flow */
	int sport[2];
};

struct world {
	struct nve nve;
	struct vn vns[VNS];
	struct port ports[PORTS];
	struct map maps[MAPS];
	struct member members[MEMBERS];
	struct remote remotes[REMOTES];
	struct profile profiles[PROFILES];
	int n_ports, n_maps, n_members, n_remotes;
	int mtu[DEVS];
	bool up[DEVS];
};

/*
 * @tame: no frame has more than one copy from a port and two from a tunnel, nor none: two ports
 * at most and one that is active in each VN, and nothing is flooded to other NVEs.
 */
void world_make(struct world *w, bool tame);

/*
 * Lines for nvo3 -b: the NVE; for ip -b: its links; and for nvo3 -b again, all in it.
 */
void world_tell_links(const struct world *w, FILE *to);
void world_tell_nve(const struct world *w, FILE *to);
void world_tell(const struct world *w, FILE *to);

/* A line for nvo3 -b that changes something while frames pass, and leaves a tame world tame. */
void world_tell_change(const struct world *w, FILE *to);

/* The underlay's addresses by number, 1 to ADDRS. */
struct address underlay_addr(int family, int nr);
bool address_equal(const struct address *a, const struct address *b);

/* Tenant systems' addresses, out of few. */
struct address tenant_addr(int family, int nr);
void tenant_mac(uint8_t *mac, int nr);

#define TENANTS		14
#define LLADDR_US	"02:00:00:00:aa:01"

#endif /* _MODEL_WORLD_H */
