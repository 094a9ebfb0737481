// SPDX-License-Identifier: GPL-2.0
/* Lines of /proc/PID/stat, also of processes with odd names */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "vserver/proc_stat.h"

#define REST " S 1 42 42 0 -1 4194560 100 200 0 0 11 22 33 44 20 0 1 0 987654 3000000 250 " \
	     "18446744073709551615 1 1 0\n"

static void test_a_line(void **state)
{
	struct proc_stat s;

	assert_true(proc_stat_parse("42 (busybox)" REST, &s));
	assert_int_equal(s.state, 'S');
	assert_int_equal(s.cpu_ticks, 11 + 22 + 33 + 44);
	assert_int_equal(s.start, 987654);
	assert_int_equal(s.rss_pages, 250);
	assert_true(proc_stat_parse("42 (a) Z 7 7 (b)" REST, &s));
	assert_int_equal(s.state, 'S');
	assert_int_equal(s.start, 987654);
	/* up to what is needed, and no more */
	assert_true(proc_stat_parse("1 (x) R 1 1 1 0 -1 0 0 0 0 0 1 2 3 4 20 0 1 0 5 6 7", &s));
	assert_int_equal(s.rss_pages, 7);
}

static void test_no_line(void **state)
{
	static const char *const bad[] = {
		"", "42", "42 (busybox)", "42 (busybox) S", "42 busybox S 1 2 3",
		"1 (x) R 1 1 1 0 -1 0 0 0 0 0 1 2 3 4 20 0 1 0 5 6",
	};
	struct proc_stat s = { .start = 77 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(proc_stat_parse(bad[i], &s));
	assert_int_equal(s.start, 77);
}

static void test_our_own(void **state)
{
	char text[1024] = "";
	struct proc_stat s;
	int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);

	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	assert_true(proc_stat_parse(text, &s));
	assert_int_equal(s.state, 'R');
	assert_true(s.start && s.rss_pages);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_line),
		cmocka_unit_test(test_no_line),
		cmocka_unit_test(test_our_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
