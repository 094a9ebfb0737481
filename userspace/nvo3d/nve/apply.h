/* SPDX-License-Identifier: GPL-2.0 */
/* A director's update, through the model and the diff, into the kernel */
#ifndef NVO3D_NVE_APPLY_H
#define NVO3D_NVE_APPLY_H

#include "diff.h"
#include "state.h"

/*
 * What the kernel refuses (a stale epoch, a full VN) is logged and does not fail the update;
 * failure means that the update is malformed or the kernel does not answer.
 */
int apply_update(struct nve *nve, struct model_vn *vn, const Nvo3__MapUpdate *update,
		 struct err *err);

/* Make the kernel as the model is, for these addresses */
int apply_maps(struct nve *nve, struct model_vn *vn, const struct model_touch *touch,
	       struct err *err);
/* Do what was found; @quiet: what is refused has been told before */
int apply_diff(struct nve *nve, struct diff *d, bool quiet, struct err *err);

#endif
