// SPDX-License-Identifier: GPL-2.0
/* A domain's memory in a file, and out of it */

#include <errno.h>
#include <stdlib.h>

#include "domxml.h"
#include "savedfile.h"
#include "virt_priv.h"

/* What was saved, as XML; -ENOENT: not all of it was, and libvirt has said so in the file */
static int saved_xml(virConnectPtr conn, const char *file, char **ret, struct err *err)
{
	*ret = virDomainSaveImageGetXMLDesc(conn, file, VIR_DOMAIN_SAVE_IMAGE_XML_SECURE);
	if (*ret)
		return 0;
	if (virGetLastErrorCode() != VIR_ERR_OPERATION_FAILED)
		return virt_conn_failed(conn, "cannot read the saved memory", err);
	virt_failed(err, "the saved memory is not whole");
	return -ENOENT;
}

static int save(virDomainPtr dom, const char *file, struct err *err)
{
	unsigned int flags = VIR_DOMAIN_SAVE_PAUSED;

	if (saved_is_direct(file, false))
		flags |= VIR_DOMAIN_SAVE_BYPASS_CACHE;
	if (virDomainSaveFlags(dom, file, NULL, flags))
		return virt_domain_failed(dom, "save", err);
	return 0;
}

int virt_save(struct virt *v, const struct uuid *id, const char *file, struct err *err)
{
	_cleanup_conn_ virConnectPtr conn = virt_conn_alone(v, err);
	_cleanup_domain_ virDomainPtr dom = NULL;
	_cleanup_free_ char *xml = NULL;
	int rc = conn ? virt_domain_on(conn, id, &dom, err) : -EHOSTDOWN;

	if (rc)
		return rc;
	if (virDomainIsActive(dom) == 1)
		return save(dom, file, err);
	rc = saved_xml(conn, file, &xml, err);
	return rc ? err_prefix(err, rc, "it does not run") : 0;
}

int virt_restore(struct virt *v, const struct uuid *id, const char *file, const char *dir,
		 struct err *err)
{
	_cleanup_conn_ virConnectPtr conn = virt_conn_alone(v, err);
	_cleanup_free_ char *was = NULL, *xml = NULL;
	unsigned int flags = VIR_DOMAIN_SAVE_PAUSED;
	int rc = conn ? saved_xml(conn, file, &was, err) : -EHOSTDOWN;

	if (rc)
		return rc;
	xml = domxml_from_elsewhere(was, id, dir);
	if (!xml)
		return err_set(err, EBADMSG, "the saved memory is that of another domain");
	if (saved_is_direct(file, true))
		flags |= VIR_DOMAIN_SAVE_BYPASS_CACHE;
	return virDomainRestoreFlags(conn, file, xml, flags) ?
		       virt_conn_failed(conn, "cannot restore the domain", err) : 0;
}
