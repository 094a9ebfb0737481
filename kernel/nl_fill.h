/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Objects into netlink messages, for answers, dumps and notifications alike.
 */
#ifndef _NVO3_NL_FILL_H
#define _NVO3_NL_FILL_H

#include "nve.h"

/* A membership, as it is told. */
struct nvo3_member {
	u32 vni;
	const struct nvo3_locator *loc;
	bool relay;
};

/* Some of a profile's rules; @count 0: without rules. */
struct nvo3_profile_part {
	const struct nvo3_profile *profile;
	u32 first, count;
};

/*
 * No ifindex: @dst is the source of another NVE's packet. @addr has a family: it is an IP address,
 * and there is no @dst.
 */
struct nvo3_miss_event {
	u32 vni;
	struct nvo3_addr addr;
	u32 ifindex;
	u32 suppressed;
	u8 dst[ETH_ALEN];
	u8 src[ETH_ALEN];
};

/* A frame whose source is not behind the NVE that sent it. */
struct nvo3_source_event {
	u32 vni;
	u32 suppressed;
	u8 src[ETH_ALEN];
	u8 dst[ETH_ALEN];
	struct nvo3_addr addr;	/* the sender */
};

/* What a guest asks for its addresses; the frame begins at its Ethernet header. */
struct nvo3_guest_event {
	const struct nvo3_port *port;
	const struct sk_buff *frame;
};

/*
 * Put the object's nest; 0 or -EMSGSIZE. @object is NULL for an NVE, a struct
 * nvo3_mapping for a map, a struct nvo3_ipmap for that of an IP address, a struct
 * nvo3_profile_part for a profile. Callers hold the mutex, for an event nothing, for a struct
 * nvo3_pending RCU.
 */
int nvo3_fill_nve(struct sk_buff *skb, struct nvo3_nve *nve, const void *object);
int nvo3_fill_vn(struct sk_buff *skb, struct nvo3_nve *nve, const void *object);
int nvo3_fill_member(struct sk_buff *skb, struct nvo3_nve *nve, const void *object);
int nvo3_fill_port(struct sk_buff *skb, struct nvo3_nve *nve, const void *object);
int nvo3_fill_map(struct sk_buff *skb, struct nvo3_nve *nve, const void *object);
int nvo3_fill_ipmap(struct sk_buff *skb, struct nvo3_nve *nve, const void *object);
int nvo3_fill_remote(struct sk_buff *skb, struct nvo3_nve *nve, const void *object);
/* What stands before the port, into its nest. */
int nvo3_fill_guard(struct sk_buff *skb, const struct nvo3_port *port);
int nvo3_fill_profile(struct sk_buff *skb, struct nvo3_nve *nve, const void *object);
int nvo3_fill_miss(struct sk_buff *skb, struct nvo3_nve *nve, const void *object);
int nvo3_fill_pending(struct sk_buff *skb, struct nvo3_nve *nve, const void *object);
int nvo3_fill_source(struct sk_buff *skb, struct nvo3_nve *nve, const void *object);
int nvo3_fill_guest(struct sk_buff *skb, struct nvo3_nve *nve, const void *object);

/* Where a message goes. */
struct nvo3_msg {
	u32 portid;
	u32 seq;
	int flags;
	u8 cmd;
	struct netlink_callback *cb;	/* of the dump that it is part of, else NULL */
};

/* Append one whole message: the NVE's ifindex and the object. 0 or -EMSGSIZE. */
int nvo3_fill_msg(struct sk_buff *skb, struct nvo3_nve *nve, const struct nvo3_msg *msg,
		  int (*fill)(struct sk_buff *skb, struct nvo3_nve *nve, const void *object),
		  const void *object);

#endif /* _NVO3_NL_FILL_H */
