// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/loop.h"

struct note {
	struct loop *loop;
	char seen[16];
	int n, stop_at;
	bool dropped;
};

static void note(struct note *n, char c)
{
	n->seen[n->n++] = c;
	if (n->n == n->stop_at)
		loop_stop(n->loop);
}

static void say_a(void *arg)
{
	note(arg, 'a');
}

static void say_b(void *arg)
{
	note(arg, 'b');
}

static void say_c_then_a(void *arg)
{
	struct note *n = arg;

	loop_defer(n->loop, say_a, n);
	note(n, 'c');
}

static void drop(void *arg)
{
	struct note *n = arg;

	n->dropped = true;
}

static void test_deferred_in_order_and_later(void **state)
{
	struct note n = { .loop = loop_new(), .stop_at = 3 };

	loop_defer(n.loop, say_c_then_a, &n);
	loop_defer(n.loop, say_b, &n);
	assert_int_equal(n.n, 0);
	assert_int_equal(loop_run(n.loop), 0);
	assert_string_equal(n.seen, "cba");
	loop_free(n.loop);
}

static void test_drop_when_the_loop_ends(void **state)
{
	struct note n = { .loop = loop_new() };

	loop_defer_or(n.loop, say_a, drop, &n);
	loop_defer(n.loop, say_b, &n);
	loop_free(n.loop);
	assert_true(n.dropped);
	assert_int_equal(n.n, 0);
	loop_free(NULL);
}

static void test_timers(void **state)
{
	struct note n = { .loop = loop_new(), .stop_at = 2 };
	struct loop_timer *a, *b, *never;
	uint64_t start = loop_now_ms();

	a = loop_timer_new(n.loop, say_a, &n);
	b = loop_timer_new(n.loop, say_b, &n);
	never = loop_timer_new(n.loop, say_c_then_a, &n);
	loop_timer_set(a, 3600000);
	loop_timer_set(a, 30);
	loop_timer_set(b, 10);
	loop_timer_set(never, 0);
	loop_timer_cancel(never);
	assert_int_equal(loop_run(n.loop), 0);
	assert_string_equal(n.seen, "ba");
	assert_true(loop_now_ms() - start >= 29);
	loop_timer_free(a);
	loop_timer_free(b);
	loop_timer_free(never);
	loop_timer_free(NULL);
	loop_free(n.loop);
}

static void on_fd(int fd, unsigned int events, void *arg)
{
	char c;

	assert_int_equal(events, LOOP_READ);
	assert_int_equal(read(fd, &c, 1), 1);
	note(arg, c);
}

static void test_fd(void **state)
{
	struct note n = { .loop = loop_new(), .stop_at = 2 };
	struct loop_fd *lfd;
	int p[2];

	assert_int_equal(pipe(p), 0);
	lfd = loop_fd_new(n.loop, p[0], LOOP_READ, on_fd, &n);
	assert_non_null(lfd);
	assert_int_equal(write(p[1], "xy", 2), 2);
	assert_int_equal(loop_run(n.loop), 0);
	assert_string_equal(n.seen, "xy");
	loop_fd_free(lfd);
	loop_fd_free(NULL);
	close(p[0]);
	close(p[1]);
	loop_free(n.loop);
}

static void test_signal(void **state)
{
	struct note n = { .loop = loop_new(), .stop_at = 1 };
	struct loop_signal *sig = loop_signal_new(n.loop, SIGUSR1, say_a, &n);

	assert_non_null(sig);
	raise(SIGUSR1);
	/* Ignored since loop_new() */
	raise(SIGPIPE);
	assert_int_equal(loop_run(n.loop), 0);
	assert_string_equal(n.seen, "a");
	loop_signal_free(sig);
	loop_free(n.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deferred_in_order_and_later),
		cmocka_unit_test(test_drop_when_the_loop_ends),
		cmocka_unit_test(test_timers),
		cmocka_unit_test(test_fd),
		cmocka_unit_test(test_signal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
