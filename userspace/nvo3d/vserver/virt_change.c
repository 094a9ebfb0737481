// SPDX-License-Identifier: GPL-2.0
/*
 * What a domain has while it runs. Of some changes libvirt says only that the guest was asked; that
 * it has done it shows in the domain, which is looked at until then.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "virt_priv.h"

#define LOOK_MS	100
#define LOOKS	150		/* together what a guest has time for */

static void wait_a_moment(void)
{
	const struct timespec ts = { .tv_nsec = LOOK_MS * 1000000L };

	nanosleep(&ts, NULL);
}

/* --- processors and memory */

static int set_vcpus(virDomainPtr dom, unsigned int n, struct err *err)
{
	int max = virDomainGetMaxVcpus(dom);

	if (max > 0 && n > (unsigned int)max)
		return err_set(err, ENOSPC, "it was started with room for %d processors (vserver.libvirt.max_cpus)",
			       max);
	return virDomainSetVcpusFlags(dom, n, VIR_DOMAIN_AFFECT_LIVE) ?
		       virt_domain_failed(dom, "change the processors of", err) : 0;
}

static int await_memory(virDomainPtr dom, unsigned long kib, bool less, struct err *err)
{
	virDomainInfo info = {};

	for (int i = 0; i < LOOKS; i++) {
		if (virDomainGetInfo(dom, &info))
			return virt_domain_failed(dom, "look at", err);
		if (less ? info.memory <= kib : info.memory >= kib)
			return 0;
		wait_a_moment();
	}
	return err_set(err, ETIMEDOUT, "its guest has %lu MiB and does not %s: its balloon does not follow",
		       info.memory / 1024, less ? "give memory back" : "take more");
}

int virt_check_room(virDomainPtr dom, unsigned long kib, struct err *err)
{
	unsigned long max = virDomainGetMaxMemory(dom);

	if (max && kib > max)
		return err_set(err, ENOSPC, "it was started with room for %lu MiB of memory (vserver.libvirt.max_memory)",
			       max / 1024);
	return 0;
}

static int set_memory(virDomainPtr dom, unsigned long kib, unsigned long was, struct err *err)
{
	int rc = virt_check_room(dom, kib, err);

	if (rc)
		return rc;
	if (virDomainSetMemoryFlags(dom, kib, VIR_DOMAIN_AFFECT_LIVE))
		return virt_domain_failed(dom, "change the memory of", err);
	return await_memory(dom, kib, kib < was, err);
}

static int resize(virDomainPtr dom, unsigned int cpus, unsigned long kib, struct err *err)
{
	virDomainInfo was;
	int rc = 0;

	if (virDomainGetInfo(dom, &was))
		return virt_domain_failed(dom, "look at", err);
	if (was.nrVirtCpu != cpus)
		rc = set_vcpus(dom, cpus, err);
	if (!rc && was.memory != kib)
		rc = set_memory(dom, kib, was.memory, err);
	if (!rc)
		return 0;
	/* As it was; what of it cannot be had is less than what it is told to have failed */
	if (was.nrVirtCpu != cpus)
		virDomainSetVcpusFlags(dom, was.nrVirtCpu, VIR_DOMAIN_AFFECT_LIVE);
	if (was.memory != kib)
		virDomainSetMemoryFlags(dom, was.memory, VIR_DOMAIN_AFFECT_LIVE);
	return rc;
}

int virt_resize(struct virt *v, const struct uuid *id, unsigned int cpus, uint32_t mib,
		struct err *err)
{
	_cleanup_domain_ virDomainPtr dom = NULL;
	int rc = virt_domain(v, id, &dom, err);

	return rc ? rc : resize(dom, cpus, mib * 1024ul, err);
}

/* --- its disk */

int virt_grow(struct virt *v, const struct uuid *id, const char *target, uint32_t mib,
	      struct err *err)
{
	_cleanup_domain_ virDomainPtr dom = NULL;
	virDomainBlockInfo info;
	int rc = virt_domain(v, id, &dom, err);

	if (rc)
		return rc;
	if (virDomainGetBlockInfo(dom, target, &info, 0))
		return virt_domain_failed(dom, "look at the disk of", err);
	/* From a try whose end nobody heard; in the other direction data would be lost */
	if (info.capacity >= (uint64_t)mib << 20)
		return 0;
	return virDomainBlockResize(dom, target, mib * 1024ull, 0) ?
		       virt_domain_failed(dom, "make larger the disk of", err) : 0;
}

/* --- interfaces, which are told apart by their MAC address */

/* 1 it has it, 0 it has not, or -errno */
static int has_nic(virDomainPtr dom, const char *mac, struct err *err)
{
	char *xml = virDomainGetXMLDesc(dom, 0), wanted[64];
	int ret;

	if (!xml)
		return virt_domain_failed(dom, "look at", err);
	snprintf(wanted, sizeof(wanted), "<mac address='%s'/>", mac);
	ret = !!strstr(xml, wanted);
	free(xml);
	return ret;
}

int virt_plug(struct virt *v, const struct uuid *id, const char *mac, const char *xml,
	      struct err *err)
{
	_cleanup_domain_ virDomainPtr dom = NULL;
	int rc = virt_domain(v, id, &dom, err);

	if (!rc)
		rc = has_nic(dom, mac, err);
	if (rc)
		return rc < 0 ? rc : 0;
	return virDomainAttachDeviceFlags(dom, xml, VIR_DOMAIN_AFFECT_LIVE) ?
		       virt_domain_failed(dom, "plug an interface into", err) : 0;
}

static int await_unplugged(virDomainPtr dom, const char *mac, struct err *err)
{
	int rc;

	for (int i = 0; i < LOOKS; i++) {
		rc = has_nic(dom, mac, err);
		if (rc <= 0)
			return rc;
		wait_a_moment();
	}
	return err_set(err, ETIMEDOUT, "its guest does not let go of interface %s", mac);
}

int virt_unplug(struct virt *v, const struct uuid *id, const char *mac, const char *xml,
		struct err *err)
{
	_cleanup_domain_ virDomainPtr dom = NULL;
	int rc = virt_domain(v, id, &dom, err);

	/* One that does not run, or is gone, has none */
	if (rc == -ESRCH || (!rc && virDomainIsActive(dom) == 0))
		return 0;
	if (!rc)
		rc = has_nic(dom, mac, err);
	if (rc <= 0)
		return rc;
	if (virDomainDetachDeviceFlags(dom, xml, VIR_DOMAIN_AFFECT_LIVE))
		return virt_domain_failed(dom, "unplug an interface of", err);
	return await_unplugged(dom, mac, err);
}
