/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The generic netlink family: what its operations share.
 *
 * pre_doit has found the NVE of a request, checked who asks, and holds the
 * device, nve->lock and, for ports, rtnl; nvo3_nl_nve() gives it to a handler.
 */
#ifndef _NVO3_NETLINK_H
#define _NVO3_NETLINK_H

#include <net/genetlink.h>
#include "netlink_gen.h"
#include "nl_fill.h"

extern struct genl_family nvo3_nl_family;

static inline struct nvo3_nve *nvo3_nl_nve(const struct genl_info *info)
{
	return info->user_ptr[0];
}

/* Refuse: the sentence, the culprit, and -@err as the value. */
#define NVO3_REFUSE(extack, attr, err, fmt, args...) ({		\
	NL_SET_BAD_ATTR(extack, attr);				\
	NL_SET_ERR_MSG_FMT(extack, fmt, ##args);		\
	-(err);							\
})

/* Answer a get with one object. */
int nvo3_nl_reply(struct genl_info *info,
		  int (*fill)(struct sk_buff *skb, struct nvo3_nve *nve, const void *object),
		  const void *object);

/*
 * Dumps. _begin finds the NVE that the dump asks about and takes its mutex and
 * a reference; _end gives both back. In between nvo3_nl_dump() appends objects
 * until the message is full.
 */
struct nvo3_nve *nvo3_nl_dump_begin(struct netlink_callback *cb);
void nvo3_nl_dump_end(struct nvo3_nve *nve);
int nvo3_nl_dump(struct sk_buff *skb, struct netlink_callback *cb, struct nvo3_nve *nve,
		 int (*fill)(struct sk_buff *skb, struct nvo3_nve *nve, const void *object),
		 const void *object);

/* Append the objects of an index, from number cb->args[0] on. */
void nvo3_nl_dump_index(struct sk_buff *skb, struct netlink_callback *cb, struct nvo3_nve *nve,
			struct nvo3_index *index,
			int (*fill)(struct sk_buff *skb, struct nvo3_nve *nve, const void *object));

/* May the sender of @skb manage this NVE's underlay? */
bool nvo3_nl_may(const struct sk_buff *skb, const struct nvo3_nve *nve);

int nvo3_nl_init(void);
void nvo3_nl_uninit(void);

#endif /* _NVO3_NETLINK_H */
