// SPDX-License-Identifier: GPL-2.0
/*
 * Who has heard what; see round.h.
 */
#include <stdlib.h>
#include <string.h>
#include "link.h"
#include "round.h"

struct round now = { .generation = 1 };

void round_begin(struct link *links, unsigned int n, uint32_t first, uint32_t count)
{
	size_t words = (count + 63) / 64;
	unsigned int i;

	now = (struct round){ .first = first, .count = count, .generation = now.generation + 1,
			      .waiting = n };
	for (i = 0; i < n; i++) {
		free(links[i].seen);
		links[i].seen = calloc(words, 8);
		links[i].owed = count;
	}
	now.begin = now_s();
}

void round_heard(struct link *l, uint64_t key, bool right)
{
	uint64_t at = key - now.first;

	if (!l->seen || !now.count || at >= now.count)
		return;
	if (!right) {
		now.wrong++;
		return;
	}
	if (l->seen[at / 64] & 1ull << at % 64) {
		now.twice++;
		return;
	}
	l->seen[at / 64] |= 1ull << at % 64;
	if (--l->owed || --now.waiting)
		return;
	now.heard = now_s();
}

bool round_over(void *unused)
{
	return !now.waiting;
}

void round_end(void)
{
	now.count = 0;
}
