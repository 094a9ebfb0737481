/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Does what incoming.h decides: this DC as the destination of moves, of peers' and our own.
 */
#ifndef VCENTERD_MOVE_DEST_H
#define VCENTERD_MOVE_DEST_H

#include "incoming.h"
#include "proto/management.pb-c.h"
#include "proto/peering.pb-c.h"
#include "vcenter.h"

/* @text is empty when @code is OK. */
typedef void (*dest_done_fn)(struct vcenter *vc, uint32_t code, const char *text, void *arg);

struct dest_job {
	struct incoming in;
	bool dirty;
	bool running;
	dest_done_fn pull_done, commit_done;
	void *pull_arg, *commit_arg;
	uint64_t epochs[VC_NICS_MAX];	/* as they come in */
	UT_hash_handle hh;
};

/*
 * Room and addresses for a VM under the move's id. @peer is the coordinator's DC. The chosen
 * server's name goes to @server. CODE(OK), also when asked again; else a sentence. Whether its
 * memory can be kept is in struct incoming.
 */
uint32_t move_dest_reserve(struct vcenter *vc, const char *peer, const Nvo3__MoveReserve *msg,
			   char server[VC_NAME_SIZE], struct err *err);
/* Both call @done exactly once, perhaps before they return. @copy: of a VM that runs. */
void move_dest_pull(struct vcenter *vc, const Nvo3__MovePull *msg, bool copy, dest_done_fn done,
		    void *arg);
void move_dest_commit(struct vcenter *vc, const Nvo3__MoveCommit *msg, dest_done_fn done,
		      void *arg);
uint32_t move_dest_abort(struct vcenter *vc, const struct uuid *move, struct err *err);
/* NULL: never heard of it, or long ago. */
const struct incoming *move_dest_lookup(struct vcenter *vc, const struct uuid *move);
/* An event of the pulling vServer. */
void move_dest_progress(struct vcenter *vc, const struct uuid *move, const struct server *server,
			uint64_t done, uint64_t total);

/* When the VM was reached again, says @server, in its own clock. */
void move_dest_arrived(struct vcenter *vc, const struct uuid *move, const struct server *server,
		       uint64_t active, uint64_t first_in, uint64_t error);

/* From the store, after the VMs. */
void move_dest_load(struct vcenter *vc, const struct incoming *in);
void move_dest_tick(struct vcenter *vc);
void move_dest_kick(struct vcenter *vc);	/* do not wait for the next try */
/* The nDirector is told again which NVEs are to have which profiles. */
void move_dest_grant(struct vcenter *vc);
void move_dest_free(struct vcenter *vc);

#endif
