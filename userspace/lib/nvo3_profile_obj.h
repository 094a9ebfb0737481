/* SPDX-License-Identifier: GPL-2.0 */
/* Profiles and their rules, as the other objects of nvo3_obj.h */
#ifndef NVO3_LIB_NVO3_PROFILE_OBJ_H
#define NVO3_LIB_NVO3_PROFILE_OBJ_H

#include <stdint.h>

#include "addr.h"

/* Addresses that a port's tenant system may use */
struct nvo3_allow {
	uint32_t has;
	struct mac_addr mac;		/* only with its bit: another than the port's */
	struct ip_addr ip;
	uint8_t plen;
};

struct nvo3_profile {
	uint32_t has;
	uint32_t id;
	uint8_t otherwise;		/* enum nvo3_verdict, when no rule matches */
	uint64_t rate;			/* bits a second, 0 unlimited */
	uint32_t burst, pps;
	uint16_t vlan;			/* that its ports are on, 0 any */
	uint8_t dscp;			/* without its bit: as the NVE has it */
	uint32_t rules, ports, first;	/* only in answers */
};

/* What has no bit in has is not asked for */
struct nvo3_rule {
	uint32_t has;
	uint8_t verdict, dir;		/* enum nvo3_verdict, nvo3_rule_dir */
	uint16_t ethertype;
	uint8_t proto;
	struct ip_addr src, dst;
	uint8_t src_plen, dst_plen;
	uint16_t sport, sport_last, dport, dport_last;
	uint32_t src_group, dst_group;
};

#endif
