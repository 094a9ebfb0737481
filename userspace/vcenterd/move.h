/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The coordinator's side of a migration (V9): stop, move, start. Pure. Of a replication (V10), too:
 * the image is copied while the VM runs, then it is stopped, and what has changed follows.
 *
 * The owner of the VM is decided at one place and one time: by the destination, when it takes
 * the commit. Before that the coordinator may give up at any step, and the source starts the
 * VM again. From the moment that the commit may have been sent it asks the destination until
 * that says what became of it. struct move has no pointers: what is stored is what it is.
 *
 * A move that was given up has ended when the source has its VM back; what a destination that is
 * silent still has to hear of it is owed to it.
 *
 * The caller stores the move after every change and before the next act.
 */
#ifndef VCENTERD_MOVE_H
#define VCENTERD_MOVE_H

#include "figures.h"
#include "model.h"
#include "move_flags.h"
#include "rtt.h"

#define MOVE_TOKEN_SIZE	32
#define MOVE_LEASE_S	900u		/* the destination keeps room for an idle move */
#define MOVE_DEAD_S	15u		/* of silence: without this destination, then */
#define MOVE_MEMORY_S	(90u * 86400u)	/* the destination remembers what became of it */

/* In the order of time; MOVE_COPY is a replication's only. Stored by other numbers: record.c */
enum move_step { MOVE_RESERVE, MOVE_COPY, MOVE_STOP, MOVE_PULL, MOVE_COMMIT, MOVE_RELEASE };
enum move_state { MOVE_RUNNING, MOVE_DONE, MOVE_ABORTED };

enum move_act {
	MOVE_ACT_NONE,
	MOVE_ACT_RESERVE,	/* destination: room and addresses */
	MOVE_ACT_OFFER,		/* source vServer: RELOCATE_OFFER */
	MOVE_ACT_COPY,		/* destination: get the image of the VM that runs */
	MOVE_ACT_STOP,		/* source vServer: RELOCATE_SOURCE */
	MOVE_ACT_PULL,		/* destination: get the image */
	MOVE_ACT_COMMIT,	/* destination: the VM is yours */
	MOVE_ACT_STATUS,	/* destination: what became of it? */
	MOVE_ACT_RELEASE,	/* source vServer: RELOCATE_RELEASE */
	MOVE_ACT_UNPLACE,	/* our nDirector: the old placement ends */
	MOVE_ACT_UNDO_SOURCE,	/* source vServer: RELOCATE_ABORT */
	MOVE_ACT_UNDO_DEST,	/* destination: give the room back, and never commit */
};

struct move {
	struct uuid id;
	struct uuid vm;
	char vm_name[VC_NAME_SIZE];
	char from_dc[VC_DC_SIZE], from_server[VC_NAME_SIZE];
	char to_dc[VC_DC_SIZE], to_server[VC_NAME_SIZE];
	enum move_step step;
	enum move_state state;
	unsigned int flags;
	char error[VC_TEXT_SIZE];
	uint8_t token[MOVE_TOKEN_SIZE];
	uint8_t sha256[32];
	uint64_t size;		/* of the image, bytes */
	uint8_t saved_sha256[32];	/* of the memory, where it goes as a file */
	uint64_t saved_size;
	uint64_t total;		/* bytes of all that goes over, as far as they are known */
	char location[VC_NAME_SIZE];	/* near to it, where no server was named */
	char tenant[VC_NAME_SIZE];	/* who asked for it himself; empty: an operator */
	uint64_t decided, started, ended;	/* ms of CLOCK_REALTIME */
	struct figures figures;
	struct rtt rtt;			/* by which the data centre was chosen */
	/* not stored */
	uint64_t image_done;	/* of total */
	bool waiting;		/* an act is out */
	uint64_t retry_at, deadline;
	unsigned int offers;		/* of an image that runs; a broken copy begins anew */
	bool late;		/* the step's time is over, yet it cannot be given up */
	uint64_t silent_since, silent_last;	/* answers of the destination that did not come */
};

struct move_answer {
	uint32_t code;
	const char *text;
	const char *server;	/* RESERVE */
	bool keep;		/* the same: it can */
	uint64_t size;		/* OFFER, STOP */
	const uint8_t *sha256;
	uint64_t saved_size;	/* STOP */
	const uint8_t *saved_sha256;
	bool was_running, was_suspended;
	uint64_t silent, last_out, clock_error;	/* the same: as in figures.h */
	uint32_t phase;		/* STATUS: Nvo3__MoveStatusReply__Phase */
};

const char *move_kind(const struct move *m);	/* "migration", "mobility", "replication" */
/* Of a migration: "keep", "drop"; NULL: it has none. */
const char *move_memory(const struct move *m);
uint64_t move_total(const struct move *m);	/* bytes of all that goes over */
bool move_is_local(const struct move *m);	/* both ends in one DC */
bool move_is_refused(const struct move *m);	/* before anything was touched */
bool move_owes(const struct move *m);		/* it has ended, the destination must hear it */

void move_begin(struct move *m, uint64_t now);
/* After a restart: the answer to what was out is lost. */
void move_resume(struct move *m, uint64_t now);
/* What to do now; set m->waiting when doing it. */
enum move_act move_next(const struct move *m, uint64_t now);
/* True if something to be stored changed. @wall: ms of CLOCK_REALTIME. */
bool move_answer(struct move *m, enum move_act act, const struct move_answer *a, uint64_t now,
		 uint64_t wall);
/* Time passes. True as above. */
bool move_tick(struct move *m, uint64_t now);
/* Give up, also while an act is out; -EPERM with a sentence once the commit is decided. */
struct err;
int move_abort(struct move *m, const char *why, struct err *err);

const char *move_step_name(enum move_step step);	/* "reserve" */
const char *move_state_name(enum move_state state);	/* "running" */

#endif
