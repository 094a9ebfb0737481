/* SPDX-License-Identifier: GPL-2.0 */
/*
 * V5: the VMs of one group of one tenant as one message. What all of them have is said once; a
 * member says the rest. Pure.
 */
#ifndef NVO3D_VSERVER_BULK_MSG_H
#define NVO3D_VSERVER_BULK_MSG_H

#include "proto/management.pb-c.h"

#define BULK_MEMBERS	500u		/* in one message, */
#define BULK_BYTES	(600u << 10)	/* and bytes: both fit well into a frame */

/* Orders by tenant, then by group: as qsort() has it. */
int bulk_compare(const Nvo3__VmProfile *a, const Nvo3__VmProfile *b);
/*
 * Those of @reports, from the first one on, that go into one message: of its group, and not too
 * many. At least 1; @n is not 0.
 */
size_t bulk_run(const Nvo3__VmReport *reports, size_t n);

/* Borrows from the reports. */
struct bulk_msg {
	Nvo3__VmBulkRegister msg;
	Nvo3__VmProfile common, *profiles;
	Nvo3__VmReport *reports, **members;
	Nvo3__Nic *nics, **nic_list, *common_nics;
};

/* All of @reports, which are of one group. */
void bulk_msg_init(struct bulk_msg *b, const Nvo3__VmReport *reports, size_t n);
void bulk_msg_uninit(struct bulk_msg *b);

#endif
