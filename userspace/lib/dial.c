// SPDX-License-Identifier: GPL-2.0
/*
 * Several connect() at once; see dial.h.
 */
#include "dial.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netinet/tcp.h>

#include "backoff.h"
#include "mem.h"

/* An address, and the attempt at it that goes on, if one does */
struct line {
	struct dial *dial;
	const struct chan_addr *addr;
	int fd;				/* -1: none */
	struct loop_fd *event;
	struct loop_timer *answer;
};

struct dial {
	struct loop *loop;
	const struct dial_ops *ops;
	void *arg;
	struct dial_timers timers;
	struct backoff backoff;
	struct loop_timer *next;	/* the next one is tried */
	int at;				/* which is that, if it is not being tried */
	int n;
	struct line lines[];
};

static uint32_t random32(void)
{
	uint32_t r;

	if (getrandom(&r, sizeof(r), 0) != sizeof(r))
		abort();
	return r;
}

static void hang_up(struct line *line)
{
	loop_fd_free(line->event);
	line->event = NULL;
	loop_timer_cancel(line->answer);
	if (line->fd >= 0)
		close(line->fd);
	line->fd = -1;
}

void dial_stop(struct dial *dial)
{
	int i;

	loop_timer_cancel(dial->next);
	for (i = 0; i < dial->n; i++)
		hang_up(&dial->lines[i]);
}

/* The next one that is not being tried, from @dial->at on; NULL: all are. */
static struct line *idle_line(struct dial *dial)
{
	struct line *line;
	int i;

	for (i = 0; i < dial->n; i++) {
		line = &dial->lines[(dial->at + i) % dial->n];
		if (line->fd < 0)
			return line;
	}
	return NULL;
}

static void go_on_behind(struct line *line, uint32_t ms)
{
	struct dial *dial = line->dial;

	dial->at = (line - dial->lines + 1) % dial->n;
	if (idle_line(dial))
		loop_timer_set(dial->next, ms);
}

static void fail(struct line *line, const char *why)
{
	struct dial *dial = line->dial;

	hang_up(line);
	dial->ops->failed(line - dial->lines, why, dial->arg);
	go_on_behind(line, backoff_next(&dial->backoff, random32()));
}

static void no_answer(void *arg)
{
	struct line *line = arg;
	char why[64];

	snprintf(why, sizeof(why), "no connection within %g s",
		 line->dial->timers.answer / 1000.0);
	fail(line, why);
}

static void succeed(struct line *line)
{
	struct dial *dial = line->dial;
	int fd = line->fd;

	line->fd = -1;
	hang_up(line);
	dial_stop(dial);
	dial->ops->connected(fd, line - dial->lines, dial->arg);
}

static void writable(int fd, unsigned int events, void *arg)
{
	socklen_t len = sizeof(int);
	struct line *line = arg;
	int error = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
		error = errno;
	if (error)
		fail(line, strerror(error));
	else
		succeed(line);
}

static void call(struct line *line)
{
	const struct chan_addr *addr = line->addr;
	struct dial *dial = line->dial;
	int one = 1;

	line->fd = socket(addr->ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (line->fd < 0) {
		fail(line, strerror(errno));
		return;
	}
	if (addr->ss.ss_family != AF_UNIX)
		setsockopt(line->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (!connect(line->fd, (const struct sockaddr *)&addr->ss, addr->len)) {
		succeed(line);
	} else if (errno == EINPROGRESS) {
		line->event = loop_fd_new(dial->loop, line->fd, LOOP_WRITE, writable, line);
		loop_timer_set(line->answer, dial->timers.answer);
		go_on_behind(line, dial->timers.head_start);
	} else {
		fail(line, strerror(errno));
	}
}

static void next(void *arg)
{
	struct dial *dial = arg;
	struct line *line = idle_line(dial);

	if (line)
		call(line);
}

void dial_start(struct dial *dial, int from, const struct dial_timers *timers)
{
	dial_stop(dial);
	dial->timers = *timers;
	backoff_init(&dial->backoff, timers->retry_min, timers->retry_max);
	dial->at = from;
	next(dial);
}

struct dial *dial_new(struct loop *loop, const struct chan_addr *const *addrs, int n,
		      const struct dial_ops *ops, void *arg)
{
	struct dial *dial = mem_zalloc(sizeof(*dial) + n * sizeof(dial->lines[0]));
	int i;

	dial->loop = loop;
	dial->ops = ops;
	dial->arg = arg;
	dial->n = n;
	dial->next = loop_timer_new(loop, next, dial);
	for (i = 0; i < n; i++) {
		dial->lines[i] = (struct line){ .dial = dial, .addr = addrs[i], .fd = -1 };
		dial->lines[i].answer = loop_timer_new(loop, no_answer, &dial->lines[i]);
	}
	return dial;
}

void dial_free(struct dial *dial)
{
	int i;

	if (!dial)
		return;
	dial_stop(dial);
	for (i = 0; i < dial->n; i++)
		loop_timer_free(dial->lines[i].answer);
	loop_timer_free(dial->next);
	free(dial);
}
