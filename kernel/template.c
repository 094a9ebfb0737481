// SPDX-License-Identifier: GPL-2.0
#include <linux/slab.h>
#include <net/checksum.h>
#include "template_finish.h"

struct nvo3_template *nvo3_template_new(struct dst_entry *dst, u32 cookie, u32 conf)
{
	struct nvo3_template *t = kzalloc(sizeof(*t), GFP_ATOMIC | __GFP_NOWARN);

	if (!t) {
		dst_release(dst);
		return NULL;
	}
	t->dst = dst;
	t->dev = dst->dev;
	t->cookie = cookie;
	t->conf = conf;
	return t;
}

static void write4(struct nvo3_template *t, const struct nvo3_template_addrs *addrs)
{
	struct iphdr *iph = (struct iphdr *)t->header;

	iph->version = 4;
	iph->ihl = sizeof(*iph) / 4;
	iph->protocol = addrs->proto;
	iph->saddr = addrs->saddr4;
	iph->daddr = addrs->daddr4;
	t->sum = csum_partial(iph, sizeof(*iph), 0);
	t->iphlen = sizeof(*iph);
}

static void write6(struct nvo3_template *t, const struct nvo3_template_addrs *addrs)
{
	struct ipv6hdr *ip6h = (struct ipv6hdr *)t->header;

	ip6h->version = 6;
	ip6h->nexthdr = addrs->proto;
	ip6h->saddr = addrs->saddr6;
	ip6h->daddr = addrs->daddr6;
	t->iphlen = sizeof(*ip6h);
}

void nvo3_template_write(struct nvo3_template *t, const struct nvo3_template_addrs *addrs,
			 const void *encap, u8 encap_hlen)
{
	u8 hlen;

	t->family = addrs->family;
	if (addrs->family == AF_INET)
		write4(t, addrs);
	else
		write6(t, addrs);
	hlen = t->iphlen;
	if (addrs->proto == IPPROTO_UDP) {
		((struct udphdr *)(t->header + hlen))->dest = addrs->dport;
		hlen += sizeof(struct udphdr);
	}
	memcpy(t->header + hlen, encap, encap_hlen);
	t->hlen = hlen + encap_hlen;
}

void nvo3_template_free(struct nvo3_template *t)
{
	if (!t)
		return;
	if (t->neigh)
		neigh_release(t->neigh);
	dst_release(t->dst);
	kfree(t);
}

static void put_rcu(struct rcu_head *rcu)
{
	nvo3_template_free(container_of(rcu, struct nvo3_template, rcu));
}

/* The references are given back with the memory: readers follow them until then. */
void nvo3_template_retire(struct nvo3_template *t)
{
	if (t)
		call_rcu(&t->rcu, put_rcu);
}

#ifdef DEBUG
#include "selftest/template.c"
#endif
