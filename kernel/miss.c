// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>
#include "fast.h"
#include "notify.h"

/* Listeners hear of NVO3_MISS_RATE misses a second, and how many more there were. */
void nvo3_miss(struct nvo3_nve *nve, struct nvo3_port *from, const struct ethhdr *eth)
{
	struct nvo3_miss_event event = { .vni = from->vn->vni, .ifindex = from->dev->ifindex };

	if (!nvo3_budget_take(&from->vn->miss, jiffies, &event.suppressed))
		return;
	ether_addr_copy(event.dst, eth->h_dest);
	ether_addr_copy(event.src, eth->h_source);
	nvo3_notify_miss(nve, &event);
}
