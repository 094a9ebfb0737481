// SPDX-License-Identifier: GPL-2.0

#include <stdio.h>

#include "drift.h"

void drift_note(struct drift *drift, const struct mac_addr *mac, enum drift_how how)
{
	if (drift->n++)
		return;
	drift->first = *mac;
	drift->how = how;
}

const char *drift_text(const struct drift *drift, uint32_t vni, const char *table,
		       char buf[DRIFT_TEXT])
{
	static const char *const words[] = {
		[DRIFT_MISSING] = "missing",
		[DRIFT_EXTRA] = "extra",
		[DRIFT_EPOCH] = "other epoch",
		[DRIFT_PLACE] = "other place",
	};
	char mac[MAC_ADDR_STRLEN];

	snprintf(buf, DRIFT_TEXT, "VNI %u: %u mapping%s of %s differed, the first %s (%s)", vni,
		 drift->n, drift->n == 1 ? "" : "s", table, mac_addr_format(&drift->first, mac),
		 words[drift->how]);
	return buf;
}
