/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What stands between a port and the rest: the check of its frames' sources, and its profile.
 *
 * Immutable, and replaced as a whole under RCU, so that no frame meets half of a change. A port
 * without any has no guard, and pays one branch for it.
 */
#ifndef _NVO3_GUARD_H
#define _NVO3_GUARD_H

#include "profile.h"
#include "spoof.h"

struct nvo3_guard {
	struct rcu_head rcu;
	struct nvo3_profile *profile;	/* NULL: none; the port counts as its user */
	struct nvo3_spoof spoof;
	u32 group;			/* of its tenant system, 0: none */
	bool check;			/* the sources of its frames */
	bool guest;			/* what it asks for its addresses is for the agent */
	u8 mode;			/* enum nvo3_source_check, as it was asked for */
	struct nvo3_allow allow[];
};

#endif /* _NVO3_GUARD_H */
