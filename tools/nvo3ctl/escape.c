// SPDX-License-Identifier: GPL-2.0
#include "escape.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int escape_parse(const char *text, int *ret, struct err *err)
{
	if (!strcmp(text, "none")) {
		*ret = ESCAPE_NONE;
		return 0;
	}
	if (text[0] == '^' && text[1] && !text[2]) {
		char c = text[1] >= 'a' && text[1] <= 'z' ? text[1] - 'a' + 'A' : text[1];

		/* "^@" would be every byte that means nothing */
		if (c > '@' && c <= '_') {
			*ret = c - '@';
			return 0;
		}
	}
	return err_set(err, EINVAL, "\"%s\" is no escape character: ^A to ^Z, ^[, ^\\, ^], ^^, ^_ or none",
		       text);
}

const char *escape_name(int key, char buf[8])
{
	snprintf(buf, 8, "Ctrl-%c", key + '@');
	return buf;
}

size_t escape_scan(int key, const char *data, size_t len, bool *ret_end)
{
	const char *at = key == ESCAPE_NONE ? NULL : memchr(data, key, len);

	*ret_end = at;
	return at ? (size_t)(at - data) : len;
}
