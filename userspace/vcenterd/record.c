// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lib/cleanup.h"
#include "lib/mem.h"
#include "profile.h"
#include "proto/vcenter_store.pb-c.h"
#include "record.h"

static void *decode(const uint8_t *data, size_t len, const ProtobufCMessageDescriptor *desc,
		    struct err *err)
{
	ProtobufCMessage *msg = protobuf_c_message_unpack(desc, NULL, len, data);

	if (!msg)
		err_set(err, EINVAL, "a stored %s of %zu bytes does not decode",
			desc->short_name, len);
	return msg;
}

/* Decode @data as @type into msg, which is freed at the end of the scope. */
#define DECODE(type, desc) \
	_cleanup_(cleanup_msg) type *msg = decode(data, len, desc, err)

static void cleanup_msg(void *p)
{
	void **msg = p;

	if (*msg)
		msg_free(*msg);
}

uint8_t *vn_pack(const struct vn *vn, size_t *len)
{
	Nvo3__VnInfo msg = vn_to_msg(vn);

	return msg_encode(&msg.base, len);
}

int vn_unpack(const uint8_t *data, size_t len, struct vn *ret, struct err *err)
{
	DECODE(Nvo3__VnInfo, &nvo3__vn_info__descriptor);

	return msg ? vn_from_msg(msg, ret, err) : -EINVAL;
}

uint8_t *server_pack(const struct server *server, size_t *len)
{
	Nvo3__StoredServer msg = NVO3__STORED_SERVER__INIT;

	msg.name = (char *)server->name;
	msg.nve = (char *)server->nve;
	msg.image_addr = (char *)server->image_addr;
	msg.addr = (char *)server->addr;
	msg.location = (char *)server->location;
	msg.cpus = server->total.cpus;
	msg.memory_mib = server->total.memory_mib;
	msg.disk_mib = server->total.disk_mib;
	msg.max_vms = server->total.vms;
	msg.dead = server->dead;
	msg.keeps = server->keeps;
	return msg_encode(&msg.base, len);
}

int server_unpack(struct inventory *inv, const uint8_t *data, size_t len, struct err *err)
{
	DECODE(Nvo3__StoredServer, &nvo3__stored_server__descriptor);
	struct server *server;

	if (!msg || name_check("name of a stored server", msg->name, err))
		return -EINVAL;
	server = inventory_server_get(inv, msg->name);
	snprintf(server->nve, sizeof(server->nve), "%s", msg->nve);
	snprintf(server->image_addr, sizeof(server->image_addr), "%s", msg->image_addr);
	snprintf(server->addr, sizeof(server->addr), "%s", msg->addr);
	snprintf(server->location, sizeof(server->location), "%s", msg->location);
	inventory_server_set_total(server, &(struct capacity){
		.cpus = msg->cpus, .memory_mib = msg->memory_mib, .disk_mib = msg->disk_mib,
		.vms = msg->max_vms });
	server->dead = msg->dead;
	server->keeps = msg->keeps;
	return 0;
}

uint8_t *vm_pack(const struct vm *vm, size_t *len)
{
	Nvo3__StoredVm msg = NVO3__STORED_VM__INIT;
	protobuf_c_boolean unsure[VC_NICS_MAX];
	uint8_t *data;

	for (int i = 0; i < vm->n_nics; i++)
		unsure[i] = vm->nics[i].unsure;
	msg.profile = vm_to_msg(vm);
	msg.state = vm->state;
	msg.text = (char *)vm_why(vm);
	msg.server = vm->server ? vm->server->name : "";
	msg.op = vm->op;
	msg.start = vm->start;
	msg.made = vm->made;
	msg.incoming = vm->incoming;
	msg.left = vm->left;
	msg.unsure = unsure;
	msg.n_unsure = vm->n_nics;
	if (!uuid_is_zero(&vm->changing))
		msg.changing = msg_put_uuid(&vm->changing);
	msg.unplugged = vm->unplugged;
	msg.want_cpus = vm->want_cpus;
	msg.want_memory_mib = vm->want_memory_mib;
	msg.want_disk_mib = vm->want_disk_mib;
	msg.want_group = vm->want_group ? vm->want_group : "";
	data = msg_encode(&msg.base, len);
	msg_free(msg.profile);
	return data;
}

static int add_vm(struct inventory *inv, const Nvo3__StoredVm *msg, struct vm *vm,
		  struct err *err)
{
	if (msg->op > VM_OP_LAST || msg->n_unsure > (size_t)vm->n_nics)
		return err_set(err, EINVAL, "the stored VM %s is of a newer version", vm->name);
	vm_set_why(vm, msg->text);
	vm->state = msg->state;
	vm->op = msg->op;
	vm->start = msg->start;
	vm->made = msg->made;
	vm->incoming = msg->incoming;
	vm->left = msg->left;
	msg_get_uuid(&msg->changing, &vm->changing);
	vm->unplugged = msg->unplugged;
	vm->want_cpus = msg->want_cpus;
	vm->want_memory_mib = msg->want_memory_mib;
	vm->want_disk_mib = msg->want_disk_mib;
	if (vm->op == VM_OP_REGROUP)
		vm_set_want_group(vm, msg->want_group);
	for (size_t i = 0; i < msg->n_unsure; i++)
		vm->nics[i].unsure = msg->unsure[i];
	return inventory_vm_add(inv, vm,
				*msg->server ? inventory_server_get(inv, msg->server) : NULL,
				err);
}

int vm_unpack(struct inventory *inv, const uint8_t *data, size_t len, struct err *err)
{
	DECODE(Nvo3__StoredVm, &nvo3__stored_vm__descriptor);
	_cleanup_vm_ struct vm *vm = NULL;
	int ret;

	if (!msg)
		return -EINVAL;
	vm = vm_from_msg(inv, msg->profile, &ret, err);
	if (!vm)
		return ret;
	ret = add_vm(inv, msg, vm, err);
	if (ret)
		return ret;
	vm = NULL;	/* the inventory's now */
	return 0;
}

/* The numbers of steps in the store, which are older than MOVE_COPY. */
static const unsigned int stored_steps[] = {
	[MOVE_RESERVE] = 0, [MOVE_COPY] = 5,   [MOVE_STOP] = 1,
	[MOVE_PULL] = 2,    [MOVE_COMMIT] = 3, [MOVE_RELEASE] = 4,
};

static bool step_unpack(unsigned int stored, enum move_step *ret)
{
	for (unsigned int i = 0; i < FIGURES_STEPS; i++)
		if (stored_steps[i] == stored) {
			*ret = i;
			return true;
		}
	return false;
}

struct rtt_msg {
	Nvo3__DcRtt items[RTT_DCS], *list[RTT_DCS];
};

static void rtt_put(const struct rtt *rtt, struct rtt_msg *buf, Nvo3__StoredMove *msg)
{
	for (unsigned int i = 0; i < rtt->n; i++) {
		nvo3__dc_rtt__init(&buf->items[i]);
		buf->items[i].dc = (char *)rtt->dcs[i].dc;
		buf->items[i].us = rtt->dcs[i].us;
		buf->list[i] = &buf->items[i];
	}
	msg->client = (char *)rtt->client;
	msg->rtts = buf->list;
	msg->n_rtts = rtt->n;
}

static void rtt_fill(const Nvo3__StoredMove *msg, struct rtt *rtt)
{
	snprintf(rtt->client, sizeof(rtt->client), "%s", msg->client);
	for (size_t i = 0; i < msg->n_rtts; i++)
		rtt_add(rtt, msg->rtts[i]->dc, msg->rtts[i]->us);
}

uint8_t *move_pack(const struct move *m, size_t *len)
{
	Nvo3__StoredMove msg = NVO3__STORED_MOVE__INIT;
	uint64_t began[FIGURES_STEPS];
	struct rtt_msg rtt;

	for (unsigned int i = 0; i < FIGURES_STEPS; i++)
		began[stored_steps[i]] = m->figures.began[i];
	msg.move = msg_put_uuid(&m->id);
	msg.vm = msg_put_uuid(&m->vm);
	msg.vm_name = (char *)m->vm_name;
	msg.from_dc = (char *)m->from_dc;
	msg.from_server = (char *)m->from_server;
	msg.to_dc = (char *)m->to_dc;
	msg.to_server = (char *)m->to_server;
	msg.step = stored_steps[m->step];
	msg.state = m->state;
	msg.flags = m->flags;
	msg.error = (char *)m->error;
	msg.token = (ProtobufCBinaryData){ sizeof(m->token), (uint8_t *)m->token };
	msg.sha256 = (ProtobufCBinaryData){ sizeof(m->sha256), (uint8_t *)m->sha256 };
	msg.size = m->size;
	msg.saved_size = m->saved_size;
	msg.saved_sha256 = (ProtobufCBinaryData){ sizeof(m->saved_sha256),
						  (uint8_t *)m->saved_sha256 };
	msg.total = m->total;
	msg.decided = m->decided;
	msg.started = m->started;
	msg.ended = m->ended;
	msg.location = (char *)m->location;
	msg.tenant = (char *)m->tenant;
	rtt_put(&m->rtt, &rtt, &msg);
	msg.began = began;
	msg.n_began = FIGURES_STEPS;
	msg.gave_up = m->figures.gave_up;
	msg.silent = m->figures.silent;
	msg.last_out = m->figures.last_out;
	msg.source_error = m->figures.source_error;
	msg.active = m->figures.active;
	msg.first_in = m->figures.first_in;
	msg.dest_error = m->figures.dest_error;
	msg.late_known = m->figures.late_known;
	msg.late = m->figures.late;
	return msg_encode(&msg.base, len);
}

static void figures_fill(const Nvo3__StoredMove *msg, struct figures *f)
{
	for (unsigned int i = 0; i < FIGURES_STEPS; i++)
		if (stored_steps[i] < msg->n_began)
			f->began[i] = msg->began[stored_steps[i]];
	f->gave_up = msg->gave_up;
	f->silent = msg->silent;
	f->last_out = msg->last_out;
	f->source_error = msg->source_error;
	f->active = msg->active;
	f->first_in = msg->first_in;
	f->dest_error = msg->dest_error;
	f->late_known = msg->late_known;
	f->late = msg->late;
}

static void move_fill(const Nvo3__StoredMove *msg, struct move *m)
{
	snprintf(m->vm_name, sizeof(m->vm_name), "%s", msg->vm_name);
	snprintf(m->from_dc, sizeof(m->from_dc), "%s", msg->from_dc);
	snprintf(m->from_server, sizeof(m->from_server), "%s", msg->from_server);
	snprintf(m->to_dc, sizeof(m->to_dc), "%s", msg->to_dc);
	snprintf(m->to_server, sizeof(m->to_server), "%s", msg->to_server);
	snprintf(m->error, sizeof(m->error), "%s", msg->error);
	memcpy(m->token, msg->token.data, sizeof(m->token));
	memcpy(m->sha256, msg->sha256.data, sizeof(m->sha256));
	snprintf(m->location, sizeof(m->location), "%s", msg->location);
	snprintf(m->tenant, sizeof(m->tenant), "%s", msg->tenant);
	m->state = msg->state;
	m->flags = msg->flags;
	m->size = msg->size;
	m->saved_size = msg->saved_size;
	if (msg->saved_sha256.len == sizeof(m->saved_sha256))
		memcpy(m->saved_sha256, msg->saved_sha256.data, sizeof(m->saved_sha256));
	m->total = msg->total;
	m->decided = msg->decided;
	m->started = msg->started;
	m->ended = msg->ended;
	figures_fill(msg, &m->figures);
	rtt_fill(msg, &m->rtt);
}

int move_unpack(const uint8_t *data, size_t len, struct move *ret, struct err *err)
{
	DECODE(Nvo3__StoredMove, &nvo3__stored_move__descriptor);
	struct move m = { 0 };

	if (!msg)
		return -EINVAL;
	if (!msg_get_uuid(&msg->move, &m.id) || !msg_get_uuid(&msg->vm, &m.vm) ||
	    !step_unpack(msg->step, &m.step) || msg->state > MOVE_ABORTED ||
	    msg->token.len != sizeof(m.token) || msg->sha256.len != sizeof(m.sha256))
		return err_set(err, EINVAL, "the stored move of VM %s is not valid",
			       msg->vm_name);
	move_fill(msg, &m);
	*ret = m;
	return 0;
}

uint8_t *incoming_pack(const struct incoming *in, size_t *len)
{
	Nvo3__StoredIncoming msg = NVO3__STORED_INCOMING__INIT;

	msg.move = msg_put_uuid(&in->move);
	msg.vm = msg_put_uuid(&in->vm);
	msg.peer = (char *)in->peer;
	msg.server = (char *)in->server;
	msg.phase = in->phase;
	msg.lease_s = in->lease_s;
	msg.start = in->start;
	msg.suspended = in->suspended;
	msg.keep = in->keep;
	msg.text = (char *)in->text;
	msg.ended = in->ended;
	msg.active = in->active;
	msg.first_in = in->first_in;
	msg.clock_error = in->clock_error;
	return msg_encode(&msg.base, len);
}

int incoming_unpack(const uint8_t *data, size_t len, struct incoming *ret, struct err *err)
{
	DECODE(Nvo3__StoredIncoming, &nvo3__stored_incoming__descriptor);
	struct incoming in = { 0 };

	if (!msg)
		return -EINVAL;
	if (!msg_get_uuid(&msg->move, &in.move) || !msg_get_uuid(&msg->vm, &in.vm) ||
	    msg->phase > INCOMING_ABORTED)
		return err_set(err, EINVAL, "a stored move from %s is not valid", msg->peer);
	snprintf(in.peer, sizeof(in.peer), "%s", msg->peer);
	snprintf(in.server, sizeof(in.server), "%s", msg->server);
	snprintf(in.text, sizeof(in.text), "%s", msg->text);
	in.phase = msg->phase;
	in.lease_s = msg->lease_s;
	in.start = msg->start;
	in.suspended = msg->suspended;
	in.keep = msg->keep;
	in.ended = msg->ended;
	in.active = msg->active;
	in.first_in = msg->first_in;
	in.clock_error = msg->clock_error;
	*ret = in;
	return 0;
}

uint8_t *event_pack(const struct event *event, size_t *len)
{
	Nvo3__StoredEvent msg = NVO3__STORED_EVENT__INIT;

	msg.seq = event->seq;
	msg.time = event->time;
	msg.kind = (char *)event->kind;
	msg.subject = (char *)event->subject;
	msg.text = (char *)event->text;
	msg.alert = event->alert;
	return msg_encode(&msg.base, len);
}

int event_unpack(const uint8_t *data, size_t len, struct event *ret, struct err *err)
{
	DECODE(Nvo3__StoredEvent, &nvo3__stored_event__descriptor);

	if (!msg)
		return -EINVAL;
	memset(ret, 0, sizeof(*ret));
	ret->seq = msg->seq;
	ret->time = msg->time;
	ret->alert = msg->alert;
	snprintf(ret->kind, sizeof(ret->kind), "%s", msg->kind);
	snprintf(ret->subject, sizeof(ret->subject), "%s", msg->subject);
	snprintf(ret->text, sizeof(ret->text), "%s", msg->text);
	return 0;
}

uint8_t *gone_pack(uint64_t time, size_t *len)
{
	Nvo3__StoredGone msg = NVO3__STORED_GONE__INIT;

	msg.time = time;
	return msg_encode(&msg.base, len);
}

uint8_t *placed_pack(uint64_t time, const char *dc, size_t *len)
{
	Nvo3__StoredPlaced msg = NVO3__STORED_PLACED__INIT;

	msg.time = time;
	msg.dc = (char *)dc;
	return msg_encode(&msg.base, len);
}

int placed_unpack(const uint8_t *data, size_t len, char dc[VC_DC_SIZE], struct err *err)
{
	DECODE(Nvo3__StoredPlaced, &nvo3__stored_placed__descriptor);

	if (!msg)
		return -EINVAL;
	snprintf(dc, VC_DC_SIZE, "%s", msg->dc);
	return 0;
}

int gone_unpack(const uint8_t *data, size_t len, uint64_t *time, struct err *err)
{
	DECODE(Nvo3__StoredGone, &nvo3__stored_gone__descriptor);

	if (!msg)
		return -EINVAL;
	*time = msg->time;
	return 0;
}
