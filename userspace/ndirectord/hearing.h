/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the NVEs see of those that are silent: asked when a lease ends, and again when one of them
 * reports that its BFD session came down. Who is dead by that (verdict.h) loses what he has
 * (withdraw.h). See Documentation/distribution.rst, "When a whole NVE is gone".
 *
 * One round at a time, about all who are suspected by then: a rack that fails is one question.
 */
#ifndef NDIRECTORD_HEARING_H
#define NDIRECTORD_HEARING_H

#include "session_nve.h"

#define HEARING_SOON_MS		100u	/* others fail with it */
#define HEARING_PAUSE_MS	1000u	/* from one round to the next: whoever reports how often */
#define HEARING_ANSWER_MS	2000u
#define HEARING_MAX		64u	/* suspects in a round */

struct suspect;

struct hearings {
	struct director *d;
	struct loop_timer *timer;
	struct suspect *suspects;	/* list: silent NVEs that have something */
	unsigned int open;		/* answers that are awaited; 0: no round is on */
	bool due;			/* the timer is set */
	uint64_t begun;			/* ms: the last round; 0: there was none */
};

void hearings_init(struct hearings *h, struct director *d);
/* When all sessions have ended. */
void hearings_uninit(struct hearings *h);
/* It is silent: what do the others see? Also once more. */
void hearing_of(struct hearings *h, struct db_nve *nve);
/* The event NVE_SEEN. */
void hearing_report(struct hearings *h, const struct nve_session *s, const Nvo3__NveSeen *m);

#endif /* NDIRECTORD_HEARING_H */
