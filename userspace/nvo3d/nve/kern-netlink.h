/* SPDX-License-Identifier: GPL-2.0 */
/* The module, as kern.h has it */
#ifndef NVO3D_NVE_KERN_NETLINK_H
#define NVO3D_NVE_KERN_NETLINK_H

#include "kern.h"

struct kern_device {
	const char *name;
	struct ip_addr local4, local6;
	uint16_t dstport;
	bool relay;			/* may change while the device lives */
};

/*
 * Opens the device, makes it if it is not there, and refuses one that is configured
 * otherwise in what cannot be changed. It stays when the program goes.
 */
int kern_netlink_open(struct kern **ret, const struct kern_device *dev, uint32_t *ret_ifindex,
		      struct err *err);

#endif
