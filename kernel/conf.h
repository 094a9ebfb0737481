/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The NVE's configuration from link attributes (linux/nvo3_link.h) and back.
 * Callers hold rtnl; @data has IFLA_NVO3_MAX + 1 slots.
 */
#ifndef _NVO3_CONF_H
#define _NVO3_CONF_H

#include <net/rtnetlink.h>
#include "nve.h"

extern const struct nla_policy nvo3_conf_policy[];

/* What stays for good, into a new NVE. 0 or -EINVAL. */
int nvo3_conf_fix(struct nvo3_nve *nve, struct nlattr **data, struct netlink_ext_ack *extack);

/* May be given again, if it is the same. 0 or -EOPNOTSUPP. */
int nvo3_conf_check_fixed(const struct nvo3_nve *nve, struct nlattr **data,
			  struct netlink_ext_ack *extack);

/*
 * The rest, over what @conf has: defaults first if the device is a new one. 0 or
 * -EINVAL, then @conf is to be thrown away.
 */
int nvo3_conf_parse(struct nvo3_nve *nve, struct nlattr **data, struct nvo3_conf *conf,
		    struct netlink_ext_ack *extack);

size_t nvo3_conf_size(const struct net_device *dev);
int nvo3_conf_fill(struct sk_buff *skb, const struct net_device *dev);

#endif /* _NVO3_CONF_H */
