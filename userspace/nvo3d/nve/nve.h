/* SPDX-License-Identifier: GPL-2.0 */
/* The NVE role: drives the kernel for a director's and a vServer's wishes */
#ifndef NVO3D_NVE_NVE_H
#define NVO3D_NVE_NVE_H

#include "config.h"
#include "errs.h"
#include "loop.h"
#include "tls.h"

struct nve;

/* @config, @loop and @tls must outlive it */
int nve_start(struct nve **ret, const struct config *config, struct loop *loop, struct tls *tls,
	      struct err *err);
/* Look now whether kernel, model and director agree */
void nve_audit(struct nve *nve);
/* Leaves the kernel as it is: forwarding goes on. Accepts NULL */
void nve_stop(struct nve *nve);

#endif
