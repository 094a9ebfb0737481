/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a guest is told of its addresses: DHCP, DHCPv6, router advertisements out of its placement
 * and its VN's subnets; see protocols/dhcp.rst. Pure: whatever a guest sends, at most one frame is
 * the answer, and nothing is remembered.
 */
#ifndef NVO3D_NVE_ANSWER_H
#define NVO3D_NVE_ANSWER_H

#include "guest_frame.h"
#include "subnet.h"
#include "uuid.h"

struct answer_guest {
	struct uuid vn;
	struct mac_addr mac;
	const struct ip_prefix *ips;	/* that were placed */
	int n_ips;
	const struct subnets *subnets;	/* of its VN */
	uint16_t mtu;			/* of its port, 0: not known */
};

/*
 * True: *ret is to be sent to the guest. @why says what was refused or is of interest, or is
 * empty; it never holds anything that the guest has chosen but numbers and addresses.
 */
bool answer(const struct answer_guest *guest, const uint8_t *frame, size_t len,
	    struct guest_answer *ret, struct err *why);

/* A router advertisement without a question; false: there is nothing to tell */
bool answer_advertise(const struct answer_guest *guest, struct guest_answer *ret);

#endif
