/* SPDX-License-Identifier: GPL-2.0 */
/* What was found wrong in a copy of a VN's mappings: how much, and the first of it. Pure. */
#ifndef NVO3D_NVE_DRIFT_H
#define NVO3D_NVE_DRIFT_H

#include "addr.h"

enum drift_how {
	DRIFT_MISSING,
	DRIFT_EXTRA,
	DRIFT_EPOCH,
	DRIFT_PLACE,
};

/* All zero: nothing */
struct drift {
	unsigned int n;
	struct mac_addr first;
	enum drift_how how;		/* the first one differs */
};

void drift_note(struct drift *drift, const struct mac_addr *mac, enum drift_how how);

#define DRIFT_TEXT 160
/* "VNI 100: 2 mappings of the kernel's table differed, the first 02:...:02 (missing)" */
const char *drift_text(const struct drift *drift, uint32_t vni, const char *table,
		       char buf[DRIFT_TEXT]);

#endif
