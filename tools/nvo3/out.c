// SPDX-License-Identifier: GPL-2.0
#include "out.h"

#include <inttypes.h>
#include <string.h>

void out_init(struct out *o, FILE *file, enum out_mode mode)
{
	*o = (struct out){ .file = file, .mode = mode, .first = true };
}

/* Bytes of a well-formed UTF-8 sequence (RFC 3629) at @s, or 0 */
static size_t utf8_len(const unsigned char *s)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = s[0] < 0x80 ? 1 : s[0] < 0xc0 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 :
		   s[0] < 0xf8 ? 4 : 0;
	uint32_t code;
	size_t i;

	if (n < 2)
		return n;
	code = s[0] & (0x7f >> n);
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3f);
	}
	if (code < least[n] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return 0;
	return n;
}

/* Device names may hold any byte; JSON must stay valid whatever they hold */
static void json_string(FILE *f, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	putc('"', f);
	while (*s) {
		size_t n = utf8_len(s);

		if (*s == '"' || *s == '\\')
			fprintf(f, "\\%c", *s);
		else if (*s < 0x20 || *s == 0x7f)
			fprintf(f, "\\u%04x", *s);
		else if (n)
			fwrite(s, 1, n, f);
		else
			fputs("\\ufffd", f);
		s += n ? n : 1;
	}
	putc('"', f);
}

/* A terminal must not obey what a device name says */
static void text_string(FILE *f, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	while (*s) {
		size_t n = utf8_len(s);

		if (n && *s >= 0x20 && *s != 0x7f)
			fwrite(s, 1, n, f);
		else
			fprintf(f, "\\x%02x", *s);
		s += n ? n : 1;
	}
}

static void pretty_line(struct out *o)
{
	if (o->mode == OUT_PRETTY && o->depth)
		fprintf(o->file, "\n%*s", (int)(4 * o->depth), "");
}

/* What stands before a value, or before a bracket that opens */
static void start_item(struct out *o, const char *key)
{
	if (o->mode == OUT_TEXT) {
		if (!o->first)
			putc(' ', o->file);
		if (key)
			fprintf(o->file, "%s ", key);
	} else {
		if (!o->first)
			putc(',', o->file);
		pretty_line(o);
		if (key) {
			json_string(o->file, key);
			fputs(o->mode == OUT_PRETTY ? ": " : ":", o->file);
		}
	}
	o->first = false;
}

static void json_open(struct out *o, const char *key, char bracket)
{
	start_item(o, key);
	putc(bracket, o->file);
	o->depth++;
	o->first = true;
}

static void json_close(struct out *o, char bracket)
{
	o->depth--;
	if (!o->first && o->mode == OUT_PRETTY)
		fprintf(o->file, "\n%*s", (int)(4 * o->depth), "");
	putc(bracket, o->file);
	o->first = false;
	if (!o->depth) {
		putc('\n', o->file);
		o->first = true;
	}
}

void out_list_start(struct out *o)
{
	if (o->mode != OUT_TEXT)
		json_open(o, NULL, '[');
}

void out_list_end(struct out *o)
{
	if (o->mode != OUT_TEXT)
		json_close(o, ']');
}

void out_row_start(struct out *o)
{
	if (o->mode != OUT_TEXT)
		json_open(o, NULL, '{');
}

void out_row_end(struct out *o)
{
	if (o->mode != OUT_TEXT) {
		json_close(o, '}');
		return;
	}
	putc('\n', o->file);
	o->first = true;
}

void out_group_start(struct out *o, const char *key)
{
	if (o->mode == OUT_TEXT)
		fprintf(o->file, "\n    %s", key);
	else
		json_open(o, key, '{');
}

void out_group_end(struct out *o)
{
	if (o->mode != OUT_TEXT)
		json_close(o, '}');
}

void out_array_start(struct out *o, const char *key)
{
	if (o->mode != OUT_TEXT)
		json_open(o, key, '[');
}

void out_array_end(struct out *o)
{
	out_list_end(o);
}

void out_item_start(struct out *o, const char *word)
{
	out_group_start(o, o->mode == OUT_TEXT ? word : NULL);
}

void out_item_end(struct out *o)
{
	out_group_end(o);
}

void out_str(struct out *o, const char *key, const char *value)
{
	start_item(o, key);
	if (o->mode == OUT_TEXT)
		text_string(o->file, value);
	else
		json_string(o->file, value);
}

void out_u64(struct out *o, const char *key, uint64_t value)
{
	start_item(o, key);
	fprintf(o->file, "%" PRIu64, value);
}

void out_bool(struct out *o, const char *key, bool value)
{
	start_item(o, key);
	if (o->mode == OUT_TEXT)
		fputs(value ? "on" : "off", o->file);
	else
		fputs(value ? "true" : "false", o->file);
}

void out_word(struct out *o, const char *word)
{
	if (o->mode != OUT_TEXT)
		return;
	start_item(o, NULL);
	fputs(word, o->file);
}
