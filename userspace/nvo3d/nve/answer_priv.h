/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of answer.h share */
#ifndef NVO3D_NVE_ANSWER_PRIV_H
#define NVO3D_NVE_ANSWER_PRIV_H

#include "answer.h"

/* The first placed address of @family that is in a subnet, which *ret_subnet is; or NULL */
const struct ip_addr *answer_placed(const struct answer_guest *guest, int family,
				    const struct subnet **ret_subnet);

/* From us to the guest's MAC address; its IP addresses are still to be said */
struct guest_route answer_route(const struct answer_guest *guest);
/* From our link-local address to where an IPv6 question came from, or to all nodes */
struct guest_route answer_route6(const struct answer_guest *guest, const struct ip_addr *to);

bool answer_dhcp(const struct answer_guest *guest, const struct guest_question *q,
		 struct guest_answer *ret, struct err *why);
bool answer_dhcp6(const struct answer_guest *guest, const struct guest_question *q,
		  struct guest_answer *ret, struct err *why);

#endif
