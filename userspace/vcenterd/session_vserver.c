// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "claim.h"
#include "codes.h"
#include "console.h"
#include "lib/log.h"
#include "move_dest.h"
#include "move_run.h"
#include "owed.h"
#include "persist.h"
#include "profile.h"
#include "query.h"
#include "session_vserver.h"
#include "vserver_register.h"
#include "vm_bulk.h"

/* The server whose session this is; NULL before it registered. */
static struct server *chan_server_of(struct vcenter *vc, struct chan *chan)
{
	struct server *server = inventory_server(vc->inv, chan_peer(chan)->name);

	return server && server->session == chan ? server : NULL;
}

void session_vserver_up(struct vcenter *vc, struct chan *chan)
{
	if (strcmp(chan_peer(chan)->dc, vc->conf.dc))
		chan_drop(chan, "it is a vServer of another data centre");
	chan_track_clock(chan);
}

void session_vserver_down(struct vcenter *vc, struct chan *chan, const char *why)
{
	struct server *server = chan_server_of(vc, chan);

	if (!server)
		return;
	server->session = NULL;
	console_server_down(vc, server, why);
	note_alert(vc, "server-down", server->name, "%s", why);
}

/* --- V3, V4 */

static void reply_nics(struct vcenter *vc, struct owed *owed, struct vm *vm, bool created)
{
	Nvo3__VmRegisterReply reply = NVO3__VM_REGISTER_REPLY__INIT;

	reply.created = created;
	reply.nics = nics_to_msg(vm);
	reply.n_nics = vm->n_nics;
	owed_reply(vc, owed, CODE(OK), NULL, &reply.base);
	nics_free(reply.nics, reply.n_nics);
}

static void registered(struct vcenter *vc, struct vm *vm, uint32_t code, void *arg)
{
	if (code == CODE(OK))
		reply_nics(vc, arg, vm, true);
	else
		owed_reply(vc, arg, code, code == CODE(BUSY) ? "asked again" : vm_why(vm), NULL);
}

/* With the epochs of its placement: those of a new VM are still to come. */
static void reply_registered(struct vcenter *vc, struct chan *chan, const struct msg *msg,
			     struct vm *vm)
{
	struct owed *owed = owed_new(vc, chan, msg->id);

	if (vm->op == VM_OP_ADOPT)
		vserver_await_adopted(vc, vm, registered, owed);
	else
		reply_nics(vc, owed, vm, false);
}

static void vm_register(struct vcenter *vc, struct chan *chan, struct server *server,
			const struct msg *msg)
{
	struct err err;
	Nvo3__VmRegister *req = msg_decode(msg, &nvo3__vm_register__descriptor, &err);
	struct vm *vm = NULL;
	int ret;

	if (!req || !req->vm) {
		chan_reply(chan, msg->id, CODE(BAD_MESSAGE), req ? "vm is missing" : err.text,
			   NULL);
	} else {
		ret = vserver_register_vm(vc, server, req->vm, &vm, &err);
		if (ret)
			chan_reply_err(chan, msg->id, code_from_errno(ret), &err);
		else
			reply_registered(vc, chan, msg, vm);
	}
	if (req)
		msg_free(req);
}

static void vm_unregister(struct vcenter *vc, struct chan *chan, struct server *server,
			  const struct msg *msg)
{
	struct err err;
	Nvo3__VmUnregister *req = msg_decode(msg, &nvo3__vm_unregister__descriptor, &err);
	char text[UUID_STRLEN];
	struct uuid uuid;
	int ret;

	if (!req || !msg_get_uuid(&req->vm, &uuid)) {
		chan_reply(chan, msg->id, CODE(BAD_MESSAGE), "vm is not 16 bytes", NULL);
	} else {
		ret = vserver_unregister_vm(vc, server, &uuid, &err);
		if (ret)
			chan_reply_err(chan, msg->id, code_from_errno(ret), &err);
		else
			chan_reply(chan, msg->id, CODE(OK), NULL, NULL);
		if (ret == -ENOENT)
			vserver_tell_unknown(chan, uuid_format(&uuid, text), err.text);
	}
	if (req)
		msg_free(req);
}

/* --- V8 */

static void looked_up(struct vcenter *vc, const struct lookup_result *res, void *arg)
{
	Nvo3__VmLookupReply reply = lookup_result_to_msg(res);

	owed_reply(vc, arg, CODE(OK), NULL, &reply.base);
}

static void vm_lookup(struct vcenter *vc, struct chan *chan, const struct msg *msg)
{
	struct err err;
	Nvo3__VmLookup *req = msg_decode(msg, &nvo3__vm_lookup__descriptor, &err);
	struct lookup_key key;

	if (!req || lookup_key_from_msg(req, &key, &err))
		chan_reply_err(chan, msg->id, CODE(BAD_MESSAGE), &err);
	else
		query_lookup(vc, &key, looked_up, owed_new(vc, chan, msg->id));
	if (req)
		msg_free(req);
}

/* --- events */

static void vm_state(struct vcenter *vc, struct server *server, const struct msg *msg)
{
	Nvo3__VmStateEvent *event = msg_decode(msg, &nvo3__vm_state_event__descriptor, NULL);
	struct uuid uuid;
	struct vm *vm;

	vm = event && msg_get_uuid(&event->vm, &uuid) ? inventory_vm(vc->inv, &uuid) : NULL;
	if (vm && vm->server == server)
		vserver_take_state(vc, vm, event->state, event->text);
	else if (vm && uuid_is_zero(&vm->move) && vm->dest != server)
		monitor_foreign(vc->monitor, server, vm->name, wall_ms());
	if (event)
		msg_free(event);
}

static void progress(struct vcenter *vc, const struct server *server, const struct msg *msg)
{
	Nvo3__RelocateProgress *event;
	struct uuid move;

	event = msg_decode(msg, &nvo3__relocate_progress__descriptor, NULL);
	if (event && msg_get_uuid(&event->move, &move)) {
		move_run_progress(vc, &move, server, event->done, event->total);
		move_dest_progress(vc, &move, server, event->done, event->total);
		if (event->active || event->first_in)
			move_dest_arrived(vc, &move, server, event->active, event->first_in,
					  event->clock_error);
		if (event->silent || event->last_out)
			move_run_left(vc, &move, server, event->silent, event->last_out,
				      event->clock_error);
		if (event->late_known)
			move_run_late(vc, &move, server, event->late);
	}
	if (event)
		msg_free(event);
}

static struct vm_use use_from_msg(const Nvo3__VmUse *u)
{
	return (struct vm_use){
		.time = u->time, .cpu_ns = u->cpu_ns, .memory_kib = u->memory_kib,
		.disk_kib = u->disk_kib, .disk_read = u->disk_read,
		.disk_written = u->disk_written, .net_in = u->net_in, .net_out = u->net_out,
		.store_in = u->store_in, .store_out = u->store_out,
	};
}

static void vm_use(struct vcenter *vc, struct server *server, const struct msg *msg)
{
	Nvo3__VmUseEvent *event = msg_decode(msg, &nvo3__vm_use_event__descriptor, NULL);
	uint64_t wall = wall_ms();
	struct uuid id;
	struct vm *vm;

	if (!event)
		return;
	monitor_report_begin(vc->monitor, server, wall);
	for (size_t i = 0; i < event->n_uses; i++) {
		struct vm_use use = use_from_msg(event->uses[i]);

		vm = msg_get_uuid(&event->uses[i]->vm, &id) ? inventory_vm(vc->inv, &id) : NULL;
		if (vm && vm->server == server)
			monitor_vm(vc->monitor, vm, &use, wall);
		/* one that has just left, or just gone, is no lie */
		else if (vm && uuid_is_zero(&vm->move) && vm->dest != server)
			monitor_foreign(vc->monitor, server, vm->name, wall);
	}
	monitor_report_end(vc->monitor, server, wall);
	msg_free(event);
}

static void host_load(struct vcenter *vc, struct server *server, const struct msg *msg)
{
	Nvo3__HostLoad *l = msg_decode(msg, &nvo3__host_load__descriptor, NULL);

	if (!l)
		return;
	monitor_host(vc->monitor, server, &(struct host_use){
		.time = l->time, .cpus = l->cpus, .cpu_permille = l->cpu_permille,
		.load_milli = l->load_milli, .memory_kib = l->memory_kib,
		.memory_used_kib = l->memory_used_kib, .disk_kib = l->disk_kib,
		.disk_used_kib = l->disk_used_kib }, wall_ms());
	msg_free(l);
}

static void alert(struct vcenter *vc, struct chan *chan, struct server *server,
		  const struct msg *msg)
{
	Nvo3__Alert *a = msg_decode(msg, &nvo3__alert__descriptor, NULL);

	if (!a)
		return;
	note_server_alert(vc, server, *a->kind ? a->kind : "alert", *a->subject ? a->subject :
			  chan_peer_name(chan), "%s says: %s", chan_peer_name(chan), a->text);
	msg_free(a);
}

/* --- what a registered server may say */

static bool registered_message(struct vcenter *vc, struct chan *chan, struct server *server,
			       const struct msg *msg)
{
	switch (msg->type) {
	case MSG(VM_REGISTER):
		vm_register(vc, chan, server, msg);
		return true;
	case MSG(VM_UNREGISTER):
		vm_unregister(vc, chan, server, msg);
		return true;
	case MSG(VM_BULK_REGISTER):
		bulk_register(vc, chan, server, msg);
		return true;
	case MSG(VM_BULK_UNREGISTER):
		bulk_unregister(vc, chan, server, msg);
		return true;
	case MSG(VM_LOOKUP):
		vm_lookup(vc, chan, msg);
		return true;
	case MSG(VM_STATE):
		vm_state(vc, server, msg);
		return true;
	case MSG(RELOCATE_PROGRESS):
		progress(vc, server, msg);
		return true;
	case MSG(VM_USE):
		vm_use(vc, server, msg);
		return true;
	case MSG(HOST_LOAD):
		host_load(vc, server, msg);
		return true;
	case MSG(CONSOLE_DATA):
	case MSG(CONSOLE_CREDIT):
	case MSG(CONSOLE_CLOSE):
		console_message(vc, server, msg);
		return true;
	case MSG(ALERT):
		alert(vc, chan, server, msg);
		return true;
	default:
		return false;
	}
}

bool session_vserver_message(struct vcenter *vc, struct chan *chan, const struct msg *msg)
{
	struct server *server = chan_server_of(vc, chan);

	if (msg->type == MSG(SERVER_REGISTER)) {
		vserver_register(vc, chan, msg);
		return true;
	}
	if (server)
		return registered_message(vc, chan, server, msg);
	if (msg->id)
		chan_reply(chan, msg->id, CODE(BAD_STATE), "register the server first", NULL);
	return true;
}

uint64_t session_vserver_time(const struct server *server, uint64_t ns, uint64_t *error)
{
	int64_t offset;
	uint64_t e;

	if (!ns || !server->session || !chan_clock(server->session, &offset, &e))
		return 0;
	if (e > *error)
		*error = e;
	return ns - offset;
}
