// SPDX-License-Identifier: GPL-2.0
#include "line.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "errs.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Without strtok(), which makes its list of blanks anew for each word: there may be millions. */
int line_split(char *text, size_t len, char *words[LINE_WORDS_MAX], struct err *err)
{
	char *p = text;
	int n = 0;

	if (strlen(text) != len)
		return err_set(err, EINVAL, "a zero byte in the line");
	for (;;) {
		while (is_blank(*p))
			p++;
		if (!*p || *p == '#')
			return n;
		if (n == LINE_WORDS_MAX)
			return err_set(err, EINVAL, "more than %d words in the line", n);
		words[n++] = p;
		while (*p && !is_blank(*p))
			p++;
		if (*p)
			*p++ = '\0';
	}
}
