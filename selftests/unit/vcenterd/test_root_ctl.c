// SPDX-License-Identifier: GPL-2.0
/* A root and its child as an operator uses them: nvo3ctl at the root's socket. */
#include "fake_child.h"
#include "../lib/script.h"

#define CREATE(name, more) "vm create " name " --tenant alice --vn blue --dc any " more

static void begin(struct lab *lab, struct script *s, const char *args)
{
	char cmd[512];

	snprintf(cmd, sizeof(cmd), "build/bin/nvo3ctl --socket %s/vc1.sock %s", lab->dir, args);
	script_start(s, lab->dir, cmd);
}

/* What it says has these words, one after the other. */
static void check(struct script *s, const char *args, int status, const char *words)
{
	char *text = textfile_read(s->log, 1 << 20, NULL), *rest = text;
	char copy[256], *save = NULL;

	if (WEXITSTATUS(s->status) != status)
		fail_msg("%s: status %d: %s", args, WEXITSTATUS(s->status), text);
	snprintf(copy, sizeof(copy), "%s", words);
	for (char *word = strtok_r(copy, "|", &save); word; word = strtok_r(NULL, "|", &save)) {
		rest = rest ? strstr(rest, word) : NULL;
		if (!rest)
			fail_msg("%s: there is no %s in its place in %s", args, word, text);
		rest += strlen(word);
	}
	free(text);
}

static void expect(struct lab *lab, const char *args, int status, const char *words)
{
	struct script s;

	begin(lab, &s, args);
	LAB_WAIT(lab, script_ended(&s));
	check(&s, args, status, words);
}

static void make_vn(struct lab *lab)
{
	expect(lab, "vn create blue --vni 100", 0, "blue");
	LAB_WAIT(lab, !lab->vc[1] || inventory_vn_by_name(lab->vc[1]->inv, "blue"));
}

#define DCS "DC   UP   HERE  WEIGHT  SERVERS UP  VMS  CPUS|dc1  yes  yes       50         2/2    0  0/16|" \
	    "dc2  yes  no       100         2/2    0  0/16"

static void test_a_vm_that_goes_where_there_is_room(void **state)
{
	struct lab *lab = *state;

	make_vn(lab);
	expect(lab, "dc list", 0, DCS);
	expect(lab, "-j dc list", 0, "\"items\": [|\"dc\": \"dc1\"|\"memory_mib\": 8192");
	expect(lab, CREATE("web", "--dry-run"), 0, "dc1  yes|dc2  yes|made on server dc2/host3");
	expect(lab, CREATE("web", ""), 0, "web|running|dc2/host3");
	expect(lab, "--dc dc2 vm list", 0, "web|running");
	expect(lab, "vm list", 0, "");
	expect(lab, "--dc dc2 vm set web --cpus 2", 0, "");
	expect(lab, "vm stop web --dc dc2", 0, "");
	expect(lab, "--dc dc2 vm show web", 0, "stopped|dc2/host3|cpus        2");
	expect(lab, "--dc dc2 audit", 0, "vms/web");
	/* to the root's own, by the child's vCenter */
	expect(lab, "--dc dc2 vm migrate web --dc dc1", 0, "dc2/host3 -> dc1/host|done");
	expect(lab, "vm show web", 0, "stopped|dc1/host");
	expect(lab, "--dc dc1 vm delete web", 0, "");
	/* what there is no room for, or no connection */
	expect(lab, CREATE("big", "--cpus 999"), 1, "no data centre takes VM big: dc1: |; dc2: ");
	expect(lab, "--dc dc2 moves -w", 1, "needs a connection of its own");
	expect(lab, "--dc dc9 vm list", 1, "dc9 is no child of dc1");
}

/* nvo3ctl names what it makes, so it asks again when the child is back. */
static void test_an_answer_that_is_lost(void **state)
{
	struct lab *lab = *state;
	struct script s;

	make_vn(lab);
	child_start(lab);
	child.mute_api = true;
	begin(lab, &s, CREATE("web", ""));
	LAB_WAIT(lab, child.apis);
	child_stop(lab);
	lab_vcenter_start(lab, 1);
	LAB_WAIT(lab, script_ended(&s));
	check(&s, "vm create", 0, "web|running|dc2/host3");
	assert_int_equal(HASH_COUNT(lab->vc[0]->inv->vms), 0);
	assert_int_equal(HASH_COUNT(lab->vc[1]->inv->vms), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_vm_that_goes_where_there_is_room, lab_setup,
						lab_teardown),
		cmocka_unit_test_setup_teardown(test_an_answer_that_is_lost, lab_setup,
						lab_teardown),
	};

	lab_root = true;
	lab_root_weight = 50;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
