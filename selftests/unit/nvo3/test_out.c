// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"

/* What @print writes in @mode; valid until the next call */
static const char *written(enum out_mode mode, void (*print)(struct out *o))
{
	static char *text;
	struct out o;
	size_t size;
	FILE *f;

	free(text);
	text = NULL;
	f = open_memstream(&text, &size);
	out_init(&o, f, mode);
	print(&o);
	fclose(f);
	return text;
}

static void two_rows(struct out *o)
{
	int i;

	out_list_start(o);
	for (i = 1; i <= 2; i++) {
		out_row_start(o);
		out_str(o, "dev", "nve0");
		out_u64(o, "vni", i);
		out_bool(o, "csum", i == 1);
		if (i == 2) {
			out_group_start(o, "stats");
			out_u64(o, "rx", UINT64_MAX);
			out_u64(o, "tx", 0);
			out_group_end(o);
			out_group_start(o, "drops");
			out_group_end(o);
		}
		out_row_end(o);
	}
	out_list_end(o);
}

static void listing(void **state)
{
	assert_string_equal(written(OUT_TEXT, two_rows),
			    "dev nve0 vni 1 csum on\n"
			    "dev nve0 vni 2 csum off\n"
			    "    stats rx 18446744073709551615 tx 0\n"
			    "    drops\n");
	assert_string_equal(written(OUT_JSON, two_rows),
			    "[{\"dev\":\"nve0\",\"vni\":1,\"csum\":true},{\"dev\":\"nve0\",\"vni\":2,\"csum\":false,\"stats\":{\"rx\":18446744073709551615,\"tx\":0},\"drops\":{}}]\n");
	assert_string_equal(written(OUT_PRETTY, two_rows),
			    "[\n    {\n"
			    "        \"dev\": \"nve0\",\n        \"vni\": 1,\n"
			    "        \"csum\": true\n    },\n"
			    "    {\n"
			    "        \"dev\": \"nve0\",\n        \"vni\": 2,\n"
			    "        \"csum\": false,\n        \"stats\": {\n"
			    "            \"rx\": 18446744073709551615,\n            \"tx\": 0\n"
			    "        },\n        \"drops\": {}\n    }\n]\n");
}

static void no_rows(struct out *o)
{
	out_list_start(o);
	out_list_end(o);
}

static void empty_listing(void **state)
{
	assert_string_equal(written(OUT_TEXT, no_rows), "");
	assert_string_equal(written(OUT_JSON, no_rows), "[]\n");
	assert_string_equal(written(OUT_PRETTY, no_rows), "[]\n");
}

static void events(struct out *o)
{
	int i;

	for (i = 0; i < 2; i++) {
		out_row_start(o);
		out_word(o, "miss");
		out_u64(o, "vni", i);
		out_row_end(o);
	}
}

static void rows_alone_are_lines(void **state)
{
	assert_string_equal(written(OUT_TEXT, events), "miss vni 0\nmiss vni 1\n");
	assert_string_equal(written(OUT_JSON, events), "{\"vni\":0}\n{\"vni\":1}\n");
}

static const char *string_to_print;

static void one_string(struct out *o)
{
	out_row_start(o);
	out_str(o, "s", string_to_print);
	out_row_end(o);
}

static void prints(const char *value, const char *json, const char *text)
{
	char line[256];

	string_to_print = value;
	snprintf(line, sizeof(line), "{\"s\":\"%s\"}\n", json);
	assert_string_equal(written(OUT_JSON, one_string), line);
	snprintf(line, sizeof(line), "s %s\n", text);
	assert_string_equal(written(OUT_TEXT, one_string), line);
}

static void strange_names(void **state)
{
	prints("a\"b\\c", "a\\\"b\\\\c", "a\"b\\c");
	prints("\x01\x1f\x7f", "\\u0001\\u001f\\u007f", "\\x01\\x1f\\x7f");
	prints("\x1b[31m", "\\u001b[31m", "\\x1b[31m");
	/* Well-formed UTF-8 of two, three and four bytes stays as it is */
	prints("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
	       "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
	/* A lone continuation, a cut sequence, an overlong one, a surrogate, beyond Unicode */
	prints("\x80", "\\ufffd", "\\x80");
	prints("\xe2\x82", "\\ufffd\\ufffd", "\\xe2\\x82");
	prints("\xc0\x80", "\\ufffd\\ufffd", "\\xc0\\x80");
	prints("\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd", "\\xed\\xa0\\x80");
	prints("\xf4\x90\x80\x80", "\\ufffd\\ufffd\\ufffd\\ufffd", "\\xf4\\x90\\x80\\x80");
	prints("\xff", "\\ufffd", "\\xff");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(listing), cmocka_unit_test(empty_listing),
		cmocka_unit_test(rows_alone_are_lines), cmocka_unit_test(strange_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
