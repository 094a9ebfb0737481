/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is done at once for an interface: in the kernel, in the store, and what the director is
 * told without waiting. Functions return 0 or a negative errno with a sentence.
 */
#ifndef NVO3D_NVE_PORT_ACT_H
#define NVO3D_NVE_PORT_ACT_H

#include "port.h"

/* What another interface has that @want needs for itself; NULL if nothing */
const char *port_conflict(struct nve *nve, const struct tsi *want);

/* TSI_INIT to TSI_ASSOCIATED; the caller holds a use of the VN, which is in the kernel */
int port_bind(struct nve_tsi *tsi, const struct tsi *want, struct err *err);
int port_update(struct nve_tsi *tsi, const struct tsi *want, struct err *err);
int port_set_state(struct nve_tsi *tsi, enum nvo3_port_state state, uint64_t epoch,
		   struct err *err);
/* To TSI_ASSOCIATED, and withdrawn */
int port_disable(struct nve_tsi *tsi, struct err *err);
/* To TSI_INIT, giving back the use of the VN */
int port_unbind(struct nve_tsi *tsi, struct err *err);

#endif
