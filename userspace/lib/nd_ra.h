/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Router solicitations and advertisements (RFC 4861), with name servers (RFC 8106). Pure.
 */
#ifndef NVO3_LIB_ND_RA_H
#define NVO3_LIB_ND_RA_H

#include "guest_frame.h"
#include "subnet.h"

#define ND_ROUTER_LIFETIME 1800	/* seconds, of a gateway */

/* Is it well made? 0, or -EBADMSG with a sentence. The source is that of the frame. */
int nd_solicit_check(const uint8_t *msg, size_t len, const struct ip_addr *src, struct err *err);

struct nd_told {
	const struct subnet *subnets[SUBNETS_MAX];	/* IPv6 */
	int n;
	uint32_t mtu;		/* 0: not told */
	bool router;		/* who says so is one */
};

void nd_advertise(struct guest_answer *a, const struct nd_told *told);

#endif
