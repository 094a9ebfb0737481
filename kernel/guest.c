// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>
#include "fast.h"
#include "guest.h"
#include "notify.h"

/*
 * Whoever floods has a budget of his own, so that he keeps nobody else from an answer. It is
 * spent only on what is copied.
 */
enum nvo3_drop nvo3_guest_ask(struct nvo3_nve *nve, struct nvo3_port *port, struct sk_buff *skb,
			      const struct nvo3_flow *flow)
{
	const struct nvo3_guest_event event = { .port = port, .frame = skb };
	u32 suppressed;

	if (skb->len > NVO3_GUEST_FRAME_MAX || skb_is_gso(skb) ||
	    flow->flags & NVO3_FLOW_FRAGMENT)
		return NVO3_DROP_GUEST_LOST;
	if (!nvo3_budget_take(&port->questions, jiffies, &suppressed))
		return NVO3_DROP_GUEST_RATE;
	if (!nvo3_notify_guest(nve, &event))
		return NVO3_DROP_GUEST_LOST;
	consume_skb(skb);
	return NVO3_DROP_NONE;
}
