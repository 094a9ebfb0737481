/* SPDX-License-Identifier: GPL-2.0 */
/* What happens in the kernel without our doing: misses, ports that vanish, refused claims */
#ifndef NVO3D_NVE_WATCH_H
#define NVO3D_NVE_WATCH_H

#include "state.h"

struct watch *watch_new(struct nve *nve, uint32_t ifindex, struct err *err);
void watch_free(struct watch *w);

#endif
