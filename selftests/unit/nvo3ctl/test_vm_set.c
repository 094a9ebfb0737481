// SPDX-License-Identifier: GPL-2.0
/* What a VM has, changed on the command line: one kind of change at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "vm.h"

/* The body that the words make, as text; NULL with a sentence */
static char *body(char *words[], struct err *err)
{
	static const struct opt none = { NULL };
	struct args args = { .n_words = 0 };
	char *text = NULL;
	json_t *obj;
	int n = 0;

	while (words[n])
		n++;
	assert_int_equal(args_parse(&args, vm_set_opts, &none, false, n, words, err), n);
	obj = vm_set_body(&args, err);
	if (obj)
		text = json_dumps(obj, JSON_SORT_KEYS | JSON_COMPACT);
	json_decref(obj);
	return text;
}

#define WORDS(...) ((char *[]){ __VA_ARGS__, NULL })

static void assert_body(char *words[], const char *want)
{
	struct err err;
	char *text = body(words, &err);

	if (!text)
		fail_msg("%s", err.text);
	assert_string_equal(text, want);
	free(text);
}

static void assert_refused(char *words[], const char *why)
{
	struct err err;

	assert_null(body(words, &err));
	if (!strstr(err.text, why))
		fail_msg("%s", err.text);
}

static void test_accepted(void **state)
{
	assert_body(WORDS("vm1", "--cpus", "2"), "{\"cpus\":2}");
	assert_body(WORDS("vm1", "--disk", "64"), "{\"disk_mib\":64}");
	assert_body(WORDS("vm1", "--group", "db"), "{\"group\":\"db\"}");
	assert_body(WORDS("vm1", "--no-group"), "{\"group\":\"\"}");
	assert_body(WORDS("vm1", "--memory", "512", "--cpus", "2"),
		    "{\"cpus\":2,\"memory_mib\":512}");
	assert_body(WORDS("vm1", "--plug", "vn=blue,mac=02:00:00:00:00:02,ip=10.0.0.2/24"),
		    "{\"plug\":{\"ip\":[\"10.0.0.2/24\"],\"mac\":\"02:00:00:00:00:02\",\"vn\":\"blue\"}}");
	assert_body(WORDS("vm1", "--unplug", "02:00:00:00:00:02"),
		    "{\"unplug\":\"02:00:00:00:00:02\"}");
	assert_body(WORDS("vm1", "--ip", "10.0.0.3/24", "--no-profile"),
		    "{\"nics\":[{\"ip\":[\"10.0.0.3/24\"],\"profile\":\"\"}]}");
}

static void test_refused(void **state)
{
	assert_refused(WORDS("vm1", "--cpus", "2", "--unplug", "02:00:00:00:00:02"),
		       "one change at a time");
	assert_refused(WORDS("vm1", "--plug", "vn=blue", "--mac", "02:00:00:00:00:02"),
		       "one change at a time");
	assert_refused(WORDS("vm1", "--plug", "mac=02:00:00:00:00:02"), "--plug mac=02:00:00:00:00:02: vn is missing");
	assert_refused(WORDS("vm1", "--plug", "vn=a,vn=b"), "vn is given twice");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
