/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a mapping leads to, from its nest: a port, another NVE, or several ways.
 * Callers hold nve->lock.
 */
#ifndef _NVO3_NL_TARGET_H
#define _NVO3_NL_TARGET_H

#include "netlink.h"

/* All zero: nothing. Holds a reference on the remote or group, none on a port. */
struct nvo3_nl_target {
	enum nvo3_map_kind kind;
	u32 nr;
	struct nvo3_remote *remote;
	struct nvo3_group *group;
};

/* Does the nest, parsed into @tb, say anything of it? */
bool nvo3_nl_has_target(struct nlattr **tb);

/* Fill @target, which is all zero. 0 or an error with a sentence, then it stays so. */
int nvo3_nl_target(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nlattr *nest,
		   struct nlattr **tb, struct nvo3_nl_target *target,
		   struct netlink_ext_ack *extack);
void nvo3_nl_target_put(const struct nvo3_nl_target *target);

#endif /* _NVO3_NL_TARGET_H */
