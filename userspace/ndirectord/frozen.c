// SPDX-License-Identifier: GPL-2.0
#include "frozen.h"

#include <time.h>

static uint64_t wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

uint64_t frozen_left_ms(uint64_t until)
{
	uint64_t now = loop_now_ms();

	return !until ? 0 : until > now ? until - now : 1;
}

bool frozen_is(struct director *d, struct db_vn *vn, const struct mac_addr *mac)
{
	uint64_t now = loop_now_ms();

	if (dup_is_frozen(vn, mac, now))
		return true;
	if (dup_until(vn, mac))
		frozen_thaw(d, vn, mac);
	return false;
}

bool frozen_moved(struct director *d, struct db_vn *vn, const struct mac_addr *mac)
{
	uint64_t until;

	if (!dup_moved(vn, mac, loop_now_ms(), &d->dups))
		return false;
	until = dup_until(vn, mac);
	persist_frozen(d, vn, mac, until ? wall_ms() + frozen_left_ms(until) : 0);
	return true;
}

bool frozen_thaw(struct director *d, struct db_vn *vn, const struct mac_addr *mac)
{
	bool was = dup_thaw(vn, mac, loop_now_ms());

	persist_thawed(d, vn, mac);
	return was;
}

struct going {
	struct director *d;
	const struct db_vn *vn;
};

static void one_gone(const struct mac_addr *mac, uint64_t until, void *arg)
{
	struct going *going = arg;

	(void)until;
	persist_thawed(going->d, going->vn, mac);
}

void frozen_vn_gone(struct director *d, const struct db_vn *vn)
{
	struct going going = { d, vn };

	dup_each(vn, one_gone, &going);
}

/* One whose time was over while nobody was there ends at once, when it is asked for. */
void frozen_restore(struct db_vn *vn, const struct mac_addr *mac, uint64_t until_wall)
{
	uint64_t now = wall_ms(), left;

	left = until_wall > now ? until_wall - now : 1;
	dup_freeze(vn, mac, until_wall ? loop_now_ms() + left : 0);
}
