/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One BFD session as a state machine (RFC 5880, sections 6.2 to 6.8): asynchronous mode, active,
 * no echo, no authentication; it does not ask for demand mode and honours a neighbor's.
 * Pure: no clock, no sockets.
 *
 * All times are microseconds; @now is of a clock that does not jump back (CLOCK_MONOTONIC). One
 * that stands or leaps does no harm: nothing is sent to catch up.
 *
 * After bfd_fsm_init(), and after each call that takes @now, send what bfd_fsm_send() gives until
 * it gives nothing, and call bfd_fsm_run() at bfd_fsm_next() or a little later.
 */
#ifndef NVO3_LIB_BFD_FSM_H
#define NVO3_LIB_BFD_FSM_H

#include "bfd_packet.h"

#define BFD_NEVER UINT64_MAX
/* No faster than this while the session is not up (section 6.8.3) */
#define BFD_SLOW_US 1000000

struct bfd_params {
	uint32_t min_tx, min_rx;	/* not 0 */
	uint8_t mult;			/* not 0 */
};

/*
 * What may be concluded about the path. A session that never was up knows nothing: the neighbor
 * may have no BFD. Nor does one that either end has switched off (RFC 5882, section 3.2).
 */
enum bfd_verdict {
	BFD_SAYS_NOTHING,
	BFD_SAYS_UP,
	BFD_SAYS_DOWN,
};

struct bfd_fsm {
	struct bfd_params params;
	uint64_t seed;			/* of the jitter; not 0 */
	/* Section 6.8.1; my and your are LocalDiscr and RemoteDiscr */
	uint8_t state, diag, remote_state, remote_diag, remote_mult;
	bool remote_demand, polling;
	uint32_t my, your;
	uint32_t min_tx;		/* advertised now */
	uint32_t remote_min_rx, remote_min_tx;
	enum bfd_verdict verdict;
	bool urgent, answer;		/* to be sent now: a change; with the final bit */
	uint64_t last_tx, next_tx;	/* of periodic ones */
	uint64_t expires;		/* detection time is over */
	uint64_t patience;		/* for a neighbor that has just started */
};

/* @verdict: what was said before, BFD_SAYS_DOWN or nothing; @seed and @my not 0 */
void bfd_fsm_init(struct bfd_fsm *f, const struct bfd_params *params, enum bfd_verdict verdict,
		  uint32_t my, uint64_t seed, uint64_t now);

/* A packet that was decoded and found to be of this session */
enum bfd_refusal bfd_fsm_receive(struct bfd_fsm *f, const struct bfd_packet *p, uint64_t now);
/* See to what is over by now */
void bfd_fsm_run(struct bfd_fsm *f, uint64_t now);
/* Switch the session off or on */
void bfd_fsm_admin(struct bfd_fsm *f, bool down, uint64_t now);

/* What to send now; false if nothing */
bool bfd_fsm_send(struct bfd_fsm *f, uint64_t now, struct bfd_packet *ret);
uint64_t bfd_fsm_next(const struct bfd_fsm *f);

/* As agreed on with the neighbor: between two packets to it, and until silence is failure */
uint32_t bfd_fsm_interval(const struct bfd_fsm *f);
uint64_t bfd_fsm_detection(const struct bfd_fsm *f);

#endif
