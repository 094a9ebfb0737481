// SPDX-License-Identifier: GPL-2.0
#include "print.h"

#include <string.h>
#include <time.h>

#include "lib/cleanup.h"
#include "lib/mem.h"

#define COLUMNS_MAX 24

/* Seconds have this many digits until the year 5138; what is larger is milliseconds. */
#define SECONDS_MAX 100000000000LL

static void put_time(FILE *out, long long n)
{
	time_t seconds = n > SECONDS_MAX ? n / 1000 : n;
	char text[32];
	struct tm tm;

	if (!localtime_r(&seconds, &tm) || !strftime(text, sizeof(text), "%F %T", &tm))
		return;
	fputs(text, out);
}

/* A name may carry escape sequences that would act on the terminal. */
static void put_text(FILE *out, const char *text)
{
	for (const char *p = text; *p; p++)
		fputc((unsigned char)*p < ' ' || *p == 0x7f ? '?' : *p, out);
}

static void put_scalar(FILE *out, json_t *value, enum print_form form)
{
	if (json_is_string(value))
		put_text(out, json_string_value(value));
	else if (json_is_integer(value) && form == PRINT_TIME)
		put_time(out, json_integer_value(value));
	else if (json_is_integer(value))
		fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_real(value))
		fprintf(out, "%g", json_real_value(value));
	else if (json_is_boolean(value))
		fputs(json_is_true(value) ? "yes" : "no", out);
}

static void put_path(FILE *out, json_t *value, const char *path, size_t len,
		     enum print_form form)
{
	size_t index, step;
	json_t *member;

	if (json_is_array(value)) {
		json_array_foreach(value, index, member) {
			if (index)
				fputc(',', out);
			put_path(out, member, path, len, form);
		}
		return;
	}
	if (!len) {
		put_scalar(out, value, form);
		return;
	}

	step = strcspn(path, ".");
	if (step > len)
		step = len;
	put_path(out, json_object_getn(value, path, step), path + step + (step < len),
		 len - step - (step < len), form);
}

char *print_value(json_t *obj, const char *path, enum print_form form)
{
	bool any = false;
	size_t size, len;
	char *text;
	FILE *out;

	out = mem_check(open_memstream(&text, &size));
	for (const char *p = path;; p += len + 1) {
		long before = ftell(out);

		len = strcspn(p, "/");
		put_path(out, obj, p, len, form);
		any |= ftell(out) > before;
		if (!p[len])
			break;
		fputc('/', out);
	}
	fclose(out);

	if (any)
		return text;
	free(text);
	return mem_strdup("-");
}

/* Columns that it takes on a terminal: bytes that go on in a UTF-8 sequence take none. */
static int width(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

static void put_cell(FILE *out, const char *text, int room, bool right)
{
	int fill = room > width(text) ? room - width(text) : 0;

	fprintf(out, "%*s%s%*s", right ? fill : 0, "", text, right ? 0 : fill, "");
}

/* The last one is not filled up, so that lines have no blanks at their ends. */
static void put_row(FILE *out, const struct column *columns, const int *room, int last,
		    char *const *cells)
{
	for (int i = 0; i <= last; i++) {
		if (!room[i])
			continue;
		put_cell(out, cells[i], i == last && !columns[i].right ? 0 : room[i],
			 columns[i].right);
		fputs(i == last ? "\n" : "  ", out);
	}
}

/* Sets the room of each column, 0 where there is nothing in it. Returns the last one used. */
static int layout(const struct column *columns, char *(*rows)[COLUMNS_MAX], size_t n_rows,
		  int room[COLUMNS_MAX])
{
	int last = 0;

	for (int i = 0; columns[i].head; i++) {
		room[i] = 0;
		for (size_t row = 0; row < n_rows; row++)
			if (strcmp(rows[row][i], "-") != 0)
				room[i] = width(columns[i].head);
		if (!room[i])
			continue;
		last = i;
		for (size_t row = 0; row < n_rows; row++)
			if (width(rows[row][i]) > room[i])
				room[i] = width(rows[row][i]);
	}
	return last;
}

void print_table(FILE *out, const struct column *columns, json_t *items)
{
	size_t n = json_array_size(items), row;
	char *(*rows)[COLUMNS_MAX] = mem_calloc(n, sizeof(*rows));
	char *heads[COLUMNS_MAX];
	int room[COLUMNS_MAX];
	json_t *item;
	int last;

	json_array_foreach(items, row, item)
		for (int i = 0; columns[i].head; i++)
			rows[row][i] = print_value(item, columns[i].path, columns[i].form);
	for (int i = 0; columns[i].head; i++)
		heads[i] = (char *)columns[i].head;

	last = layout(columns, rows, n, room);
	if (n)
		put_row(out, columns, room, last, heads);
	for (row = 0; row < n; row++)
		put_row(out, columns, room, last, rows[row]);

	for (row = 0; row < n; row++)
		for (int i = 0; columns[i].head; i++)
			free(rows[row][i]);
	free(rows);
}

void print_record(FILE *out, const struct column *columns, json_t *obj)
{
	int room = 0;

	for (int i = 0; columns[i].head; i++)
		if (width(columns[i].head) > room)
			room = width(columns[i].head);

	for (int i = 0; columns[i].head; i++) {
		_cleanup_free_ char *text = print_value(obj, columns[i].path, columns[i].form);

		if (strcmp(text, "-") == 0)
			continue;
		put_cell(out, columns[i].head, room, false);
		fprintf(out, "  %s\n", text);
	}
}

void print_json(FILE *out, json_t *json)
{
	json_dumpf(json, out, JSON_INDENT(2) | JSON_ENCODE_ANY);
	fputc('\n', out);
}
