/* SPDX-License-Identifier: GPL-2.0 */
/* Is an address one that a host somewhere may have? Pure. */
#ifndef NVO3_LIB_HOST_ADDR_H
#define NVO3_LIB_HOST_ADDR_H

#include "addr.h"

struct err;

/*
 * 0, or -EINVAL with a sentence: unspecified, loopback, link-local, multicast, broadcast and
 * reserved addresses are nobody's out there. Who has somebody else's word for an address asks
 * before he sends there. The broadcast address of a subnet is not known here.
 */
int host_addr_check(const struct ip_addr *a, struct err *err);

#endif
