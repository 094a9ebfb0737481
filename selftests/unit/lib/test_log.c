// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

static int saved_stderr, reader;

/* Standard error is a pipe during a test, so that what is written can be read */
static int setup(void **state)
{
	int fds[2];

	if (pipe2(fds, O_NONBLOCK) < 0)
		return -1;
	saved_stderr = dup(STDERR_FILENO);
	reader = fds[0];
	if (dup2(fds[1], STDERR_FILENO) < 0)
		return -1;
	close(fds[1]);
	unsetenv("JOURNAL_STREAM");
	return 0;
}

static int teardown(void **state)
{
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	close(reader);
	return 0;
}

static const char *written(void)
{
	static char text[8192];
	ssize_t n = read(reader, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = 0;
	return text;
}

static void line_has_time_program_and_level(void **state)
{
	int year, month, day, hour, minute, fields, used = 0;
	const char *text;
	double second;

	log_init("prog", LOG_LEVEL_INFO);
	log_warn("VN %d", 5);
	text = written();
	fields = sscanf(text, "%d-%d-%d %d:%d:%lf %n", &year, &month, &day, &hour, &minute, &second,
			&used);
	assert_int_equal(fields, 6);
	assert_string_equal(text + used, "prog: warn: VN 5\n");
}

static void level_limits(void **state)
{
	log_init("prog", LOG_LEVEL_WARN);
	log_info("not this");
	log_debug("nor this");
	assert_string_equal(written(), "");
	log_err("this");
	assert_non_null(strstr(written(), "err: this\n"));
}

static void one_message_is_one_line(void **state)
{
	char big[4096];
	const char *text;

	log_init("prog", LOG_LEVEL_INFO);
	log_info("a\nb\n");
	assert_non_null(strstr(written(), "info: a b \n"));
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = 0;
	log_info("%s", big);
	text = written();
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	assert_true(strlen(text) < sizeof(big));
}

static void journal_gets_priorities(void **state)
{
	char text[64];
	struct stat st;

	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	snprintf(text, sizeof(text), "%llu:%llu", (unsigned long long)st.st_dev,
		 (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", text, 1);
	log_init("prog", LOG_LEVEL_DEBUG);
	log_debug("x");
	assert_string_equal(written(), "<7>x\n");

	/* The variable of a parent, while standard error is another file */
	snprintf(text, sizeof(text), "%llu:%llu", (unsigned long long)st.st_dev,
		 (unsigned long long)st.st_ino + 1);
	setenv("JOURNAL_STREAM", text, 1);
	log_init("prog", LOG_LEVEL_DEBUG);
	log_debug("x");
	assert_null(strstr(written(), "<7>"));
}

static void levels_by_name(void **state)
{
	assert_int_equal(log_level_parse("err"), LOG_LEVEL_ERR);
	assert_int_equal(log_level_parse("warn"), LOG_LEVEL_WARN);
	assert_int_equal(log_level_parse("info"), LOG_LEVEL_INFO);
	assert_int_equal(log_level_parse("debug"), LOG_LEVEL_DEBUG);
	assert_int_equal(log_level_parse("Info"), -EINVAL);
	assert_int_equal(log_level_parse(""), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(line_has_time_program_and_level, setup, teardown),
		cmocka_unit_test_setup_teardown(level_limits, setup, teardown),
		cmocka_unit_test_setup_teardown(one_message_is_one_line, setup, teardown),
		cmocka_unit_test_setup_teardown(journal_gets_priorities, setup, teardown),
		cmocka_unit_test(levels_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
