/* SPDX-License-Identifier: GPL-2.0 */
/* V5: a member of a bulk registration as a VM of its own. Pure. */
#ifndef VCENTERD_BULK_H
#define VCENTERD_BULK_H

#include "lib/errs.h"
#include "model.h"
#include "proto/management.pb-c.h"

#define BULK_MEMBERS_MAX	10000u
#define BULK_TEXT_MAX		(512u << 10)	/* bytes of sentences in one answer */

/* A report that borrows from the request, and what it points to. */
struct bulk_report {
	Nvo3__VmReport report;
	Nvo3__VmProfile profile;
	Nvo3__Nic nics[VC_NICS_MAX];
	Nvo3__Nic *list[VC_NICS_MAX];
};

/* Is it a request at all? -EINVAL with a sentence. */
int bulk_check(const Nvo3__VmBulkRegister *req, struct err *err);
/* Member @i with what it has from the others; -EINVAL with a sentence that names it. */
int bulk_member(const Nvo3__VmBulkRegister *req, size_t i, struct bulk_report *ret,
		struct err *err);

#endif
