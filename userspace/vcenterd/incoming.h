/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The destination's side of a move: from a peer's vCenter, or from our own for a move inside
 * the DC. Pure.
 *
 * Here is decided who owns the VM: INCOMING_PLACING, once stored, is never taken back after the
 * nDirector may have issued an epoch. Until then the lease, an abort, or a server that stays away
 * ends it for good.
 */
#ifndef VCENTERD_INCOMING_H
#define VCENTERD_INCOMING_H

#include "lib/errs.h"
#include "model.h"

enum incoming_phase {
	INCOMING_RESERVED,
	INCOMING_PULLING,	/* the vServer was asked, also for a first copy, after which it is
				 * RESERVED; only in memory, stored as RESERVED
				 */
	INCOMING_PULLED,	/* image there and checked, interfaces associated */
	INCOMING_PLACING,	/* commit taken; new epochs are asked for */
	INCOMING_STARTING,	/* ours; the vServer is told to activate */
	INCOMING_COMMITTED,
	INCOMING_ABORTED,
};

enum incoming_act {
	INCOMING_ACT_NONE,
	INCOMING_ACT_PLACE,	/* nic */
	INCOMING_ACT_START,	/* RELOCATE_COMMIT at the vServer */
	INCOMING_ACT_ABORT,	/* RELOCATE_ABORT there, once */
};

struct incoming {
	struct uuid move;
	struct uuid vm;
	char peer[VC_DC_SIZE];		/* DC of the coordinator */
	char server[VC_NAME_SIZE];
	enum incoming_phase phase;
	uint32_t lease_s;
	bool start, suspended;		/* how it is to be there */
	bool keep;			/* its memory comes, too */
	unsigned int placed;		/* bit per nic: it has its new epoch */
	char text[VC_TEXT_SIZE];	/* why it ended */
	uint64_t ended;			/* ms of CLOCK_REALTIME */
	uint64_t active, first_in, clock_error;	/* as in figures.h */

	/* not stored */
	uint64_t expires;		/* ms, monotonic: the lease */
	uint64_t down_since;		/* ms, monotonic; 0: the server is there */
	uint64_t retry_at;
	uint64_t done, total;		/* bytes of the image */
	bool copying;			/* PULLING a first copy of a VM that runs */
	bool waiting;			/* PLACE or START is out */
	bool asked_place;		/* a PLACE may have been carried out */
	bool cleanup;			/* the vServer is still to be told of the abort */
};

void incoming_begin(struct incoming *in, uint32_t lease_s, uint64_t now);
void incoming_resume(struct incoming *in, uint64_t now);
bool incoming_is_over(const struct incoming *in);
/* Nvo3__MoveStatusReply__Phase, as the coordinator may rely on it. */
uint32_t incoming_status(const struct incoming *in);

/*
 * Requests of the coordinator: 0 go on (answer later), 1 it is done already, or -errno with a
 * sentence. EPERM wrong phase, EBUSY asked twice, EHOSTUNREACH.
 */
int incoming_pull(struct incoming *in, bool copy, bool server_up, uint64_t now, struct err *err);
int incoming_commit(struct incoming *in, bool start, bool server_up, bool director_up,
		    uint64_t now, struct err *err);
int incoming_abort(struct incoming *in, const char *why, uint64_t wall, struct err *err);

/* Results; true if something to be stored changed. */
bool incoming_pulled(struct incoming *in, uint32_t code, const char *text, uint64_t now);
bool incoming_placed(struct incoming *in, int nic, int n_nics, uint32_t code, const char *text,
		     uint64_t now);
bool incoming_started(struct incoming *in, uint32_t code, const char *text, uint64_t now,
		      uint64_t wall);
/* When the VM was reached, in our clock; true if that is new. */
bool incoming_arrived(struct incoming *in, uint64_t active, uint64_t first_in, uint64_t error);
/* The lease is over, or the server gone for too long: aborted. */
bool incoming_tick(struct incoming *in, bool server_up, uint64_t now, uint64_t wall);

/* What to do next; *nic for PLACE. */
enum incoming_act incoming_next(const struct incoming *in, int n_nics, bool server_up,
				bool director_up, uint64_t now, int *nic);

#endif
