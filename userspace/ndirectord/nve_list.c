// SPDX-License-Identifier: GPL-2.0
/*
 * Which VNs there are, for relays: they are members of all that NVEs may join.
 */
#include <stdlib.h>
#include <utlist.h>
#include "lib/mem.h"
#include "session_nve.h"

#define LIST_MAX	4096	/* in one message, which is 74 kB then */

static bool wants_list(const struct nve_session *s)
{
	return s->registered && s->nve->relay && chan_can(s->chan, CAN_VN_LIST);
}

static void send_list(const struct nve_session *s, Nvo3__VnList *m)
{
	chan_event(s->chan, MSG(VN_LIST), &m->base);
	m->n_vns = 0;
	m->begin = false;
}

void nve_list_all(struct director *d, const struct nve_session *s)
{
	Nvo3__VnList m = NVO3__VN_LIST__INIT;
	struct db_vn *vn;

	if (!wants_list(s))
		return;
	m.vns = mem_calloc(LIST_MAX, sizeof(*m.vns));
	m.begin = true;
	for (vn = d->db.vns; vn; vn = vn->hh.next) {
		if (!vn->defined)
			continue;
		m.vns[m.n_vns++] = msg_put_uuid(&vn->info.uuid);
		if (m.n_vns == LIST_MAX)
			send_list(s, &m);
	}
	m.end = true;
	send_list(s, &m);
	free(m.vns);
}

void nve_list_vn(struct director *d, const struct db_vn *vn)
{
	ProtobufCBinaryData uuid = msg_put_uuid(&vn->info.uuid);
	Nvo3__VnList m = NVO3__VN_LIST__INIT;
	struct nve_session *s;

	*(vn->defined ? &m.vns : &m.gone) = &uuid;
	*(vn->defined ? &m.n_vns : &m.n_gone) = 1;
	DL_FOREACH(d->nve_sessions, s)
		if (wants_list(s))
			chan_event(s->chan, MSG(VN_LIST), &m.base);
}
