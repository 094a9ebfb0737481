/* SPDX-License-Identifier: GPL-2.0 */
/* What virt_conn.c has for the other files that know libvirt */
#ifndef NVO3D_VSERVER_VIRT_PRIV_H
#define NVO3D_VSERVER_VIRT_PRIV_H

#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "cleanup.h"
#include "virt.h"

/* A reference of the caller's; NULL with -EHOSTDOWN's sentence */
virConnectPtr virt_conn(struct virt *v, struct err *err);
/*
 * Another one, for a call that takes long. On one connection libvirt's thread that waits for an
 * answer also sends what others ask meanwhile; in 9.0 that may stay unsent until the next one asks.
 */
virConnectPtr virt_conn_alone(struct virt *v, struct err *err);
/* As -ESRCH, when there is none; -EHOSTDOWN */
int virt_domain(struct virt *v, const struct uuid *id, virDomainPtr *ret, struct err *err);
int virt_domain_on(virConnectPtr conn, const struct uuid *id, virDomainPtr *ret, struct err *err);
/* What libvirt tells of one domain, added to @use */
void virt_use_of(const virTypedParameter *params, int n, struct driver_use *use);
/* The last error of this thread, after "fmt: " */
int virt_failed(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same, after "WHAT: "; -EHOSTDOWN if the connection broke, of which nobody has heard yet */
int virt_conn_failed(virConnectPtr conn, const char *what, struct err *err);
/* The same, after "cannot WHAT VM NAME: " */
int virt_domain_failed(virDomainPtr dom, const char *what, struct err *err);

/* -ENOSPC: it was started with less */
int virt_check_room(virDomainPtr dom, unsigned long kib, struct err *err);

/* In the thread of the events: @conn is about to be closed, and its consoles end */
void virt_consoles_drop(virConnectPtr conn);

static inline void virt_put_domain(virDomainPtr dom)
{
	if (dom)
		virDomainFree(dom);
}

static inline void virt_put_conn(virConnectPtr conn)
{
	if (conn)
		virConnectClose(conn);
}

DEFINE_CLEANUP(virDomainPtr, domain, virt_put_domain);
#define _cleanup_domain_ _cleanup_(cleanup_domain)
DEFINE_CLEANUP(virConnectPtr, conn, virt_put_conn);
#define _cleanup_conn_ _cleanup_(cleanup_conn)

#endif
