// SPDX-License-Identifier: GPL-2.0
#include "path.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/mem.h"

static void put(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (isalnum((unsigned char)*text) || strchr("-._~", *text))
			fputc(*text, out);
		else
			fprintf(out, "%%%02X", (unsigned char)*text);
	}
}

char *path_make(const char *segment, ...)
{
	char *text;
	size_t size;
	va_list ap;
	FILE *out;

	out = mem_check(open_memstream(&text, &size));
	va_start(ap, segment);
	for (; segment; segment = va_arg(ap, const char *)) {
		fputc('/', out);
		put(out, segment);
	}
	va_end(ap);
	fclose(out);
	return text;
}

char *path_query(char *path, const char *name, const char *value)
{
	char *text;
	size_t size;
	FILE *out;

	if (!value)
		return path;

	out = mem_check(open_memstream(&text, &size));
	fprintf(out, "%s%c", path, strchr(path, '?') ? '&' : '?');
	put(out, name);
	fputc('=', out);
	put(out, value);
	fclose(out);
	free(path);
	return text;
}

char *path_api(const char *dc, const char *path)
{
	_cleanup_free_ char *prefix = dc ? path_make("dcs", dc, NULL) : NULL;
	char *text;

	if (asprintf(&text, "/api/v1%s%s", prefix ?: "", path) < 0)
		abort();
	return text;
}
