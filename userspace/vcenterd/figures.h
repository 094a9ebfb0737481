/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is measured of a move (Documentation/moves.rst). Pure. Times of frames and ports are ns of
 * this vCenter's CLOCK_REALTIME, right to the error beside them; 0 is not known.
 */
#ifndef VCENTERD_FIGURES_H
#define VCENTERD_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

#define FIGURES_STEPS	6	/* enum move_step */
#define FIGURES_WAIT_MS	20000u	/* for the first frame, from the release on */

struct figures {
	uint64_t began[FIGURES_STEPS];	/* each step, ms of CLOCK_REALTIME; 0 not yet */
	uint64_t gave_up;		/* ms */
	uint64_t silent, last_out, source_error;
	uint64_t active, first_in, dest_error;
	bool late_known;
	uint64_t late;			/* frames that the source sent on */
};

struct blackout {
	uint64_t ns, error;
	const char *by;			/* "frames", "ports" */
};

/* False: one of the times is missing, or it would end before it began. */
bool figures_blackout(const struct figures *f, struct blackout *ret);
/* What the destination says; true if that is new. */
bool figures_arrived(struct figures *f, uint64_t active, uint64_t first_in, uint64_t error);
/* When @step ended; @ended: the move, 0 while it goes on. 0: it did not yet, or never began. */
uint64_t figures_step_ended(const struct figures *f, unsigned int step, uint64_t ended);

#endif
