// SPDX-License-Identifier: GPL-2.0
/* A backup of one kind of store goes into the other one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../lib/etcd_lab.h"
#include "backup.h"
#include "lib/store.h"

#define ITEMS	250		/* several transactions */

static struct etcd_lab cluster;
static char dir[] = "/tmp/vcenterd-backup.XXXXXX";

static int enter(void **state)
{
	if (!mkdtemp(dir))
		return -1;
	etcd_lab_start(&cluster, 1, 0);
	return 0;
}

static int leave(void **state)
{
	int r = etcd_lab_stop(&cluster);

	return nftw(dir, etcd_lab_remove, 8, FTW_DEPTH | FTW_PHYS) || r ? -1 : 0;
}

static struct store *must_open(const char *kind, const char *where)
{
	struct store *store;
	char url[256];
	struct err err;

	snprintf(url, sizeof(url), "%s:%s", kind, where);
	store = store_open(url, "vcenterd", &err);
	if (!store)
		fail_msg("%s", err.text);
	return store;
}

static json_t *backup_of(struct store *store)
{
	json_t *backup;
	struct err err;

	backup = backup_make(store, "dc1", 7, &err);
	if (!backup)
		fail_msg("%s", err.text);
	store_close(store);
	return backup;
}

static void restore(struct store *store, json_t *backup)
{
	struct err err;
	size_t n;

	if (backup_restore(store, "dc1", backup, &n, &err))
		fail_msg("%s", err.text);
	assert_int_equal(n, ITEMS);
	assert_int_equal(backup_check(store, &err), 0);
	store_close(store);
}

static void test_there_and_back(void **state)
{
	const char *etcd = etcd_lab_url(&cluster, -1, "prefix=/vc");
	json_t *first, *second, *third;
	char key[64], path[64];
	struct store *store;
	struct err err;

	snprintf(path, sizeof(path), "%s/a.db", dir);
	store = must_open("sqlite", path);
	for (int i = 0; i < ITEMS; i++) {
		/* any bytes, and none at all */
		snprintf(key, sizeof(key), "vm/%05d", i);
		assert_int_equal(store_put(store, key, "\0\xff\n'a", i % 6, &err), 0);
	}
	first = backup_of(store);
	restore(must_open("etcd", etcd), first);
	second = backup_of(must_open("etcd", etcd));
	snprintf(path, sizeof(path), "%s/b.db", dir);
	restore(must_open("sqlite", path), second);
	third = backup_of(must_open("sqlite", path));
	assert_int_equal(json_array_size(json_object_get(first, "items")), ITEMS);
	assert_true(json_equal(first, second));
	assert_true(json_equal(first, third));
	json_decref(first);
	json_decref(second);
	json_decref(third);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
