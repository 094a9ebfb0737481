/* SPDX-License-Identifier: GPL-2.0 */
/* What a driver tells of a VM's use of its host */
#ifndef NVO3D_VSERVER_DRIVER_USE_H
#define NVO3D_VSERVER_DRIVER_USE_H

#include <stdint.h>

#include "uuid.h"

/* What a VM has used since it was started; what is not known is 0 */
struct driver_use {
	struct uuid id;
	uint64_t cpu_ns;
	uint64_t memory_kib;	/* of the host's, at present */
	uint64_t disk_kib;	/* the same */
	uint64_t disk_read, disk_written, net_in, net_out;	/* bytes, as the guest sees it */
	uint64_t store_in, store_out;	/* of the former two, by a network */
};

#endif
