/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between the files of the conversation with an NVE only.
 */
#ifndef NDIRECTORD_SESSION_NVE_H
#define NDIRECTORD_SESSION_NVE_H

#include "director.h"
#include "proto/control.pb-c.h"

struct nve_session {
	struct chan *chan;
	struct db_nve *nve;
	struct join *joins;		/* list */
	bool registered;
	struct nve_session *prev, *next;
};

/* NULL, with @code and a sentence: no UUID, or nobody here knows it. */
struct db_vn *nve_vn(struct director *d, const ProtobufCBinaryData *uuid, uint32_t *code,
		     struct err *err);

/* nve_claim.c: MAP_ADVERTISE and MAP_WITHDRAW, which have the same fields; these answer. */
void nve_advertise(struct director *d, struct nve_session *s, const struct msg *msg,
		   const Nvo3__MapAdvertise *m);
void nve_withdraw(struct director *d, struct nve_session *s, const struct msg *msg,
		  const Nvo3__MapAdvertise *m);

#endif /* NDIRECTORD_SESSION_NVE_H */
