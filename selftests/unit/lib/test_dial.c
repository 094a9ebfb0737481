// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses of which some say nothing. Such a one is a socket that listens and accepts nobody,
 * with its queue of one full: to the kernel the next connection is one that will fit some day.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "lib/dial.h"
#include "free_port.h"

#define DEADLINE_MS	20000

static const struct dial_timers timers = {
	.answer = DEADLINE_MS, .head_start = 50, .retry_min = 5, .retry_max = 20,
};

static const struct dial_timers impatient = {
	.answer = 400, .head_start = 50, .retry_min = 5, .retry_max = 20,
};

struct place {
	struct chan_addr addr;
	int fd;			/* listens, or -1 */
	int caller;		/* who fills the queue, or -1 */
	int failures;
	char why[80];
};

struct bed {
	struct loop *loop;
	struct loop_timer *tick;
	struct dial *dial;
	struct place places[3];
	int fd, which;		/* connected */
	int n;			/* how often */
	uint64_t connected_ms;
};

/* By the clock of the loop's timers, which is some milliseconds behind the exact one. */
static uint64_t timers_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec * 1000ull + now.tv_nsec / 1000000;
}

static void turn(void *arg)
{
	struct bed *bed = arg;

	loop_stop(bed->loop);
}

#define WAIT(bed, cond)								\
	do {									\
		uint64_t end = loop_now_ms() + DEADLINE_MS;			\
										\
		while (!(cond)) {						\
			if (loop_now_ms() > end)				\
				fail_msg("waited in vain for %s", #cond);	\
			loop_timer_set((bed)->tick, 2);				\
			loop_run((bed)->loop);					\
		}								\
	} while (0)

static void connected(int fd, int which, void *arg)
{
	struct bed *bed = arg;

	bed->fd = fd;
	bed->which = which;
	bed->n++;
	bed->connected_ms = timers_ms();
}

static void failed(int which, const char *why, void *arg)
{
	struct place *place = &((struct bed *)arg)->places[which];

	place->failures++;
	snprintf(place->why, sizeof(place->why), "%s", why);
}

static const struct dial_ops ops = { connected, failed };

static void answers(struct place *p, int backlog)
{
	int one = 1;

	p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(p->fd >= 0);
	setsockopt(p->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	assert_int_equal(bind(p->fd, (struct sockaddr *)&p->addr.ss, p->addr.len), 0);
	assert_int_equal(listen(p->fd, backlog), 0);
	/* accept() is only for who has room to make */
	fcntl(p->fd, F_SETFL, O_NONBLOCK);
}

static void says_nothing(struct place *p)
{
	struct pollfd queued = { .events = POLLIN };

	answers(p, 0);
	p->caller = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(p->caller, (struct sockaddr *)&p->addr.ss, p->addr.len), 0);
	/* Whoever comes before the caller is in the queue may be told that it has room */
	queued.fd = p->fd;
	assert_int_equal(poll(&queued, 1, DEADLINE_MS), 1);
}

static void goes(struct place *p)
{
	if (p->fd >= 0)
		close(p->fd);
	if (p->caller >= 0)
		close(p->caller);
	p->fd = -1;
	p->caller = -1;
}

static int setup(void **state)
{
	struct bed *bed = calloc(1, sizeof(*bed));
	uint16_t port = free_ports(3);
	char text[32];
	int i;

	bed->loop = loop_new();
	bed->tick = loop_timer_new(bed->loop, turn, bed);
	bed->fd = -1;
	for (i = 0; i < 3; i++) {
		snprintf(text, sizeof(text), "127.0.0.1:%u", port + i);
		assert_int_equal(chan_addr_parse(&bed->places[i].addr, text, NULL), 0);
		bed->places[i].fd = -1;
		bed->places[i].caller = -1;
	}
	*state = bed;
	return 0;
}

static void begin_with(struct bed *bed, int n, int from, const struct dial_timers *how)
{
	const struct chan_addr *addrs[3];
	int i;

	for (i = 0; i < n; i++)
		addrs[i] = &bed->places[i].addr;
	bed->dial = dial_new(bed->loop, addrs, n, &ops, bed);
	dial_start(bed->dial, from, how);
}

static void begin(struct bed *bed, int n, int from)
{
	begin_with(bed, n, from, &timers);
}

static int teardown(void **state)
{
	struct bed *bed = *state;
	int i;

	dial_free(bed->dial);
	if (bed->fd >= 0)
		close(bed->fd);
	for (i = 0; i < 3; i++)
		goes(&bed->places[i]);
	loop_timer_free(bed->tick);
	loop_free(bed->loop);
	free(bed);
	return 0;
}

static void test_the_one_that_is_asked_for(void **state)
{
	struct bed *bed = *state;

	answers(&bed->places[0], 8);
	answers(&bed->places[1], 8);
	begin(bed, 2, 1);
	WAIT(bed, bed->n);
	assert_int_equal(bed->which, 1);
	assert_int_equal(bed->places[0].failures, 0);
}

static void test_the_next_one_if_it_refuses(void **state)
{
	struct bed *bed = *state;

	answers(&bed->places[2], 8);
	begin(bed, 3, 0);
	WAIT(bed, bed->n);
	assert_int_equal(bed->which, 2);
	assert_int_equal(bed->places[0].failures, 1);
	assert_string_equal(bed->places[0].why, "Connection refused");
	assert_int_equal(bed->places[1].failures, 1);
}

static void test_who_says_nothing_is_not_waited_for(void **state)
{
	uint64_t begun = timers_ms();
	struct bed *bed = *state;

	says_nothing(&bed->places[0]);
	answers(&bed->places[1], 8);
	begin(bed, 2, 0);
	WAIT(bed, bed->n);
	assert_int_equal(bed->which, 1);
	/* before it has failed, but after its head start */
	assert_int_equal(bed->places[0].failures, 0);
	assert_true(bed->connected_ms - begun >= timers.head_start);
}

/* The other one is asked again and again meanwhile, not only when the first one has failed. */
static void test_the_other_one_comes_late(void **state)
{
	struct bed *bed = *state;

	says_nothing(&bed->places[0]);
	begin(bed, 2, 0);
	WAIT(bed, bed->places[1].failures >= 5);
	assert_int_equal(bed->places[0].failures, 0);
	answers(&bed->places[1], 8);
	WAIT(bed, bed->n);
	assert_int_equal(bed->which, 1);
	assert_int_equal(bed->places[0].failures, 0);
}

static void test_it_fails_in_the_end_and_is_tried_again(void **state)
{
	struct bed *bed = *state;

	says_nothing(&bed->places[0]);
	begin_with(bed, 1, 0, &impatient);
	WAIT(bed, bed->places[0].failures >= 2);
	assert_string_equal(bed->places[0].why, "no connection within 0.4 s");
	assert_int_equal(bed->n, 0);
	goes(&bed->places[0]);
	answers(&bed->places[0], 8);
	WAIT(bed, bed->n);
}

/* An attempt that goes on is not broken off by those beside it. */
static void test_the_first_one_after_all(void **state)
{
	struct bed *bed = *state;
	int fd;

	says_nothing(&bed->places[0]);
	begin(bed, 2, 0);
	WAIT(bed, bed->places[1].failures >= 2);
	/* there is room in its queue: it answers when it is asked once more, by the kernel */
	while ((fd = accept(bed->places[0].fd, NULL, NULL)) >= 0)
		close(fd);
	WAIT(bed, bed->n);
	assert_int_equal(bed->which, 0);
	assert_int_equal(bed->places[0].failures, 0);
}

static void test_stopped_it_does_nothing(void **state)
{
	struct bed *bed = *state;
	int failures;

	says_nothing(&bed->places[0]);
	begin(bed, 2, 0);
	WAIT(bed, bed->places[1].failures);
	dial_stop(bed->dial);
	dial_stop(bed->dial);
	failures = bed->places[1].failures;
	answers(&bed->places[1], 8);
	dial_start(bed->dial, 1, &timers);
	WAIT(bed, bed->n);
	assert_int_equal(bed->places[1].failures, failures);
	assert_int_equal(bed->n, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_one_that_is_asked_for),
		TEST(test_the_next_one_if_it_refuses),
		TEST(test_who_says_nothing_is_not_waited_for),
		TEST(test_the_other_one_comes_late),
		TEST(test_it_fails_in_the_end_and_is_tried_again),
		TEST(test_the_first_one_after_all),
		TEST(test_stopped_it_does_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
