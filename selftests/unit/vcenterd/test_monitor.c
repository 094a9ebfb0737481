// SPDX-License-Identifier: GPL-2.0
/* What servers tell of their VMs' use, and the alarms that come of it. */
#include "monitor_world.h"

static const struct usage_rate *group_use(struct world *w, const char *name)
{
	return &inventory_group(w->inv, "alice", name)->use;
}

static void test_sums(void **state)
{
	struct world *w = *state;

	report(w, 2, 300, 500);
	assert_int_equal(w->a->use.cpu_permille, 800);
	assert_int_equal(group_use(w, "")->cpu_permille, 800);
	assert_int_equal(group_use(w, "front")->cpu_permille, 300);
	report(w, 1, 100, 500);
	assert_int_equal(w->a->use.cpu_permille, 600);
	assert_int_equal(group_use(w, "front")->cpu_permille, 100);
	assert_int_equal(w->a->use.memory_kib, 20 * 1024);
	/* what a VM uses goes with it */
	inventory_vm_set_server(w->web, w->b);
	assert_int_equal(w->a->use.cpu_permille, 500);
	assert_int_equal(w->b->use.cpu_permille, 100);
	inventory_vm_set_group(w->inv, w->db, "front");
	assert_int_equal(group_use(w, "front")->cpu_permille, 600);
	inventory_vm_del(w->inv, w->db);
	assert_int_equal(w->a->use.cpu_permille, 0);
	assert_int_equal(group_use(w, "")->cpu_permille, 100);
	expect(w, "");
}

static void test_busy_vm(void **state)
{
	struct world *w = *state;

	report(w, 6, 950, 0);		/* the first one has no rate yet */
	expect(w, "");
	report(w, 1, 950, 0);
	expect(w, "+vm-cpu web; ");
	assert_non_null(strstr(w->m->alarms->text, "VM web on server a uses 95.0 % of its 1 cpus"));
	report(w, 10, 850, 0);
	expect(w, "");
	report(w, 6, 700, 0);
	expect(w, "-vm-cpu web; ");
	assert_null(w->m->alarms);
}

static void test_overloaded_server(void **state)
{
	struct world *w = *state;

	report(w, 7, 940, 940);
	expect(w, "+server-cpu a; ");
	assert_true(w->a->overloaded);
	report(w, 6, 400, 400);
	expect(w, "-server-cpu a; ");
	assert_false(w->a->overloaded);
}

static void test_memory(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 7; i++) {
		w->now += EVERY_MS;
		monitor_report_begin(w->m, w->a, w->now);
		use(w, w->web, 10, 96);
		use(w, w->db, 10, 20);
		monitor_report_end(w->m, w->a, w->now);
	}
	expect(w, "+vm-memory web; ");
}

static void test_silent_vm(void **state)
{
	struct world *w = *state;

	report(w, 3, 500, 100);
	report(w, 2, -1, 100);
	expect(w, "");
	assert_int_equal(w->a->use.cpu_permille, 600);
	report(w, 5, -1, 100);
	expect(w, "+vm-silent web; ");
	assert_int_equal(w->a->use.cpu_permille, 100);
	report(w, 1, 500, 100);
	expect(w, "-vm-silent web; ");
	/* of one that does not run nothing is expected */
	w->web->state = NVO3__VM_STATE__VM_STOPPED;
	report(w, 5, -1, 100);
	expect(w, "");
	assert_int_equal(w->a->use.cpu_permille, 100);
}

static void test_silent_server(void **state)
{
	struct world *w = *state;

	report(w, 3, 100, 100);
	monitor_tick(w->m, w->now + MONITOR_MISSED * EVERY_MS);
	expect(w, "");
	monitor_tick(w->m, w->now + MONITOR_MISSED * EVERY_MS + 1);
	monitor_tick(w->m, w->now + MONITOR_MISSED * EVERY_MS + 2);
	expect(w, "+server-silent a; ");
	w->now += 10 * EVERY_MS;
	report(w, 1, 100, 100);
	expect(w, "-server-silent a; ");
	/* the time without a session is none of silence */
	w->a->session = NULL;
	w->now += 100 * EVERY_MS;
	monitor_tick(w->m, w->now);
	w->a->session = (struct chan *)w->a;
	monitor_session(w->m, w->a, w->now);
	monitor_tick(w->m, w->now + EVERY_MS);
	expect(w, "");
}

static void test_absurd(void **state)
{
	struct world *w = *state;
	struct vm_use u;

	report(w, 3, 100, 100);
	/* more processors than the server has; one alarm for all of them */
	report(w, 5, 3000, 100);
	expect(w, "+vm-absurd web; ");
	assert_int_equal(w->a->use.cpu_permille, 200);
	assert_int_equal(w->m->refused, 5);
	u = (struct vm_use){ .time = w->now + 1, .memory_kib = UINT64_MAX };
	assert_int_equal(monitor_vm(w->m, w->db, &u, w->now), USAGE_ABSURD);
	expect(w, "+vm-absurd db; ");
	assert_int_equal(w->a->use.memory_kib, 20 * 1024);
	/* ten minutes without: over */
	w->cpu_ns[0] = w->web->watched->usage.last.cpu_ns;
	report(w, 29, 100, 100);
	expect(w, "");
	report(w, 2, 100, 100);
	expect(w, "-vm-absurd web; -vm-absurd db; ");
}

static void test_foreign(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 1000; i++)
		monitor_foreign(w->m, w->b, "web", w->now + i);
	expect(w, "+server-foreign b; ");
	monitor_tick(w->m, w->now + 600000);
	expect(w, "");
	monitor_tick(w->m, w->now + 600999);
	expect(w, "-server-foreign b; ");
}

/* --- the machine beside the VMs */

static const struct host_use idle = {
	.cpus = 4, .cpu_permille = 100, .load_milli = 500, .memory_kib = 8 << 20,
	.memory_used_kib = 1 << 20, .disk_kib = 1 << 20, .disk_used_kib = 1 << 10,
};

static void host(struct world *w, int n, struct host_use use)
{
	while (n--) {
		w->now += EVERY_MS;
		use.time = w->now;
		assert_int_equal(monitor_host(w->m, w->a, &use, w->now), USAGE_TAKEN);
	}
}

/* By something that is no VM: it is told. Processors are shared, so VMs may come. */
static void test_busy_host(void **state)
{
	struct host_use busy = idle;
	struct world *w = *state;

	busy.cpu_permille = 990;
	host(w, 5, busy);
	expect(w, "");
	host(w, 1, busy);
	expect(w, "+host-cpu a; ");
	assert_false(w->a->overloaded);
	assert_int_equal(w->a->host.now.cpu_permille, 990);
	/* between both thresholds nothing changes */
	busy.cpu_permille = 900;
	host(w, 20, busy);
	expect(w, "");
	host(w, 6, idle);
	expect(w, "-host-cpu a; ");
}

static void test_full_host(void **state)
{
	struct host_use full = idle;
	struct world *w = *state;

	full.memory_used_kib = full.memory_kib;
	host(w, 6, full);
	expect(w, "+host-memory a; ");
	assert_true(w->a->overloaded);
	full.disk_used_kib = full.disk_kib - 1;
	full.memory_used_kib = 0;
	host(w, 3, full);
	expect(w, "+host-disk a; ");
	host(w, 3, full);
	expect(w, "-host-memory a; ");
	assert_false(w->a->overloaded);
	host(w, 3, idle);
	expect(w, "-host-disk a; ");
}

/* By its VMs: of one cause there is one alarm. */
static void test_host_is_busy_with_its_vms(void **state)
{
	struct host_use busy = idle;
	struct world *w = *state;

	busy.cpu_permille = 990;
	for (int i = 0; i < 20; i++) {
		report(w, 1, 900, 920);
		busy.time = w->now;
		monitor_host(w->m, w->a, &busy, w->now);
	}
	expect(w, "+server-cpu a; ");
}

static void test_host_that_cannot_be(void **state)
{
	struct host_use bad[12];
	struct world *w = *state;

	host(w, 1, idle);
	for (size_t i = 0; i < 12; i++) {
		bad[i] = idle;
		bad[i].time = w->now + 1;
	}
	bad[0].time = w->now + USAGE_SKEW_MS + 1;
	bad[1].time = w->now - USAGE_SKEW_MS - 1;
	bad[2].time = UINT64_MAX;
	bad[3].cpus = 0;
	bad[4].cpus = UINT32_MAX;
	bad[5].cpu_permille = 1001;
	bad[6].load_milli = UINT32_MAX;
	bad[7].memory_used_kib = bad[7].memory_kib + 1;
	bad[8].memory_kib = 0;
	bad[9].memory_kib = UINT64_MAX;
	bad[10].disk_used_kib = bad[10].disk_kib + 1;
	bad[11].disk_kib = UINT64_MAX;
	for (size_t i = 0; i < 12; i++)
		assert_int_equal(monitor_host(w->m, w->a, &bad[i], w->now), USAGE_ABSURD);
	expect(w, "+server-absurd a; ");
	assert_int_equal(w->m->refused, 12);
	assert_int_equal(w->a->host.now.time, w->now);
	/* the same again, or an older one */
	assert_int_equal(monitor_host(w->m, w->a, &w->a->host.now, w->now), USAGE_OLD);
	monitor_tick(w->m, w->now + 600000);
	expect(w, "-server-absurd a; ");
}

/* The next session is perhaps one of an older version: what it does not say is not known. */
static void test_host_says_nothing_any_more(void **state)
{
	struct host_use full = idle;
	struct world *w = *state;

	full.memory_used_kib = full.memory_kib;
	host(w, 6, full);
	expect(w, "+host-memory a; ");
	monitor_session(w->m, w->a, w->now);
	expect(w, "-host-memory a; ");
	assert_false(w->a->overloaded);
	assert_int_equal(w->a->host.now.time, 0);
	host(w, 5, full);
	expect(w, "");
}

/* What it did stays, over sessions, too, and takes no more memory after a year. */
static void test_host_history(void **state)
{
	struct host_use load = idle;
	struct world *w = *state;
	const struct history *h;

	assert_null(w->a->host.history);
	load.memory_used_kib = 3 << 20;
	host(w, 1, idle);
	host(w, 1, load);
	h = w->a->host.history;
	assert_int_equal(history_recent(h, 0)->v[HOST_CPU], 100);
	assert_int_equal(history_recent(h, 0)->v[HOST_LOAD], 500);
	assert_int_equal(history_recent(h, 0)->v[HOST_MEMORY], 1024);
	assert_int_equal(history_recent(h, 0)->v[HOST_DISK], 1);
	assert_int_equal(history_recent(h, 1)->time, w->now / 1000);
	assert_int_equal(history_recent(h, 1)->v[HOST_MEMORY], 3072);
	assert_int_equal(history_period(h, 0)->v[HOST_MEMORY], 2048);
	/* what cannot be, or is old, is not of it */
	load.cpu_permille = 1001;
	load.time = w->now + 1;
	monitor_host(w->m, w->a, &load, w->now);
	assert_int_equal(monitor_host(w->m, w->a, &w->a->host.now, w->now), USAGE_OLD);
	assert_null(history_recent(h, 2));
	monitor_session(w->m, w->a, w->now);
	assert_int_equal(w->a->host.now.time, 0);
	host(w, 10000, idle);
	assert_ptr_equal(w->a->host.history, h);
	assert_non_null(history_recent(h, HISTORY_RECENT - 1));
	assert_null(history_recent(h, HISTORY_RECENT));
	assert_int_equal(history_period(h, HISTORY_PERIODS - 1)->v[HOST_MEMORY], 1024);
}

static const char *first(struct world *w)
{
	return inventory_server_next(w->inv, NULL)->name;
}

/* By whomever, also by its VMs: placement has it behind the others, and nobody is told. */
static void test_busy_server_comes_last(void **state)
{
	struct host_use busy = idle;
	struct world *w = *state;

	inventory_server_set_total(w->a, &(struct capacity){ 16, 1600, 256, 16 });
	assert_string_equal(first(w), "a");
	busy.cpu_permille = 800;
	host(w, 2, busy);
	assert_string_equal(first(w), "a");
	host(w, 1, busy);
	assert_true(w->a->busy);
	assert_string_equal(first(w), "b");
	/* in between nothing changes: nobody goes to and fro */
	busy.cpu_permille = 700;
	host(w, 20, busy);
	assert_string_equal(first(w), "b");
	host(w, 3, idle);
	assert_false(w->a->busy);
	assert_string_equal(first(w), "a");
	expect(w, "");
	/* another session, which has said nothing yet */
	busy.cpu_permille = 990;
	host(w, 3, busy);
	assert_true(w->a->busy);
	monitor_session(w->m, w->a, w->now);
	assert_false(w->a->busy);
	assert_string_equal(first(w), "a");
}

/* While the alarm is raised it is busy, whatever it does just now. */
static void test_alarm_of_the_host_makes_it_busy(void **state)
{
	struct host_use busy = idle;
	struct world *w = *state;

	w->m->conf.host_busy = (struct alarm_rule){ 1001, 1001, 1 };
	busy.cpu_permille = 990;
	host(w, 5, busy);
	assert_false(w->a->busy);
	host(w, 1, busy);
	expect(w, "+host-cpu a; ");
	assert_true(w->a->busy);
	host(w, 5, idle);
	assert_true(w->a->busy);
	host(w, 1, idle);
	expect(w, "-host-cpu a; ");
	assert_false(w->a->busy);
}

static void test_overbooked(void **state)
{
	struct world *w = *state;

	monitor_session(w->m, w->a, w->now);
	expect(w, "");
	inventory_server_set_total(w->a, &(struct capacity){ 2, 199, 64, 2 });
	monitor_session(w->m, w->a, w->now);
	monitor_session(w->m, w->a, w->now);
	expect(w, "+server-overbooked a; ");
	inventory_vm_set_server(w->web, w->b);
	monitor_session(w->m, w->a, w->now);
	expect(w, "-server-overbooked a; ");
}

/* An alarm of a VM that is gone goes with it. */
static void test_gone(void **state)
{
	struct world *w = *state;

	report(w, 7, 990, 0);
	expect(w, "+vm-cpu web; ");
	inventory_vm_del(w->inv, w->web);
	monitor_tick(w->m, w->now);
	expect(w, "");
	assert_null(w->m->alarms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_sums),
		TEST(test_busy_vm),
		TEST(test_overloaded_server),
		TEST(test_memory),
		TEST(test_silent_vm),
		TEST(test_silent_server),
		TEST(test_absurd),
		TEST(test_foreign),
		TEST(test_busy_host),
		TEST(test_full_host),
		TEST(test_host_is_busy_with_its_vms),
		TEST(test_host_that_cannot_be),
		TEST(test_host_says_nothing_any_more),
		TEST(test_host_history),
		TEST(test_busy_server_comes_last),
		TEST(test_alarm_of_the_host_makes_it_busy),
		TEST(test_overbooked),
		TEST(test_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
