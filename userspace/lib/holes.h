/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that was freed goes back to the system when it is much. After a burst of requests more
 * than a third of what a daemon has resident may be holes between what it keeps, and malloc()
 * gives back by itself only what lies at the heap's end.
 */
#ifndef HOLES_H
#define HOLES_H

#include <stdbool.h>
#include "loop.h"

/* Who keeps memory that he can do without for a while gives it back before that. */
struct holes_keeper {
	void (*give)(void *arg);
	void *arg;
	struct holes_keeper *prev, *next;
};

void holes_add(struct holes_keeper *keeper);	/* stays the caller's, until: */
void holes_del(struct holes_keeper *keeper);

/* Every half minute, as long as the process lives. Again: nothing. */
void holes_watch(struct loop *loop);
/* Look now. True: there was much, and it was given back, which takes about 1 ms for each MiB. */
bool holes_fill(void);

#endif /* HOLES_H */
