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
#include "rules.h"

#define DEVS		5	/* access devices f0.. */
#define VNS		4
#define PORTS		12
#define MAPS		40
#define MEMBERS		16
#define REMOTES		48
#define PROFILES	3
#define PAIRS		3
#define PATHS		4

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

#endif /* _MODEL_WORLD_H */
