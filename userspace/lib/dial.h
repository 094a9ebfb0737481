/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A TCP or Unix connection to one of several addresses. They are tried one after the other, and
 * without an end; but one that says nothing is not waited for: after a moment the next one is
 * tried beside it, and who answers first has it (as RFC 8305 does with the addresses of a name). A
 * host that is gone refuses nothing, so it would hold up who could go elsewhere.
 */
#ifndef DIAL_H
#define DIAL_H

#include "chan_addr.h"
#include "loop.h"

struct dial;

struct dial_timers {		/* ms */
	uint32_t answer;	/* until one that says nothing has failed */
	uint32_t head_start;	/* until the next one is tried beside it */
	uint32_t retry_min, retry_max;	/* bounds of the pause after one has failed */
};

struct dial_ops {
	/* All attempts are over; @fd is the callback's. It may free the dial. */
	void (*connected)(int fd, int which, void *arg);
	/* It is tried again all the same. It may not free the dial. */
	void (*failed)(int which, const char *why, void *arg);
};

/* @addrs stay the caller's, and where they are. Does nothing yet. */
struct dial *dial_new(struct loop *loop, const struct chan_addr *const *addrs, int n,
		      const struct dial_ops *ops, void *arg);
/* From that one on. The callbacks may come before it returns. */
void dial_start(struct dial *dial, int from, const struct dial_timers *timers);
void dial_stop(struct dial *dial);	/* as often as you like */
void dial_free(struct dial *dial);

#endif /* DIAL_H */
