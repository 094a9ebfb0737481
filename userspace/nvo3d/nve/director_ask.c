// SPDX-License-Identifier: GPL-2.0
/* Where an address is: questions to the director, and what is used no more */

#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "cleanup.h"
#include "director_priv.h"
#include "idle.h"
#include "mem.h"
#include "vn.h"

/* By then the kernel has given up the frames, and will ask again */
#define QUERY_MS 3000

struct forgotten {
	struct director *d;
	struct uuid vn;
	size_t n;
	struct mac_addr macs[];
};

static void query_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__MapQueryReply *reply = msg_decode(body, &nvo3__map_query_reply__descriptor, NULL);
	struct about *a = arg;
	const struct ask_addr addr = { .mac = a->mac, .ip = a->ip };
	struct nve *nve = director_closed(a->d);

	if (nve)
		ask_answered(nve, &a->vn, &addr, code, text, reply ? reply->lifetime : 0);
	if (reply)
		msg_free(reply);
	free(a);
}

void director_query(struct director *d, const struct uuid *vn, const struct ask_addr *addr,
		    const struct mac_addr *asker)
{
	struct about *a = director_about_new(d, vn, &addr->mac);
	Nvo3__MapQuery msg = NVO3__MAP_QUERY__INIT;

	a->ip = addr->ip;
	msg.vn = msg_put_uuid(vn);
	if (addr->ip.family)
		msg.ip = msg_put_ip(&addr->ip);
	else
		msg.mac = msg_put_mac(&addr->mac);
	if (mac_addr_is_unicast(asker))
		msg.asker = msg_put_mac(asker);
	chan_request(d->chan, MSG(MAP_QUERY), &msg.base, QUERY_MS, query_answered, a);
}

struct wanted {
	struct director *d;
	nve_done_fn done;
	void *arg;
};

static void want_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct wanted *w = arg;

	/* Whoever waits has ended with the NVE role */
	if (director_closed(w->d))
		w->done(code, text, w->arg);
	free(w);
}

void director_want(struct director *d, const struct uuid *uuid, const struct mac_addr *macs,
		   size_t n, nve_done_fn done, void *arg)
{
	_cleanup_free_ ProtobufCBinaryData *list = director_pack_macs(macs, n);
	Nvo3__MapInterest msg = NVO3__MAP_INTEREST__INIT;
	struct nve_vn *vn = vn_lookup(d->nve, uuid);
	struct wanted *w;

	if (!vn || !vn->by_interest || !director_can_ask(d)) {
		done(CODE(OK), "", arg);
		return;
	}
	w = mem_zalloc(sizeof(*w));
	*w = (struct wanted){ director_opened(d), done, arg };
	msg.vn = msg_put_uuid(uuid);
	msg.macs = list;
	msg.n_macs = n;
	chan_request(d->chan, MSG(MAP_INTEREST), &msg.base, QUERY_MS, want_answered, w);
}

static void forget_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct forgotten *f = arg;
	struct nve *nve = director_closed(f->d);

	if (nve)
		idle_forgotten(nve, &f->vn, f->macs, f->n);
	free(f);
}

void director_forget(struct director *d, const struct uuid *vn, const struct mac_addr *macs,
		     size_t n)
{
	struct forgotten *f = mem_zalloc(sizeof(*f) + n * sizeof(*macs));
	_cleanup_free_ ProtobufCBinaryData *list = director_pack_macs(macs, n);
	Nvo3__MapForget msg = NVO3__MAP_FORGET__INIT;

	f->d = director_opened(d);
	f->vn = *vn;
	f->n = n;
	memcpy(f->macs, macs, n * sizeof(*macs));
	msg.vn = msg_put_uuid(vn);
	msg.macs = list;
	msg.n_macs = n;
	chan_request(d->chan, MSG(MAP_FORGET), &msg.base, REQUEST_MS, forget_answered, f);
}
