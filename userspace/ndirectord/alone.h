/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A director that several stand by for, and that hears nobody any more: its store answers, so it
 * would work for ever, and no NVE has a director. When it had sessions with NVEs and has had none
 * for a time, it ends, and whoever stands by may try. Once only: started again, it waits for an NVE
 * before it can be alone. See Documentation/operations.rst, "Several directors on etcd".
 */
#ifndef NDIRECTORD_ALONE_H
#define NDIRECTORD_ALONE_H

#include <stdbool.h>

#include "lib/loop.h"

#define ALONE_AWAY_MS	3000	/* that others have to take the store, who look every half second */
#define ALONE_NVES	2u	/* a single one may just be switched off */

struct alone {
	struct loop *loop;
	struct loop_timer *timer;
	unsigned int ms;		/* 0: never */
	unsigned int sessions, most;	/* now, and since there were none */
	bool over;			/* it has stopped the loop */
};

/* @s: seconds without an NVE; 0: it does not matter, also because nobody may have the store. */
void alone_init(struct alone *a, struct loop *loop, unsigned int s);
void alone_uninit(struct alone *a);
/* A session with an NVE has begun, or ended. Nothing of a struct that is zero. */
void alone_up(struct alone *a);
void alone_down(struct alone *a);

#endif /* NDIRECTORD_ALONE_H */
