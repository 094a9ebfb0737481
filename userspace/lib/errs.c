// SPDX-License-Identifier: GPL-2.0
#include "errs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fill(char *text, size_t size, const char *fmt, va_list ap)
{
	int n = vsnprintf(text, size, fmt, ap);

	if (n >= 0 && (size_t)n >= size && size >= 4)
		strcpy(text + size - 4, "...");
}

int err_vset(struct err *err, int code, const char *fmt, va_list ap)
{
	if (err)
		fill(err->text, sizeof(err->text), fmt, ap);
	return -abs(code);
}

int err_set(struct err *err, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	code = err_vset(err, code, fmt, ap);
	va_end(ap);
	return code;
}

int err_sys(struct err *err, int code, const char *fmt, ...)
{
	char what[sizeof(err->text)];
	va_list ap;

	va_start(ap, fmt);
	fill(what, sizeof(what), fmt, ap);
	va_end(ap);
	return err_set(err, code, "%s: %s", what, strerror(abs(code)));
}

int err_prefix(struct err *err, int code, const char *fmt, ...)
{
	char context[sizeof(err->text)];
	struct err old;
	va_list ap;

	if (!err)
		return code;
	old = *err;
	va_start(ap, fmt);
	fill(context, sizeof(context), fmt, ap);
	va_end(ap);
	err_set(err, code, "%s: %s", context, old.text);
	return code;
}
