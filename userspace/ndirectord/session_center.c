// SPDX-License-Identifier: GPL-2.0
/*
 * The placement conversation with vCenter (proto/placement.proto).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>
#include "center_dead.h"
#include "center_profile.h"
#include "claim.h"
#include "db_profile.h"
#include "director.h"
#include "lib/crashpoint.h"
#include "proto/placement.pb-c.h"
#include "wire.h"

struct center {
	struct chan *chan;
	struct center *prev, *next;
};

static uint32_t code_of(int error)
{
	switch (error) {
	case 0:
		return CODE(OK);
	case -EEXIST:
		return CODE(EXISTS);
	case -EBUSY:
		return CODE(BUSY);
	default:
		return CODE(BAD_MESSAGE);
	}
}

static void on_vn_set(struct director *d, struct chan *chan, const struct msg *msg,
		      const Nvo3__VnSet *m)
{
	struct db_vn_info info;
	struct db_vn *vn;
	struct err err;
	bool same;
	int ret;

	ret = wire_get_vn(m->vn, &info, &err);
	if (ret)
		goto answer;
	vn = db_vn_find(&d->db, &info.uuid);
	same = vn && vn->defined && db_vn_info_same(&vn->info, &info);
	if (!vn && director_room(d, &err) != CODE(OK)) {
		director_answer(d, chan, msg, CODE(FULL), &err, NULL);
		return;
	}
	ret = db_vn_set(&d->db, &info, true, &err);
	if (!ret && !same)
		director_note(d, "vn-set", chan_peer_name(chan), "VN %s, VNI %u", info.name,
			      info.vni);
answer:
	director_answer(d, chan, msg, code_of(ret), &err, NULL);
}

static void on_vn_delete(struct director *d, struct chan *chan, const struct msg *msg,
			 const Nvo3__VnDelete *m)
{
	struct db_vn *vn = NULL;
	struct uuid uuid;
	struct err err;
	int ret = 0;

	if (msg_get_uuid(&m->uuid, &uuid))
		vn = db_vn_find(&d->db, &uuid);
	else
		ret = err_set(&err, EINVAL, "the VN's UUID has %zu bytes", m->uuid.len);
	if (vn && vn->defined) {
		ret = db_vn_delete(&d->db, vn, &err);
		if (!ret)
			director_note(d, "vn-deleted", chan_peer_name(chan), "VN %s",
				      vn->info.name);
	}
	director_answer(d, chan, msg, code_of(ret), &err, NULL);
}

static uint32_t get_key(struct director *d, const ProtobufCBinaryData *vn_uuid,
			const ProtobufCBinaryData *mac, struct db_placement *p, struct err *err)
{
	char text[UUID_STRLEN];
	struct uuid uuid;

	if (!msg_get_uuid(vn_uuid, &uuid)) {
		err_set(err, EINVAL, "the VN's UUID has %zu bytes", vn_uuid->len);
		return CODE(BAD_MESSAGE);
	}
	if (!msg_get_mac(mac, &p->mac) || !mac_addr_is_unicast(&p->mac)) {
		err_set(err, EINVAL, "not the MAC of a single station");
		return CODE(BAD_MESSAGE);
	}
	p->vn = db_vn_find(&d->db, &uuid);
	if (p->vn)
		return CODE(OK);
	err_set(err, ENOENT, "VN %s is not known in %s", uuid_format(&uuid, text), d->self.dc);
	return CODE(NOT_FOUND);
}

static uint32_t get_profile(struct director *d, const ProtobufCBinaryData *b,
			    struct db_profile **ret, struct err *err)
{
	char text[UUID_STRLEN];
	struct uuid uuid;

	if (!b->len)
		return CODE(OK);
	if (!msg_get_uuid(b, &uuid)) {
		err_set(err, EINVAL, "the profile's UUID has %zu bytes", b->len);
		return CODE(BAD_MESSAGE);
	}
	*ret = db_profile_find(&d->db, &uuid);
	if (*ret || uuid_is_zero(&uuid))
		return CODE(OK);
	err_set(err, ENOENT, "profile %s is not known in %s", uuid_format(&uuid, text), d->self.dc);
	return CODE(NOT_FOUND);
}

static uint32_t get_placement(struct director *d, const Nvo3__Place *m, struct db_placement *p,
			      struct err *err)
{
	uint32_t code = get_key(d, &m->vn, &m->mac, p, err);

	if (code != CODE(OK))
		return code;
	if (!msg_get_uuid(&m->vm, &p->vm)) {
		err_set(err, EINVAL, "the VM's UUID has %zu bytes", m->vm.len);
		return CODE(BAD_MESSAGE);
	}
	if (strlen(m->nve) >= DB_NAME) {
		err_set(err, EINVAL, "the NVE's name is too long");
		return CODE(BAD_MESSAGE);
	}
	p->nve = m->nve;
	p->epoch = m->epoch;
	if (wire_get_ips(m->ips, m->n_ips, &p->ips, err))
		return CODE(BAD_MESSAGE);
	return get_profile(d, &m->profile, &p->profile, err);
}

/*
 * Asked again for a new epoch of a placement that stands (the answer was lost), the same
 * epoch is given; otherwise the next one.
 */
static uint64_t epoch_for(struct director *d, const struct db_placement *p, uint64_t min_epoch)
{
	struct db_placed *held = db_placement_find(p->vn, &p->mac);
	struct db_map *map = db_map_find(p->vn, &p->mac);
	uint64_t above = min_epoch;

	if (p->epoch)
		return p->epoch;
	if (map && map->epoch > above)
		above = map->epoch;
	if (held && !strcmp(db_placed_nve(held), p->nve) && held->epoch > min_epoch &&
	    held->epoch >= above)
		return held->epoch;
	if (held && held->epoch > above)
		above = held->epoch;
	return db_epoch_next(&d->db, above);
}

static uint32_t place(struct director *d, struct chan *chan, const Nvo3__Place *m,
		      struct db_placement *p, struct err *err)
{
	char text[MAC_ADDR_STRLEN];
	uint32_t code;

	code = get_placement(d, m, p, err);
	if (code == CODE(OK) && !db_placement_find(p->vn, &p->mac))
		code = director_room(d, err);
	if (code == CODE(OK))
		code = claim_place(&d->db, p, m->min_epoch, err);
	if (code != CODE(OK))
		return code;
	p->epoch = epoch_for(d, p, m->min_epoch);
	if (!p->epoch) {
		err_set(err, ERANGE, "there is no epoch above those that are known");
		return CODE(FULL);
	}
	db_epoch_seen(&d->db, p->epoch);
	if (db_placement_set(&d->db, p))
		director_note(d, "placement-set", chan_peer_name(chan),
			      "MAC %s of VN %s at %s, epoch %#llx", mac_addr_format(&p->mac, text),
			      p->vn->info.name, p->nve, (unsigned long long)p->epoch);
	return CODE(OK);
}

static void on_place(struct director *d, struct chan *chan, const struct msg *msg,
		     const Nvo3__Place *m)
{
	Nvo3__PlaceReply reply = NVO3__PLACE_REPLY__INIT;
	struct db_placement p = { };
	struct err err;
	uint32_t code;

	code = place(d, chan, m, &p, &err);
	reply.epoch = p.epoch;
	CRASHPOINT("place-granted");
	director_answer(d, chan, msg, code, &err, &reply.base);
}

static void unplace(struct director *d, struct chan *chan, const struct db_placement *key,
		    uint64_t epoch)
{
	struct db_placed *held = db_placement_find(key->vn, &key->mac);
	struct db_map *map = db_map_find(key->vn, &key->mac);
	char text[MAC_ADDR_STRLEN];

	if (held && held->epoch <= epoch) {
		director_note(d, "placement-ended", chan_peer_name(chan), "MAC %s of VN %s at %s",
			      mac_addr_format(&key->mac, text), key->vn->info.name,
			      db_placed_nve(held));
		db_placement_del(&d->db, held);
	}
	if (map && db_item_nve(&map->item)->own && map->epoch <= epoch)
		db_map_del(&d->db, map);
}

static void on_unplace(struct director *d, struct chan *chan, const struct msg *msg,
		       const Nvo3__Unplace *m)
{
	struct db_placement key = { };
	struct err err;
	uint32_t code;

	code = get_key(d, &m->vn, &m->mac, &key, &err);
	if (code == CODE(OK))
		unplace(d, chan, &key, m->epoch);
	/* in a VN that is not there nothing is placed */
	if (code == CODE(NOT_FOUND))
		code = CODE(OK);
	director_answer(d, chan, msg, code, &err, NULL);
}

static const ProtobufCMessageDescriptor *descriptor(uint32_t type)
{
	switch (type) {
	case MSG(VN_SET):
		return &nvo3__vn_set__descriptor;
	case MSG(VN_DELETE):
		return &nvo3__vn_delete__descriptor;
	case MSG(PLACE):
		return &nvo3__place__descriptor;
	case MSG(UNPLACE):
		return &nvo3__unplace__descriptor;
	case MSG(PROFILE_SET):
		return &nvo3__profile_set__descriptor;
	case MSG(PROFILE_DELETE):
		return &nvo3__profile_delete__descriptor;
	case MSG(PROFILE_GRANT):
		return &nvo3__profile_grant__descriptor;
	case MSG(NVE_DEAD):
		return &nvo3__nve_dead__descriptor;
	}
	return NULL;
}

static void dispatch(struct director *d, struct chan *chan, const struct msg *msg, void *message)
{
	switch (msg->type) {
	case MSG(PLACE):
		on_place(d, chan, msg, message);
		break;
	case MSG(UNPLACE):
		on_unplace(d, chan, msg, message);
		break;
	case MSG(VN_SET):
		on_vn_set(d, chan, msg, message);
		break;
	case MSG(VN_DELETE):
		on_vn_delete(d, chan, msg, message);
		break;
	case MSG(PROFILE_SET):
		center_profile_set(d, chan, msg, message);
		break;
	case MSG(PROFILE_DELETE):
		center_profile_delete(d, chan, msg, message);
		break;
	case MSG(PROFILE_GRANT):
		center_profile_grant(d, chan, msg, message);
		break;
	case MSG(NVE_DEAD):
		center_nve_dead(d, chan, msg, message);
		break;
	}
}

bool center_message(struct director *d, struct chan *chan, const struct msg *msg)
{
	const ProtobufCMessageDescriptor *desc = descriptor(msg->type);
	struct err err;
	void *message;

	if (!desc)
		return false;
	message = msg_decode(msg, desc, &err);
	if (!message) {
		director_answer(d, chan, msg, CODE(BAD_MESSAGE), &err, NULL);
		return true;
	}
	dispatch(d, chan, msg, message);
	msg_free(message);
	return true;
}

void center_up(struct director *d, struct chan *chan)
{
	struct center *c = calloc(1, sizeof(*c));

	c->chan = chan;
	chan_set_user(chan, c);
	DL_APPEND(d->centers, c);
}

void center_down(struct director *d, struct chan *chan)
{
	struct center *c = chan_user(chan);

	DL_DELETE(d->centers, c);
	free(c);
}

struct chan *center_chan(struct director *d, unsigned int n)
{
	struct center *c;

	DL_FOREACH(d->centers, c)
		if (!n--)
			return c->chan;
	return NULL;
}

void center_each(struct director *d, void (*cb)(const char *name, void *arg), void *arg)
{
	struct center *c;

	DL_FOREACH(d->centers, c)
		cb(chan_peer_name(c->chan), arg);
}
