/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VNs and their members with what hangs on them. All under nve->lock.
 */
#ifndef _NVO3_MEMBERSHIP_H
#define _NVO3_MEMBERSHIP_H

#include "nve.h"

/* Make @remote a member, with a reference of its own. 0, -EEXIST or -ENOMEM. */
int nvo3_membership_add(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nvo3_remote *remote);

/* Make a member a relay, or no longer: 0, -EEXIST or -ENOENT if it is as wanted, -ENOMEM. */
int nvo3_membership_set_relay(struct nvo3_nve *nve, struct nvo3_vn *vn,
			      struct nvo3_remote *remote, bool relay);

/* One that is no relay: 0, -ENOENT or -ENOMEM. */
int nvo3_membership_del(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nvo3_remote *remote);

/* Tell listeners of either, once it stands. @cmd: NVO3_CMD_MEMBER{,_DEL}_NTF. */
void nvo3_membership_notify(struct nvo3_nve *nve, u8 cmd, struct nvo3_vn *vn,
			    const struct nvo3_remote *remote);

/* Take away a VN without ports, with its mappings and members; tell listeners. */
void nvo3_vn_remove(struct nvo3_nve *nve, struct nvo3_vn *vn);

#endif /* _NVO3_MEMBERSHIP_H */
