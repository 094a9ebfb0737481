// SPDX-License-Identifier: GPL-2.0
#include "line.h"

#include <errno.h>
#include <string.h>

#include "errs.h"

#define BLANKS " \t\r\n"

int line_split(char *text, size_t len, char *words[LINE_WORDS_MAX], struct err *err)
{
	char *save, *word;
	int n = 0;

	if (strlen(text) != len)
		return err_set(err, EINVAL, "a zero byte in the line");
	for (word = strtok_r(text, BLANKS, &save); word && *word != '#';
	     word = strtok_r(NULL, BLANKS, &save)) {
		if (n == LINE_WORDS_MAX)
			return err_set(err, EINVAL, "more than %d words in the line", n);
		words[n++] = word;
	}
	return n;
}
