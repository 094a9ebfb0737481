/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Templates: the outer headers of packets to one remote, prepared.
 *
 * A template holds what cannot change while its route lives. Route, neighbour
 * and device are referenced and read, not copied, so that what they say is true
 * at the moment of each packet. It is never edited; who finds it invalid builds
 * another. Readers hold it by RCU alone; it gives its references back after a
 * grace period.
 */
#ifndef _NVO3_TEMPLATE_H
#define _NVO3_TEMPLATE_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/nvo3.h>
#include <linux/udp.h>
#include <net/dst.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ipv6.h>
#include <net/neighbour.h>
#include <net/route.h>

#define NVO3_TEMPLATE_MAX	(sizeof(struct ipv6hdr) + sizeof(struct udphdr) + 16)

struct nvo3_template {
	u8 family;
	u8 iphlen;
	u8 hlen;			/* of IP, UDP and encapsulation */
	u8 why;				/* enum nvo3_bypass; not NONE: IP has to do it */
	u32 conf;			/* generation that it was made of */
	u32 cookie;			/* of the route */
	__wsum sum;			/* of the IPv4 header, without what varies */
	struct dst_entry *dst;		/* counted */
	struct neighbour *neigh;	/* counted; NULL if @why says something */
	struct net_device *dev;		/* @dst's, as it was */
	u8 header[NVO3_TEMPLATE_MAX] __aligned(8);
	struct rcu_head rcu;
};

/* What the headers are made of. Addresses in network byte order. */
struct nvo3_template_addrs {
	u8 family;
	u8 proto;			/* UDP, or GRE without any header of its own here */
	__be16 dport;
	union {
		struct {
			__be32 saddr4, daddr4;
		};
		struct {
			struct in6_addr saddr6, daddr6;
		};
	};
};

/* Takes the reference on @dst, even when it returns NULL for lack of memory. Any context. */
struct nvo3_template *nvo3_template_new(struct dst_entry *dst, u32 cookie, u32 conf);

/* Write all but what is the frame's, source port, checksums and what @encap leaves free. */
void nvo3_template_write(struct nvo3_template *t, const struct nvo3_template_addrs *addrs,
			 const void *encap, u8 encap_hlen);

/* Free it now, or, if readers may hold it, after a grace period. NULL is none. */
void nvo3_template_free(struct nvo3_template *t);
void nvo3_template_retire(struct nvo3_template *t);

/* As dst_check(), whose answer for IPv4 is this, without a call through a pointer. */
static inline bool nvo3_template_route_stands(const struct nvo3_template *t)
{
	const struct dst_entry *dst = t->dst;

	if (t->family == AF_INET && dst->obsolete == DST_OBSOLETE_FORCE_CHK)
		return ((const struct rtable *)dst)->rt_genid == rt_genid_ipv4(dev_net(dst->dev));
	return dst_check(t->dst, t->cookie);
}

/* Does its route still stand, its neighbour still live, its configuration still hold? */
static inline bool nvo3_template_valid(const struct nvo3_template *t, u32 conf)
{
	return t->conf == conf && nvo3_template_route_stands(t) &&
	       (!t->neigh || !READ_ONCE(t->neigh->dead));
}

/* As dst_mtu(). */
static inline u32 nvo3_template_mtu(const struct nvo3_template *t)
{
	return t->family == AF_INET ? ip_dst_mtu_maybe_forward(t->dst, false) :
				      ip6_dst_mtu_maybe_forward(t->dst, false);
}

/*
 * Is the neighbour resolved? One that is, but was not confirmed lately, is told
 * that it is used, and the kernel asks it anew while packets go on.
 */
static inline bool nvo3_template_resolved(const struct nvo3_template *t)
{
	return READ_ONCE(t->neigh->nud_state) & NUD_CONNECTED ||
	       !neigh_event_send(t->neigh, NULL);
}

#ifdef DEBUG
bool nvo3_template_selftest(void);
#endif

#endif /* _NVO3_TEMPLATE_H */
