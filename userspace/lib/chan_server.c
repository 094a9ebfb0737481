// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <netinet/tcp.h>

#include "chan_addr.h"
#include "chan_continue.h"
#include "cleanup.h"
#include "complaints.h"
#include "log.h"
#include "mem.h"

#define BACKLOG 4096
#define ACCEPTS 64		/* in one turn of the loop */
#define PAUSE_MS 100		/* when there are no descriptors left */

TAILQ_HEAD(chan_list, chan);

struct chan_server {
	struct loop *loop;
	struct tls *tls;
	const struct chan_ops *ops;
	void *arg;
	unsigned int roles;
	unsigned int uid;		/* Unix: the only one that may connect, */
	struct identity peer;		/* and for whom it is taken */
	struct chan_addr addr;
	int fd;
	struct loop_fd *accepting;	/* NULL while too many have not said hello */
	struct loop_timer *pause;
	bool starved;
	struct chan_list chans;
	struct chan *by_session;	/* hash */
	unsigned int n_pending;
	struct complaints complaints;
};

static void set_accepting(struct chan_server *server);

/* @chan has said hello, or is gone before it did */
static void not_pending(struct chan_server *server)
{
	server->n_pending--;
	set_accepting(server);
}

void chan_server_up(struct chan *chan)
{
	not_pending(chan->server);
}

void chan_server_forget(struct chan *chan)
{
	TAILQ_REMOVE(&chan->server->chans, chan, link);
	if (chan->by_session.tbl)
		HASH_DELETE(by_session, chan->server->by_session, chan);
	chan->server = NULL;
}

void chan_server_ended(struct chan *chan, bool was_up, const char *why)
{
	struct chan_server *server = chan->server;

	if (!was_up) {
		log_write(complaints_lately(&server->complaints, chan->addr, why, loop_now_ms()) ?
				  LOG_LEVEL_DEBUG : LOG_LEVEL_WARN,
			  "%s refused at %s: %s", chan->addr, server->addr.text, why);
		not_pending(server);
	}
	chan_server_forget(chan);
	chan_put(chan);
}

void chan_server_name(struct chan *chan)
{
	if (getrandom(chan->session, CHAN_SESSION, 0) != CHAN_SESSION)
		abort();
	HASH_ADD(by_session, chan->server->by_session, session, CHAN_SESSION, chan);
}

struct chan *chan_server_find(struct chan *chan, const uint8_t session[CHAN_SESSION])
{
	struct chan *found;

	HASH_FIND(by_session, chan->server->by_session, session, CHAN_SESSION, found);
	return found;
}

static void name_client(struct chan *chan, int fd)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof(ss);

	if (getpeername(fd, (struct sockaddr *)&ss, &len) < 0)
		strcpy(chan->addr, "?");
	else
		chan_addr_format(&ss, chan->addr);
}

static void check_uid(struct chan *chan, int fd)
{
	struct chan_server *server = chan->server;
	struct ucred cred = { .uid = (uid_t)-1 };
	socklen_t len = sizeof(cred);
	char why[CHAN_TEXT];

	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len);
	if (cred.uid == server->uid) {
		chan_set_peer(chan, &server->peer);
		chan_greet(chan);
		return;
	}
	snprintf(why, sizeof(why), "uid %u may not connect; uid %u may", cred.uid, server->uid);
	chan_refuse(chan, CODE(DENIED), why);
}

static void accepted(struct chan_server *server, int fd)
{
	struct chan *chan = chan_new(server->loop, server->ops, server->arg);
	int one = 1;

	chan->server = server;
	chan->tls = server->tls;
	chan->roles = server->roles;
	TAILQ_INSERT_TAIL(&server->chans, chan, link);
	server->n_pending++;
	if (server->tls) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		name_client(chan, fd);
	} else {
		snprintf(chan->addr, sizeof(chan->addr), "%s", server->addr.text);
	}
	chan_start(chan, fd);
	if (!server->tls)
		check_uid(chan, fd);
}

static void pause_over(void *arg)
{
	struct chan_server *server = arg;

	server->starved = false;
	set_accepting(server);
}

static void on_connection(int fd, unsigned int events, void *arg)
{
	struct chan_server *server = arg;
	int i, conn;

	for (i = 0; i < ACCEPTS && server->n_pending < chan_timers.pending_max; i++) {
		conn = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (conn >= 0) {
			accepted(server, conn);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			log_err("cannot accept at %s: %s", server->addr.text, strerror(errno));
			server->starved = true;
			loop_timer_set(server->pause, PAUSE_MS);
		}
		if (errno != ECONNABORTED && errno != EINTR)
			break;
	}
	set_accepting(server);
}

/*
 * Beyond the limit the kernel's queue holds those who wait, so that all of a site may come
 * back at once; the handshake's deadline makes sure that a place becomes free.
 */
static void set_accepting(struct chan_server *server)
{
	bool want = !server->starved && server->n_pending < chan_timers.pending_max;

	if (want && !server->accepting) {
		server->accepting = loop_fd_new(server->loop, server->fd, LOOP_READ, on_connection,
						server);
	} else if (!want && server->accepting) {
		loop_fd_free(server->accepting);
		server->accepting = NULL;
	}
}

static struct chan_server *server_new(struct loop *loop, const struct chan_ops *ops, void *arg)
{
	struct chan_server *server = mem_zalloc(sizeof(*server));

	server->loop = loop;
	server->ops = ops;
	server->arg = arg;
	server->fd = -1;
	server->pause = loop_timer_new(loop, pause_over, server);
	TAILQ_INIT(&server->chans);
	return server;
}

static int open_socket(const struct chan_addr *addr, struct err *err)
{
	_cleanup_close_ int fd = -1;
	int one = 1;

	fd = socket(addr->ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_sys(err, errno, "cannot listen at %s", addr->text);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	/* A Unix socket's file takes its mode from here, before anybody can connect. */
	if (addr->ss.ss_family == AF_UNIX)
		fchmod(fd, 0600);
	if (bind(fd, (const struct sockaddr *)&addr->ss, addr->len) < 0 || listen(fd, BACKLOG) < 0)
		return err_sys(err, errno, "cannot listen at %s", addr->text);
	return steal_fd(&fd);
}

struct chan_server *chan_listen(struct loop *loop, struct tls *tls, const char *addr,
				unsigned int roles, const struct chan_ops *ops, void *arg,
				struct err *err)
{
	struct chan_server *server;
	struct chan_addr a;
	int fd;

	if (!strncmp(addr, "unix:", 5)) {
		err_set(err, EINVAL, "\"%s\": not an address and port", addr);
		return NULL;
	}
	if (chan_addr_parse(&a, addr, err) < 0)
		return NULL;
	fd = open_socket(&a, err);
	if (fd < 0)
		return NULL;
	server = server_new(loop, ops, arg);
	server->tls = tls;
	server->roles = roles;
	server->addr = a;
	server->fd = fd;
	set_accepting(server);
	return server;
}

/* What a killed daemon left may go, what somebody listens on may not. */
static int clear_path(const struct chan_addr *addr, struct err *err)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct stat st;

	if (fd < 0)
		return err_sys(err, errno, "cannot listen at %s", addr->text);
	if (!connect(fd, (const struct sockaddr *)&addr->un, addr->len) || errno == EAGAIN)
		return err_set(err, EADDRINUSE, "cannot listen at %s: another process does",
			       addr->text);
	/* A connection to any other kind of file is refused as well; that file is not ours. */
	if (errno == ECONNREFUSED && !lstat(addr->un.sun_path, &st) && S_ISSOCK(st.st_mode))
		unlink(addr->un.sun_path);
	return 0;
}

struct chan_server *chan_listen_unix(struct loop *loop, const char *path, unsigned int uid,
				     const struct identity *peer, const struct chan_ops *ops,
				     void *arg, struct err *err)
{
	_cleanup_close_ int fd = -1;
	struct chan_server *server;
	struct chan_addr a;

	if (chan_addr_unix(&a, path, err) < 0 || clear_path(&a, err) < 0)
		return NULL;
	fd = open_socket(&a, err);
	if (fd < 0)
		return NULL;
	if (uid != geteuid() && chown(path, uid, (gid_t)-1) < 0) {
		err_sys(err, errno, "cannot give %s to uid %u", a.text, uid);
		unlink(path);
		return NULL;
	}
	server = server_new(loop, ops, arg);
	server->uid = uid;
	server->peer = *peer;
	server->addr = a;
	server->fd = steal_fd(&fd);
	set_accepting(server);
	return server;
}

void chan_server_free(struct chan_server *server)
{
	struct chan *chan;

	if (!server)
		return;
	while ((chan = TAILQ_FIRST(&server->chans))) {
		chan_server_forget(chan);
		chan_end(chan, "we closed it");
		chan_put(chan);
	}
	loop_fd_free(server->accepting);
	loop_timer_free(server->pause);
	close(server->fd);
	if (server->addr.ss.ss_family == AF_UNIX)
		unlink(server->addr.un.sun_path);
	free(server);
}
