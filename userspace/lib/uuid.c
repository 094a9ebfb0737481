// SPDX-License-Identifier: GPL-2.0
#include "uuid.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "errs.h"

static bool is_dash(size_t pos)
{
	return pos == 8 || pos == 13 || pos == 18 || pos == 23;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int uuid_parse(struct uuid *ret, const char *text, struct err *err)
{
	size_t pos, digits = 0;
	struct uuid u = {};

	if (strlen(text) != UUID_STRLEN - 1)
		return err_set(err, EINVAL, "\"%s\" is not a UUID", text);
	for (pos = 0; text[pos]; pos++) {
		int v = hex_digit(text[pos]);

		if (is_dash(pos) ? text[pos] != '-' : v < 0)
			return err_set(err, EINVAL, "\"%s\" is not a UUID", text);
		if (is_dash(pos))
			continue;
		u.b[digits / 2] |= digits % 2 ? v : v << 4;
		digits++;
	}
	*ret = u;
	return 0;
}

const char *uuid_format(const struct uuid *u, char buf[UUID_STRLEN])
{
	static const char digits[] = "0123456789abcdef";
	char *p = buf;
	size_t i;

	for (i = 0; i < sizeof(u->b); i++) {
		if (is_dash(p - buf))
			*p++ = '-';
		*p++ = digits[u->b[i] >> 4];
		*p++ = digits[u->b[i] & 15];
	}
	*p = '\0';
	return buf;
}

struct uuid uuid_new(void)
{
	struct uuid u;

	/* Sixteen bytes are never given in part; a guessable UUID is worse than none */
	if (getrandom(u.b, sizeof(u.b), 0) != sizeof(u.b))
		abort();
	u.b[6] = (u.b[6] & 0x0f) | 0x40;
	u.b[8] = (u.b[8] & 0x3f) | 0x80;
	return u;
}

bool uuid_equal(const struct uuid *a, const struct uuid *b)
{
	return !memcmp(a->b, b->b, sizeof(a->b));
}

bool uuid_is_zero(const struct uuid *u)
{
	static const struct uuid zero;

	return uuid_equal(u, &zero);
}
