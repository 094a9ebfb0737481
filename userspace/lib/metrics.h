/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers of a daemon in the text format of Prometheus, version 0.0.4. Pure.
 *
 * A text is made family by family: metrics_family(), then its samples. Names and label names are
 * the program's, and wrong ones abort; values of labels may come from anywhere, and are escaped.
 */
#ifndef LIB_METRICS_H
#define LIB_METRICS_H

#include <stdint.h>

#define METRICS_TYPE		"text/plain; version=0.0.4; charset=utf-8"
#define HISTOGRAM_MAX		16

/* @bounds ascend; what is above the last one counts, too. All zero but these is an empty one. */
struct histogram {
	const double *bounds;
	int n;
	uint64_t counts[HISTOGRAM_MAX + 1];	/* each within its own bounds, the last above all */
	double sum;
};

void histogram_add(struct histogram *h, double value);

struct metrics;

struct metrics *metrics_new(void);
/* @type: "counter", whose name ends with _total, or "gauge", "histogram" */
void metrics_family(struct metrics *m, const char *name, const char *type, const char *help);
/* Labels as pairs of texts, NULL at the end. */
void metrics_put(struct metrics *m, double value, ...) __attribute__((sentinel));
void metrics_histogram(struct metrics *m, const struct histogram *h);
/* The text; free() it. @m is freed. */
char *metrics_end(struct metrics *m);

#endif
