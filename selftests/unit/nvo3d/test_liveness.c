// SPDX-License-Identifier: GPL-2.0
/*
 * BFD and the kernel's remotes: over the loopback of a network namespace, with a kernel in memory.
 * We are 127.0.0.1; at 127.0.0.9 is a neighbor, at 127.0.0.10 nobody.
 */
#include "bed.h"
#include "bfd.h"
#include "nve/kern-stub.h"
#include "nve/liveness.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define VNI 100

struct lab {
	struct bed *bed;
	struct config config;
	struct nve nve;
	struct bfd *neighbor;
};

static void set_lo(bool up)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = up ? IFF_UP : 0 };

	assert_return_code(ioctl(fd, SIOCSIFFLAGS, &ifr), 0);
	close(fd);
}

static int enter(void **state)
{
	if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return -1;
	set_lo(true);
	return 0;
}

static struct ip_addr at(uint8_t n)
{
	return (struct ip_addr){ .family = AF_INET, .b = { 127, 0, 0, n } };
}

static void ignore_change(struct bfd_session *s, void *arg)
{
}

static void ignore_refused(const struct ip_addr *from, enum bfd_refusal why, void *arg)
{
}

static void begin_neighbor(struct lab *lab)
{
	static const struct bfd_ops ops = { .changed = ignore_change, .refused = ignore_refused };
	struct bfd_config config = { .local4 = at(9), .params = { 200000, 200000, 5 } };
	struct ip_addr us = at(1);
	struct err err;

	lab->neighbor = bfd_new(lab->bed->loop, &config, &ops, NULL, &err);
	if (!lab->neighbor)
		fail_msg("%s", err.text);
	assert_non_null(bfd_session_add(lab->neighbor, &us, BFD_SAYS_NOTHING, NULL));
}

static void end_neighbor(struct lab *lab)
{
	bfd_free(lab->neighbor);
	lab->neighbor = NULL;
}

static uint8_t neighbor_state(struct lab *lab)
{
	struct ip_addr us = at(1);

	return bfd_session_fsm(bfd_session_lookup(lab->neighbor, &us))->state;
}

static void no_failure(const struct kern_op *op, int code, const char *text, void *arg)
{
	fail_msg("%s", text);
}

/* The mapping of @n leads to NVE @n */
static void map(struct lab *lab, enum kern_verb verb, uint8_t n)
{
	struct kern_op op = { .verb = verb };

	op.map.vni = VNI;
	op.map.mac.b[5] = n;
	op.map.addr = at(n);
	lab->nve.kern->ops->apply(lab->nve.kern, &op, 1, no_failure, NULL, NULL);
	liveness_touch(lab->nve.liveness);
}

static void begin(struct lab *lab)
{
	struct err err;

	if (liveness_start(&lab->nve, &err))
		fail_msg("%s", err.text);
}

static void end(struct lab *lab)
{
	liveness_free(lab->nve.liveness);
	lab->nve.liveness = NULL;
}

static void lab_setup(struct lab *lab, void **state)
{
	memset(lab, 0, sizeof(*lab));
	lab->bed = *state;
	lab->config.nve.local4 = at(1);
	lab->config.nve.bfd = (struct config_bfd){ .enabled = true, .tx_ms = 200, .rx_ms = 200,
						   .multiplier = 5 };
	lab->nve.config = &lab->config;
	lab->nve.loop = lab->bed->loop;
	lab->nve.kern = kern_stub_new();
	begin_neighbor(lab);
	begin(lab);
	map(lab, KERN_MAP_ADD, 9);
	map(lab, KERN_MAP_ADD, 10);
	BED_WAIT(lab->bed, neighbor_state(lab) == BFD_UP);
}

static void lab_teardown(struct lab *lab)
{
	end(lab);
	bfd_free(lab->neighbor);
	lab->nve.kern->ops->free(lab->nve.kern);
	set_lo(true);
}

static int state_of(struct lab *lab, uint8_t n)
{
	struct ip_addr addr = at(n);
	struct nvo3_remote *list;
	int ret = -1;
	size_t count;

	lab->nve.kern->ops->remote_list(lab->nve.kern, &list, &count, NULL);
	for (size_t i = 0; i < count; i++)
		if (ip_addr_equal(&list[i].addr, &addr))
			ret = list[i].state;
	free(list);
	return ret;
}

static void set_by_hand(struct lab *lab, uint8_t n, enum nvo3_remote_state state)
{
	struct nvo3_remote r = { .addr = at(n) };

	assert_int_equal(lab->nve.kern->ops->remote_set(lab->nve.kern, &r, state, NULL), 0);
}

#define UP NVO3_REMOTE_STATE_UP
#define DOWN NVO3_REMOTE_STATE_DOWN

static void test_a_path_fails_and_comes_back(void **state)
{
	struct lab lab;

	lab_setup(&lab, state);
	assert_int_equal(state_of(&lab, 9), UP);
	set_lo(false);
	BED_WAIT(lab.bed, state_of(&lab, 9) == DOWN);
	/* Who never spoke BFD is none of its business */
	bed_settle(lab.bed, 1500);
	assert_int_equal(state_of(&lab, 10), UP);
	/* A mapping that goes and comes takes the state along; it is said again */
	map(&lab, KERN_MAP_DEL, 9);
	assert_int_equal(state_of(&lab, 9), -1);
	map(&lab, KERN_MAP_ADD, 9);
	assert_int_equal(state_of(&lab, 9), UP);
	BED_WAIT(lab.bed, state_of(&lab, 9) == DOWN);
	/* As long as it is down it is down, whoever says otherwise */
	set_by_hand(&lab, 9, UP);
	liveness_touch(lab.nve.liveness);
	BED_WAIT(lab.bed, state_of(&lab, 9) == DOWN);
	set_lo(true);
	BED_WAIT(lab.bed, state_of(&lab, 9) == UP);
	/* Up is said once: then an operator may say something else */
	BED_WAIT(lab.bed, neighbor_state(&lab) == BFD_UP);
	set_by_hand(&lab, 9, DOWN);
	liveness_touch(lab.nve.liveness);
	bed_settle(lab.bed, 500);
	assert_int_equal(state_of(&lab, 9), DOWN);
	lab_teardown(&lab);
}

static void test_neighbor_that_switches_it_off(void **state)
{
	struct lab lab;

	lab_setup(&lab, state);
	end_neighbor(&lab);
	bed_settle(lab.bed, 1500);
	assert_int_equal(state_of(&lab, 9), UP);
	lab_teardown(&lab);
}

static void test_agent_that_starts_again(void **state)
{
	struct lab lab;

	lab_setup(&lab, state);
	set_lo(false);
	BED_WAIT(lab.bed, state_of(&lab, 9) == DOWN);
	/* What it said stays when it goes, and is not taken back before BFD says so */
	end(&lab);
	assert_int_equal(state_of(&lab, 9), DOWN);
	begin(&lab);
	bed_settle(lab.bed, 1500);
	assert_int_equal(state_of(&lab, 9), DOWN);
	assert_int_equal(state_of(&lab, 10), UP);
	set_lo(true);
	BED_WAIT(lab.bed, state_of(&lab, 9) == UP);
	/* A farewell: the neighbor draws no conclusion, and a mapping is enough to begin again */
	end(&lab);
	BED_WAIT(lab.bed, neighbor_state(&lab) == BFD_DOWN);
	begin(&lab);
	BED_WAIT(lab.bed, neighbor_state(&lab) == BFD_UP);
	assert_int_equal(state_of(&lab, 9), UP);
	lab_teardown(&lab);
}

static void test_switched_off(void **state)
{
	struct lab lab;

	lab_setup(&lab, state);
	end(&lab);
	lab.config.nve.bfd.enabled = false;
	set_by_hand(&lab, 9, DOWN);
	begin(&lab);
	assert_null(lab.nve.liveness);
	/* Without a meaning, without harm */
	map(&lab, KERN_MAP_DEL, 10);
	bed_settle(lab.bed, 1500);
	assert_int_equal(state_of(&lab, 9), DOWN);
	assert_int_equal(neighbor_state(&lab), BFD_DOWN);
	lab_teardown(&lab);
}

static void test_port_is_taken(void **state)
{
	struct lab lab;
	struct err err;

	lab_setup(&lab, state);
	end(&lab);
	lab.config.nve.local4 = at(9);
	assert_int_equal(liveness_start(&lab.nve, &err), -EINVAL);
	assert_non_null(strstr(err.text, "127.0.0.9, UDP port 3784"));
	assert_null(lab.nve.liveness);
	lab_teardown(&lab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_a_path_fails_and_comes_back),
		BED_TEST(test_neighbor_that_switches_it_off),
		BED_TEST(test_agent_that_starts_again),
		BED_TEST(test_switched_off),
		BED_TEST(test_port_is_taken),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
