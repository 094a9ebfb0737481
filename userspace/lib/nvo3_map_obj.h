/* SPDX-License-Identifier: GPL-2.0 */
/* Mappings and the ways they lead, as the other objects of nvo3_obj.h */
#ifndef NVO3_LIB_NVO3_MAP_OBJ_H
#define NVO3_LIB_NVO3_MAP_OBJ_H

#include <linux/nvo3.h>
#include <stdint.h>

#include "addr.h"

/* One of several ways; encap and so on as for a member */
struct nvo3_path {
	uint32_t has;
	struct ip_addr addr;
	uint8_t encap;
	uint16_t dstport, weight;	/* weight 0 is 1 */
	uint32_t remote_vni;
};

/*
 * Either addr (another NVE), or npaths of them, or dev and vlan (a local port). With ip it is the
 * mapping of that to mac, and says nothing of a place.
 */
struct nvo3_map {
	uint32_t has, vni;
	struct mac_addr mac;
	struct ip_addr addr;
	uint32_t dev;
	uint64_t epoch;			/* 0 static */
	uint8_t prov, encap, npaths;	/* enum nvo3_prov; as for a member */
	uint16_t vlan, dstport;
	uint32_t remote_vni, group;	/* group 0 none */
	uint8_t generation;		/* only with NVO3_PROV_AGENT */
	uint8_t stale_generation;	/* of a flush, with its bit in has: but those of this one */
	uint8_t router;			/* 0 or 1: with ip, which is a router's */
	struct ip_addr ip;
	struct nvo3_path paths[NVO3_PATHS_MAX];
};

#endif
