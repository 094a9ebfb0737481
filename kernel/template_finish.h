/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a template's header to a frame's: what is copied, and what is written for each.
 */
#ifndef _NVO3_TEMPLATE_FINISH_H
#define _NVO3_TEMPLATE_FINISH_H

#include "template.h"

/* The usual outer headers as wholes, to be copied. */
struct nvo3_outer4 {
	struct iphdr ip;
	struct udphdr udp;
	u64 encap;
} __packed __aligned(4);

struct nvo3_outer6 {
	struct ipv6hdr ip;
	struct udphdr udp;
	u64 encap;
} __packed __aligned(4);

/* What may differ by frame; the rest of it by family. */
struct nvo3_template_frame {
	u16 len;			/* IPv4: from its header on, IPv6: behind it */
	u8 tos, ttl;
	__be16 id, frag_off;		/* IPv4; DF or 0 */
	__be32 label;			/* IPv6 flow label */
};

static inline void nvo3_template_finish4(const struct nvo3_template *t, struct iphdr *iph,
					 const struct nvo3_template_frame *f)
{
	__wsum sum = csum_add(t->sum, (__force __wsum)htons(f->tos));

	iph->tos = f->tos;
	iph->tot_len = htons(f->len);
	iph->id = f->id;
	iph->frag_off = f->frag_off;
	iph->ttl = f->ttl;
	sum = csum_add(sum, (__force __wsum)htons(f->len));
	sum = csum_add(sum, (__force __wsum)f->id);
	sum = csum_add(sum, (__force __wsum)f->frag_off);
	iph->check = csum_fold(csum_add(sum, (__force __wsum)htons(f->ttl << 8)));
}

static inline void nvo3_template_finish6(struct ipv6hdr *ip6h, const struct nvo3_template_frame *f)
{
	ip6_flow_hdr(ip6h, f->tos, f->label);
	ip6h->payload_len = htons(f->len);
	ip6h->hop_limit = f->ttl;
}

#endif /* _NVO3_TEMPLATE_FINISH_H */
