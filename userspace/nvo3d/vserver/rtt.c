// SPDX-License-Identifier: GPL-2.0

#include "rtt.h"

void rtt_init(struct rtt *r, uint16_t id)
{
	*r = (struct rtt){ .id = id };
}

uint64_t rtt_next(const struct rtt *r)
{
	if (!r->sent)
		return 0;
	return r->at[r->sent - 1] + (r->sent < RTT_ECHOES ? RTT_EVERY_US : RTT_WAIT_US);
}

bool rtt_due(const struct rtt *r, uint64_t now)
{
	return r->sent < RTT_ECHOES && now >= rtt_next(r);
}

void rtt_sent(struct rtt *r, uint64_t now)
{
	r->at[r->sent++] = now;
}

void rtt_heard(struct rtt *r, uint16_t id, uint16_t seq, uint64_t now)
{
	uint64_t took;

	if (id != r->id || seq >= r->sent || r->heard & 1u << seq)
		return;
	r->heard |= 1u << seq;
	/* there is no way that takes no time, and 0 says that there was no reply */
	took = now > r->at[seq] ? now - r->at[seq] : 1;
	if (!r->best || took < r->best)
		r->best = took;
}

enum rtt_state rtt_state(const struct rtt *r, uint64_t now)
{
	if (r->sent < RTT_ECHOES)
		return RTT_ON;
	if (r->heard == (1u << RTT_ECHOES) - 1)
		return RTT_DONE;
	if (now < rtt_next(r))
		return RTT_ON;
	return r->best ? RTT_DONE : RTT_SILENT;
}
