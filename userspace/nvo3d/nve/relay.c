// SPDX-License-Identifier: GPL-2.0

#include "log.h"
#include "msg.h"
#include "relay.h"
#include "vn.h"

static void list(struct nve *nve, const ProtobufCBinaryData *id, bool listed)
{
	struct uuid uuid;

	if (msg_get_uuid(id, &uuid))
		vn_list(nve, &uuid, listed);
	else
		log_err("the director lists a VN whose UUID has %zu bytes", id->len);
}

static void begin(struct nve *nve)
{
	struct nve_vn *vn;

	for (vn = nve->vns; vn; vn = vn->hh.next)
		vn->named = false;
}

/* What has not been named is no more */
static void sweep(struct nve *nve)
{
	struct nve_vn *vn, *next;
	struct uuid uuid;

	HASH_ITER(hh, nve->vns, vn, next) {
		uuid = vn->uuid;
		if (vn->listed && !vn->named)
			vn_list(nve, &uuid, false);
	}
}

void relay_list(struct nve *nve, const Nvo3__VnList *m)
{
	if (!nve->config->nve.relay)
		return;
	if (m->begin)
		begin(nve);
	for (size_t i = 0; i < m->n_vns; i++)
		list(nve, &m->vns[i], true);
	for (size_t i = 0; i < m->n_gone; i++)
		list(nve, &m->gone[i], false);
	if (m->end)
		sweep(nve);
}
