// SPDX-License-Identifier: GPL-2.0
/* The vServer role when its machine was started anew: what ran there is started again */
#include "host_bed.h"

#define STATE(name) NVO3__VM_STATE__VM_##name

static void another_boot(struct bed_host *h)
{
	static const char id[] = "of the boot before\n";
	struct err err;

	if (store_put(h->store, "boot", id, strlen(id), &err))
		fail_msg("%s", err.text);
}

/* The power is lost, nvo3d and all guests with it */
static void power_off(struct bed_host *h)
{
	host_end(h);
	for (uint8_t n = 1; n <= 3; n++)
		if (h->driver.alive[n])
			fake_guest_ends(&h->driver, n);
	another_boot(h);
}

/* With VM 1 that runs */
static void ran_until_power_off(struct bed_host *h, struct bed *bed)
{
	host_up(h, bed, "host1");
	assert_int_equal(host_create(h, 1, true).code, CODE(OK));
	power_off(h);
}

static int start_host(struct bed_host *h)
{
	struct err err;

	return host_start(&h->vs, &h->config, h->bed->loop, h->tls, &h->driver.driver, h->store,
			  &err);
}

static void test_what_ran_is_started(void **state)
{
	struct bed_host h;

	host_up(&h, *state, "host1");
	assert_int_equal(host_create(&h, 1, true).code, CODE(OK));
	assert_int_equal(host_create(&h, 2, false).code, CODE(OK));
	power_off(&h);
	assert_int_equal(start_host(&h), 0);
	/* Not before vCenter has spoken */
	assert_int_equal(host_vm(&h, 1)->fsm.state, STATE(STOPPED));
	assert_null(host_vm(&h, 1)->task);
	BED_WAIT(h.bed, h.told == STATE(RUNNING));
	assert_true(h.driver.alive[1] && h.driver.up[1]);
	assert_int_equal(host_vm(&h, 2)->fsm.state, STATE(STOPPED));
	assert_false(h.driver.alive[2]);
	/* That was it: when it ends by itself, that is a failure */
	fake_guest_ends(&h.driver, 1);
	BED_WAIT(h.bed, h.told == STATE(FAILED));
	bed_settle(h.bed, 50);
	assert_false(h.driver.alive[1]);
	host_down(&h);
}

static void test_nvo3d_alone_is_started_again(void **state)
{
	struct bed_host h;

	host_up(&h, *state, "host1");
	assert_int_equal(host_create(&h, 1, true).code, CODE(OK));
	host_end(&h);
	another_boot(&h);
	/* Its guest is there: somebody has started it */
	host_begin(&h);
	assert_int_equal(host_vm(&h, 1)->fsm.state, STATE(RUNNING));
	host_end(&h);
	fake_guest_ends(&h.driver, 1);
	host_begin(&h);
	assert_int_equal(host_vm(&h, 1)->fsm.state, STATE(FAILED));
	host_down(&h);
}

/* Once more before anything was started: nothing is forgotten by that */
static void test_power_is_lost_twice(void **state)
{
	struct bed_host h;

	ran_until_power_off(&h, *state);
	assert_int_equal(start_host(&h), 0);
	host_end(&h);
	assert_int_equal(start_host(&h), 0);
	host_end(&h);
	another_boot(&h);
	assert_int_equal(start_host(&h), 0);
	BED_WAIT(h.bed, h.driver.alive[1] && !host_vm(&h, 1)->task);
	assert_int_equal(host_vm(&h, 1)->fsm.state, STATE(RUNNING));
	host_down(&h);
}

static void test_it_lives_elsewhere_now(void **state)
{
	struct bed_host h;

	ran_until_power_off(&h, *state);
	h.driver.cannot_start = true;
	h.do_forget = true;
	h.forget[0] = 1;
	h.told = 0;
	host_begin(&h);
	BED_WAIT(h.bed, !host_vm(&h, 1));
	assert_int_not_equal(h.told, STATE(FAILED));
	assert_false(h.driver.attached[1]);
	host_down(&h);
}

static void test_it_cannot_be_started_yet(void **state)
{
	struct bed_host h;

	ran_until_power_off(&h, *state);
	h.driver.cannot_start = true;
	host_begin(&h);
	BED_WAIT(h.bed, !strcmp(host_vm(&h, 1)->text, "cannot start"));
	h.driver.cannot_start = false;
	BED_WAIT(h.bed, host_vm(&h, 1)->fsm.state == STATE(RUNNING));
	assert_true(h.driver.alive[1]);
	host_down(&h);
}

static void test_it_is_to_be_stopped(void **state)
{
	struct bed_host h;

	ran_until_power_off(&h, *state);
	h.driver.cannot_start = true;
	host_begin(&h);
	BED_WAIT(h.bed, !strcmp(host_vm(&h, 1)->text, "cannot start"));
	assert_int_equal(host_vm(&h, 1)->fsm.state, STATE(STOPPED));
	assert_int_equal(host_power(&h, 1, false).code, CODE(OK));
	h.driver.cannot_start = false;
	host_end(&h);
	host_begin(&h);
	bed_settle(h.bed, 50);
	assert_int_equal(host_vm(&h, 1)->fsm.state, STATE(STOPPED));
	host_down(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_what_ran_is_started),
		BED_TEST(test_nvo3d_alone_is_started_again),
		BED_TEST(test_power_is_lost_twice),
		BED_TEST(test_it_lives_elsewhere_now),
		BED_TEST(test_it_cannot_be_started_yet),
		BED_TEST(test_it_is_to_be_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
