/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The session to the NVE (association.proto), here or on another machine. It starts with
 * TSI_SYNC: what all VMs have, by vm->tsi.
 */
#ifndef NVO3D_VSERVER_NVE_CLIENT_H
#define NVO3D_VSERVER_NVE_CLIENT_H

#include "chan.h"
#include "host.h"

typedef void (*nve_client_fn)(uint32_t code, const char *text, void *arg);

struct nve_client *nve_client_new(struct vserver *vs, struct err *err);
void nve_client_free(struct nve_client *c);

/*
 * Ask @type (MSG(TSI_ASSOCIATE) and so on) for interface @nic of @vm. Taking waits a while for a
 * session, giving back does not. @done may be NULL; it never comes before this returns.
 */
void nve_client_ask(struct nve_client *c, uint32_t type, struct vm *vm, size_t nic,
		    nve_client_fn done, void *arg);

/* Another request, that does not wait for a session; @done as of chan_request() */
void nve_client_request(struct nve_client *c, uint32_t type, const ProtobufCMessage *body,
			uint32_t timeout_ms, chan_answer_fn done, void *arg);
void nve_client_cancel(struct nve_client *c, void *arg);
/* As chan_clock() */
bool nve_client_clock(const struct nve_client *c, int64_t *offset, uint64_t *error);

#endif
