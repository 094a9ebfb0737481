// SPDX-License-Identifier: GPL-2.0
/*
 * The placement conversation with vCenter (proto/placement.proto).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "claim.h"
#include "director.h"
#include "proto/placement.pb-c.h"
#include "wire.h"

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

static uint32_t on_vn_set(struct director *d, const Nvo3__VnSet *m, struct err *err)
{
	struct db_vn_info info;

	if (wire_get_vn(m->vn, &info, err))
		return CODE(BAD_MESSAGE);
	return code_of(db_vn_set(&d->db, &info, true, err));
}

static uint32_t on_vn_delete(struct director *d, const Nvo3__VnDelete *m, struct err *err)
{
	struct db_vn *vn;
	struct uuid uuid;

	if (!msg_get_uuid(&m->uuid, &uuid)) {
		err_set(err, EINVAL, "the VN's UUID has %zu bytes", m->uuid.len);
		return CODE(BAD_MESSAGE);
	}
	vn = db_vn_find(&d->db, &uuid);
	return vn ? code_of(db_vn_delete(&d->db, vn, err)) : CODE(OK);
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
	if ((size_t)snprintf(p->nve, sizeof(p->nve), "%s", m->nve) >= sizeof(p->nve)) {
		err_set(err, EINVAL, "the NVE's name is too long");
		return CODE(BAD_MESSAGE);
	}
	p->epoch = m->epoch;
	return wire_get_ips(m->ips, m->n_ips, &p->ips, err) ? CODE(BAD_MESSAGE) : CODE(OK);
}

/*
 * Asked again for a new epoch of a placement that stands (the answer was lost), the same
 * epoch is given; otherwise the next one.
 */
static uint64_t epoch_for(struct director *d, const struct db_placement *p, uint64_t min_epoch)
{
	struct db_placement *held = db_placement_find(p->vn, &p->mac);
	struct db_map *map = db_map_find(p->vn, &p->mac);
	uint64_t above = min_epoch;

	if (p->epoch)
		return p->epoch;
	if (map && map->epoch > above)
		above = map->epoch;
	if (held && !strcmp(held->nve, p->nve) && held->epoch > min_epoch && held->epoch >= above)
		return held->epoch;
	if (held && held->epoch > above)
		above = held->epoch;
	return db_epoch_next(&d->db, above);
}

static void on_place(struct director *d, struct chan *chan, const struct msg *msg,
		     const Nvo3__Place *m)
{
	Nvo3__PlaceReply reply = NVO3__PLACE_REPLY__INIT;
	struct db_placement p = { };
	struct err err;
	uint32_t code;

	code = get_placement(d, m, &p, &err);
	if (code == CODE(OK)) {
		code = claim_place(&d->db, &p, m->min_epoch, &err);
		if (code != CODE(OK))
			director_alert(d, "placement-refused", chan_peer_name(chan), "%s", err.text);
	}
	if (code == CODE(OK)) {
		p.epoch = epoch_for(d, &p, m->min_epoch);
		db_placement_set(&d->db, &p);
		reply.epoch = p.epoch;
	}
	director_answer(d, chan, msg->id, code, &err, &reply.base);
}

static uint32_t on_unplace(struct director *d, const Nvo3__Unplace *m, struct err *err)
{
	struct db_placement key = { }, *held;
	struct db_map *map;
	uint32_t code;

	code = get_key(d, &m->vn, &m->mac, &key, err);
	if (code == CODE(NOT_FOUND))
		return CODE(OK);	/* nothing is placed there */
	if (code != CODE(OK))
		return code;
	held = db_placement_find(key.vn, &key.mac);
	if (held && held->epoch <= m->epoch)
		db_placement_del(&d->db, held);
	map = db_map_find(key.vn, &key.mac);
	if (map && map->item.nve->own && map->epoch <= m->epoch)
		db_map_del(&d->db, map);
	return CODE(OK);
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
	}
	return NULL;
}

bool center_message(struct director *d, struct chan *chan, const struct msg *msg)
{
	const ProtobufCMessageDescriptor *desc = descriptor(msg->type);
	uint32_t code = CODE(BAD_MESSAGE);
	struct err err;
	void *message;

	if (!desc)
		return false;
	message = msg_decode(msg, desc, &err);
	if (message && msg->type == MSG(PLACE)) {
		on_place(d, chan, msg, message);
		msg_free(message);
		return true;
	}
	if (message && msg->type == MSG(VN_SET))
		code = on_vn_set(d, message, &err);
	else if (message && msg->type == MSG(VN_DELETE))
		code = on_vn_delete(d, message, &err);
	else if (message)
		code = on_unplace(d, message, &err);
	director_answer(d, chan, msg->id, code, &err, NULL);
	if (message)
		msg_free(message);
	return true;
}
