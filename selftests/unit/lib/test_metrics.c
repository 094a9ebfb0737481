// SPDX-License-Identifier: GPL-2.0
/* What lib/metrics makes, as it is and as tools/check/metrics.py reads it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/metrics.h"

static const double bounds[] = { 0.01, 0.1, 1 };

static int checked(const char *text, const char *wishes)
{
	char path[] = "/tmp/nvo3-metrics-XXXXXX", command[512];
	int fd = mkstemp(path), ret;

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	snprintf(command, sizeof(command), "python3 tools/check/metrics.py %s %s 2>/dev/null", path,
		 wishes);
	ret = system(command);
	unlink(path);
	return ret;
}

static void test_families(void **state)
{
	struct metrics *m = metrics_new();
	char *text;

	metrics_family(m, "nvo3_sessions", "gauge", "Sessions,\nby \\ role.");
	metrics_put(m, 3, "role", "nve", NULL);
	metrics_put(m, 0, "role", "ve\"rse\\\n", "dc", "dc1", NULL);
	metrics_family(m, "nvo3_claims_refused_total", "counter", "Refused.");
	metrics_put(m, 12345678901234.0, NULL);
	metrics_family(m, "nvo3_load", "gauge", "Load.");
	metrics_put(m, 0.25, NULL);
	text = metrics_end(m);
	assert_string_equal(text, "# HELP nvo3_sessions Sessions,\\nby \\\\ role.\n"
				  "# TYPE nvo3_sessions gauge\n"
				  "nvo3_sessions{role=\"nve\"} 3\n"
				  "nvo3_sessions{role=\"ve\\\"rse\\\\\\n\",dc=\"dc1\"} 0\n"
				  "# HELP nvo3_claims_refused_total Refused.\n"
				  "# TYPE nvo3_claims_refused_total counter\n"
				  "nvo3_claims_refused_total 12345678901234\n"
				  "# HELP nvo3_load Load.\n"
				  "# TYPE nvo3_load gauge\n"
				  "nvo3_load 0.25\n");
	assert_int_equal(checked(text, "'nvo3_sessions{role=\"nve\"}=3' 'nvo3_load>0.2'"), 0);
	assert_int_not_equal(checked(text, "'nvo3_sessions{role=\"nve\"}=4'"), 0);
	assert_int_not_equal(checked(text, "'nvo3_load>0.25'"), 0);
	assert_int_not_equal(checked(text, "nvo3_nothing=0"), 0);
	free(text);
}

static void test_histogram(void **state)
{
	struct histogram h = { .bounds = bounds, .n = 3 };
	struct metrics *m = metrics_new();
	char *text;

	histogram_add(&h, 0.01);
	histogram_add(&h, 0.05);
	histogram_add(&h, 0.5);
	histogram_add(&h, 7);
	metrics_family(m, "nvo3_blackout_seconds", "histogram", "How long.");
	metrics_histogram(m, &h);
	text = metrics_end(m);
	assert_non_null(strstr(text, "nvo3_blackout_seconds_bucket{le=\"0.01\"} 1\n"
				     "nvo3_blackout_seconds_bucket{le=\"0.1\"} 2\n"
				     "nvo3_blackout_seconds_bucket{le=\"1\"} 3\n"
				     "nvo3_blackout_seconds_bucket{le=\"+Inf\"} 4\n"
				     "nvo3_blackout_seconds_sum 7.56\n"
				     "nvo3_blackout_seconds_count 4\n"));
	assert_int_equal(checked(text, "nvo3_blackout_seconds_count=4"), 0);
	free(text);
}

#define HEAD(name, type) "# HELP " name " x\n# TYPE " name " " type "\n"
#define HIST(buckets, rest) HEAD("nvo3_h", "histogram") buckets "nvo3_h_sum 1\n" rest

/* The reader is strict, so that what it lets pass is right. */
static void test_what_is_not_that_format(void **state)
{
	static const char *const wrong[] = {
		"nvo3_a 1\n",						/* no family */
		"# HELP nvo3_a x\nnvo3_a 1\n",				/* no type */
		"# TYPE nvo3_a gauge\nnvo3_a 1\n",			/* no help */
		HEAD("nvo3_a", "gauge") "nvo3_a 1",			/* no end of line */
		HEAD("nvo3_a", "gauge") "\nnvo3_a 1\n",			/* an empty line */
		HEAD("nvo3_a", "gauge") "nvo3_a 1\nnvo3_a 2\n",		/* twice */
		HEAD("nvo3_a", "gauge") "nvo3_a{x=\"1\"} 1\nnvo3_a{x=\"1\"} 1\n",
		HEAD("nvo3_a", "gauge") "nvo3_a{x=\"1\",x=\"2\"} 1\n",
		HEAD("nvo3_a", "gauge") "nvo3_a{x=\"1\",} 1\n",
		HEAD("nvo3_a", "gauge") "nvo3_a{x=1} 1\n",
		HEAD("nvo3_a", "gauge") "nvo3_a{x=\"\\t\"} 1\n",	/* no such escape */
		HEAD("nvo3_a", "gauge") "nvo3_a{x=\"a\"b\"} 1\n",
		HEAD("nvo3_a", "gauge") "nvo3_a 0x1\n",
		HEAD("nvo3_a", "gauge") "nvo3_a 1 2 3\n",
		HEAD("nvo3_a", "gauge") "nvo3_b 1\n",			/* of no family */
		HEAD("other_a", "gauge") "other_a 1\n",
		HEAD("nvo3_a", "counter") "nvo3_a 1\n",			/* not _total */
		HEAD("nvo3_a_total", "counter") "nvo3_a_total -1\n",
		HEAD("nvo3_a", "gauge") "nvo3_a 1\n" HEAD("nvo3_a", "gauge"),
		HIST("", "nvo3_h_count 0\n"),				/* no buckets */
		HIST("nvo3_h_bucket{le=\"1\"} 1\n", "nvo3_h_count 1\n"),	/* no +Inf */
		HIST("nvo3_h_bucket{le=\"1\"} 2\nnvo3_h_bucket{le=\"+Inf\"} 1\n",
		     "nvo3_h_count 1\n"),
		HIST("nvo3_h_bucket{le=\"2\"} 1\nnvo3_h_bucket{le=\"1\"} 1\n"
		     "nvo3_h_bucket{le=\"+Inf\"} 1\n", "nvo3_h_count 1\n"),
		HIST("nvo3_h_bucket{le=\"+Inf\"} 1\n", "nvo3_h_count 2\n"),
		HIST("nvo3_h_bucket{le=\"+Inf\"} 1\n", ""),
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (!checked(wrong[i], ""))
			fail_msg("this passed:\n%s", wrong[i]);
	assert_int_equal(checked(HIST("nvo3_h_bucket{le=\"+Inf\"} 1\n", "nvo3_h_count 1\n"), ""),
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_families),
		cmocka_unit_test(test_histogram),
		cmocka_unit_test(test_what_is_not_that_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
