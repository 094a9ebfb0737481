// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "bulk.h"
#include "profile.h"

int bulk_check(const Nvo3__VmBulkRegister *req, struct err *err)
{
	if (!req->common)
		return err_set(err, EINVAL, "common is missing");
	/* "": of no group */
	if ((*req->group && name_check("group", req->group, err)) ||
	    name_check("common.tenant", req->common->tenant, err))
		return -EINVAL;
	if (!req->n_members || req->n_members > BULK_MEMBERS_MAX)
		return err_set(err, EINVAL, "members: %zu, and 1 to %u are possible",
			       req->n_members, BULK_MEMBERS_MAX);
	return 0;
}

/* Of bulk registrations and templates alike: what is not said is as in @from. */
static void complete_nic(Nvo3__Nic *nic, const Nvo3__Nic *from)
{
	if (!nic->vn.len)
		nic->vn = from->vn;
	if (!nic->profile.len)
		nic->profile = from->profile;
	nic->dhcp |= from->dhcp;
}

static int check_member(const Nvo3__VmBulkRegister *req, const Nvo3__VmProfile *p, size_t i,
			struct err *err)
{
	const char *tenant = req->common->tenant;

	if (!p)
		return err_set(err, EINVAL, "members[%zu]: profile is missing", i);
	if (*p->group && strcmp(p->group, req->group))
		return err_set(err, EINVAL, "members[%zu]: VM %.80s is of group %.80s, not %s", i,
			       p->name, p->group, *req->group ? req->group : "none");
	if (*p->tenant && strcmp(p->tenant, tenant))
		return err_set(err, EINVAL, "members[%zu]: VM %.80s is of tenant %.80s, not %s", i,
			       p->name, p->tenant, tenant);
	if (p->n_nics > VC_NICS_MAX)
		return err_set(err, EINVAL, "members[%zu]: VM %.80s has %zu interfaces, more than %d",
			       i, p->name, p->n_nics, VC_NICS_MAX);
	return 0;
}

int bulk_member(const Nvo3__VmBulkRegister *req, size_t i, struct bulk_report *ret,
		struct err *err)
{
	const Nvo3__VmReport *member = req->members[i];
	const Nvo3__VmProfile *common = req->common;
	Nvo3__VmProfile *p = &ret->profile;

	if (check_member(req, member->profile, i, err))
		return -EINVAL;
	ret->report = *member;
	ret->report.profile = p;
	*p = *member->profile;
	p->group = req->group;
	p->tenant = common->tenant;
	p->cpus = p->cpus ?: common->cpus;
	p->memory_mib = p->memory_mib ?: common->memory_mib;
	p->disk_mib = p->disk_mib ?: common->disk_mib;
	for (size_t j = 0; j < p->n_nics; j++) {
		ret->nics[j] = *p->nics[j];
		ret->list[j] = &ret->nics[j];
		if (j < common->n_nics)
			complete_nic(&ret->nics[j], common->nics[j]);
	}
	p->nics = ret->list;
	return 0;
}
