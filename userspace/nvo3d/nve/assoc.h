/* SPDX-License-Identifier: GPL-2.0 */
/* The server of the vServer-NVE conversation (association.proto) */
#ifndef NVO3D_NVE_ASSOC_H
#define NVO3D_NVE_ASSOC_H

#include "state.h"

struct assoc *assoc_new(struct nve *nve, struct err *err);
void assoc_free(struct assoc *a);

/* Tell the vServer @owner, if it has a session; @a may be NULL */
/* Tell @owner how many frames were sent on after an interface had left in @move */
void assoc_late(struct assoc *a, const char *owner, const struct uuid *tsi,
		const struct uuid *move, uint64_t redirected);
void assoc_alert(struct assoc *a, const char *owner, const char *kind, const char *subject,
		 const char *text);

#endif
