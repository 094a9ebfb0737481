// SPDX-License-Identifier: GPL-2.0
#include "nearest.h"

#include <string.h>

#define WORD_MAX 63

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int least = a < b ? a : b;

	return least < c ? least : c;
}

/* Levenshtein's distance with one row of the matrix kept. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[WORD_MAX + 1], diagonal, above;
	size_t len_a = strlen(a), len_b = strlen(b);

	for (size_t j = 0; j <= len_b; j++)
		row[j] = j;

	for (size_t i = 1; i <= len_a; i++) {
		diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= len_b; j++) {
			above = row[j];
			row[j] = min3(above + 1, row[j - 1] + 1,
				      diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[len_b];
}

void nearest_init(struct nearest *n, const char *word)
{
	n->word = word;
	n->best = NULL;
	/* One wrong letter in three: "dc" does not mean "id", "dst_port" means "dstport". */
	n->distance = (strlen(word) + 2) / 3 + 1;
}

void nearest_offer(struct nearest *n, const char *candidate)
{
	unsigned int d;

	if (strlen(n->word) > WORD_MAX || strlen(candidate) > WORD_MAX)
		return;

	d = distance(n->word, candidate);
	if (d < n->distance) {
		n->distance = d;
		n->best = candidate;
	}
}
