/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Is a silent NVE dead, after what the others see of it? Pure. Why the rule is as it is:
 * Documentation/distribution.rst, "When a whole NVE is gone".
 */
#ifndef NDIRECTORD_VERDICT_H
#define NDIRECTORD_VERDICT_H

#include <stddef.h>
#include "db_nve_obj.h"

#define VERDICT_DOWNS	2	/* one alone is a broken path, or a liar */

/* What one NVE sees of another one. Of several paths the best counts. */
enum verdict_seen { VERDICT_NOTHING, VERDICT_DOWN, VERDICT_UP };

/* All zero: nobody has been heard. */
struct verdict {
	unsigned int downs, ups;
	/* the first who said so */
	char down[VERDICT_DOWNS][DB_NAME];
	char up[DB_NAME];
};

/* The word of @witness, which has not been heard in this yet. */
void verdict_hear(struct verdict *v, const char *witness, enum verdict_seen seen);
bool verdict_is_dead(const struct verdict *v);
/* Who says what, as one clause. */
void verdict_text(const struct verdict *v, char *ret, size_t size);

#endif /* NDIRECTORD_VERDICT_H */
