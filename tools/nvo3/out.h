/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One call prints a value as text ("vni 100") and as JSON ("vni": 100), by the
 * same word. A listing is a list of rows; a row that is not in a list stands
 * alone on its line (monitor).
 */
#ifndef NVO3_TOOL_OUT_H
#define NVO3_TOOL_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum out_mode {
	OUT_TEXT,
	OUT_JSON,
	OUT_PRETTY,	/* JSON over many lines */
};

struct out {
	FILE *file;
	enum out_mode mode;
	unsigned int depth;
	bool first;	/* nothing is written yet at this depth, or in this line */
};

void out_init(struct out *o, FILE *file, enum out_mode mode);

void out_list_start(struct out *o);
void out_list_end(struct out *o);
void out_row_start(struct out *o);
void out_row_end(struct out *o);
/* Values that belong together: an object in JSON, a line of its own in text */
void out_group_start(struct out *o, const char *key);
void out_group_end(struct out *o);

/* In JSON a list of objects under a key; in text each item is a line that begins with a word */
void out_array_start(struct out *o, const char *key);
void out_array_end(struct out *o);
void out_item_start(struct out *o, const char *word);
void out_item_end(struct out *o);

void out_str(struct out *o, const char *key, const char *value);
void out_u64(struct out *o, const char *key, uint64_t value);
/* on or off in text */
void out_bool(struct out *o, const char *key, bool value);
/* Only in text: a word by itself */
void out_word(struct out *o, const char *word);

#endif
