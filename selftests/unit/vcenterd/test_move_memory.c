// SPDX-License-Identifier: GPL-2.0
/* Migrations of VMs whose memory goes with them, or does not: as was wished, and as servers can. */
#include "lab_move.h"

#define HOST2 "{\"server\":\"host2\"}"
#define DISK	16	/* MiB, of a VM that says nothing */
#define MEMORY	128

static void keeps(struct lab *lab, int n, bool on)
{
	lab_server_stop(lab, n);
	lab->server[n].keeps = on;
	lab_server_start(lab, n);
	LAB_WAIT(lab, lab_ready(lab));
}

static void setup(struct lab *lab)
{
	make_web(lab);
	for (int n = 0; n < LAB_DCS * LAB_SERVERS; n++)
		keeps(lab, n, true);
}

static uint32_t disk_of(struct lab *lab, int dc, const char *server)
{
	return inventory_server(lab->vc[dc]->inv, server)->used.disk_mib;
}

static void no_room(struct lab *lab, const char *server, uint32_t disk_mib)
{
	struct server *s = inventory_server(lab->vc[0]->inv, server);
	struct capacity total = s->total;

	total.disk_mib = disk_mib;
	inventory_server_set_total(s, &total);
}

/* The VM is at @to afterwards, with its memory or without */
static const char *moves(struct lab *lab, const char *where, const char *memory, int to)
{
	const char *move = begin_by(lab, "move", where);

	lab_until(lab, 0, move, "state", "done");
	lab_expect(lab, 0, "GET", move, NULL, 200, "memory", memory);
	assert_int_equal(holders(lab, "web", false), 1);
	assert_int_equal(!!fake_vm_find(lab, to, "web")->saved, !strcmp(memory, "keep"));
	return move;
}

static void refused(struct lab *lab, const char *where, int status, const char *why)
{
	lab_expect(lab, 0, "POST", "/vms/web/move", where, status, "error", why);
	lab_until(lab, 0, "/vms/web", "state", "running");
	LAB_WAIT(lab, disk_of(lab, 0, "host1") == DISK && !disk_of(lab, 0, "host2"));
	assert_int_equal(holders(lab, "web", false), 1);
}

static json_int_t image(struct lab *lab, const char *move, const char *key)
{
	struct reply r = lab_api(lab, 0, "GET", move, NULL);
	json_int_t ret = json_integer_value(json_object_get(json_object_get(r.body, "image"), key));

	reply_free(&r);
	return ret;
}

/* As long as it is on its way it counts as disk at both ends, at the tenant's never */
static void test_it_is_kept(void **state)
{
	struct lab *lab = *state;
	const char *move;

	setup(lab);
	move = moves(lab, HOST2, "keep", 1);
	assert_int_equal(image(lab, move, "total"), 20 << 20);
	assert_int_equal(image(lab, move, "done"), 20 << 20);
	LAB_WAIT(lab, disk_of(lab, 0, "host2") == DISK && !disk_of(lab, 0, "host1"));
	lab_expect(lab, 0, "GET", "/vms/web", NULL, 200, "state", "running");
	lab->mute = MSG(RELOCATE_DEST);
	move = begin_by(lab, "move", HOST3);
	LAB_WAIT(lab, fake_vm_find(lab, 2, "web"));
	assert_int_equal(disk_of(lab, 0, "host2"), DISK + MEMORY);
	assert_int_equal(disk_of(lab, 1, "host3"), DISK + MEMORY);
	assert_int_equal(inventory_group(lab->vc[0]->inv, "alice", "")->used.disk_mib, DISK);
	/* that is so for who comes after these programs, too */
	for (int dc = 0; dc < LAB_DCS; dc++) {
		lab_vcenter_stop(lab, dc);
		lab_vcenter_start(lab, dc);
	}
	assert_int_equal(disk_of(lab, 0, "host2"), DISK + MEMORY);
	assert_int_equal(disk_of(lab, 1, "host3"), DISK + MEMORY);
	lab->mute = 0;
	lab_until(lab, 0, move, "state", "done");
	lab_expect(lab, 0, "GET", move, NULL, 200, "memory", "keep");
	assert_int_equal(fake_vm_find(lab, 2, "web")->saved, 4 << 20);
	LAB_WAIT(lab, disk_of(lab, 1, "host3") == DISK && !disk_of(lab, 0, "host2"));
}

static void test_suspended_it_stays_so(void **state)
{
	struct lab *lab = *state;
	const char *move;
	char path[128];

	setup(lab);
	lab_expect(lab, 0, "POST", "/vms/web/suspend", NULL, 202, NULL, NULL);
	lab_until(lab, 0, "/vms/web", "state", "suspended");
	lab_expect(lab, 0, "POST", "/vms/web/move", "{\"server\":\"host2\",\"memory\":\"drop\"}",
		   409, "error", "VM web is suspended: without its memory it cannot be moved");
	/* given up on its way */
	lab->mute = MSG(RELOCATE_DEST);
	move = begin_by(lab, "move", HOST3);
	LAB_WAIT(lab, fake_vm_find(lab, 2, "web"));
	lab->mute = 0;
	snprintf(path, sizeof(path), "%s/abort", move);
	lab_expect(lab, 0, "POST", path, NULL, 202, NULL, NULL);
	lab_until(lab, 0, move, "state", "aborted");
	lab_until(lab, 0, "/vms/web", "state", "suspended");
	LAB_WAIT(lab, holders(lab, "web", false) == 1);
	moves(lab, HOST2, "keep", 1);
	lab_until(lab, 0, "/vms/web", "state", "suspended");
	moves(lab, HOST3, "keep", 2);
	lab_until(lab, 1, "/vms/web", "state", "suspended");
	assert_true(lab_event(lab, 1, false, "move-in", "suspended"));
}

static void test_it_is_dropped(void **state)
{
	struct lab *lab = *state;

	setup(lab);
	moves(lab, "{\"server\":\"host2\",\"memory\":\"drop\"}", "drop", 1);
	/* one that cannot says so at the beginning */
	keeps(lab, 0, false);
	moves(lab, "{\"server\":\"host1\"}", "drop", 0);
	moves(lab, HOST2, "drop", 1);
	keeps(lab, 2, false);
	moves(lab, HOST3, "drop", 2);
}

/* Of servers of its own choice rather one that can */
static void test_where_it_can_be_kept(void **state)
{
	struct lab *lab = *state;

	setup(lab);
	keeps(lab, 2, false);
	moves(lab, "{\"dc\":\"dc2\"}", "keep", 3);
}

/* Who wants it kept is not moved without it, and for want of room nobody is */
static void test_refused(void **state)
{
	struct lab *lab = *state;

	setup(lab);
	refused(lab, "{\"server\":\"host2\",\"memory\":\"all\"}", 400,
		"memory: must be keep or drop, not \"all\"");
	refused(lab, "{\"server\":\"host2\",\"memory\":\"keep\",\"live\":true}", 400,
		"memory: of a live move it is kept always");
	keeps(lab, 1, false);
	refused(lab, "{\"server\":\"host2\",\"memory\":\"keep\"}", 507,
		"server host2 cannot keep a VM's memory");
	keeps(lab, 1, true);
	no_room(lab, "host2", DISK + MEMORY - 1);
	refused(lab, HOST2, 507, "server host2 has not enough disk: 144 MiB wanted");
	no_room(lab, "host2", 4096);
	no_room(lab, "host1", DISK + MEMORY - 1);
	refused(lab, HOST2, 507,
		"the memory of VM web: server host1 has not enough disk: 128 MiB wanted");
	no_room(lab, "host1", 4096);
	keeps(lab, 0, false);
	refused(lab, "{\"server\":\"host2\",\"memory\":\"keep\"}", 409,
		"server host1 cannot keep a VM's memory");
	keeps(lab, 0, true);
	moves(lab, "{\"server\":\"host2\",\"memory\":\"keep\"}", "keep", 1);
}

/* A failure on the way is the end of the move: nothing is dropped instead */
static void test_it_cannot_be_restored(void **state)
{
	struct lab *lab = *state;
	const char *move;

	setup(lab);
	lab->refuse = MSG(RELOCATE_DEST);
	move = begin_by(lab, "move", HOST2);
	lab_until(lab, 0, move, "state", "aborted");
	lab_expect(lab, 0, "GET", move, NULL, 200, "memory", "keep");
	check_at_home(lab);
	assert_int_equal(fake_vm_find(lab, 0, "web")->saved, 0);
	LAB_WAIT(lab, disk_of(lab, 0, "host1") == DISK && !disk_of(lab, 0, "host2"));
}

static void test_crash_source(void **state)
{
	setup(*state);
	crash(*state, "move", 1, HOST3, false);
}

static void test_crash_destination(void **state)
{
	setup(*state);
	crash(*state, "move", 2, HOST3, false);
}

static void test_crash_inside(void **state)
{
	setup(*state);
	crash(*state, "move", 1, HOST2, true);
}

#define LAB_TEST(fn) cmocka_unit_test_setup_teardown(fn, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_it_is_kept),
		LAB_TEST(test_suspended_it_stays_so),
		LAB_TEST(test_it_is_dropped),
		LAB_TEST(test_where_it_can_be_kept),
		LAB_TEST(test_refused),
		LAB_TEST(test_it_cannot_be_restored),
		LAB_TEST(test_crash_source),
		LAB_TEST(test_crash_destination),
		LAB_TEST(test_crash_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
