// SPDX-License-Identifier: GPL-2.0
/* Moving a domain to another libvirtd */

#include <errno.h>
#include <stdlib.h>

#include <libvirt/libvirt-qemu.h>

#include "domxml.h"
#include "emulator.h"
#include "log.h"
#include "virt_priv.h"

/* The domain as it is to be there: its files lie in another folder */
static char *xml_there(virDomainPtr dom, const struct virt_migration *m, unsigned int flags)
{
	char *xml = virDomainGetXMLDesc(dom, flags), *there;

	if (!xml)
		return NULL;
	there = domxml_elsewhere(xml, m->here, m->there);
	free(xml);
	return there;
}

static int add_params(virTypedParameterPtr *params, int *n, int *max, const char *live,
		      const char *config)
{
	int rc = virTypedParamsAddString(params, n, max, VIR_MIGRATE_PARAM_DEST_XML, live);

	if (!rc)
		rc = virTypedParamsAddString(params, n, max, VIR_MIGRATE_PARAM_PERSIST_XML, config);
	return rc;
}

/* May the guest run while its memory is copied? Of an emulated one the process itself says so */
static bool copies_live(virDomainPtr dom, const char *xml)
{
	char *version = NULL;
	bool ret;

	if (!emulator_is(xml))
		return true;
	virDomainQemuMonitorCommand(dom, "info version", &version,
				    VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP);
	ret = emulator_marks_pages(version);
	if (!ret)
		log_warn("%s stands still until it is there: QEMU before 9.0 loses what an emulated guest writes while it is copied",
			 virDomainGetName(dom));
	free(version);
	return ret;
}

static int migrate(virDomainPtr dom, const struct virt_migration *m, struct err *err)
{
	/*
	 * Its definition stays here until the move is over: should the destination never get the
	 * commit, it is started anew from it.
	 */
	unsigned int flags = VIR_MIGRATE_PEER2PEER | VIR_MIGRATE_PAUSED |
			     VIR_MIGRATE_PERSIST_DEST | VIR_MIGRATE_NON_SHARED_DISK;
	char *live = xml_there(dom, m, VIR_DOMAIN_XML_MIGRATABLE | VIR_DOMAIN_XML_SECURE);
	char *config = xml_there(dom, m, VIR_DOMAIN_XML_MIGRATABLE | VIR_DOMAIN_XML_SECURE |
						 VIR_DOMAIN_XML_INACTIVE);
	virTypedParameterPtr params = NULL;
	int n = 0, max = 0, rc = 0;

	if (live && copies_live(dom, live))
		flags |= VIR_MIGRATE_LIVE | VIR_MIGRATE_AUTO_CONVERGE;
	if (!live || !config || add_params(&params, &n, &max, live, config) ||
	    virDomainMigrateToURI3(dom, m->uri, params, n, flags))
		/* A silence would be asked again, and this cannot be: its token is worth one */
		rc = virt_domain_failed(dom, "migrate", err) ? -EIO : 0;
	virTypedParamsFree(params, n);
	free(live);
	free(config);
	return rc;
}

int virt_migrate(struct virt *v, const struct uuid *id, const struct virt_migration *m,
		 struct err *err)
{
	_cleanup_conn_ virConnectPtr conn = virt_conn_alone(v, err);
	_cleanup_domain_ virDomainPtr dom = NULL;
	int rc = conn ? virt_domain_on(conn, id, &dom, err) : -EHOSTDOWN;

	return rc ? rc : migrate(dom, m, err);
}

int virt_cancel(struct virt *v, const struct uuid *id, struct err *err)
{
	_cleanup_domain_ virDomainPtr dom = NULL;
	int rc = virt_domain(v, id, &dom, err);

	if (rc)
		return rc == -ESRCH ? 0 : rc;
	if (!virDomainAbortJob(dom))
		return 0;
	/* There is none, or no domain any more */
	if (virGetLastErrorCode() == VIR_ERR_OPERATION_INVALID)
		return 0;
	return virt_domain_failed(dom, "end the migration of", err);
}

static uint64_t number(virTypedParameterPtr params, int n, const char *name)
{
	unsigned long long value = 0;

	return virTypedParamsGetULLong(params, n, name, &value) == 1 ? value : 0;
}

/*
 * What has been sent says little: pages of zeros are not, and those that are written to are sent
 * again. What is left of the whole is what a migration waits for.
 */
int virt_progress(struct virt *v, const struct uuid *id, uint64_t *ret_done, uint64_t *ret_total,
		  struct err *err)
{
	_cleanup_domain_ virDomainPtr dom = NULL;
	int type = VIR_DOMAIN_JOB_NONE, n = 0, rc = virt_domain(v, id, &dom, err);
	virTypedParameterPtr params = NULL;
	uint64_t total, left;

	*ret_done = 0;
	*ret_total = 0;
	if (rc)
		return rc == -ESRCH ? 0 : rc;
	if (virDomainGetJobStats(dom, &type, &params, &n, 0))
		/* One that has ended has none */
		return virDomainIsActive(dom) == 0 ?
			       0 : virt_domain_failed(dom, "get the progress of", err);
	if (type != VIR_DOMAIN_JOB_NONE) {
		total = number(params, n, VIR_DOMAIN_JOB_DATA_TOTAL);
		left = number(params, n, VIR_DOMAIN_JOB_DATA_REMAINING);
		*ret_total = total;
		*ret_done = total > left ? total - left : 0;
	}
	virTypedParamsFree(params, n);
	return 0;
}
