/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which known word was meant by a misspelt one? Pure.
 */
#ifndef NEAREST_H
#define NEAREST_H

struct nearest {
	const char *word;	/* what was written */
	const char *best;	/* NULL as long as nothing is near enough */
	unsigned int distance;	/* of best: letters inserted, left out or changed */
};

void nearest_init(struct nearest *n, const char *word);
/* @candidate is kept by reference. */
void nearest_offer(struct nearest *n, const char *candidate);

#endif /* NEAREST_H */
