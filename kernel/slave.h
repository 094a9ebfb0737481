/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Access devices enslaved to an NVE (ip link set DEV master NVE).
 */
#ifndef _NVO3_SLAVE_H
#define _NVO3_SLAVE_H

#include "nve.h"

/* The slave behind an access device, NULL if it is none. Under RCU or rtnl. */
struct nvo3_slave *nvo3_slave_of(const struct net_device *dev);

/* ndo_add_slave and ndo_del_slave; caller holds rtnl. */
int nvo3_slave_add(struct net_device *master, struct net_device *dev,
		   struct netlink_ext_ack *extack);
int nvo3_slave_del(struct net_device *master, struct net_device *dev);

/* Release a slave with all its ports and what points to them. Caller holds rtnl. */
void nvo3_slave_release(struct nvo3_slave *slave);

#endif /* _NVO3_SLAVE_H */
