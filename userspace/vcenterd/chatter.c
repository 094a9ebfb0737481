// SPDX-License-Identifier: GPL-2.0
#include "chatter.h"

enum chatter_verdict chatter_ask(struct chatter *c, uint64_t now)
{
	uint64_t back = now < c->since ? 0 : (now - c->since) / CHATTER_MS;

	if (back >= c->spent) {
		c->spent = 0;
		c->since = now;
	} else {
		c->spent -= back;
		c->since += back * CHATTER_MS;
	}
	if (c->spent == CHATTER_BURST) {
		c->dropped++;
		return CHATTER_DROP;
	}
	return ++c->spent == CHATTER_BURST ? CHATTER_SAY_LAST : CHATTER_SAY;
}
