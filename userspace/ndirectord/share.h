/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What one session that claims without end leaves to the others. Alone it may have all of the
 * director's time. When others ask, too, and it has had more than its part, its claims go in
 * small slices with a pause between them, so that an answer to somebody else waits for few of
 * them and not for a processor that is never idle. Pure; times are ms of one clock.
 */
#ifndef NDIRECTORD_SHARE_H
#define NDIRECTORD_SHARE_H

#include <stdbool.h>
#include <stdint.h>

#define SHARE_PER_S	4096	/* claims of a session that never wait */
#define SHARE_BURST	32768	/* and as many at once: an NVE that comes back tells all it has */
#define SHARE_ASKED_MS	1000u	/* for so long after a request somebody is taken to ask */

/* Who has asked last, and who before that was somebody else. */
struct askers {
	const void *last, *other;
	uint64_t last_ms, other_ms;
};

static inline void askers_note(struct askers *a, const void *who, uint64_t now)
{
	if (a->last != who) {
		a->other = a->last;
		a->other_ms = a->last_ms;
		a->last = who;
	}
	a->last_ms = now;
}

/* Has anybody but @who asked lately? */
static inline bool askers_besides(const struct askers *a, const void *who, uint64_t now)
{
	const void *other = a->last != who ? a->last : a->other;
	uint64_t ms = a->last != who ? a->last_ms : a->other_ms;

	return other && now - ms < SHARE_ASKED_MS;
}

/* Of one session; below 0 it has had more than its part. */
struct share {
	int64_t left;
	uint64_t filled;		/* up to when time was added */
};

static inline void share_init(struct share *s, uint64_t now)
{
	*s = (struct share){ .left = SHARE_BURST, .filled = now };
}

/* It has claimed @n. What is owed is at most what it may have at once: that is 8 s. */
static inline void share_take(struct share *s, uint32_t n, uint64_t now)
{
	int64_t new = (now - s->filled) * SHARE_PER_S / 1000;

	/* time that is not worth a claim yet stays */
	if (new)
		s->filled = now;
	s->left += new;
	if (s->left > SHARE_BURST)
		s->left = SHARE_BURST;
	s->left -= n;
	if (s->left < -SHARE_BURST)
		s->left = -SHARE_BURST;
}

static inline bool share_is_used_up(const struct share *s)
{
	return s->left < 0;
}

#endif /* NDIRECTORD_SHARE_H */
