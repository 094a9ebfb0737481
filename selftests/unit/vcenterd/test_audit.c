// SPDX-License-Identifier: GPL-2.0
/* The audit log: in order, over restarts, and of bounded size. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "audit.h"
#include "lib/mem.h"

struct bed {
	char dir[64];
	struct store *store;
	struct audit *audit;
};

static struct bed bed;

static void open_it(void)
{
	char url[96];
	struct err err;

	snprintf(url, sizeof(url), "sqlite:%s/a.db", bed.dir);
	bed.store = store_open(url, "test", &err);
	if (!bed.store)
		fail_msg("%s", err.text);
	bed.audit = audit_new(bed.store, &err);
	if (!bed.audit)
		fail_msg("%s", err.text);
}

static void close_it(void)
{
	audit_free(bed.audit);
	store_close(bed.store);
}

static int setup(void **state)
{
	snprintf(bed.dir, sizeof(bed.dir), "%s/nvo3-audit-XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	assert_non_null(mkdtemp(bed.dir));
	open_it();
	return 0;
}

static int teardown(void **state)
{
	char cmd[96];

	close_it();
	snprintf(cmd, sizeof(cmd), "rm -rf %s", bed.dir);
	return system(cmd);
}

static int add(const char *who, const char *object, const char *more)
{
	struct err err;

	return audit_add(bed.audit, json_pack("{s:s, s:s, s:s}", "who", who, "object", object, "more",
					      more), &err);
}

/* The numbers of those that pass: how many, and the first and last of them */
static size_t list(const char *who, const char *object, uint64_t since, json_int_t *first,
		   json_int_t *last)
{
	struct audit_filter filter = { who, object, since };
	struct err err;
	json_t *items;
	size_t n;

	items = audit_list(bed.audit, &filter, &err);
	assert_non_null(items);
	n = json_array_size(items);
	*first = json_integer_value(json_object_get(json_array_get(items, 0), "seq"));
	*last = json_integer_value(json_object_get(json_array_get(items, n - 1), "seq"));
	json_decref(items);
	return n;
}

static void test_what_is_asked_for_is_told(void **state)
{
	json_int_t first, last;

	assert_int_equal(list(NULL, NULL, 0, &first, &last), 0);
	assert_int_equal(add("root", "vns/blue", ""), 0);
	assert_int_equal(add("dc1/alice", "vns/blue", ""), 0);
	assert_int_equal(add("root", "vms/web", ""), 0);
	assert_int_equal(list(NULL, NULL, 0, &first, &last), 3);
	assert_int_equal(list("root", NULL, 0, &first, &last), 2);
	assert_int_equal(last, 3);
	assert_int_equal(list("root", "vns/blue", 0, &first, &last), 1);
	assert_int_equal(first, 1);
	assert_int_equal(list(NULL, NULL, 2, &first, &last), 1);
	assert_int_equal(list("nobody", NULL, 0, &first, &last), 0);
}

static void test_it_goes_on_after_a_restart(void **state)
{
	json_int_t first, last;

	for (int i = 0; i < 20; i++)
		assert_int_equal(add("root", "vns/blue", ""), 0);
	close_it();
	open_it();
	assert_int_equal(add("root", "vns/blue", ""), 0);
	assert_int_equal(list(NULL, NULL, 0, &first, &last), 21);
	assert_int_equal(last, 21);
}

static void test_the_oldest_go_by_number(void **state)
{
	json_int_t first, last;
	struct err err;

	assert_int_equal(store_begin(bed.store, &err), 0);
	for (unsigned int i = 0; i < AUDIT_MAX + 10; i++)
		assert_int_equal(add("root", "vns/blue", ""), 0);
	assert_int_equal(store_commit(bed.store, &err), 0);
	assert_int_equal(list(NULL, NULL, 0, &first, &last), AUDIT_MAX);
	assert_int_equal(first, 11);
	assert_int_equal(last, AUDIT_MAX + 10);
}

static void test_the_oldest_go_by_bytes(void **state)
{
	size_t size = 1 << 20;
	char *big = mem_zalloc(size);
	json_int_t first, last;

	memset(big, 'a', size - 1);
	for (int i = 0; i < 20; i++)
		assert_int_equal(add("root", "vns/blue", big), 0);
	assert_int_equal(list(NULL, NULL, 0, &first, &last), AUDIT_BYTES / size - 1);
	assert_int_equal(last, 20);
	close_it();
	open_it();
	assert_int_equal(add("root", "vns/blue", big), 0);
	assert_int_equal(list(NULL, NULL, 0, &first, &last), AUDIT_BYTES / size - 1);
	assert_int_equal(last, 21);
	free(big);
}

static void test_what_is_no_entry_is_named(void **state)
{
	struct err err;

	assert_int_equal(add("root", "vns/blue", ""), 0);
	assert_int_equal(store_put(bed.store, "audit/x", "{}", 2, &err), 0);
	audit_free(bed.audit);
	bed.audit = audit_new(bed.store, &err);
	assert_null(bed.audit);
	assert_string_equal(err.text, "audit/x: is no number of the audit log");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_is_asked_for_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(test_it_goes_on_after_a_restart, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_oldest_go_by_number, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_oldest_go_by_bytes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_is_no_entry_is_named, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
