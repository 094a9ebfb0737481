// SPDX-License-Identifier: GPL-2.0
#include "fast.h"

void nvo3_drop(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nvo3_port *port,
	       struct sk_buff *skb, enum nvo3_drop reason)
{
	nvo3_drops_count(nve->drops, reason);
	if (vn)
		nvo3_stats_drop(vn->stats);
	if (port)
		nvo3_stats_drop(port->stats);
	kfree_skb(skb);
}
