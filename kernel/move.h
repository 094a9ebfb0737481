/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is remembered of tenant systems that a newer epoch has moved: to a port of ours, whom the
 * NVE that they left may send on for (port.h); from one, so that we may (departures.h).
 *
 * All of it is known before the mapping changes, and is put back with the mapping if a request
 * fails. All under nve->lock.
 */
#ifndef _NVO3_MOVE_H
#define _NVO3_MOVE_H

#include "nve.h"

/* Before the device is registered; when no mapping is left: waits for work, without the lock. */
void nvo3_moves_init(struct nvo3_nve *nve);
void nvo3_moves_stop(struct nvo3_nve *nve);

/* @new is about to take the place of @held. 0 or -ENOMEM, then nothing changed. */
int nvo3_move_note(struct nvo3_nve *nve, const struct nvo3_mapping *new,
		   const struct nvo3_mapping *held);

/* It did, and stands, or it did not. */
void nvo3_move_commit(struct nvo3_nve *nve, const struct nvo3_mapping *new,
		      const struct nvo3_mapping *held);
void nvo3_move_undo(struct nvo3_nve *nve, const struct nvo3_mapping *new,
		    const struct nvo3_mapping *held);

/* The address has no mapping any more. */
void nvo3_move_forget(struct nvo3_nve *nve, u32 vni, const u8 *mac);

#endif /* _NVO3_MOVE_H */
