// SPDX-License-Identifier: GPL-2.0
#include "verdict.h"

#include <stdio.h>

void verdict_hear(struct verdict *v, const char *witness, enum verdict_seen seen)
{
	switch (seen) {
	case VERDICT_NOTHING:
		break;
	case VERDICT_DOWN:
		if (v->downs < VERDICT_DOWNS)
			snprintf(v->down[v->downs], DB_NAME, "%s", witness);
		v->downs++;
		break;
	case VERDICT_UP:
		if (!v->ups)
			snprintf(v->up, DB_NAME, "%s", witness);
		v->ups++;
		break;
	}
}

bool verdict_is_dead(const struct verdict *v)
{
	return v->downs >= VERDICT_DOWNS && !v->ups;
}

/* " (NAME, NAME, ...)", of @n in all */
static void names(char *ret, size_t size, unsigned int n, const char *one, const char *two)
{
	unsigned int shown = two ? 2 : 1;

	if (!n)
		*ret = '\0';
	else
		snprintf(ret, size, " (%s%s%s%s)", one, two ? ", " : "", two ?: "",
			 n > shown ? ", ..." : "");
}

void verdict_text(const struct verdict *v, char *ret, size_t size)
{
	char down[2 * DB_NAME + 16], up[DB_NAME + 16];

	names(down, sizeof(down), v->downs, v->down[0], v->downs > 1 ? v->down[1] : NULL);
	names(up, sizeof(up), v->ups, v->up, NULL);
	snprintf(ret, size, "seen down by %u%s and up by %u%s", v->downs, down, v->ups, up);
}
