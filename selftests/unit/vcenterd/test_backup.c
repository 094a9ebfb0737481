// SPDX-License-Identifier: GPL-2.0
/* A backup that was taken while the vCenter works is the whole of it, in an empty store. */
#include "lab_api.h"
#include "../lib/script.h"
#include "backup.h"

#define VM(name, n)	"{\"name\":\"" name "\",\"tenant\":\"alice\",\"server\":\"host1\",\"nics\":" \
	"[{\"vn\":\"blue\",\"mac\":\"02:00:00:00:01:0" n "\",\"ip\":\"10.0.0." n "/24\"}]}"

static const char *const lists[] = {
	"/vns", "/profiles", "/vms", "/servers", "/moves", "/events", "/alerts", "/audit",
};

#define N_LISTS	((int)(sizeof(lists) / sizeof(lists[0])))

static void run(struct lab *lab, int status, const char *says, const char *fmt)
{
	struct script script;
	char cmd[640], *text;

	snprintf(cmd, sizeof(cmd), fmt, lab->dir, lab->dir);
	script_start(&script, lab->dir, cmd);
	while (!script_ended(&script))
		lab_turn(lab);
	text = textfile_read(script.log, 1 << 20, NULL);
	if (WEXITSTATUS(script.status) != status || !text || !strstr(text, says))
		fail_msg("%s: status %d, %s", cmd, script.status, text ? text : "");
	free(text);
}

static json_t *list(struct lab *lab, const char *path)
{
	struct reply r = lab_api(lab, 0, "GET", path, NULL);

	assert_int_equal(r.status, 200);
	return r.body;
}

static void fill(struct lab *lab)
{
	char path[128] = "/moves/";
	struct reply r;

	lab_expect(lab, 0, "POST", "/vns", "{\"name\":\"blue\",\"vni\":100}", 201, NULL, NULL);
	lab_expect(lab, 0, "POST", "/vns", "{\"name\":\"red\",\"vni\":101}", 201, NULL, NULL);
	lab_expect(lab, 0, "DELETE", "/vns/red", NULL, 200, NULL, NULL);
	lab_expect(lab, 0, "POST", "/profiles", "{\"name\":\"web\",\"rate\":7}", 201, NULL, NULL);
	lab_expect(lab, 0, "POST", "/vms", VM("a", "1"), 202, NULL, NULL);
	lab_expect(lab, 0, "POST", "/vms", VM("b", "2"), 202, NULL, NULL);
	lab_until(lab, 0, "/vms/a", "state", "running");
	lab_until(lab, 0, "/vms/b", "state", "running");
	r = lab_api(lab, 0, "POST", "/vms/a/move", "{\"server\":\"host2\"}");
	assert_int_equal(r.status, 202);
	reply_text(&r, "id", path + strlen(path), 64);
	reply_free(&r);
	lab_until(lab, 0, path, "state", "done");
	LAB_WAIT(lab, !lab->vc[0]->owed);
}

/* The first @n items as the members of an object, since their order is none. */
static json_t *set_of(json_t *list, size_t n)
{
	json_t *set = json_object(), *item;
	size_t i;

	json_array_foreach(json_object_get(list, "items"), i, item) {
		char *text;

		if (i >= n)
			break;
		json_object_del(item, "up");
		text = json_dumps(item, JSON_SORT_KEYS);
		json_object_set_new(set, text, json_true());
		free(text);
	}
	return set;
}

static void expect_same(struct lab *lab, int n, json_t *before)
{
	size_t size = json_array_size(json_object_get(before, "items"));
	json_t *now = list(lab, lists[n]);
	/* what the start itself has added to the log is behind what was there */
	bool is_log = !strcmp(lists[n], "/events") || !strcmp(lists[n], "/alerts");
	json_t *was = set_of(before, size), *is = set_of(now, is_log ? size : SIZE_MAX);

	if (!json_equal(was, is))
		fail_msg("%s: %s, not %s", lists[n], json_dumps(is, 0), json_dumps(was, 0));
	json_decref(was);
	json_decref(is);
	json_decref(now);
}

#define RESTORE "build/bin/vcenterd -c %s/vc1.conf -r %s/backup.json"

static void test_all_is_there_again(void **state)
{
	struct lab *lab = *state;
	json_t *before[N_LISTS];

	fill(lab);
	for (int n = 0; n < N_LISTS; n++)
		before[n] = list(lab, lists[n]);
	run(lab, 0, "", "curl -sf --unix-socket %s/vc1.sock http://x/api/v1/backup >%s/backup.json");
	/* the backup is of then */
	lab_expect(lab, 0, "POST", "/vns", "{\"name\":\"late\",\"vni\":102}", 201, NULL, NULL);
	lab_vcenter_stop(lab, 0);
	run(lab, 1, "backup.json: the store is not empty, it has audit/", RESTORE);
	run(lab, 0, "", "rm %s/vc1/vc.db*; : %s");
	run(lab, 0, " items are in sqlite:", RESTORE);
	lab_vcenter_start(lab, 0);
	for (int n = 0; n < N_LISTS; n++) {
		expect_same(lab, n, before[n]);
		json_decref(before[n]);
	}
	LAB_WAIT(lab, lab_ready(lab));
	lab_until(lab, 0, "/vms/b", "state", "running");
	lab_expect(lab, 0, "POST", "/vms/b/stop", NULL, 202, NULL, NULL);
	lab_until(lab, 0, "/vms/b", "state", "stopped");
}

#define HEAD "{'format': 1, 'program': 'vcenterd', 'dc': 'dc1', 'items': "

static const struct {
	const char *backup, *why;
} bad[] = {
	{ "[]", "is no backup" },
	{ "{}", "format: is missing, it must be a number from 1 to 1073741824" },
	{ "{'format': 1, 'program': 7}", "program: must be a string" },
	{ "{'format': 2, 'program': 'vcenterd', 'dc': 'dc1', 'items': []}",
	  "is of format 2, and this program knows 1" },
	{ "{'format': 1, 'program': 'nvo3d', 'dc': 'dc1', 'items': []}",
	  "is of nvo3d, not of vcenterd" },
	{ "{'format': 1, 'program': 'vcenterd', 'dc': 'dc2', 'items': []}",
	  "is of data centre dc2, not of dc1" },
	{ HEAD "7}", "items: must be a list" },
	{ HEAD "['a']}", "items[0]: must be a key and a value" },
	{ HEAD "[['a', 'YQ=='], ['', 'YQ==']]}", "items[1]: must be a key and a value" },
	{ HEAD "[['a', 'YQ==', 'YQ==']]}", "items[0]: must be a key and a value" },
	{ HEAD "[['a', 'Y']]}", "items[0]: the value of a is no base64" },
	{ HEAD "[['a', 'YQ=='], ['a', 'YQ==']]}", "items[1]: a does not follow a" },
};

static int nothing(const char *key, const uint8_t *value, size_t len, void *arg)
{
	fail_msg("%s is in the store", key);
	return -EINVAL;
}

static json_t *parsed(const char *text)
{
	char *copy = mem_strdup(text);
	json_t *json;

	for (char *p = copy; *p; p++)
		if (*p == '\'')
			*p = '"';
	json = json_loads(copy, 0, NULL);
	assert_non_null(json);
	free(copy);
	return json;
}

static struct store *empty_store(char *dir)
{
	struct store *store;
	char url[128];
	struct err err;

	assert_non_null(mkdtemp(dir));
	snprintf(url, sizeof(url), "sqlite:%s/vc.db", dir);
	store = store_open(url, "vcenterd", &err);
	assert_non_null(store);
	return store;
}

static void remove_store(struct store *store, const char *dir)
{
	char cmd[128];

	store_close(store);
	snprintf(cmd, sizeof(cmd), "rm -r %s", dir);
	assert_int_equal(system(cmd), 0);
}

static void test_what_is_no_backup_writes_nothing(void **state)
{
	char dir[] = "/tmp/vcenterd-backup.XXXXXX";
	struct store *store = empty_store(dir);
	struct err err;
	size_t n;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_t *backup = parsed(bad[i].backup);

		assert_int_not_equal(backup_restore(store, "dc1", backup, &n, &err), 0);
		assert_string_equal(err.text, bad[i].why);
		json_decref(backup);
		assert_int_equal(store_walk(store, "", nothing, NULL, &err), 0);
	}
	remove_store(store, dir);
}

static void test_a_part_of_a_backup_is_no_store(void **state)
{
	char dir[] = "/tmp/vcenterd-backup.XXXXXX";
	struct store *store = empty_store(dir);
	struct err err;

	assert_int_equal(backup_check(store, &err), 0);
	assert_int_equal(store_put(store, "restoring", "", 0, &err), 0);
	assert_int_not_equal(backup_check(store, &err), 0);
	assert_non_null(strstr(err.text, "a part of a backup only"));
	remove_store(store, dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all_is_there_again, lab_setup, lab_teardown),
		cmocka_unit_test(test_what_is_no_backup_writes_nothing),
		cmocka_unit_test(test_a_part_of_a_backup_is_no_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
