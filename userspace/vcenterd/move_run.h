/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Does what move.h decides: this vCenter as the coordinator of moves of its own VMs.
 */
#ifndef VCENTERD_MOVE_RUN_H
#define VCENTERD_MOVE_RUN_H

#include "move.h"
#include "vcenter.h"

/* The move is under way (@text empty), or refused before anything was touched. */
typedef void (*move_begun_fn)(struct vcenter *vc, const struct move *m, uint32_t code,
			      const char *text, void *arg);

struct move_job {
	struct move m;
	bool dirty, running;
	bool told;		/* its end was, in the events */
	bool vm_dirty;		/* the VM changed with it and is stored with it */
	uint64_t poll_at;	/* when to ask a peer how far the image is */
	bool polling;
	uint64_t figures_until;	/* when not to ask for them any more; 0: not yet */
	move_begun_fn begun;
	void *begun_arg;
	UT_hash_handle hh;
};

struct move_wish {
	const struct uuid *id;		/* that no move has; NULL: a new one */
	const char *dc, *server;	/* empty: this one, any */
	const char *location;		/* of no server: near to it; empty: anywhere */
	unsigned int kind;		/* of MOVE_F_WISH */
	const char *tenant;		/* who asks himself; NULL: an operator */
	const struct rtt *rtt;		/* by which @dc was chosen; NULL: somebody has said it */
};

/* Calls @begun exactly once, perhaps before it returns, also when it refuses. */
void move_run_begin(struct vcenter *vc, struct vm *vm, const struct move_wish *wish,
		    move_begun_fn begun, void *arg);
struct move_job *move_run_lookup(struct vcenter *vc, const struct uuid *id);
/* By the operator. Negative errno with a sentence: it goes on as before. */
int move_run_abort(struct vcenter *vc, struct move_job *job, const char *why, struct err *err);
/*
 * Bytes of all that goes over, as a vServer says, or a peer (@server NULL). How many there are of a
 * live move only its source knows.
 */
void move_run_progress(struct vcenter *vc, const struct uuid *id, const struct server *server,
		       uint64_t done, uint64_t total);

/* Of the source of a live move: when the VM was not reached there any more, ns of its clock. */
void move_run_left(struct vcenter *vc, const struct uuid *id, const struct server *server,
		   uint64_t silent, uint64_t last_out, uint64_t error);
/* Of the source: frames that it has sent on. */
void move_run_late(struct vcenter *vc, const struct uuid *id, const struct server *server,
		   uint64_t frames);

void move_run_load(struct vcenter *vc, const struct move *m);	/* after the VMs */
void move_run_tick(struct vcenter *vc);
void move_run_kick(struct vcenter *vc);		/* moves towards us too: do not wait */
void move_run_free(struct vcenter *vc);

/* Within move_run and move_ask. */
void move_run_arrived(struct vcenter *vc, struct move_job *job, uint64_t active,
		      uint64_t first_in, uint64_t error);
void move_run_answer(struct vcenter *vc, struct move_job *job, enum move_act act,
		     const struct move_answer *a);

#endif
