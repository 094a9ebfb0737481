// SPDX-License-Identifier: GPL-2.0
#include "http_listen.h"

#include <errno.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "addr.h"
#include "chan_addr.h"
#include "cleanup.h"
#include "log.h"

#define BACKLOG		128
#define IDLE_S		60
#define HEADERS_MAX	(16 * 1024)
/*
 * Where evhttp itself cuts off, with a page of its own that is not JSON. Our limit is below
 * this one so that whoever exceeds it by mistake gets a proper answer.
 */
#define BODY_HARD_MAX	(2 * 1024 * 1024)

/* A new server that has the limits; listens on @fd, which it takes. */
static int start(struct http_listener *l, struct loop *loop, int fd, const char *where,
		 struct err *err)
{
	struct evconnlistener *listener;

	l->base = loop_base(loop);
	listener = evconnlistener_new(l->base, NULL, NULL,
				      LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, BACKLOG, fd);
	if (!listener) {
		err_sys(err, errno, "%s", where);
		close(fd);
		return -EIO;
	}

	l->http = evhttp_new(l->base);
	if (!l->http || !evhttp_bind_listener(l->http, listener))
		abort();
	evhttp_set_timeout(l->http, IDLE_S);
	evhttp_set_max_headers_size(l->http, HEADERS_MAX);
	evhttp_set_max_body_size(l->http, BODY_HARD_MAX);
	/* Read what is still coming, or the client sees a reset and not our answer. */
	evhttp_set_flags(l->http, EVHTTP_SERVER_LINGERING_CLOSE);
	/* Which methods there are is for the routes to say. */
	evhttp_set_allowed_methods(l->http, 0xffff);
	return 0;
}

/* evhttp closes such a connection without a word. */
static void refused(int fd, const char *why, void *arg)
{
	struct sockaddr_storage native = { };
	socklen_t len = sizeof(native);
	struct http_listener *l = arg;
	char peer[CHAN_ADDR_TEXT] = "?";

	if (!getpeername(fd, (struct sockaddr *)&native, &len))
		chan_addr_format(&native, peer);
	log_write(complaints_lately(&l->complaints, peer, why, loop_now_ms()) ? LOG_LEVEL_DEBUG :
		  LOG_LEVEL_WARN, "%s refused at %s: %s", peer, l->where, why);
}

static struct bufferevent *new_tls_bufferevent(struct event_base *base, void *arg)
{
	struct http_listener *l = arg;
	struct ssl_st *ssl = tls_session(l->tls, true);
	struct bufferevent *bev;

	tls_on_refusal(ssl, refused, l);
	bev = bufferevent_openssl_socket_new(base, -1, ssl,
					     BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
	if (!bev)
		abort();
	/* Many clients just close; a message is complete by its length, not by its end. */
	bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
	return bev;
}

int http_listen_tls(struct http_listener *l, struct loop *loop, struct tls *tls, const char *addr,
		    struct err *err)
{
	struct sockaddr_storage native;
	_cleanup_close_ int fd = -1;
	struct sock_addr sa;
	const int on = 1;
	socklen_t len;
	int r;

	r = sock_addr_parse(&sa, addr, err);
	if (r < 0)
		return r;

	len = sock_addr_to_native(&sa, &native);
	fd = socket(native.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(fd, (struct sockaddr *)&native, len) < 0)
		return err_sys(err, errno, "cannot listen on %s", addr);

	r = start(l, loop, steal_fd(&fd), addr, err);
	if (r < 0)
		return r;
	l->tls = tls;
	snprintf(l->where, sizeof(l->where), "%s", addr);
	evhttp_set_bevcb(l->http, new_tls_bufferevent, l);
	return 0;
}

/* Nobody answers on it: it was left behind by a process that was killed. */
static int remove_stale(const char *path, const struct sockaddr_un *sa, struct err *err)
{
	_cleanup_close_ int fd = -1;
	struct stat st;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : err_sys(err, errno, "%s", path);
	if (!S_ISSOCK(st.st_mode))
		return err_set(err, EEXIST, "%s: is there and is not a socket", path);

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return err_sys(err, errno, "%s", path);
	if (connect(fd, (const struct sockaddr *)sa, sizeof(*sa)) == 0 || errno == EAGAIN)
		return err_set(err, EADDRINUSE, "%s: another process listens on it", path);
	if (errno != ECONNREFUSED)
		return err_sys(err, errno, "%s", path);
	if (unlink(path) < 0)
		return err_sys(err, errno, "%s", path);
	return 0;
}

int http_listen_unix(struct http_listener *l, struct loop *loop, const char *path,
		     struct err *err)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	_cleanup_close_ int fd = -1;
	int r;

	if (strlen(path) >= sizeof(sa.sun_path))
		return err_set(err, ENAMETOOLONG, "%s: longer than %zu bytes", path,
			       sizeof(sa.sun_path) - 1);
	memcpy(sa.sun_path, path, strlen(path));

	r = remove_stale(path, &sa, err);
	if (r < 0)
		return r;

	/* The mode is set before listen(): until then nobody gets in. */
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0)
		return err_sys(err, errno, "cannot listen on %s", path);
	if (chmod(path, 0600) < 0 || lstat(path, &l->made) < 0) {
		r = err_sys(err, errno, "%s", path);
		unlink(path);
		return r;
	}

	r = start(l, loop, steal_fd(&fd), path, err);
	if (r < 0) {
		unlink(path);
		return r;
	}
	snprintf(l->where, sizeof(l->where), "%s", path);
	l->path = strdup(path);
	if (!l->path)
		abort();
	return 0;
}

void http_listener_uninit(struct http_listener *l)
{
	struct stat st;

	if (!l->http)
		return;

	/* Unless somebody has replaced it. */
	if (l->path && lstat(l->path, &st) == 0 && st.st_ino == l->made.st_ino &&
	    st.st_dev == l->made.st_dev)
		unlink(l->path);
	evhttp_free(l->http);
	free(l->path);
	memset(l, 0, sizeof(*l));
}

static int unix_peer(int fd, struct identity *ret, struct err *err)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) < 0)
		return err_sys(err, EACCES, "peer credentials");
	if (cred.uid != 0)
		return err_set(err, EACCES, "only root may use this socket, not uid %u", cred.uid);

	*ret = (struct identity){ .role = ROLE_OPERATOR, .name = "root" };
	return 0;
}

int http_listener_peer(struct http_listener *l, struct bufferevent *bev, struct identity *ret,
		       struct err *err)
{
	unsigned int roles = ROLE_BIT(ROLE_OPERATOR);
	int r;

	if (l->for_tenants)
		roles |= ROLE_BIT(ROLE_TENANT);
	if (l->tls)
		r = tls_peer(bufferevent_openssl_get_ssl(bev), roles, ret, err);
	else
		r = unix_peer(bufferevent_getfd(bev), ret, err);
	if (r < 0)
		refused(bufferevent_getfd(bev), err->text, l);
	return r;
}
