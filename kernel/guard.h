/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What stands between a port and the rest: its profile.
 *
 * Immutable, and replaced as a whole under RCU, so that no frame meets half of a change. A port
 * without any has no guard, and pays one branch for it.
 */
#ifndef _NVO3_GUARD_H
#define _NVO3_GUARD_H

#include "profile.h"

struct nvo3_guard {
	struct rcu_head rcu;
	struct nvo3_profile *profile;	/* NULL: none; the port counts as its user */
};

#endif /* _NVO3_GUARD_H */
