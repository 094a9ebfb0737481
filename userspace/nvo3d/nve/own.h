/* SPDX-License-Identifier: GPL-2.0 */
/* The IP addresses of the NVE's own interfaces, as IP mappings in the kernel */
#ifndef NVO3D_NVE_OWN_H
#define NVO3D_NVE_OWN_H

#include "port.h"

/*
 * @tsi has become active, silent or another: its addresses, and no longer those of @before (which
 * may be NULL), lead to its MAC while it is active. What the kernel refuses is logged.
 */
void own_update(struct nve_tsi *tsi, const struct tsi *before);
/* The same without a word to the kernel, which has them */
void own_restore(struct nve_tsi *tsi);

#endif
