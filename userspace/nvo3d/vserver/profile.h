/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Profiles of VMs as they come in messages: are they well-formed, do two of them get in each
 * other's way, is there room for one more. Pure.
 */
#ifndef NVO3D_VSERVER_PROFILE_H
#define NVO3D_VSERVER_PROFILE_H

#include <stdint.h>

#include "errs.h"
#include "proto/common.pb-c.h"
#include "uuid.h"

#define PROFILE_NICS_MAX 8
#define PROFILE_IPS_MAX 16
#define PROFILE_NAME_MAX 64
#define PROFILE_DISK_MIN_MIB 16

/* All return a CODE() and, when it is not OK, a sentence that names the culprit */

uint32_t profile_check(const Nvo3__VmProfile *p, struct err *err);
/* Same MAC or IP address in the same VN, or the same interface: EXISTS, naming @other's name */
uint32_t profile_conflict(const Nvo3__VmProfile *p, const Nvo3__VmProfile *other,
			  struct err *err);

struct capacity {
	uint32_t cpus, memory_mib, disk_mib, vms;
};

void capacity_add(struct capacity *used, const Nvo3__VmProfile *p);
/* FULL when @p does not fit beside what is used */
uint32_t capacity_check(const struct capacity *limit, const struct capacity *used,
			const Nvo3__VmProfile *p, struct err *err);

/* A deep copy; msg_free() it */
Nvo3__VmProfile *profile_copy(const Nvo3__VmProfile *p);
/* Equal but for what changes in a VM's life: epochs, and the ports that we made up */
bool profile_same(const Nvo3__VmProfile *a, const Nvo3__VmProfile *b);
struct uuid profile_id(const Nvo3__VmProfile *p);	/* of a checked one */

#endif
