/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How much one server may put into the log of events, so that it does not push out what others
 * have said: CHATTER_BURST at once, and one every CHATTER_MS. Pure.
 */
#ifndef VCENTERD_CHATTER_H
#define VCENTERD_CHATTER_H

#include <stdint.h>

#define CHATTER_BURST	100u
#define CHATTER_MS	1000u

enum chatter_verdict {
	CHATTER_SAY,
	CHATTER_SAY_LAST,	/* and tell that others are dropped from now on */
	CHATTER_DROP,
};

/* All zero: nothing was said yet. */
struct chatter {
	uint64_t since;		/* ms: spent has been given back until then */
	uint32_t spent;
	uint64_t dropped;
};

enum chatter_verdict chatter_ask(struct chatter *c, uint64_t now);

#endif
