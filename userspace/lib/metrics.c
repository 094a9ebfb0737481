// SPDX-License-Identifier: GPL-2.0
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "metrics.h"

struct metrics {
	FILE *out;
	char *text;
	size_t len;
	const char *name;	/* of the family */
};

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"

static bool is_name(const char *name)
{
	return *name && strchr(LETTERS, *name) && !name[strspn(name, LETTERS "0123456789")];
}

/* A mistake of the program */
static void must(bool ok)
{
	if (!ok)
		abort();
}

void histogram_add(struct histogram *h, double value)
{
	int i = 0;

	must(h->n <= HISTOGRAM_MAX);
	while (i < h->n && value > h->bounds[i])
		i++;
	h->counts[i]++;
	h->sum += value;
}

struct metrics *metrics_new(void)
{
	struct metrics *m = mem_zalloc(sizeof(*m));

	m->out = mem_check(open_memstream(&m->text, &m->len));
	return m;
}

/* In help backslash and newline, in labels the quote, too */
static void put_escaped(FILE *out, const char *text, bool quoted)
{
	for (; *text; text++) {
		if (*text == '\n')
			fputs("\\n", out);
		else if (*text == '\\' || (quoted && *text == '"'))
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
	}
}

void metrics_family(struct metrics *m, const char *name, const char *type, const char *help)
{
	size_t len = strlen(name);
	bool total = len > 6 && !strcmp(name + len - 6, "_total");

	must(is_name(name) && total == !strcmp(type, "counter"));
	m->name = name;
	fprintf(m->out, "# HELP %s ", name);
	put_escaped(m->out, help, false);
	fprintf(m->out, "\n# TYPE %s %s\n", name, type);
}

static void put_value(FILE *out, double value)
{
	if (isinf(value))
		fprintf(out, " %s\n", value > 0 ? "+Inf" : "-Inf");
	else if (isnan(value))
		fputs(" NaN\n", out);
	else if (value > -9e15 && value < 9e15 && value == (double)(int64_t)value)
		fprintf(out, " %.0f\n", value);
	else
		fprintf(out, " %.9g\n", value);
}

void metrics_put(struct metrics *m, double value, ...)
{
	const char *label;
	bool first = true;
	va_list ap;

	fputs(m->name, m->out);
	va_start(ap, value);
	while ((label = va_arg(ap, const char *))) {
		must(is_name(label));
		fprintf(m->out, "%c%s=\"", first ? '{' : ',', label);
		put_escaped(m->out, va_arg(ap, const char *), true);
		fputc('"', m->out);
		first = false;
	}
	va_end(ap);
	if (!first)
		fputc('}', m->out);
	put_value(m->out, value);
}

void metrics_histogram(struct metrics *m, const struct histogram *h)
{
	uint64_t sum = 0;

	for (int i = 0; i < h->n; i++) {
		sum += h->counts[i];
		fprintf(m->out, "%s_bucket{le=\"%g\"} %llu\n", m->name, h->bounds[i],
			(unsigned long long)sum);
	}
	sum += h->counts[h->n];
	fprintf(m->out, "%s_bucket{le=\"+Inf\"} %llu\n", m->name, (unsigned long long)sum);
	fprintf(m->out, "%s_sum", m->name);
	put_value(m->out, h->sum);
	fprintf(m->out, "%s_count %llu\n", m->name, (unsigned long long)sum);
}

char *metrics_end(struct metrics *m)
{
	char *text;

	fclose(m->out);
	text = m->text;
	free(m);
	return text;
}
