/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Is a tenant system's frame sent by who it says? Pure on the frame and what was read of it.
 *
 * The source MAC must be the port's or that of an allowed pair. Once a port has addresses,
 * IPv4, IPv6, ARP and neighbour discovery may speak for those alone: beside the link-local
 * address made of the MAC, and before a system has an address, the unspecified one where
 * DHCP, ARP probes, duplicate address detection and MLD need it. Answers of DHCP servers and
 * messages of routers pass only from ports that may serve or route.
 *
 * What is neither IP nor ARP is judged by its MAC alone, and what tunnels carry not at all.
 */
#ifndef _NVO3_SPOOF_H
#define _NVO3_SPOOF_H

#include <linux/nvo3.h>
#include "flow.h"

#define NVO3_SPOOF_ADDRS	0x01	/* pairs have addresses, so addresses are checked */
#define NVO3_SPOOF_DHCP		0x02	/* may answer as a DHCP server */
#define NVO3_SPOOF_ROUTER	0x04	/* may send router advertisements and redirects */

/* A MAC with the addresses of a prefix. */
struct nvo3_allow {
	union nvo3_flow_addr addr;
	u8 mac[ETH_ALEN];
	u8 family;
	u8 plen;
	bool own;			/* the MAC is the port's, and changes with it */
};

struct nvo3_spoof {
	u8 mac[ETH_ALEN];
	u8 flags;			/* NVO3_SPOOF_* */
	u8 nr;
	const struct nvo3_allow *allow;
};

/* NVO3_DROP_NONE, _MALFORMED, or which part is a lie. @skb begins at its Ethernet header. */
enum nvo3_drop nvo3_spoof_check(const struct nvo3_spoof *spoof, const struct sk_buff *skb,
				const struct nvo3_flow *flow);

#ifdef DEBUG
bool nvo3_spoof_selftest(void);
#endif

#endif /* _NVO3_SPOOF_H */
