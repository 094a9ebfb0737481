// SPDX-License-Identifier: GPL-2.0
/*
 * See holes.h.
 */
#include <malloc.h>
#include <stdio.h>
#include <unistd.h>
#include <utlist.h>
#include "cleanup.h"
#include "holes.h"

#define EVERY_MS	30000
/* Less is not worth a pause, nor, in a large heap, a part that the next burst needs again */
#define MUCH		(16u << 20)
#define PART		4

static struct holes_keeper *keepers;

void holes_add(struct holes_keeper *keeper)
{
	DL_APPEND(keepers, keeper);
}

void holes_del(struct holes_keeper *keeper)
{
	DL_DELETE(keepers, keeper);
}

/* Bytes that are in memory; 0: nobody says. */
static size_t resident(void)
{
	_cleanup_fclose_ FILE *f = fopen("/proc/self/statm", "re");
	size_t pages = 0;

	if (!f || fscanf(f, "%*u %zu", &pages) != 1)
		return 0;
	return pages * sysconf(_SC_PAGESIZE);
}

static bool fill(void)
{
	struct mallinfo2 heap = mallinfo2();

	return heap.fordblks >= MUCH && heap.fordblks >= heap.uordblks / PART && malloc_trim(0);
}

bool holes_fill(void)
{
	/* After the last time. What was given back then is free in malloc()'s eyes, as it was. */
	static size_t least;
	struct holes_keeper *keeper;

	if (resident() < least + MUCH)
		return false;
	DL_FOREACH(keepers, keeper)
		keeper->give(keeper->arg);
	if (!fill())
		return false;
	least = resident();
	return true;
}

static void look(void *arg)
{
	struct loop_timer **timer = arg;

	holes_fill();
	loop_timer_set(*timer, EVERY_MS);
}

void holes_watch(struct loop *loop)
{
	/* One that nobody could read would be optimized away: a leak. */
	static struct loop_timer *timer;

	if (timer)
		return;
	timer = loop_timer_new(loop, look, &timer);
	loop_timer_set(timer, EVERY_MS);
}
