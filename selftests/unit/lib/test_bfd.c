// SPDX-License-Identifier: GPL-2.0
/* Sessions over the loopback of a network namespace of their own */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bfd.h"
#include "bfd_sock.h"
#include "loop.h"
#include "sandbox.h"

#define DEADLINE_MS 60000

static struct loop *loop;
static struct loop_timer *tick;

static void tick_over(void *arg)
{
	loop_stop(loop);
}

static void turn(void)
{
	loop_timer_set(tick, 1);
	assert_int_equal(loop_run(loop), 0);
}

#define WAIT(cond)							\
	do {								\
		uint64_t wait_end = loop_now_ms() + DEADLINE_MS;	\
									\
		while (!(cond)) {					\
			if (loop_now_ms() > wait_end)			\
				fail_msg("waited in vain for %s", #cond); \
			turn();						\
		}							\
	} while (0)

static void settle(unsigned int ms)
{
	uint64_t end = loop_now_ms() + ms;

	while (loop_now_ms() < end)
		turn();
}

static void set_lo(bool up)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = { .ifr_name = "lo", .ifr_flags = up ? IFF_UP : 0 };

	assert_return_code(ioctl(fd, SIOCSIFFLAGS, &ifr), 0);
	close(fd);
}

static void add_ipv6(const char *text)
{
	struct {
		struct in6_addr addr;
		uint32_t prefix_len;
		int ifindex;
	} req = { .prefix_len = 128, .ifindex = if_nametoindex("lo") };
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ip_addr addr;

	ip_addr_parse(&addr, text, NULL);
	memcpy(&req.addr, addr.b, 16);
	assert_return_code(ioctl(fd, SIOCSIFADDR, &req), 0);
	close(fd);
}

static int enter(void **state)
{
	if (sandbox_enter(state))
		return -1;
	set_lo(true);
	return 0;
}

static int setup(void **state)
{
	loop = loop_new();
	tick = loop_timer_new(loop, tick_over, NULL);
	return 0;
}

static int teardown(void **state)
{
	loop_timer_free(tick);
	loop_free(loop);
	return 0;
}

struct end {
	struct bfd *bfd;
	struct bfd_session *s;
	unsigned int changes;
	unsigned int refused[__BFD_REFUSAL_MAX];
};

static void changed(struct bfd_session *s, void *arg)
{
	((struct end *)arg)->changes++;
}

static void refused(const struct ip_addr *from, enum bfd_refusal why, void *arg)
{
	((struct end *)arg)->refused[why]++;
}

static const struct bfd_ops ops = { .changed = changed, .refused = refused };

static struct ip_addr ip(const char *text)
{
	struct ip_addr addr;

	assert_int_equal(ip_addr_parse(&addr, text, NULL), 0);
	return addr;
}

static struct bfd_config config_at(const char *local4, const char *local6)
{
	struct bfd_config config = { .params = { 200000, 200000, 5 } };

	if (local4)
		config.local4 = ip(local4);
	if (local6)
		config.local6 = ip(local6);
	return config;
}

static void begin(struct end *e, const struct bfd_config *config, const char *peer)
{
	struct ip_addr addr = ip(peer);
	struct err err;

	memset(e, 0, sizeof(*e));
	e->bfd = bfd_new(loop, config, &ops, e, &err);
	if (!e->bfd)
		fail_msg("%s", err.text);
	e->s = bfd_session_add(e->bfd, &addr, BFD_SAYS_NOTHING, &err);
	if (!e->s)
		fail_msg("%s", err.text);
}

static uint8_t state_of(const struct end *e)
{
	return bfd_session_fsm(e->s)->state;
}

static enum bfd_verdict verdict_of(const struct end *e)
{
	return bfd_session_fsm(e->s)->verdict;
}

static void come_up_and_go(struct end *a, struct end *b)
{
	struct timespec t0, t1;

	WAIT(state_of(a) == BFD_UP && state_of(b) == BFD_UP);
	WAIT(!bfd_session_fsm(a->s)->polling && !bfd_session_fsm(b->s)->polling);
	assert_int_equal(bfd_fsm_detection(bfd_session_fsm(a->s)), 1000000);
	settle(1200);
	assert_true(verdict_of(a) == BFD_SAYS_UP && verdict_of(b) == BFD_SAYS_UP);
	/* Up, and the state in between */
	assert_in_range(a->changes, 1, 2);
	set_lo(false);
	clock_gettime(CLOCK_MONOTONIC, &t0);
	WAIT(verdict_of(a) == BFD_SAYS_DOWN && verdict_of(b) == BFD_SAYS_DOWN);
	clock_gettime(CLOCK_MONOTONIC, &t1);
	/* Not before four of five packets were missed */
	assert_true((t1.tv_sec - t0.tv_sec) * 1000 + (t1.tv_nsec - t0.tv_nsec) / 1000000 >= 790);
	assert_int_equal(bfd_session_fsm(a->s)->diag, BFD_DIAG_EXPIRED);
	set_lo(true);
}

static void test_up_down_up(void **state)
{
	struct bfd_config ca = config_at("127.0.0.1", NULL), cb = config_at("127.0.0.2", NULL);
	struct end a, b;

	begin(&a, &ca, "127.0.0.2");
	begin(&b, &cb, "127.0.0.1");
	come_up_and_go(&a, &b);
	WAIT(state_of(&a) == BFD_UP && state_of(&b) == BFD_UP);
	assert_true(verdict_of(&a) == BFD_SAYS_UP && verdict_of(&b) == BFD_SAYS_UP);
	/* The end of one is no failure to the other */
	bfd_free(a.bfd);
	WAIT(state_of(&b) == BFD_DOWN);
	settle(1200);
	assert_int_equal(verdict_of(&b), BFD_SAYS_NOTHING);
	bfd_free(b.bfd);
}

static void test_ipv6(void **state)
{
	struct bfd_config ca = config_at(NULL, "fd00::1"), cb = config_at(NULL, "fd00::2");
	struct end a, b;

	add_ipv6("fd00::1");
	add_ipv6("fd00::2");
	begin(&a, &ca, "fd00::2");
	begin(&b, &cb, "fd00::1");
	come_up_and_go(&a, &b);
	/* That took the addresses away; who waits for them gets them */
	add_ipv6("fd00::1");
	add_ipv6("fd00::2");
	WAIT(state_of(&a) == BFD_UP && state_of(&b) == BFD_UP);
	bfd_free(a.bfd);
	bfd_free(b.bfd);
}

/* --- a neighbor that is no program */

struct neighbor {
	int in, out;
	struct bfd_packet says;
};

static int neighbor_open(const char *local, uint16_t port, int ttl)
{
	const struct sock_addr addr = { ip(local), port };
	int one = 1, fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_storage native;
	socklen_t len = sock_addr_to_native(&addr, &native);

	assert_return_code(bind(fd, (struct sockaddr *)&native, len), 0);
	setsockopt(fd, IPPROTO_IP, IP_RECVTTL, &one, sizeof(one));
	setsockopt(fd, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl));
	return fd;
}

static void neighbor_begin(struct neighbor *n, const char *local, uint16_t port)
{
	n->in = neighbor_open(local, port, 255);
	n->out = neighbor_open(local, 50000, 255);
	n->says = (struct bfd_packet){ .state = BFD_DOWN, .mult = 5, .my = 9, .min_tx = 100000,
				       .min_rx = 1000000 };
}

static void neighbor_end(struct neighbor *n)
{
	close(n->in);
	close(n->out);
}

static void say(struct neighbor *n, uint8_t state, uint32_t your)
{
	struct ip_addr to = ip("127.0.0.1");
	uint8_t data[BFD_PACKET_LEN];

	n->says.state = state;
	n->says.your = your;
	bfd_packet_encode(&n->says, data);
	bfd_sock_send(n->out, &to, BFD_PORT, data, sizeof(data));
}

static void bring_up(struct neighbor *n, struct end *a)
{
	say(n, BFD_DOWN, 0);
	WAIT(state_of(a) == BFD_INIT);
	say(n, BFD_UP, bfd_session_fsm(a->s)->my);
	WAIT(state_of(a) == BFD_UP);
}

struct seen {
	unsigned int n;
	int ttl;
	struct bfd_packet p;
};

static void see(const struct bfd_datagram *d, void *arg)
{
	struct seen *seen = arg;

	seen->n++;
	seen->ttl = d->ttl;
	assert_int_equal(bfd_packet_decode(&seen->p, d->data, d->len), BFD_TAKEN);
}

static void test_what_it_sends(void **state)
{
	struct bfd_config config = config_at("127.0.0.1", NULL);
	struct bfd_inbox *box = bfd_inbox_new();
	struct sockaddr_in from[2] = {};
	struct neighbor n;
	struct seen seen = {};
	struct ip_addr other;
	struct end a;

	neighbor_begin(&n, "127.0.0.9", BFD_PORT);
	begin(&a, &config, "127.0.0.9");
	WAIT(bfd_sock_receive(n.in, box, see, &seen));
	assert_int_equal(seen.ttl, 255);
	assert_int_equal(seen.p.state, BFD_DOWN);
	assert_int_equal(seen.p.min_echo, 0);
	assert_int_equal(seen.p.min_tx, 1000000);
	/* One source port, which no other session has, in the RFC's range */
	other = ip("127.0.0.8");
	assert_non_null(bfd_session_add(a.bfd, &other, BFD_SAYS_NOTHING, NULL));
	{
		int fd[2] = { n.in, neighbor_open("127.0.0.8", BFD_PORT, 255) };

		for (int i = 0; i < 2; i++) {
			socklen_t len = sizeof(from[i]);
			char b[64];

			WAIT(recvfrom(fd[i], b, sizeof(b), 0, (struct sockaddr *)&from[i],
				      &len) > 0);
			assert_in_range(ntohs(from[i].sin_port), BFD_SOURCE_MIN, BFD_SOURCE_MAX);
		}
		close(fd[1]);
	}
	assert_int_not_equal(from[0].sin_port, from[1].sin_port);
	/* A change is told at once, the farewell too */
	bfd_session_del(bfd_session_lookup(a.bfd, &other));
	assert_null(bfd_session_lookup(a.bfd, &other));
	bring_up(&n, &a);
	bfd_free(a.bfd);
	WAIT(bfd_sock_receive(n.in, box, see, &seen));
	assert_int_equal(seen.p.state, BFD_ADMIN_DOWN);
	assert_int_equal(seen.p.diag, BFD_DIAG_ADMIN);
	neighbor_end(&n);
	bfd_inbox_free(box);
}

static void test_refused(void **state)
{
	struct bfd_config config = config_at("127.0.0.1", NULL);
	struct ip_addr to = ip("127.0.0.1");
	struct end a;
	struct neighbor n, stranger;
	struct bfd_fsm before;
	uint8_t data[256] = {};
	int far;

	neighbor_begin(&n, "127.0.0.9", BFD_PORT);
	neighbor_begin(&stranger, "127.0.0.10", BFD_PORT);
	far = neighbor_open("127.0.0.9", 50001, 254);
	begin(&a, &config, "127.0.0.9");
	bring_up(&n, &a);
	before = *bfd_session_fsm(a.s);

	stranger.says.my = 12;
	say(&stranger, BFD_DOWN, before.my);
	WAIT(a.refused[BFD_SOURCE] == 1);
	say(&stranger, BFD_DOWN, 0);
	WAIT(a.refused[BFD_NO_SESSION] == 1);
	say(&n, BFD_DOWN, before.my ^ 1);
	WAIT(a.refused[BFD_NO_SESSION] == 2);
	say(&n, BFD_INIT, 0);
	say(&n, BFD_UP, 0);
	WAIT(a.refused[BFD_NO_YOUR] == 2);

	n.says.state = BFD_DOWN;
	n.says.your = before.my;
	bfd_packet_encode(&n.says, data);
	bfd_sock_send(far, &to, BFD_PORT, data, BFD_PACKET_LEN);
	WAIT(a.refused[BFD_TTL] == 1);
	bfd_sock_send(n.out, &to, BFD_PORT, data, BFD_PACKET_LEN - 1);
	bfd_sock_send(n.out, &to, BFD_PORT, data, 0);
	WAIT(a.refused[BFD_TRUNCATED] == 2);
	data[0] = 0x40;
	bfd_sock_send(n.out, &to, BFD_PORT, data, sizeof(data));
	WAIT(a.refused[BFD_VERSION] == 1);
	data[0] = 0x20;
	data[1] |= 4;
	data[3] = 26;
	bfd_sock_send(n.out, &to, BFD_PORT, data, 26);
	WAIT(a.refused[BFD_AUTH] == 1);
	/* None of them was a sign of life, or told anything */
	assert_int_equal(bfd_session_fsm(a.s)->remote_state, before.remote_state);
	assert_int_equal(bfd_session_fsm(a.s)->your, 9);
	if (state_of(&a) == BFD_UP)
		assert_int_equal(bfd_session_fsm(a.s)->expires, before.expires);
	close(far);
	neighbor_end(&n);
	neighbor_end(&stranger);
	bfd_free(a.bfd);
}

/* Who stands still must not take others for dead: what came meanwhile is read first */
static void test_loop_that_stood_still(void **state)
{
	struct bfd_config config = config_at("127.0.0.1", NULL);
	struct timespec pause = { .tv_sec = 1, .tv_nsec = 300000000 };
	struct neighbor n;
	struct end a;

	neighbor_begin(&n, "127.0.0.9", BFD_PORT);
	begin(&a, &config, "127.0.0.9");
	bring_up(&n, &a);
	assert_int_equal(bfd_fsm_detection(bfd_session_fsm(a.s)), 1000000);
	nanosleep(&pause, NULL);
	for (int i = 0; i < 100; i++)
		say(&n, BFD_UP, bfd_session_fsm(a.s)->my);
	a.changes = 0;
	turn();
	assert_int_equal(state_of(&a), BFD_UP);
	assert_int_equal(a.changes, 0);
	WAIT(verdict_of(&a) == BFD_SAYS_DOWN);
	neighbor_end(&n);
	bfd_free(a.bfd);
}

static void test_multihop(void **state)
{
	struct bfd_config config = config_at("127.0.0.1", NULL);
	struct ip_addr to = ip("127.0.0.1");
	struct bfd_inbox *box = bfd_inbox_new();
	uint8_t data[BFD_PACKET_LEN];
	struct seen seen = {};
	struct neighbor n;
	struct end a;
	int far;

	config.multihop = true;
	neighbor_begin(&n, "127.0.0.9", BFD_MULTIHOP_PORT);
	far = neighbor_open("127.0.0.9", 50001, 17);
	begin(&a, &config, "127.0.0.9");
	WAIT(bfd_sock_receive(n.in, box, see, &seen));
	bfd_packet_encode(&n.says, data);
	bfd_sock_send(far, &to, BFD_MULTIHOP_PORT, data, sizeof(data));
	WAIT(state_of(&a) == BFD_INIT);
	close(far);
	neighbor_end(&n);
	bfd_inbox_free(box);
	bfd_free(a.bfd);
}

static void test_port_in_use(void **state)
{
	struct bfd_config config = config_at("127.0.0.1", NULL);
	int fd = neighbor_open("127.0.0.1", BFD_PORT, 255);
	struct err err;

	assert_null(bfd_new(loop, &config, &ops, NULL, &err));
	assert_non_null(strstr(err.text, "at 127.0.0.1, UDP port 3784: Address already in use"));
	close(fd);
}

/* --- a thousand neighbors, all of them in this process */

#define MANY 1000

static double cpu_seconds(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_utime.tv_sec + u.ru_stime.tv_sec +
	       (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static struct ip_addr nth(int i)
{
	return (struct ip_addr){ .family = AF_INET, .b = { 127, 1, i / 250, i % 250 + 1 } };
}

static int count_up(const struct bfd *bfd)
{
	int n = 0;

	for (int i = 0; i < MANY; i++) {
		struct ip_addr addr = nth(i);

		n += bfd_session_fsm(bfd_session_lookup(bfd, &addr))->state == BFD_UP;
	}
	return n;
}

/*
 * Whether the loop always went on within a third of the time of detection. Both ends are in this
 * process: when the machine stands still, so does the far end, and has nothing in the sockets.
 */
static bool went_on(unsigned int ms)
{
	uint64_t now = loop_now_ms(), end = now + ms, before;
	bool steady = true;

	while (now < end) {
		before = now;
		loop_timer_set(tick, 20);
		assert_int_equal(loop_run(loop), 0);
		now = loop_now_ms();
		steady = steady && now - before < 500;
	}
	return steady;
}

static void test_a_thousand(void **state)
{
	uint64_t deadline = loop_now_ms() + DEADLINE_MS;
	struct rlimit files = { 4 * MANY, 4 * MANY };
	struct bfd_config config = config_at("127.0.0.1", NULL);
	static struct end many[MANY];
	struct end hub = {};
	uint64_t from;
	bool steady;
	double cpu;

	assert_return_code(setrlimit(RLIMIT_NOFILE, &files), 0);
	config.params = (struct bfd_params){ 300000, 300000, 5 };
	hub.bfd = bfd_new(loop, &config, &ops, &hub, NULL);
	for (int i = 0; i < MANY; i++) {
		struct bfd_config c = config;
		struct ip_addr addr = nth(i);
		struct err err;

		if (!bfd_session_add(hub.bfd, &addr, BFD_SAYS_NOTHING, &err))
			fail_msg("%s", err.text);
		c.local4 = addr;
		begin(&many[i], &c, "127.0.0.1");
	}
	do {
		WAIT(count_up(hub.bfd) == MANY);
		cpu = cpu_seconds();
		from = loop_now_ms();
		hub.changes = 0;
		steady = went_on(3000);
		cpu = (cpu_seconds() - cpu) / (loop_now_ms() - from) * 1000;
	} while (!steady && loop_now_ms() < deadline);
	print_message("%d sessions, both ends: %.1f %% of a processor\n", MANY, cpu * 100);
	assert_true(steady);
	assert_int_equal(hub.changes, 0);
	assert_int_equal(count_up(hub.bfd), MANY);
	/* Both ends, sanitizers, a slow machine: far from what a quadratic one would take */
	assert_true(cpu < 0.9);
	for (int i = 0; i < MANY; i++)
		bfd_free(many[i].bfd);
	bfd_free(hub.bfd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_up_down_up, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ipv6, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_it_sends, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_loop_that_stood_still, setup, teardown),
		cmocka_unit_test_setup_teardown(test_multihop, setup, teardown),
		cmocka_unit_test_setup_teardown(test_port_in_use, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_thousand, setup, teardown),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
