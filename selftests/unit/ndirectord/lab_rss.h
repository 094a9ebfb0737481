/* SPDX-License-Identifier: GPL-2.0 */
/* How much memory a director has, and whether it grows. */
#ifndef LAB_RSS_H
#define LAB_RSS_H

#include "lab.h"

#define RSS_SAMPLES	2048

struct rss {
	unsigned int n;
	double seconds[RSS_SAMPLES], kib[RSS_SAMPLES];
};

/* KiB that are in memory */
static inline unsigned long rss_of(const struct proc *d)
{
	char path[64], line[128];
	unsigned long kib = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", d->pid);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "VmRSS: %lu kB", &kib) == 1)
			break;
	fclose(f);
	assert_true(kib > 0);
	return kib;
}

static inline void rss_sample(struct rss *rss, const struct proc *d)
{
	if (rss->n == RSS_SAMPLES)
		return;
	rss->seconds[rss->n] = loop_now_ms() / 1000.0;
	rss->kib[rss->n++] = rss_of(d);
}

/* Of the line that fits best, in KiB a second */
static inline double rss_slope(const struct rss *rss)
{
	double x = 0, y = 0, xy = 0, xx = 0, t0 = rss->seconds[0];
	unsigned int i;

	for (i = 0; i < rss->n; i++) {
		x += rss->seconds[i] - t0;
		y += rss->kib[i];
	}
	x /= rss->n;
	y /= rss->n;
	for (i = 0; i < rss->n; i++) {
		xy += (rss->seconds[i] - t0 - x) * (rss->kib[i] - y);
		xx += (rss->seconds[i] - t0 - x) * (rss->seconds[i] - t0 - x);
	}
	return xx > 0 ? xy / xx : 0;
}

#endif
