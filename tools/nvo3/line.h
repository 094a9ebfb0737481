/* SPDX-License-Identifier: GPL-2.0 */
/* A line of a batch file, split into words in place. Pure */
#ifndef NVO3_TOOL_LINE_H
#define NVO3_TOOL_LINE_H

#include <stddef.h>

struct err;

#define LINE_WORDS_MAX 1024

/*
 * Words are parted by blanks; "#" at the start of a word begins a comment.
 * @len is that of getline(), so that a zero byte inside is seen. Value is the
 * number of words, 0 for an empty line; -EINVAL with a sentence.
 */
int line_split(char *text, size_t len, char *words[LINE_WORDS_MAX], struct err *err);

#endif
