/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One measurement of a round-trip time: some echoes, of which the fastest counts, for what is
 * added to the way's own time is only ever more. Pure; times are us of any clock that does not
 * go back.
 */
#ifndef NVO3D_VSERVER_RTT_H
#define NVO3D_VSERVER_RTT_H

#include <stdbool.h>
#include <stdint.h>

#define RTT_ECHOES	5u
#define RTT_EVERY_US	100000u
#define RTT_WAIT_US	1000000u	/* for the last one's reply */

struct rtt {
	uint16_t id;			/* random: who does not see it cannot answer */
	unsigned int sent;
	unsigned int heard;		/* a bit for each */
	uint64_t at[RTT_ECHOES];	/* when they were sent */
	uint64_t best;			/* 0: none has come */
};

enum rtt_state { RTT_ON, RTT_DONE, RTT_SILENT };

void rtt_init(struct rtt *r, uint16_t id);
/* Is the next echo due? Its sequence number is r->sent; rtt_sent() when it has left. */
bool rtt_due(const struct rtt *r, uint64_t now);
void rtt_sent(struct rtt *r, uint64_t now);
/* A reply from the right address. What was not asked, or comes twice, changes nothing. */
void rtt_heard(struct rtt *r, uint16_t id, uint16_t seq, uint64_t now);
enum rtt_state rtt_state(const struct rtt *r, uint64_t now);
uint64_t rtt_next(const struct rtt *r);		/* when to look again */

#endif
