// SPDX-License-Identifier: GPL-2.0
/* Subnets on the command line: what is given belongs to those of its family. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "vn_subnet.h"

static const struct opt opts[] = {
	VN_SUBNET_OPT, VN_GATEWAY_OPT, VN_DNS_OPT, VN_RANGE_OPT, VN_RESERVE_OPT, VN_DOMAIN_OPT,
	VN_LEASE_OPT,
	{ NULL },
};

/* The body that the words make, as text; NULL with a sentence */
static char *body(char *words[], struct err *err)
{
	struct args args = { .n_words = 0 };
	json_t *obj = json_object();
	char *text = NULL;
	int n = 0;

	while (words[n])
		n++;
	assert_int_equal(args_parse(&args, opts, opts + sizeof(opts) / sizeof(*opts) - 1, false,
				    n, words, err), n);
	if (!vn_subnet_args(&args, obj, err))
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

static void by_family(void **state)
{
	assert_body(WORDS("--subnet", "10.9.0.0/24", "--subnet", "fd00::/64", "--gateway",
			  "fe80::1", "--dns", "10.9.0.2", "--dns", "10.9.0.3", "--gateway",
			  "10.9.0.1", "--domain", "x.example", "--lease", "60"),
		    "{\"subnets\":[{\"dns\":[\"10.9.0.2\",\"10.9.0.3\"],\"domain\":\"x.example\","
		    "\"gateway\":\"10.9.0.1\",\"lease_s\":60,\"prefix\":\"10.9.0.0/24\"},"
		    "{\"domain\":\"x.example\",\"gateway\":\"fe80::1\",\"lease_s\":60,"
		    "\"prefix\":\"fd00::/64\"}]}");
	assert_body(WORDS("--subnet=10.9.0.0/24", "--range", "10.9.0.5-10.9.0.9", "--reserve",
			  "10.9.0.6", "--reserve", "10.9.0.7"),
		    "{\"subnets\":[{\"prefix\":\"10.9.0.0/24\",\"range\":\"10.9.0.5-10.9.0.9\","
		    "\"reserved\":[\"10.9.0.6\",\"10.9.0.7\"]}]}");
}

static void none(void **state)
{
	char *no_words[] = { NULL };

	assert_body(no_words, "{}");
}

static void refuse(char *words[], const char *says)
{
	struct err err = { "" };

	assert_null(body(words, &err));
	if (!strstr(err.text, says))
		fail_msg("\"%s\" does not say \"%s\"", err.text, says);
}

static void what_belongs_to_none(void **state)
{
	refuse(WORDS("--gateway", "10.9.0.1"), "--gateway 10.9.0.1: there is no --subnet");
	refuse(WORDS("--subnet", "10.9.0.0/24", "--dns", "fd00::1"), "--dns fd00::1");
	refuse(WORDS("--domain", "x"), "--subnet is missing");
	refuse(WORDS("--subnet", "10.9.0.0/24", "--gateway", "10.9.0.1", "--gateway", "10.9.0.2"),
	       "--gateway is given twice");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_family),
		cmocka_unit_test(none),
		cmocka_unit_test(what_belongs_to_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
