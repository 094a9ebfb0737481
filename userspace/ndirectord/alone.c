// SPDX-License-Identifier: GPL-2.0
/*
 * Whom no NVE hears; see alone.h.
 */
#include <stddef.h>
#include "alone.h"

static void over(void *arg)
{
	struct alone *a = arg;

	a->over = true;
	loop_stop(a->loop);
}

void alone_init(struct alone *a, struct loop *loop, unsigned int s)
{
	*a = (struct alone){ .loop = loop, .ms = 1000 * s };
	a->timer = loop_timer_new(loop, over, a);
}

void alone_uninit(struct alone *a)
{
	if (a->timer)
		loop_timer_free(a->timer);
	a->timer = NULL;
}

void alone_up(struct alone *a)
{
	if (!a->timer)
		return;
	if (!a->sessions++) {
		a->most = 0;
		loop_timer_cancel(a->timer);
	}
	if (a->sessions > a->most)
		a->most = a->sessions;
}

void alone_down(struct alone *a)
{
	if (!a->timer)
		return;
	if (!--a->sessions && a->most >= ALONE_NVES && a->ms)
		loop_timer_set(a->timer, a->ms);
}
