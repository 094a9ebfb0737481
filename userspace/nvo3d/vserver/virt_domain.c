// SPDX-License-Identifier: GPL-2.0
/* What is asked of one domain */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "virt_priv.h"

static enum virt_end end_of(int reason)
{
	switch (reason) {
	case VIR_DOMAIN_SHUTOFF_SHUTDOWN:
		return VIRT_END_SHUTDOWN;
	case VIR_DOMAIN_SHUTOFF_DESTROYED:
		return VIRT_END_KILLED;
	case VIR_DOMAIN_SHUTOFF_CRASHED:
	case VIR_DOMAIN_SHUTOFF_FAILED:
		return VIRT_END_CRASHED;
	case VIR_DOMAIN_SHUTOFF_MIGRATED:
	case VIR_DOMAIN_SHUTOFF_SAVED:
		return VIRT_END_LEFT;
	default:
		return VIRT_END_NONE;
	}
}

static bool is_ours(virDomainPtr dom)
{
	char *text = virDomainGetMetadata(dom, VIR_DOMAIN_METADATA_ELEMENT, VIRT_NAMESPACE, 0);

	free(text);
	return text;
}

static bool is_gone(void)
{
	virErrorPtr error = virGetLastError();

	return error && error->code == VIR_ERR_NO_DOMAIN;
}

int virt_look(struct virt *v, const struct uuid *id, struct virt_domain *ret, struct err *err)
{
	_cleanup_domain_ virDomainPtr dom = NULL;
	int state, reason, rc;

	*ret = (struct virt_domain){ .id = *id };
	rc = virt_domain(v, id, &dom, err);
	if (rc)
		return rc == -ESRCH ? 0 : rc;
	snprintf(ret->name, sizeof(ret->name), "%s", virDomainGetName(dom));
	if (virDomainGetState(dom, &state, &reason, 0))
		return is_gone() ? 0 : virt_domain_failed(dom, "look at", err);
	ret->ours = is_ours(dom);
	ret->defined = virDomainIsPersistent(dom) == 1;
	/* Of one answer: between two it may end, and the reason be that of another state */
	ret->active = state != VIR_DOMAIN_SHUTOFF;
	ret->paused = state == VIR_DOMAIN_PAUSED;
	ret->moving = ret->paused && reason == VIR_DOMAIN_PAUSED_MIGRATION;
	if (!ret->active)
		ret->end = end_of(reason);
	return 0;
}

int virt_list(struct virt *v, struct uuid **ret, size_t *ret_n, struct err *err)
{
	_cleanup_conn_ virConnectPtr conn = virt_conn(v, err);
	virDomainPtr *doms;
	int n;

	if (!conn)
		return -EHOSTDOWN;
	n = virConnectListAllDomains(conn, &doms, 0);
	if (n < 0)
		return virt_failed(err, "cannot list the domains");
	*ret = mem_calloc(n, sizeof(**ret));
	*ret_n = n;
	for (int i = 0; i < n; i++) {
		virDomainGetUUID(doms[i], (*ret)[i].b);
		virDomainFree(doms[i]);
	}
	free(doms);
	return 0;
}

int virt_define(struct virt *v, const char *xml, struct err *err)
{
	_cleanup_conn_ virConnectPtr conn = virt_conn(v, err);
	_cleanup_domain_ virDomainPtr dom = NULL;

	if (!conn)
		return -EHOSTDOWN;
	dom = virDomainDefineXMLFlags(conn, xml, 0);
	return dom ? 0 : virt_conn_failed(conn, "cannot define the domain", err);
}

int virt_undefine(struct virt *v, const struct uuid *id, struct err *err)
{
	const unsigned int all =
		VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | VIR_DOMAIN_UNDEFINE_NVRAM |
		VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA | VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA;
	_cleanup_domain_ virDomainPtr dom = NULL;
	int rc = virt_domain(v, id, &dom, err);

	if (rc)
		return rc == -ESRCH ? 0 : rc;
	/* Some drivers know nothing of what may be left beside the definition */
	if (!virDomainUndefineFlags(dom, all) || !virDomainUndefine(dom) || is_gone())
		return 0;
	return virt_domain_failed(dom, "remove", err);
}

int virt_start(struct virt *v, const struct uuid *id, struct err *err)
{
	_cleanup_domain_ virDomainPtr dom = NULL;
	int rc = virt_domain(v, id, &dom, err);

	if (rc)
		return rc;
	if (!virDomainCreateWithFlags(dom, 0))
		return 0;
	rc = virt_domain_failed(dom, "start", err);
	return virDomainIsActive(dom) == 1 ? 0 : rc;
}

/* A call about an active domain; that it is not active any more is fine */
static int end_it(struct virt *v, const struct uuid *id, const char *what,
		  int (*call)(virDomainPtr dom), struct err *err)
{
	_cleanup_domain_ virDomainPtr dom = NULL;
	int rc = virt_domain(v, id, &dom, err);

	if (rc)
		return rc == -ESRCH ? 0 : rc;
	if (!call(dom))
		return 0;
	rc = virt_domain_failed(dom, what, err);
	return virDomainIsActive(dom) == 1 ? rc : 0;
}

static bool is_container(virDomainPtr dom)
{
	char *type = virDomainGetOSType(dom);
	bool ret = type && !strcmp(type, "exe");

	free(type);
	return ret;
}

/*
 * Left to itself libvirt (9.0) looks for the pipe of a System V init in a container and sends a
 * signal only if it cannot look, not if there is none: so it is told to do both.
 */
static int shut_down(virDomainPtr dom)
{
	if (!is_container(dom))
		return virDomainShutdown(dom);
	virDomainShutdownFlags(dom, VIR_DOMAIN_SHUTDOWN_INITCTL);
	return virDomainShutdownFlags(dom, VIR_DOMAIN_SHUTDOWN_SIGNAL);
}

/* As a key at the machine: a guest need not listen. A container has none, and is asked */
static int reboot(virDomainPtr dom)
{
	if (!is_container(dom))
		return virDomainReset(dom, 0);
	virDomainReboot(dom, VIR_DOMAIN_REBOOT_INITCTL);
	return virDomainReboot(dom, VIR_DOMAIN_REBOOT_SIGNAL);
}

int virt_shutdown(struct virt *v, const struct uuid *id, struct err *err)
{
	return end_it(v, id, "shut down", shut_down, err);
}

int virt_destroy(struct virt *v, const struct uuid *id, struct err *err)
{
	return end_it(v, id, "end", virDomainDestroy, err);
}

int virt_suspend(struct virt *v, const struct uuid *id, bool on, struct err *err)
{
	_cleanup_domain_ virDomainPtr dom = NULL;
	int state, rc = virt_domain(v, id, &dom, err);
	bool is_still;

	if (rc)
		return rc;
	if (!virDomainGetState(dom, &state, NULL, 0) && virDomainIsActive(dom) == 1) {
		is_still = state == VIR_DOMAIN_PAUSED;
		if (is_still == on)
			return 0;
	}
	if (on ? virDomainSuspend(dom) : virDomainResume(dom))
		return virt_domain_failed(dom, on ? "suspend" : "resume", err);
	return 0;
}

int virt_reboot(struct virt *v, const struct uuid *id, struct err *err)
{
	_cleanup_domain_ virDomainPtr dom = NULL;
	int rc = virt_domain(v, id, &dom, err);

	if (rc)
		return rc;
	return reboot(dom) ? virt_domain_failed(dom, "reboot", err) : 0;
}
