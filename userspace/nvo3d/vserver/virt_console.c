// SPDX-License-Identifier: GPL-2.0
/*
 * A domain's console as one end of a pair of sockets; between the other end and libvirt's stream
 * the thread of the events passes the bytes on.
 *
 * libvirt's client reads from libvirtd whatever comes, and would keep it without any bound: it has
 * no means to make it wait. So what our end does not take is kept here, BEHIND_MAX at most, and
 * then the console ends.
 */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "mem.h"
#include "virt_priv.h"

#define BEHIND_MAX	(1u << 20)
#define TYPED_MAX	4096u
#define LET_GO_S	5	/* for the thread to close one that nobody has any more */

struct console {
	virStreamPtr st;
	virConnectPtr conn;		/* only to be compared */
	struct uuid id;
	int fd;
	int timer, watch;		/* -1: none */
	bool callback;			/* of the stream: is there */
	bool eof;			/* of the guest; what is behind is still to be read */
	bool failed;			/* it was no proper end */
	size_t at, len;			/* of what is behind */
	size_t typed_at, typed_len;
	uint8_t *behind;
	uint8_t typed[TYPED_MAX];
	struct console *prev, *next;
};

/* Of the list; all else is the thread's */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t let_go = PTHREAD_COND_INITIALIZER;
static struct console *consoles;

static void console_free(struct console *c)
{
	virStreamFree(c->st);
	close(c->fd);
	free(c->behind);
	free(c);
}

/* --- in the thread */

static void leave_stream(struct console *c)
{
	if (c->callback)
		virStreamEventRemoveCallback(c->st);
	c->callback = false;
}

static void finish(struct console *c)
{
	leave_stream(c);
	if (c->timer >= 0)
		virEventRemoveTimeout(c->timer);
	if (c->watch >= 0)
		virEventRemoveHandle(c->watch);
	/* Answered when libvirtd has let go of it: another one may be opened then */
	if (c->eof && !c->failed)
		virStreamFinish(c->st);
	else
		virStreamAbort(c->st);
	pthread_mutex_lock(&lock);
	DL_DELETE(consoles, c);
	pthread_cond_broadcast(&let_go);
	pthread_mutex_unlock(&lock);
	console_free(c);
}

/* False: it is over, as of the next three */
static bool pass_on(struct console *c)
{
	size_t part;
	ssize_t n;

	while (c->len) {
		part = BEHIND_MAX - c->at < c->len ? BEHIND_MAX - c->at : c->len;
		n = write(c->fd, c->behind + c->at, part);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		c->at = (c->at + n) % BEHIND_MAX;
		c->len -= n;
	}
	return !c->eof;
}

static bool receive(struct console *c)
{
	size_t end;
	int n;

	do {
		if (c->len == BEHIND_MAX && (!pass_on(c) || c->len == BEHIND_MAX))
			return false;
		end = (c->at + c->len) % BEHIND_MAX;
		n = virStreamRecv(c->st, (char *)c->behind + end,
				  end < c->at ? c->at - end : BEHIND_MAX - end);
		if (n > 0)
			c->len += n;
	} while (n > 0);
	if (n == -2)
		return true;
	leave_stream(c);
	c->eof = true;
	c->failed = n < 0;
	return true;
}

static bool type(struct console *c)
{
	ssize_t n;
	int sent;

	if (!c->typed_len) {
		n = read(c->fd, c->typed, TYPED_MAX);
		if (n <= 0)
			return n < 0 && (errno == EAGAIN || errno == EINTR);
		c->typed_at = 0;
		c->typed_len = n;
	}
	if (c->eof)	/* nobody is there to hear it */
		c->typed_len = 0;
	while (c->typed_len) {
		sent = virStreamSend(c->st, (char *)c->typed + c->typed_at, c->typed_len);
		if (sent < 0)
			return sent == -2;
		c->typed_at += sent;
		c->typed_len -= sent;
	}
	return true;
}

static void wait_for_more(struct console *c)
{
	virEventUpdateHandle(c->watch, (c->typed_len ? 0 : VIR_EVENT_HANDLE_READABLE) |
			     (c->len ? VIR_EVENT_HANDLE_WRITABLE : 0));
	if (c->callback)
		virStreamEventUpdateCallback(c->st, VIR_STREAM_EVENT_READABLE |
					     (c->typed_len ? VIR_STREAM_EVENT_WRITABLE : 0));
}

static void stream_ready(virStreamPtr st, int events, void *arg)
{
	struct console *c = arg;

	/* What is behind is behind an error, too */
	if (receive(c) && pass_on(c) && (!(events & VIR_STREAM_EVENT_WRITABLE) || type(c)))
		wait_for_more(c);
	else
		finish(c);
}

static void fd_ready(int watch, int fd, int events, void *arg)
{
	struct console *c = arg;

	if (events & (VIR_EVENT_HANDLE_HANGUP | VIR_EVENT_HANDLE_ERROR)) {
		while (type(c) && !c->typed_len)
			;
		finish(c);
	} else if ((!(events & VIR_EVENT_HANDLE_WRITABLE) || pass_on(c)) &&
		   (!(events & VIR_EVENT_HANDLE_READABLE) || type(c))) {
		wait_for_more(c);
	} else {
		finish(c);
	}
}

static void begin(int timer, void *arg)
{
	struct console *c = arg;

	pthread_mutex_lock(&lock);	/* who opened it has gone on */
	virEventRemoveTimeout(c->timer);
	c->timer = -1;
	pthread_mutex_unlock(&lock);
	c->watch = virEventAddHandle(c->fd, VIR_EVENT_HANDLE_READABLE, fd_ready, c, NULL);
	c->callback = !virStreamEventAddCallback(c->st, VIR_STREAM_EVENT_READABLE, stream_ready, c,
						 NULL);
	if (c->watch < 0 || !c->callback)
		finish(c);
}

static struct console *one_of(virConnectPtr conn)
{
	struct console *c;

	pthread_mutex_lock(&lock);
	DL_FOREACH(consoles, c)
		if (c->conn == conn)
			break;
	pthread_mutex_unlock(&lock);
	return c;
}

/* Nobody else takes one out */
void virt_consoles_drop(virConnectPtr conn)
{
	struct console *c;

	while ((c = one_of(conn)))
		finish(c);
}

/* --- in any other */

static bool is_held(const struct uuid *id)
{
	struct console *c;

	DL_FOREACH(consoles, c)
		if (uuid_equal(&c->id, id))
			return true;
	return false;
}

/* Who opens one has closed the one before, which the thread may still have to see */
static int await_let_go(const struct uuid *id, struct err *err)
{
	struct timespec limit;
	int rc = 0;

	clock_gettime(CLOCK_REALTIME, &limit);
	limit.tv_sec += LET_GO_S;
	pthread_mutex_lock(&lock);
	while (is_held(id) && !rc)
		rc = pthread_cond_timedwait(&let_go, &lock, &limit);
	pthread_mutex_unlock(&lock);
	return rc ? err_set(err, EBUSY, "the hypervisor does not let go of its console") : 0;
}

static int open_stream(virDomainPtr dom, virStreamPtr st, bool force, struct err *err)
{
	virErrorPtr error;
	int rc;

	if (!virDomainOpenConsole(dom, NULL, st, force ? VIR_DOMAIN_CONSOLE_FORCE : 0))
		return 0;
	error = virGetLastError();
	rc = error && error->code == VIR_ERR_OPERATION_FAILED ? -EBUSY :
	     error && error->code == VIR_ERR_OPERATION_INVALID ? -ESRCH : -EIO;
	virt_domain_failed(dom, "open the console of", err);
	return rc;
}

static int hand_over(struct console *c, struct err *err)
{
	int rc = 0;

	pthread_mutex_lock(&lock);
	c->timer = virEventAddTimeout(0, begin, c, NULL);
	if (c->timer < 0)
		rc = err_set(err, ENOMEM, "cannot make a timer");
	else
		DL_APPEND(consoles, c);
	pthread_mutex_unlock(&lock);
	return rc;
}

int virt_console(struct virt *v, const struct uuid *id, bool force, int *ret_fd, struct err *err)
{
	_cleanup_domain_ virDomainPtr dom = NULL;
	int fds[2], rc = await_let_go(id, err);
	struct console *c;
	virStreamPtr st;

	if (!rc)
		rc = virt_domain(v, id, &dom, err);
	if (rc)
		return rc;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds))
		return err_sys(err, errno, "cannot make a pair of sockets");
	st = virStreamNew(virDomainGetConnect(dom), VIR_STREAM_NONBLOCK);
	rc = st ? open_stream(dom, st, force, err) : virt_failed(err, "cannot make a stream");
	if (rc) {
		if (st)
			virStreamFree(st);
		close(fds[0]);
		close(fds[1]);
		return rc;
	}
	c = mem_zalloc(sizeof(*c));
	c->st = st;
	c->conn = virDomainGetConnect(dom);
	c->id = *id;
	c->fd = fds[1];
	c->watch = -1;
	c->behind = mem_check(malloc(BEHIND_MAX));
	rc = hand_over(c, err);
	if (rc) {
		virStreamAbort(st);
		console_free(c);
		close(fds[0]);
		return rc;
	}
	*ret_fd = fds[0];
	return 0;
}
