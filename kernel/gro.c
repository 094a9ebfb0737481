// SPDX-License-Identifier: GPL-2.0
#include <net/gro.h>
#include "encap.h"
#include "gro.h"
#include "nve.h"

/* The whole header, options too, once its length is known; NULL if it is not there. */
static const void *read_header(enum nvo3_encap encap, struct sk_buff *skb, u32 off, u32 *hlen)
{
	const void *header = skb_gro_header(skb, off + NVO3_ENCAP_HLEN, off);

	if (!header)
		return NULL;
	*hlen = nvo3_encap_hlen(encap, header);
	return skb_gro_header(skb, off + *hlen, off);
}

/* The first bytes tell the length, so only then is it known that both have the rest. */
static bool is_equal(const void *held, const void *header, u32 hlen)
{
	return !memcmp(held, header, NVO3_ENCAP_HLEN) && !memcmp(held, header, hlen);
}

/*
 * Frames merge only within one VN: the headers must be equal as a whole, their
 * options too. Those held have one that was found good. What is not to be
 * received does not merge, and is told so at the socket.
 */
struct sk_buff *nvo3_gro_receive(struct sock *sk, struct list_head *head, struct sk_buff *skb)
{
	const struct nvo3_sock *to = rcu_dereference_sk_user_data(sk);
	u32 off = skb_gro_offset(skb), hlen, vni;
	struct sk_buff *held, *done = NULL;
	const void *header;
	int flush = 1;

	if (!to)
		goto out;
	header = read_header(to->encap, skb, off, &hlen);
	if (!header || nvo3_encap_parse(to->encap, header, &vni))
		goto out;
	list_for_each_entry(held, head, list) {
		if (NAPI_GRO_CB(held)->same_flow && !is_equal(held->data + off, header, hlen))
			NAPI_GRO_CB(held)->same_flow = 0;
	}
	skb_gro_pull(skb, hlen);
	skb_gro_postpull_rcsum(skb, header, hlen);
	done = call_gro_receive(eth_gro_receive, head, skb);
	flush = 0;
out:
	skb_gro_flush_final(skb, done, flush);
	return done;
}

/* The header is that of the first frame, which was found good. */
int nvo3_gro_complete(struct sock *sk, struct sk_buff *skb, int nhoff)
{
	const struct nvo3_sock *to = rcu_dereference_sk_user_data(sk);

	if (!to)
		return -ENOENT;
	return eth_gro_complete(skb, nhoff + nvo3_encap_hlen(to->encap, skb->data + nhoff));
}
