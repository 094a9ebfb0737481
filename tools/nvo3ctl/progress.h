/* SPDX-License-Identifier: GPL-2.0 */
/* A bar for people who look at a terminal. Nothing is written anywhere else. */
#ifndef NVO3CTL_PROGRESS_H
#define NVO3CTL_PROGRESS_H

#include <stdbool.h>
#include <stdio.h>

#define PROGRESS_WIDTH	30
#define PROGRESS_LEN	160

/* "[#####.....]  12 of 24  2 failed". Pure; in @ret, which is returned. */
const char *progress_text(char ret[PROGRESS_LEN], long over, long failed, long total);

struct progress {
	FILE *out;
	bool shown;
	char last[PROGRESS_LEN];
};

/* Over the former one, if it is another one. */
void progress_show(struct progress *p, long over, long failed, long total);
/* The line is free again. */
void progress_end(struct progress *p);

#endif /* NVO3CTL_PROGRESS_H */
