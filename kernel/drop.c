// SPDX-License-Identifier: GPL-2.0
#include "fast.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

void nvo3_drop(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nvo3_port *port,
	       struct sk_buff *skb, enum nvo3_drop reason)
{
	nvo3_drops_count(nve->drops, reason);
	if (port)
		nvo3_stats_drop(port->stats);
	else if (vn)
		nvo3_stats_drop(vn->stats);
	trace_nvo3_drop(skb, nve->dev->ifindex, vn ? vn->vni : 0, port ? port->dev->ifindex : 0,
			reason);
	kfree_skb(skb);
}
