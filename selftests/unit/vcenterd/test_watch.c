// SPDX-License-Identifier: GPL-2.0
/* Who watches by server-sent events: what he is told, and when he has to look at the whole */
#include <sys/stat.h>

#include "lab_api.h"
#include "lib/http_watch.h"
#include "lib/textfile.h"

#define WEB "{\"name\":\"web\",\"tenant\":\"alice\",\"server\":\"host1\"," \
	"\"nics\":[{\"vn\":\"blue\",\"mac\":\"02:00:00:00:00:01\",\"ip\":\"10.0.0.1/24\"}]}"

/* Into the file @name, for @s seconds at most. */
static void watch(struct lab *lab, const char *topic, const char *name, int s)
{
	char cmd[512];

	snprintf(cmd, sizeof(cmd),
		 "curl -sN --max-time %d --unix-socket %s/vc1.sock 'http://x/api/v1/watch/%s' >%s/%s &",
		 s, lab->dir, topic, lab->dir, name);
	assert_int_equal(system(cmd), 0);
}

static bool said(struct lab *lab, const char *name, const char *text)
{
	char path[256], *all;
	bool found;

	snprintf(path, sizeof(path), "%s/%s", lab->dir, name);
	all = textfile_read(path, 1 << 20, NULL);
	found = all && strstr(all, text);
	free(all);
	return found;
}

/* The number in "id: N" of the last message of @name. */
static unsigned long long last_id(struct lab *lab, const char *name)
{
	unsigned long long id = 0;
	char path[256], line[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", lab->dir, name);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		sscanf(line, "id: %llu", &id);
	fclose(f);
	return id;
}

static void test_changes(void **state)
{
	struct lab *lab = *state;

	watch(lab, "vns", "vns", 60);
	LAB_WAIT(lab, said(lab, "vns", "event: start\ndata: {}\n\n"));
	assert_false(said(lab, "vns", "event: change"));
	lab_expect(lab, 0, "POST", "/vns", "{\"name\":\"blue\",\"vni\":100}", 201, "name", "blue");
	LAB_WAIT(lab, said(lab, "vns", "\"op\":\"set\",\"item\":{\"uuid\""));
	lab_expect(lab, 0, "PATCH", "/vns/blue", "{\"unknown\":\"flood\"}", 200, NULL, NULL);
	LAB_WAIT(lab, said(lab, "vns", "\"unknown\":\"flood\""));
	lab_expect(lab, 0, "DELETE", "/vns/blue", NULL, 200, NULL, NULL);
	LAB_WAIT(lab, said(lab, "vns", "\"op\":\"del\""));
	assert_false(said(lab, "vns", "event: gap"));
}

/* From where he was, as long as that is known; the log's numbers last beyond a restart. */
static void test_coming_back(void **state)
{
	struct lab *lab = *state;
	unsigned long long at;
	char topic[80];

	watch(lab, "events?since=0", "events", 60);
	lab_expect(lab, 0, "POST", "/vns", "{\"name\":\"blue\",\"vni\":100}", 201, "name", "blue");
	LAB_WAIT(lab, said(lab, "events", "\"kind\":\"vn-create\""));
	at = last_id(lab, "events");
	lab_expect(lab, 0, "POST", "/vms", WEB, 202, "state", "creating");
	lab_until(lab, 0, "/vms/web", "state", "running");
	snprintf(topic, sizeof(topic), "events?since=%llu", at);
	watch(lab, topic, "again", 60);
	LAB_WAIT(lab, said(lab, "again", "\"kind\":\"vm-create\""));
	assert_false(said(lab, "again", "vn-create") || said(lab, "again", "event: gap"));
	lab_vcenter_stop(lab, 0);
	lab_vcenter_start(lab, 0);
	watch(lab, topic, "later", 60);
	LAB_WAIT(lab, said(lab, "later", "\"kind\":\"vm-create\""));
	assert_false(said(lab, "later", "event: gap"));
	/* a number that is yet to come is of no life of this program */
	watch(lab, "events?since=99999999", "future", 60);
	LAB_WAIT(lab, said(lab, "future", "event: gap"));
	watch(lab, "vns?since=5", "old", 60);
	LAB_WAIT(lab, said(lab, "old", "event: gap") && said(lab, "old", "event: start"));
}

static void test_refusals(void **state)
{
	struct lab *lab = *state;

	lab_expect(lab, 0, "GET", "/watch/weather", NULL, 404, "error", "weather cannot be watched");
	lab_expect(lab, 0, "GET", "/watch/moves?since=x", NULL, 400, "error", "since=x");
	lab_expect(lab, 0, "POST", "/watch/moves", "{}", 405, NULL, NULL);
}

static void test_pages(void **state)
{
	struct lab *lab = *state;
	char body[80];

	for (int i = 0; i < 5; i++) {
		snprintf(body, sizeof(body), "{\"name\":\"vn%d\",\"vni\":%d}", i, 100 + i);
		lab_expect(lab, 0, "POST", "/vns", body, 201, NULL, NULL);
	}
	lab_expect(lab, 0, "GET", "/vns?limit=2", NULL, 200, "next", "2");
	lab_expect(lab, 0, "GET", "/vns?limit=2&offset=2", NULL, 200, "next", "4");
	for (int offset = 0; offset < 8; offset++) {
		struct reply r;

		snprintf(body, sizeof(body), "/vns?limit=2&offset=%d", offset);
		r = lab_api(lab, 0, "GET", body, NULL);
		assert_int_equal(json_array_size(json_object_get(r.body, "items")),
				 offset <= 3 ? 2 : offset == 4);
		assert_int_equal(!json_object_get(r.body, "next"), offset >= 3);
		reply_free(&r);
	}
	lab_expect(lab, 0, "GET", "/vns?limit=0", NULL, 400, "error", "limit=0");
	lab_expect(lab, 0, "GET", "/vns?offset=-1", NULL, 400, "error", "offset=-1");
}

#define LAB_TEST(fn) cmocka_unit_test_setup_teardown(fn, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_changes),
		LAB_TEST(test_coming_back),
		LAB_TEST(test_refusals),
		LAB_TEST(test_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
