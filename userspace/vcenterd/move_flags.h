/* SPDX-License-Identifier: GPL-2.0 */
/* What a move is, and how far it has come; part of move.h */
#ifndef VCENTERD_MOVE_FLAGS_H
#define VCENTERD_MOVE_FLAGS_H

enum {
	MOVE_F_WAS_RUNNING = 1,
	MOVE_F_ABORTING = 2,
	MOVE_F_SOURCE_DONE = 4,		/* released, or its stop undone */
	MOVE_F_DEST_DONE = 8,		/* unplaced, or the destination's room given back */
	MOVE_F_UNSURE = 16,		/* the commit was sent perhaps */
	MOVE_F_LIVE = 32,		/* the VM runs on until the destination has it */
	MOVE_F_COPY = 64,		/* a replication */
	MOVE_F_OFFERED = 128,		/* of one: the source lets its image be read */
	MOVE_F_NEW_TOKEN = 256,		/* the caller is to make one before the next act */
	/* Of a migration: what was wished of the VM's memory; none of both: kept, if that can be */
	MOVE_F_MUST_KEEP = 512,
	MOVE_F_DROP = 1024,
	MOVE_F_KEEP = 2048,		/* it is kept: the VM is saved and restored */
	MOVE_F_WAS_SUSPENDED = 4096,
	MOVE_F_REVOKED = 8192,		/* the tenant who asked for it has given it up */
};

/* What who asks for it chooses */
#define MOVE_F_WISH (MOVE_F_LIVE | MOVE_F_COPY | MOVE_F_MUST_KEEP | MOVE_F_DROP)

#endif
