// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "errs.h"
#include "line.h"

static char *words[LINE_WORDS_MAX];

static int split(const char *line)
{
	static char copy[8 * LINE_WORDS_MAX];

	strcpy(copy, line);
	return line_split(copy, strlen(line), words, NULL);
}

static void words_and_blanks(void **state)
{
	assert_int_equal(split("vn add dev nve0\n"), 4);
	assert_string_equal(words[0], "vn");
	assert_string_equal(words[3], "nve0");
	assert_int_equal(split("  vn\t\tadd  \r\n"), 2);
	assert_string_equal(words[1], "add");
	assert_int_equal(split("vn"), 1);
}

static void nothing_to_do(void **state)
{
	assert_int_equal(split(""), 0);
	assert_int_equal(split("\n"), 0);
	assert_int_equal(split(" \t \r\n"), 0);
	assert_int_equal(split("# vn add\n"), 0);
	assert_int_equal(split("   #vn add\n"), 0);
}

static void comment_behind_words(void **state)
{
	assert_int_equal(split("vn show # all\n"), 2);
	/* Within a word it is a letter: device names may have it */
	assert_int_equal(split("vn show dev nve#0\n"), 4);
	assert_string_equal(words[3], "nve#0");
}

static void limits(void **state)
{
	char line[4 * LINE_WORDS_MAX] = "", zero[] = "vn\0show\n";
	struct err err;
	int i;

	for (i = 0; i < LINE_WORDS_MAX; i++)
		strcat(line, "w ");
	assert_int_equal(split(line), LINE_WORDS_MAX);
	strcat(line, "w");
	assert_int_equal(line_split(line, strlen(line), words, &err), -EINVAL);
	assert_string_equal(err.text, "more than 1024 words in the line");
	assert_int_equal(line_split(zero, 8, words, &err), -EINVAL);
	assert_string_equal(err.text, "a zero byte in the line");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_and_blanks), cmocka_unit_test(nothing_to_do),
		cmocka_unit_test(comment_behind_words), cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
