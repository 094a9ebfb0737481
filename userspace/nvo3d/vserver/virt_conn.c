// SPDX-License-Identifier: GPL-2.0
/*
 * One thread per process runs libvirt's own event loop, for all connections and for ever. What
 * belongs to a connection's life happens there, in the callback of its timer: opening it, dropping
 * it when it is lost, closing it for good. So nothing can come in between.
 */

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "mem.h"
#include "virt_priv.h"

#define RETRY_MS	200
#define RETRY_MAX_MS	10000
/* A libvirtd that says nothing for so long is as good as dead */
#define KEEPALIVE_S	5
#define KEEPALIVE_COUNT	3

struct virt {
	char *uri;
	const struct virt_ops *ops;
	void *arg;
	int timer;
	unsigned int delay;		/* ms, until the next try */
	int watch;			/* of domains' events; -1 none */
	pthread_mutex_t lock;
	pthread_cond_t closed;
	virConnectPtr conn;		/* NULL: not connected */
	struct err why;			/* it is not */
	bool lost, closing, is_closed;
};

int virt_failed(struct err *err, const char *fmt, ...)
{
	const char *why = virGetLastErrorMessage();
	char what[128];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return err_set(err, EIO, "%s: %s", what, why);
}

int virt_conn_failed(virConnectPtr conn, const char *what, struct err *err)
{
	int rc = virt_failed(err, "%s", what);

	return virConnectIsAlive(conn) == 0 ? -EHOSTDOWN : rc;
}

int virt_domain_failed(virDomainPtr dom, const char *what, struct err *err)
{
	char why[256];
	int code;

	/* Any other call of libvirt's forgets it, these included */
	snprintf(why, sizeof(why), "%s", virGetLastErrorMessage());
	code = virConnectIsAlive(virDomainGetConnect(dom)) == 0 ? EHOSTDOWN : EIO;
	return err_set(err, code, "cannot %s VM %s: %s", what, virDomainGetName(dom), why);
}

/* --- the thread */

static void be_quiet(void *arg, virErrorPtr error)
{
}

static void *serve(void *arg)
{
	for (;;)
		if (virEventRunDefaultImpl() < 0)
			abort();
	return NULL;
}

/* Of a kind that does nothing: with it the loop wakes up when something is added to it */
static void tick(int timer, void *arg)
{
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void start_events(void)
{
	pthread_t thread;

	virSetErrorFunc(NULL, be_quiet);
	if (virInitialize() || virEventRegisterDefaultImpl() ||
	    virEventAddTimeout(-1, tick, NULL, NULL) < 0 ||
	    pthread_create(&thread, NULL, serve, NULL))
		abort();
	pthread_detach(thread);
}

/* --- what libvirt calls, in that thread */

static int domain_event(virConnectPtr conn, virDomainPtr dom, int event, int detail, void *arg)
{
	struct virt *v = arg;
	struct uuid id;

	if (!virDomainGetUUID(dom, id.b))
		v->ops->changed(&id, v->arg);
	return 0;
}

static void connection_closed(virConnectPtr conn, int reason, void *arg)
{
	struct virt *v = arg;

	pthread_mutex_lock(&v->lock);
	v->lost = true;
	pthread_mutex_unlock(&v->lock);
	virEventUpdateTimeout(v->timer, 0);
}

/* --- a connection's life */

static void later(struct virt *v)
{
	/* Who closes it does not wait for another try */
	pthread_mutex_lock(&v->lock);
	virEventUpdateTimeout(v->timer, v->closing ? 0 : v->delay);
	pthread_mutex_unlock(&v->lock);
	v->delay = v->delay * 2 < RETRY_MAX_MS ? v->delay * 2 : RETRY_MAX_MS;
}

static int connect_now(struct virt *v)
{
	virConnectPtr conn = virConnectOpen(v->uri);
	struct err why;

	if (!conn) {
		virt_failed(&why, "cannot connect to %.80s", v->uri);
		goto down;
	}
	/* Neither is there for drivers without a server (test:), which cannot be lost */
	virConnectSetKeepAlive(conn, KEEPALIVE_S, KEEPALIVE_COUNT);
	virConnectRegisterCloseCallback(conn, connection_closed, v, NULL);
	v->watch = virConnectDomainEventRegisterAny(conn, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
						    VIR_DOMAIN_EVENT_CALLBACK(domain_event), v,
						    NULL);
	if (v->watch < 0) {
		virt_failed(&why, "%.80s tells no events", v->uri);
		virConnectUnregisterCloseCallback(conn, connection_closed);
		virConnectClose(conn);
		goto down;
	}
	v->delay = RETRY_MS;
	pthread_mutex_lock(&v->lock);
	v->lost = false;
	v->conn = conn;
	pthread_mutex_unlock(&v->lock);
	v->ops->up(v->arg);
	return 0;
down:
	pthread_mutex_lock(&v->lock);
	v->why = why;
	pthread_mutex_unlock(&v->lock);
	return -EHOSTDOWN;
}

static void drop(struct virt *v, const char *why)
{
	virConnectPtr conn;

	pthread_mutex_lock(&v->lock);
	conn = v->conn;
	v->conn = NULL;
	err_set(&v->why, EHOSTDOWN, "%.80s: %s", v->uri, why);
	pthread_mutex_unlock(&v->lock);
	if (!conn)
		return;
	virt_consoles_drop(conn);
	virConnectDomainEventDeregisterAny(conn, v->watch);
	virConnectUnregisterCloseCallback(conn, connection_closed);
	virConnectClose(conn);
	v->watch = -1;
}

static void run(int timer, void *arg)
{
	struct virt *v = arg;
	bool lost, closing;

	virEventUpdateTimeout(timer, -1);
	pthread_mutex_lock(&v->lock);
	lost = v->lost;
	closing = v->closing;
	pthread_mutex_unlock(&v->lock);
	if (closing) {
		drop(v, "it is being closed");
		virEventRemoveTimeout(timer);
		pthread_mutex_lock(&v->lock);
		v->is_closed = true;
		pthread_cond_signal(&v->closed);
		pthread_mutex_unlock(&v->lock);
		return;
	}
	if (lost) {
		pthread_mutex_lock(&v->lock);
		v->lost = false;
		pthread_mutex_unlock(&v->lock);
		drop(v, "the connection is lost");
		v->ops->down(v->why.text, v->arg);
		later(v);
	} else if (!v->conn && connect_now(v)) {
		v->ops->down(v->why.text, v->arg);
		later(v);
	}
}

int virt_open(struct virt **ret, const char *uri, const struct virt_ops *ops, void *arg,
	      struct err *err)
{
	struct virt *v = mem_zalloc(sizeof(*v));

	pthread_once(&once, start_events);
	v->uri = mem_strdup(uri);
	v->ops = ops;
	v->arg = arg;
	v->watch = -1;
	v->delay = RETRY_MS;
	pthread_mutex_init(&v->lock, NULL);
	pthread_cond_init(&v->closed, NULL);
	v->timer = virEventAddTimeout(-1, run, v, NULL);
	if (v->timer < 0) {
		free(v->uri);
		free(v);
		return err_set(err, ENOMEM, "cannot make a timer for %.80s", uri);
	}
	*ret = v;
	/* Nothing else is about yet, so this may be done here */
	if (connect_now(v)) {
		ops->down(v->why.text, arg);
		later(v);
	}
	return 0;
}

void virt_close(struct virt *v)
{
	if (!v)
		return;
	pthread_mutex_lock(&v->lock);
	v->closing = true;
	virEventUpdateTimeout(v->timer, 0);
	while (!v->is_closed)
		pthread_cond_wait(&v->closed, &v->lock);
	pthread_mutex_unlock(&v->lock);
	pthread_mutex_destroy(&v->lock);
	pthread_cond_destroy(&v->closed);
	free(v->uri);
	free(v);
}

virConnectPtr virt_conn(struct virt *v, struct err *err)
{
	virConnectPtr conn;

	pthread_mutex_lock(&v->lock);
	conn = v->conn;
	if (conn)
		virConnectRef(conn);
	else
		err_set(err, EHOSTDOWN, "%s", v->why.text);
	pthread_mutex_unlock(&v->lock);
	return conn;
}

virConnectPtr virt_conn_alone(struct virt *v, struct err *err)
{
	virConnectPtr conn = virConnectOpen(v->uri);

	if (!conn)
		virt_failed(err, "cannot connect to %.80s", v->uri);
	else
		virConnectSetKeepAlive(conn, KEEPALIVE_S, KEEPALIVE_COUNT);
	return conn;
}

int virt_domain(struct virt *v, const struct uuid *id, virDomainPtr *ret, struct err *err)
{
	_cleanup_conn_ virConnectPtr conn = virt_conn(v, err);

	return conn ? virt_domain_on(conn, id, ret, err) : -EHOSTDOWN;
}

int virt_domain_on(virConnectPtr conn, const struct uuid *id, virDomainPtr *ret, struct err *err)
{
	char text[UUID_STRLEN], what[64];
	virErrorPtr error;

	*ret = virDomainLookupByUUID(conn, id->b);
	if (*ret)
		return 0;
	error = virGetLastError();
	if (error && error->code == VIR_ERR_NO_DOMAIN)
		return err_set(err, ESRCH, "there is no domain %s", uuid_format(id, text));
	snprintf(what, sizeof(what), "cannot look for domain %s", uuid_format(id, text));
	return virt_conn_failed(conn, what, err);
}
