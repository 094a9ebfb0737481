/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The objects of nvo3_obj.h put into and parsed from messages, without any
 * socket.
 */
#ifndef NVO3_LIB_NVO3_NL_H
#define NVO3_LIB_NVO3_NL_H

#include <linux/netlink.h>

#include "nvo3_obj.h"

struct err;
struct nlbuf;

/* Put one object with its nest; too little room shows in b->full */
void nvo3_nve_put(struct nlbuf *b, const struct nvo3_nve *nve);
void nvo3_vn_put(struct nlbuf *b, const struct nvo3_vn *vn);
void nvo3_member_put(struct nlbuf *b, const struct nvo3_member *member);
void nvo3_port_put(struct nlbuf *b, const struct nvo3_port *port);
void nvo3_map_put(struct nlbuf *b, const struct nvo3_map *map);
void nvo3_remote_put(struct nlbuf *b, const struct nvo3_remote *remote);
void nvo3_miss_put(struct nlbuf *b, const struct nvo3_miss *miss);

void nvo3_rule_put(struct nlbuf *b, const struct nvo3_rule *rule);

/* Put the object of @e->cmd, whatever it is */
void nvo3_event_put(struct nlbuf *b, const struct nvo3_event *e);

/*
 * Parse a message behind its netlink header, which the caller has checked to
 * lie in its memory. -EBADMSG with a sentence when an attribute is truncated,
 * of a wrong length, a number out of its range, or the object or its key missing;
 * *ret is then left alone. An enum may have a value that this build does not know.
 */
int nvo3_event_parse(struct nvo3_event *ret, const struct nlmsghdr *nlh, struct err *err);

/* The rules beside a profile's nest, in a message that nvo3_event_parse() takes */
int nvo3_rules_parse(struct nvo3_rule *ret, size_t max, size_t *ret_n, const struct nlmsghdr *nlh,
		     struct err *err);

/* Likewise the buckets in a digest's nest; -EBADMSG if there are none */
int nvo3_buckets_parse(uint64_t ret[NVO3_DIGEST_BUCKETS], const struct nlmsghdr *nlh,
		       struct err *err);

#endif
