// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#include <utlist.h>

#include "echo.h"
#include "errs.h"
#include "host_addr.h"
#include "mem.h"
#include "msg.h"
#include "rtt.h"
#include "rtt_run.h"

struct run {
	struct rtt_runs *runs;
	struct rtt rtt;
	struct ip_addr addr;
	int fd;
	struct loop_fd *watch;
	struct loop_timer *timer;
	rtt_fn done;
	void *arg;
	struct run *prev, *next;
};

struct rtt_runs {
	struct loop *loop;
	struct run *list;
	unsigned int n;
};

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000ull + ts.tv_nsec / 1000;
}

static void finish(struct run *run, uint32_t code, const char *text)
{
	DL_DELETE(run->runs->list, run);
	run->runs->n--;
	loop_timer_free(run->timer);
	loop_fd_free(run->watch);
	close(run->fd);
	run->done(code, text, run->rtt.best, run->arg);
	free(run);
}

static void fail(struct run *run, int error, const char *what)
{
	char text[IP_ADDR_STRLEN];
	struct err err;

	err_sys(&err, error, "%s %s", what, ip_addr_format(&run->addr, text));
	finish(run, CODE(UNAVAILABLE), err.text);
}

/* Whoever is asked to has gone, or not come: an error of the network is no reply, and no end. */
static bool is_lost(int error)
{
	return error == EAGAIN || error == ENOBUFS || error == ECONNREFUSED ||
	       error == EHOSTUNREACH || error == ENETUNREACH || error == EINTR;
}

/* False: it has failed, and @run is gone. */
static bool send_due(struct run *run, uint64_t now)
{
	uint8_t packet[ECHO_LEN];

	if (!rtt_due(&run->rtt, now))
		return true;
	echo_build(packet, run->addr.family, run->rtt.id, run->rtt.sent);
	if (send(run->fd, packet, sizeof(packet), MSG_DONTWAIT) < 0 && !is_lost(errno)) {
		fail(run, errno, "no echo to");
		return false;
	}
	rtt_sent(&run->rtt, now);
	return true;
}

static void look(struct run *run)
{
	uint64_t now = now_us(), next;
	char text[IP_ADDR_STRLEN];
	struct err err;

	if (!send_due(run, now))
		return;
	switch (rtt_state(&run->rtt, now)) {
	case RTT_ON:
		next = rtt_next(&run->rtt);
		loop_timer_set(run->timer, next > now ? (next - now + 999) / 1000 : 0);
		break;
	case RTT_DONE:
		finish(run, CODE(OK), "");
		break;
	case RTT_SILENT:
		err_set(&err, ETIMEDOUT, "%s answers no echo", ip_addr_format(&run->addr, text));
		finish(run, CODE(UNAVAILABLE), err.text);
	}
}

static void timeout(void *arg)
{
	look(arg);
}

static void readable(int fd, unsigned int events, void *arg)
{
	struct run *run = arg;
	uint8_t packet[256];
	uint16_t id, seq;
	ssize_t len;

	/* its source is the address that the socket is connected to */
	while ((len = recv(fd, packet, sizeof(packet), MSG_DONTWAIT)) >= 0 || errno == EINTR)
		if (len > 0 && echo_parse(packet, len, run->addr.family, &id, &seq))
			rtt_heard(&run->rtt, id, seq, now_us());
	if (!is_lost(errno))
		fail(run, errno, "no echo from");
	else
		look(run);
}

/* Replies and nothing else; an error is not one of those that are worth a failure. */
static void want_replies(int fd, int family)
{
	struct icmp_filter others = { ~(1u << ICMP_ECHOREPLY) };
	struct icmp6_filter only;

	if (family == AF_INET) {
		setsockopt(fd, SOL_RAW, ICMP_FILTER, &others, sizeof(others));
		return;
	}
	ICMP6_FILTER_SETBLOCKALL(&only);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &only);
	setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &only, sizeof(only));
}

/* -errno with a sentence. It may not broadcast, so the broadcast address of a subnet is refused. */
static int open_socket(const struct ip_addr *addr, struct err *err)
{
	struct sock_addr to = { .ip = *addr };
	struct sockaddr_storage native;
	char text[IP_ADDR_STRLEN];
	socklen_t len;
	int fd, rc;

	fd = socket(addr->family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC,
		    addr->family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);
	if (fd < 0)
		return err_sys(err, errno, "no socket for echoes");
	want_replies(fd, addr->family);
	len = sock_addr_to_native(&to, &native);
	if (!connect(fd, (struct sockaddr *)&native, len))
		return fd;
	rc = err_sys(err, errno, "no way to %s", ip_addr_format(addr, text));
	close(fd);
	return rc;
}

static uint16_t random_id(void)
{
	uint16_t id;

	if (getrandom(&id, sizeof(id), 0) != sizeof(id))
		abort();
	return id;
}

void rtt_measure(struct rtt_runs *runs, const struct ip_addr *addr, rtt_fn done, void *arg)
{
	struct run *run;
	struct err err;
	int fd;

	if (host_addr_check(addr, &err)) {
		done(CODE(BAD_MESSAGE), err.text, 0, arg);
		return;
	}
	if (runs->n == RTT_AT_ONCE) {
		done(CODE(BUSY), "too many round-trip times are being measured", 0, arg);
		return;
	}
	fd = open_socket(addr, &err);
	if (fd < 0) {
		done(CODE(UNAVAILABLE), err.text, 0, arg);
		return;
	}
	run = mem_zalloc(sizeof(*run));
	*run = (struct run){ .runs = runs, .addr = *addr, .fd = fd, .done = done, .arg = arg };
	rtt_init(&run->rtt, random_id());
	run->timer = loop_timer_new(runs->loop, timeout, run);
	run->watch = loop_fd_new(runs->loop, fd, LOOP_READ, readable, run);
	DL_APPEND(runs->list, run);
	runs->n++;
	look(run);
}

struct rtt_runs *rtt_runs_new(struct loop *loop)
{
	struct rtt_runs *runs = mem_zalloc(sizeof(*runs));

	runs->loop = loop;
	return runs;
}

void rtt_runs_free(struct rtt_runs *runs)
{
	if (!runs)
		return;
	while (runs->list)
		finish(runs->list, CODE(UNAVAILABLE), "the vServer stops");
	free(runs);
}
