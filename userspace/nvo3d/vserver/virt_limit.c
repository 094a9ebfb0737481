// SPDX-License-Identifier: GPL-2.0
/*
 * What a container has while it runs: limits that its host keeps, so nobody is waited for. Memory
 * that it uses is not taken away, as the kernel would end one of its processes for that.
 */

#include <errno.h>
#include <stdlib.h>

#include "domxml.h"
#include "virt_priv.h"

static int set_quota(virDomainPtr dom, long long quota)
{
	virTypedParameterPtr params = NULL;
	int n = 0, max = 0, rc;

	rc = virTypedParamsAddLLong(&params, &n, &max, VIR_DOMAIN_SCHEDULER_VCPU_QUOTA, quota);
	if (!rc)
		rc = virDomainSetSchedulerParametersFlags(dom, params, n, VIR_DOMAIN_AFFECT_LIVE);
	virTypedParamsFree(params, n);
	return rc;
}

/* False: it cannot be told */
static bool get_quota(virDomainPtr dom, long long *ret)
{
	virTypedParameter params[8] = {};
	int n = sizeof(params) / sizeof(params[0]);

	return !virDomainGetSchedulerParametersFlags(dom, params, &n, VIR_DOMAIN_AFFECT_LIVE) &&
	       virTypedParamsGetLLong(params, n, VIR_DOMAIN_SCHEDULER_VCPU_QUOTA, ret) == 1;
}

static int check_memory(virDomainPtr dom, unsigned long kib, struct err *err)
{
	int rc = virt_check_room(dom, kib, err);
	virDomainInfo info;

	if (rc)
		return rc;
	if (virDomainGetInfo(dom, &info))
		return virt_domain_failed(dom, "look at", err);
	if (kib < info.memory)
		return err_set(err, EBUSY, "it uses %lu MiB of memory, what it has read of files among it",
			       info.memory / 1024);
	return 0;
}

static int limit(virDomainPtr dom, unsigned int cpus, unsigned long kib, struct err *err)
{
	int rc = check_memory(dom, kib, err);
	long long was;

	if (rc)
		return rc;
	if (!get_quota(dom, &was) || set_quota(dom, domxml_quota(cpus)))
		return virt_domain_failed(dom, "change the processors of", err);
	if (!virDomainSetMemoryFlags(dom, kib, VIR_DOMAIN_AFFECT_LIVE))
		return 0;
	rc = virt_domain_failed(dom, "change the memory of", err);
	set_quota(dom, was);
	return rc;
}

int virt_limit(struct virt *v, const struct uuid *id, unsigned int cpus, uint32_t mib,
	       struct err *err)
{
	_cleanup_domain_ virDomainPtr dom = NULL;
	int rc = virt_domain(v, id, &dom, err);

	return rc ? rc : limit(dom, cpus, mib * 1024ul, err);
}
