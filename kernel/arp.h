/* SPDX-License-Identifier: GPL-2.0 */
/* ARP for IPv4 over Ethernet (RFC 826). */
#ifndef _NVO3_ARP_H
#define _NVO3_ARP_H

#include <linux/if_ether.h>
#include <linux/types.h>

struct nvo3_arp {
	__be16 hrd, pro;
	u8 hln, pln;
	__be16 op;
	u8 sha[ETH_ALEN];	/* the sender's addresses */
	u8 sip[4];
	u8 tha[ETH_ALEN];	/* and the target's */
	u8 tip[4];
} __packed;

#endif /* _NVO3_ARP_H */
