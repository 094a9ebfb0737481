/* SPDX-License-Identifier: GPL-2.0 */
/* nDirectors that issue epochs and remember placements. */
#ifndef FAKE_DIRECTOR_H
#define FAKE_DIRECTOR_H

#include "fakes.h"
#include "proto/placement.pb-c.h"

static inline struct fake_place *fake_place_get(struct fake_director *d,
						const ProtobufCBinaryData *vn,
						const ProtobufCBinaryData *mac)
{
	struct fake_place *p;
	struct mac_addr m;
	struct uuid u;

	assert_true(msg_get_uuid(vn, &u) && msg_get_mac(mac, &m));
	DL_FOREACH(d->places, p)
		if (uuid_equal(&p->vn, &u) && mac_addr_equal(&p->mac, &m))
			return p;
	return NULL;
}

static inline void fake_place(struct fake_director *d, struct chan *chan, const struct msg *msg)
{
	Nvo3__Place *req = msg_decode(msg, &nvo3__place__descriptor, NULL);
	struct fake_place *p = fake_place_get(d, &req->vn, &req->mac);
	Nvo3__PlaceReply reply = NVO3__PLACE_REPLY__INIT;

	if (!p) {
		p = mem_zalloc(sizeof(*p));
		msg_get_uuid(&req->vn, &p->vn);
		msg_get_mac(&req->mac, &p->mac);
		DL_APPEND(d->places, p);
	}
	if (req->epoch && req->epoch < p->epoch) {
		answer(d->lab, chan, msg, CODE(STALE), NULL);
	} else {
		uint64_t floor = p->epoch > req->min_epoch ? p->epoch : req->min_epoch;

		p->epoch = req->epoch ? req->epoch : floor + 1;
		snprintf(p->nve, sizeof(p->nve), "%s", req->nve);
		p->profile = (struct uuid){ };
		msg_get_uuid(&req->profile, &p->profile);
		p->n_ips = req->n_ips;
		reply.epoch = p->epoch;
		answer(d->lab, chan, msg, CODE(OK), &reply.base);
	}
	msg_free(req);
}

static inline void fake_unplace(struct fake_director *d, struct chan *chan,
				const struct msg *msg)
{
	Nvo3__Unplace *req = msg_decode(msg, &nvo3__unplace__descriptor, NULL);
	struct fake_place *p = fake_place_get(d, &req->vn, &req->mac);

	if (p && p->epoch <= req->epoch) {
		DL_DELETE(d->places, p);
		free(p);
	}
	answer(d->lab, chan, msg, CODE(OK), NULL);
	msg_free(req);
}

static inline void fake_profile_set(struct fake_director *d, struct chan *chan,
				    const struct msg *msg)
{
	Nvo3__ProfileSet *req = msg_decode(msg, &nvo3__profile_set__descriptor, NULL);

	d->profiles++;
	d->profile_version = req->profile->version;
	d->profile_rules = req->profile->n_rules;
	answer(d->lab, chan, msg, CODE(OK), NULL);
	msg_free(req);
}

static inline void fake_nve_dead(struct fake_director *d, struct chan *chan,
				 const struct msg *msg)
{
	Nvo3__NveDead *req = msg_decode(msg, &nvo3__nve_dead__descriptor, NULL);

	d->deaths++;
	snprintf(d->dead, sizeof(d->dead), "%s", req->nve);
	answer(d->lab, chan, msg, CODE(OK), NULL);
	msg_free(req);
}

static inline bool fake_director_message(struct chan *chan, const struct msg *msg, void *arg)
{
	struct fake_director *d = arg;

	d->chan = chan;
	if (fake_counts(d->lab, chan, msg))
		return true;
	switch (msg->type) {
	case MSG(PLACE):
		fake_place(d, chan, msg);
		return true;
	case MSG(UNPLACE):
		fake_unplace(d, chan, msg);
		return true;
	case MSG(PROFILE_SET):
		fake_profile_set(d, chan, msg);
		return true;
	case MSG(PROFILE_GRANT):
		d->grants++;
		answer(d->lab, chan, msg, CODE(OK), NULL);
		return true;
	case MSG(PROFILE_DELETE):
		d->profiles_gone++;
		answer(d->lab, chan, msg, CODE(OK), NULL);
		return true;
	case MSG(NVE_DEAD):
		fake_nve_dead(d, chan, msg);
		return true;
	case MSG(VN_SET):
		d->vns++;
		/* fall through */
	case MSG(VN_DELETE):
		answer(d->lab, chan, msg, CODE(OK), NULL);
		return true;
	default:
		return false;
	}
}

#endif
