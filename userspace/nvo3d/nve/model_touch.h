/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses whose mappings have changed in the model; a list that may repeat them. Pure */
#ifndef NVO3D_NVE_MODEL_TOUCH_H
#define NVO3D_NVE_MODEL_TOUCH_H

#include <stdbool.h>
#include <stddef.h>

#include "addr.h"

/* What an update changed, for diff.h */
struct model_touch {
	struct mac_addr *macs;
	size_t n, cap;
	struct ip_addr *ips;
	size_t n_ips, cap_ips;
	bool members;
	bool swept;			/* a snapshot ended; to apply_maps(): compare all */
	bool strict;			/* whatever epoch the kernel holds: as diff.h */
	bool quiet;			/* what cannot be done has been said before */
	unsigned int ignored;		/* mappings with an older epoch than the one held */
};

void model_touch_mac(struct model_touch *touch, const struct mac_addr *mac);
void model_touch_ip(struct model_touch *touch, const struct ip_addr *ip);
void model_touch_uninit(struct model_touch *touch);

#endif
