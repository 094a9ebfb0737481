/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Is the kernel as the model is, and the model as the director would have it? Digests are compared
 * from time to time, and what differs is mended (Documentation/distribution.rst).
 */
#ifndef NVO3D_NVE_AUDIT_H
#define NVO3D_NVE_AUDIT_H

#include "digest.h"
#include "proto/control.pb-c.h"

struct audit;
struct nve;
struct nve_vn;

/* Of a VN, for audit.c only */
struct audit_vn {
	bool differed;			/* when we looked last, with these sums */
	bool settled;			/* these sums are what is left after mending */
	struct digest kernel, model;
};

/* Looks every @nve->config->nve.audit seconds; @nve->director must be there */
struct audit *audit_new(struct nve *nve);
void audit_free(struct audit *audit);	/* accepts NULL */
/* One look now, and, if anything differs, another one soon that mends it */
void audit_look(struct nve *nve);

/* From director.c: what the director would have the model hold */
void audit_digest(struct nve *nve, const Nvo3__MapDigest *digest);
/* A correction of the model has ended: tell what was wrong */
void audit_corrected(struct nve_vn *vn);

#endif
