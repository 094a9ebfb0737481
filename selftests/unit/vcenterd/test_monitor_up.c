// SPDX-License-Identifier: GPL-2.0
/* For how long servers, VMs and groups are up; and what groups keep. */
#include "monitor_world.h"

static void turn(struct world *w, unsigned int s)
{
	while (s--) {
		w->now += 1000;
		monitor_tick(w->m, w->now);
	}
}

static void expect_up(struct world *w, const struct uptime *u, uint64_t wanted_s, uint64_t up_s)
{
	struct uptime_sum day = uptime_day(u, w->now);

	if (day.wanted_s != wanted_s || day.up_s != up_s)
		fail_msg("%llu of %llu s, not %llu of %llu", (unsigned long long)day.up_s,
			 (unsigned long long)day.wanted_s, (unsigned long long)up_s,
			 (unsigned long long)wanted_s);
}

static void test_server_is_up_with_a_session(void **state)
{
	struct world *w = *state;

	turn(w, 1);			/* the first look */
	turn(w, 100);
	w->a->session = NULL;
	turn(w, 50);
	expect_up(w, &w->a->uptime, 150, 100);
	expect_up(w, &w->b->uptime, 150, 150);
	/* a vCenter that stood still knows nothing of that time */
	w->now += 3600000;
	turn(w, 1);
	expect_up(w, &w->b->uptime, 150, 150);
}

static const struct uptime *group_up(struct world *w, const char *name)
{
	return &inventory_group(w->inv, "alice", name)->watched->uptime;
}

/* web and db are on a; of web's group is only it. */
static void test_vm_is_up_while_it_runs(void **state)
{
	struct world *w = *state;

	w->web->made = true;
	w->db->made = true;
	turn(w, 100);
	assert_null(inventory_group(w->inv, "alice", "")->watched);
	report(w, 1, 100, 100);		/* the first look after them */
	turn(w, 100);
	expect_up(w, &w->web->watched->uptime, 100, 100);
	expect_up(w, group_up(w, ""), 200, 200);
	expect_up(w, group_up(w, "front"), 100, 100);
	/* that it failed nobody has wished; that it is stopped, somebody has */
	w->web->state = NVO3__VM_STATE__VM_FAILED;
	w->db->state = NVO3__VM_STATE__VM_STOPPED;
	turn(w, 100);
	expect_up(w, &w->web->watched->uptime, 200, 100);
	expect_up(w, &w->db->watched->uptime, 100, 100);
	expect_up(w, group_up(w, ""), 300, 200);
	expect_up(w, group_up(w, "front"), 200, 100);
	/* nor does a move count */
	w->web->state = NVO3__VM_STATE__VM_MOVING;
	turn(w, 100);
	expect_up(w, &w->web->watched->uptime, 200, 100);
}

/* Who does not know it, does not say that it runs. */
static void test_vm_is_not_up_without_its_server(void **state)
{
	struct world *w = *state;

	w->web->made = true;
	report(w, 1, 100, 100);
	turn(w, 40);
	w->a->session = NULL;
	turn(w, 60);
	expect_up(w, &w->web->watched->uptime, 100, 40);
	/* it goes on where it comes to */
	report(w, 1, -1, 100);
	monitor_report_begin(w->m, w->b, w->now);
	monitor_report_end(w->m, w->b, w->now);
	inventory_vm_set_server(w->web, w->b);
	turn(w, 61);
	expect_up(w, &w->web->watched->uptime, 181, 101);
	/* one that was never made, or is another data centre's, is no outage */
	w->db->state = NVO3__VM_STATE__VM_FAILED;
	turn(w, 100);
	expect_up(w, &w->db->watched->uptime, 0, 0);
}

/* Groups and tenants: all that VMs have, and the group is gone when its VMs are. */
static void test_group_history(void **state)
{
	struct world *w = *state;
	const struct history *h;

	report(w, 3, 300, 500);
	turn(w, 1);
	h = &inventory_group(w->inv, "alice", "")->watched->history;
	assert_int_equal(history_recent(h, 1)->v[USAGE_CPU], 800);
	assert_int_equal(history_recent(h, 1)->v[USAGE_MEMORY], 20);
	h = &inventory_group(w->inv, "alice", "front")->watched->history;
	assert_int_equal(history_recent(h, 1)->v[USAGE_CPU], 300);
	/* another size is no other group */
	w->web->want_cpus = 2;
	w->web->want_memory_mib = 50;
	inventory_job_set(w->inv, w->web, VM_OP_RESIZE);
	inventory_vm_resized(w->web);
	inventory_job_set(w->inv, w->web, VM_OP_NONE);
	assert_int_equal(inventory_group(w->inv, "alice", "front")->used.cpus, 2);
	assert_int_equal(inventory_group(w->inv, "alice", "front")->used.memory_mib, 50);
	assert_int_equal(inventory_group(w->inv, "alice", "")->used.cpus, 3);
	assert_ptr_equal(&inventory_group(w->inv, "alice", "front")->watched->history, h);
	report(w, 200, 300, 500);
	assert_null(history_recent(h, HISTORY_RECENT));
	inventory_vm_set_group(w->inv, w->web, "");
	assert_null(inventory_group(w->inv, "alice", "front"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_server_is_up_with_a_session),
		TEST(test_vm_is_up_while_it_runs),
		TEST(test_vm_is_not_up_without_its_server),
		TEST(test_group_history),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
