/* SPDX-License-Identifier: GPL-2.0 */
/*
 * By how much another host's CLOCK_REALTIME differs from ours, from questions that it answers with
 * its clock (Documentation/moves.rst). Pure; all times are ns.
 *
 * Each answer says where the other's clock was at some moment between question and answer. Its
 * error is half of the round trip and grows with age, so of the last few the best counts. Between
 * samples our own monotonic clock is the measure: ours may be set, and nothing changes.
 */
#ifndef LIB_CLOCK_OFFSET_H
#define LIB_CLOCK_OFFSET_H

#include <stdbool.h>
#include <stdint.h>

#define CLOCK_OFFSET_SAMPLES	8u
#define CLOCK_OFFSET_PPM	100u	/* two clocks drift apart at most so fast */

struct clock_sample {
	int64_t ahead;		/* the other's CLOCK_REALTIME before our CLOCK_MONOTONIC */
	uint64_t half;		/* of the round trip */
	uint64_t at;		/* CLOCK_MONOTONIC */
};

/* All zero is an empty one. */
struct clock_offset {
	struct clock_sample samples[CLOCK_OFFSET_SAMPLES];
	unsigned int n;		/* ever added since the other's clock was set last */
};

/*
 * Asked at @sent, answered by now (both CLOCK_MONOTONIC) with @clock. An answer that came before
 * it was asked for, or excludes all that was known, is no error: the latter means that the other's
 * clock was set, and what was known of it is forgotten.
 */
void clock_offset_add(struct clock_offset *c, uint64_t sent, uint64_t now, uint64_t clock);
/*
 * *ret is what has to be taken from a time of the other's to have it in our CLOCK_REALTIME,
 * which is @wall at @now; right to *ret_error. False: nothing is known.
 */
bool clock_offset_get(const struct clock_offset *c, uint64_t now, uint64_t wall, int64_t *ret,
		      uint64_t *ret_error);

#endif
