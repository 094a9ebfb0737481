/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The profiles of a VM that moves to another DC: the source names them, the destination has them
 * or refuses the move. Pure.
 */
#ifndef VCENTERD_MOVE_PROFILE_H
#define VCENTERD_MOVE_PROFILE_H

#include "inventory.h"
#include "proto/peering.pb-c.h"

struct move_profiles {
	Nvo3__ProfileNeed needs[VC_NICS_MAX], *list[VC_NICS_MAX];
};

/* A profile of @vm, or NULL: it has none. */
const struct profile *move_profile_of(struct inventory *inv, const struct vm *vm);
/* @msg then borrows from @buf and @inv. */
void move_profiles_put(struct inventory *inv, const struct vm *vm, struct move_profiles *buf,
		       Nvo3__MoveReserve *msg);
/* -ENOENT one is not known here, -ESTALE only in an older version. */
int move_profiles_check(struct inventory *inv, const Nvo3__MoveReserve *msg, struct err *err);

#endif
