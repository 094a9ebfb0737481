// SPDX-License-Identifier: GPL-2.0
/*
 * libconfig 1.5 cuts a number that does not fit its type down to the bits that do, and reads
 * other files where @include stands at the start of a line. This goes over the text as far as
 * is needed to see both, outside of comments and texts in quotes.
 */
#include "conf_scan.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static unsigned int lines_in(const char *from, const char *to)
{
	unsigned int n = 0;

	for (; from < to; from++)
		n += *from == '\n';
	return n;
}

/* Behind @end, or the end of the text */
static const char *behind(const char *p, const char *end)
{
	const char *found = strstr(p, end);

	return found ? found + strlen(end) : p + strlen(p);
}

static const char *behind_quotes(const char *p)
{
	for (p++; *p && *p != '"'; p++)
		if (*p == '\\' && p[1])
			p++;
	return *p ? p + 1 : p;
}

/* NULL if there is no comment or text in quotes at @p, else what is behind it */
static const char *skip(const char *p)
{
	if (*p == '#' || strncmp(p, "//", 2) == 0)
		return p + strcspn(p, "\n");
	if (strncmp(p, "/*", 2) == 0)
		return behind(p + 2, "*/");
	if (*p == '"')
		return behind_quotes(p);
	return NULL;
}

/* @p: a word that starts with a digit, a sign aside; @len: its length */
static int check_number(const char *p, size_t len, struct err *err)
{
	bool hex = strncmp(p, "0x", 2) == 0 || strncmp(p, "0X", 2) == 0;
	long long value;
	char *end;

	errno = 0;
	value = strtoll(p, &end, hex ? 16 : 10);
	if (*end == '.' || (!hex && (*end == 'e' || *end == 'E')))
		return 0;
	if (errno == ERANGE)
		return err_set(err, EINVAL, "%.*s: this number is too large", (int)len, p);
	if (*end == 'L')
		return 0;
	if (hex ? value > UINT32_MAX : value > INT32_MAX || value < INT32_MIN)
		return err_set(err, EINVAL, "%.*s: so large a number must be written %.*sL",
			       (int)len, p, (int)len, p);
	return 0;
}

static size_t word_len(const char *p)
{
	size_t n = *p == '-' || *p == '+';

	while (isalnum((unsigned char)p[n]) || p[n] == '_' || p[n] == '.' || p[n] == '-')
		n++;
	return n ?: 1;
}

static bool is_number(const char *p)
{
	if (*p == '-' || *p == '+')
		p++;
	return isdigit((unsigned char)*p);
}

int conf_scan(const char *text, unsigned int *line, struct err *err)
{
	const char *p = text, *next;
	int r = 0;

	while (*p && r == 0) {
		next = skip(p);
		if (next) {
			p = next;
			continue;
		}
		next = p + word_len(p);
		if (is_number(p))
			r = check_number(p, next - p, err);
		else if (strncmp(p, "@include", strlen("@include")) == 0)
			r = err_set(err, EINVAL, "@include is not supported");
		if (r < 0)
			*line = lines_in(text, p) + 1;
		p = next;
	}
	return r;
}
