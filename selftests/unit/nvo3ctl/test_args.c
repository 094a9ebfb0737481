// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "args.h"
#include "path.h"
#include "lib/cleanup.h"
#include "vm.h"

static const struct opt opts[] = {
	{ "--vni", OPT_NUMBER, .required = true, .min = 1, .max = 16777215 },
	{ "--ip", OPT_TEXT, .many = true },
	{ "--name", OPT_TEXT },
	{ "--stopped", OPT_FLAG },
	{ NULL },
};

static const struct opt more[] = {
	{ "-j", OPT_FLAG },
	{ NULL },
};

/* Splits at blanks, within @buf. */
static int split(char *buf, const char *text, char *argv[])
{
	int n = 0;

	strcpy(buf, text);
	for (char *p = strtok(buf, " "); p; p = strtok(NULL, " "))
		argv[n++] = p;
	return n;
}

static int parse(struct args *args, bool leading, char *buf, const char *text, struct err *err)
{
	char *argv[128];
	int argc = split(buf, text, argv);

	memset(args, 0, sizeof(*args));
	return args_parse(args, opts, more, leading, argc, argv, err);
}

static void test_good(void **state)
{
	struct args args;
	long long n = 0;
	char buf[256];
	struct err err;
	int i = 0;

	assert_int_equal(parse(&args, false, buf,
			       "blue --vni 4096 --ip 10.0.0.1/24 -j --ip=fd00::1/64 x --stopped -- -y",
			       &err), 11);
	assert_int_equal(args.n_words, 3);
	assert_string_equal(args.words[0], "blue");
	assert_string_equal(args.words[1], "x");
	assert_string_equal(args.words[2], "-y");
	assert_true(args_number(&args, "--vni", &n));
	assert_int_equal(n, 4096);
	assert_true(args_has(&args, "-j"));
	assert_true(args_has(&args, "--stopped"));
	assert_null(args_text(&args, "--name"));
	assert_string_equal(args_next(&args, "--ip", &i), "10.0.0.1/24");
	assert_string_equal(args_next(&args, "--ip", &i), "fd00::1/64");
	assert_null(args_next(&args, "--ip", &i));
	assert_int_equal(args_check(&args, opts, 3, &err), 0);

	/* A value may look like an option, or be empty. */
	assert_true(parse(&args, false, buf, "--name --stopped --ip=", &err) > 0);
	assert_string_equal(args_text(&args, "--name"), "--stopped");
	assert_string_equal(args_text(&args, "--ip"), "");
	assert_false(args_has(&args, "--stopped"));
}

static void test_leading(void **state)
{
	struct args args;
	char buf[256];
	struct err err;

	assert_int_equal(parse(&args, true, buf, "-j --name x vm list --bogus", &err), 3);
	assert_int_equal(args.n_words, 0);
	assert_string_equal(args_text(&args, "--name"), "x");
	assert_int_equal(parse(&args, true, buf, "", &err), 0);
}

static const struct {
	const char *text;
	const char *error;
} bad[] = {
	{ "--bogus", "unknown option \"--bogus\"" },
	{ "--na x", "unknown option \"--na\"" },
	{ "--names x", "unknown option \"--names\"" },
	{ "--bogus=1", "unknown option \"--bogus\"" },
	{ "-x", "unknown option \"-x\"" },
	{ "--name", "--name needs a value" },
	{ "--stopped=yes", "--stopped takes no value" },
	{ "--name a --name b", "--name is given twice" },
	{ "--vni 0", "--vni: \"0\" is not a number from 1 to 16777215" },
	{ "--vni 16777216", "--vni: \"16777216\" is not a number from 1 to 16777215" },
	{ "--vni 1x", "--vni: \"1x\" is not a number from 1 to 16777215" },
	{ "--vni=", "--vni: \"\" is not a number from 1 to 16777215" },
	{ "--vni 99999999999999999999", "--vni: \"99999999999999999999\" is not a number from" },
	{ "a b c d e f g h i", "unexpected \"i\"" },
};

static void test_bad(void **state)
{
	struct args args;
	char buf[256];
	struct err err;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (parse(&args, false, buf, bad[i].text, &err) != -EINVAL)
			fail_msg("\"%s\" is taken", bad[i].text);
		if (strncmp(err.text, bad[i].error, strlen(bad[i].error)) != 0)
			fail_msg("\"%s\": %s", bad[i].text, err.text);
	}

	assert_true(parse(&args, false, buf, "a b", &err) > 0);
	assert_int_equal(args_check(&args, opts, 1, &err), -EINVAL);
	assert_string_equal(err.text, "unexpected \"b\"");
	assert_int_equal(args_check(&args, opts, 2, &err), -EINVAL);
	assert_string_equal(err.text, "--vni is missing");
}

static void test_many(void **state)
{
	char buf[2048] = "", text[2048] = "";
	struct args args;
	struct err err;

	for (int i = 0; i < 65; i++)
		strcat(text, "--ip=a ");
	assert_int_equal(parse(&args, false, buf, text, &err), -EINVAL);
	assert_string_equal(err.text, "more than 64 options");
}

static void test_path(void **state)
{
	_cleanup_free_ char *path = path_make("vms", "a b/c\xc3\xbc%", "start", NULL);
	_cleanup_free_ char *query = NULL;

	assert_string_equal(path, "/vms/a%20b%2Fc%C3%BC%25/start");
	query = path_query(path_make("vms", NULL), "vn", "a&b");
	query = path_query(query, "tenant", NULL);
	query = path_query(query, "ip", "10.0.0.1");
	assert_string_equal(query, "/vms?vn=a%26b&ip=10.0.0.1");
}

static void vm_args(struct args *args, char *buf, const struct opt *table, const char *text)
{
	char *argv[64];
	int argc = split(buf, text, argv);
	struct err err;

	memset(args, 0, sizeof(*args));
	if (args_parse(args, table, NULL, false, argc, argv, &err) < 0)
		fail_msg("\"%s\": %s", text, err.text);
}

static const struct {
	const struct opt *opts;
	json_t *(*make)(const struct args *args, struct err *err);
	const char *text;
	const char *json;	/* with single quotes */
	const char *error;
} bodies[] = {
	{ vm_create_opts, vm_create_body, "vm1 --tenant alice --vn blue",
	  "{'name':'vm1','nics':[{'vn':'blue'}],'tenant':'alice'}" },
	{
	  vm_create_opts, vm_create_body,
	  "vm1 --tenant t --vn b --mac 02:00:00:00:00:01 --ip 10.0.0.1/24 --ip fd00::1/64 --nic vn=r,ip=10.1.0.1/24,ip=10.1.0.2/24 --server host1 --cpus 2 --memory 512 --disk 64 --group g --stopped",
	  "{'name':'vm1','nics':[{'vn':'b','mac':'02:00:00:00:00:01','ip':['10.0.0.1/24','fd00::1/64']},{'vn':'r','ip':['10.1.0.1/24','10.1.0.2/24']}],'tenant':'t','group':'g','server':'host1','cpus':2,'memory_mib':512,'disk_mib':64,'start':false}",
	},
	{ vm_create_opts, vm_create_body, "vm1 --tenant t", NULL, "--vn or --nic is missing" },
	{ vm_create_opts, vm_create_body, "vm1 --mac 02:00:00:00:00:01 --nic vn=b", NULL,
	  "--vn is missing, which --mac and --ip belong to" },
	{ vm_create_opts, vm_create_body, "vm1 --nic mac=02:00:00:00:00:01", NULL,
	  "--nic mac=02:00:00:00:00:01: vn is missing" },
	{ vm_create_opts, vm_create_body, "vm1 --nic vn=b,vni=5", NULL,
	  "--nic vn=b,vni=5: \"vni\" must be vn, mac, ip, profile or tsi" },
	{ vm_create_opts, vm_create_body, "vm1 --nic vn=b,tsi=6ba7b810-9dad-41d1-80b4-00c04fd430c8",
	  "{'name':'vm1','nics':[{'vn':'b','tsi':'6ba7b810-9dad-41d1-80b4-00c04fd430c8'}]}" },
	{ vm_create_opts, vm_create_body, "vm1 --nic vn=b,vn=c", NULL,
	  "--nic vn=b,vn=c: vn is given twice" },
	{ vm_create_opts, vm_create_body, "vm1 --nic blue", NULL,
	  "--nic blue: \"blue\" must be KEY=VALUE" },
	{ vm_create_opts, vm_create_body, "vm1 --nic vn=", NULL,
	  "--nic vn=: \"vn=\" must be KEY=VALUE" },
	{ vm_create_opts, vm_create_body, "\xff --vn b", NULL, "\"\xff\" is not a name" },
	{ vm_migrate_opts, vm_migrate_body, "vm1", "{}" },
	{ vm_migrate_opts, vm_migrate_body, "vm1 --to dc2/host3",
	  "{'dc':'dc2','server':'host3'}" },
	{ vm_migrate_opts, vm_migrate_body, "vm1 --dc dc2", "{'dc':'dc2'}" },
	{ vm_migrate_opts, vm_migrate_body, "vm1 --server host2", "{'server':'host2'}" },
	{ vm_migrate_opts, vm_migrate_body, "vm1 --memory drop", "{'memory':'drop'}" },
	{ vm_migrate_opts, vm_migrate_body, "vm1 --to dc2/host3 --memory keep",
	  "{'dc':'dc2','server':'host3','memory':'keep'}" },
	{ vm_migrate_opts, vm_migrate_body, "vm1 --to a/b --dc c --memory keep", NULL,
	  "only one of --to, --dc and --server may be given" },
	{ vm_migrate_opts, vm_migrate_body, "vm1 --to host3", NULL,
	  "--to: \"host3\" must be DC/SERVER" },
	{ vm_migrate_opts, vm_migrate_body, "vm1 --to dc2/", NULL,
	  "--to: \"dc2/\" must be DC/SERVER" },
	{ vm_migrate_opts, vm_migrate_body, "vm1 --to a/b/c", NULL,
	  "--to: \"a/b/c\" must be DC/SERVER" },
	{ vm_migrate_opts, vm_migrate_body, "vm1 --to a/b --dc c", NULL,
	  "only one of --to, --dc and --server may be given" },
	{ vm_migrate_opts, vm_migrate_body, "vm1 --client 192.0.2.7", "{'client':'192.0.2.7'}" },
	{ vm_migrate_opts, vm_migrate_body, "vm1 --client 192.0.2.7 --dc c", NULL,
	  "only one of --to, --dc, --server and --client may be given" },
};

static void test_bodies(void **state)
{
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		_cleanup_free_ char *text = NULL;
		struct err err = { "" };
		struct args args;
		char buf[512];
		json_t *body;

		vm_args(&args, buf, bodies[i].opts, bodies[i].text);
		body = bodies[i].make(&args, &err);
		if (!body) {
			assert_string_equal(err.text, bodies[i].error ?: "nothing");
			continue;
		}
		text = json_dumps(body, JSON_COMPACT);
		for (char *p = text; *p; p++)
			if (*p == '"')
				*p = '\'';
		assert_string_equal(text, bodies[i].json ?: "nothing");
		json_decref(body);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),   cmocka_unit_test(test_leading),
		cmocka_unit_test(test_bad),    cmocka_unit_test(test_many),
		cmocka_unit_test(test_path),   cmocka_unit_test(test_bodies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
