// SPDX-License-Identifier: GPL-2.0
/* What vCenter asks of this vServer: decode, hand on, answer */

#include <errno.h>
#include <stdlib.h>

#include "center.h"
#include "change.h"
#include "console.h"
#include "mem.h"
#include "move.h"
#include "move_copy.h"
#include "ops.h"
#include "proto/management.pb-c.h"
#include "rtt_run.h"

/* A request that is being worked at */
struct ask {
	struct center *c;
	uint64_t session;
	uint64_t id;
	uint32_t type;
	Nvo3__VmProfile *profile;	/* of VM_DELETE: of what was there; owned */
	struct uuid move;		/* of RELOCATE_SOURCE, RELOCATE_OFFER */
};

static struct ask *ask_new(struct center *c, const struct msg *msg)
{
	struct ask *ask = mem_zalloc(sizeof(*ask));

	ask->c = c;
	ask->session = c->session;
	ask->id = msg->id;
	ask->type = msg->type;
	return ask;
}

static void answer(struct ask *ask, uint32_t code, const char *text, const ProtobufCMessage *body)
{
	if (ask->session == ask->c->session && chan_is_up(ask->c->chan))
		chan_reply(ask->c->chan, ask->id, code, code == CODE(OK) ? NULL : text,
			   code == CODE(OK) ? body : NULL);
	if (ask->profile)
		msg_free(ask->profile);
	free(ask);
}

static void done(uint32_t code, const char *text, struct vm *vm, void *arg)
{
	answer(arg, code, text, NULL);
}

static void done_with_report(uint32_t code, const char *text, struct vm *vm, void *arg)
{
	Nvo3__VmReport report;

	if (code != CODE(OK)) {
		answer(arg, code, text, NULL);
		return;
	}
	report = vm_report(vm);
	answer(arg, code, text, &report.base);
}

static void created(uint32_t code, const char *text, struct vm *vm, void *arg)
{
	struct ask *ask = arg;
	struct center *c = ask->c;

	done_with_report(code, text, vm, arg);
	if (code == CODE(OK))
		center_register_vm(c, vm);
}

static void unregistered(void *arg)
{
	answer(arg, CODE(OK), "", NULL);
}

/* V4 goes first: a vCenter that has its answer may have forgotten the VM */
static void deleted(uint32_t code, const char *text, struct vm *vm, void *arg)
{
	struct ask *ask = arg;

	if (code == CODE(OK) && ask->profile)
		center_unregister_vm(ask->c, ask->profile, unregistered, ask);
	else
		answer(ask, code, text, NULL);
}

static void offered(uint32_t code, const char *text, struct vm *vm, void *arg)
{
	Nvo3__RelocateSourceReply reply = NVO3__RELOCATE_SOURCE_REPLY__INIT;
	struct ask *ask = arg;
	struct move *m = move_lookup(ask->c->vs, &ask->move);

	if (code == CODE(OK) && m) {
		reply.size = m->size;
		reply.sha256 = (ProtobufCBinaryData){ IMAGE_SHA256_LEN, m->sha256 };
		reply.was_running = m->was_running;
		reply.silent = m->silent;
		reply.last_out = m->last_out;
		reply.clock_error = m->clock_error;
		reply.was_suspended = m->was_suspended;
		reply.saved_size = m->saved.size;
		reply.saved_sha256 = (ProtobufCBinaryData){ IMAGE_SHA256_LEN, m->saved.sha256 };
	}
	answer(ask, code, text, &reply.base);
}

static void runs_on(uint32_t code, const char *text, struct vm *vm, void *arg)
{
	Nvo3__RelocateOfferReply reply = NVO3__RELOCATE_OFFER_REPLY__INIT;
	struct ask *ask = arg;
	struct move *m = move_lookup(ask->c->vs, &ask->move);

	if (m)
		reply.size = m->size;
	answer(ask, code, text, &reply.base);
}

static void committed(uint32_t code, const char *text, struct vm *vm, void *arg)
{
	struct ask *ask = arg;
	struct center *c = ask->c;

	answer(ask, code, text, NULL);
	if (code == CODE(OK) && vm)
		center_register_vm(c, vm);
}

/* --- decoding */

static void refuse(struct center *c, const struct msg *msg, const char *text)
{
	chan_reply(c->chan, msg->id, CODE(BAD_MESSAGE), text, NULL);
}

static void *decode(struct center *c, const struct msg *msg,
		    const ProtobufCMessageDescriptor *desc)
{
	struct err err;
	void *body = msg_decode(msg, desc, &err);

	if (!body)
		refuse(c, msg, err.text);
	return body;
}

static void handle_create(struct center *c, const struct msg *msg)
{
	Nvo3__VmCreate *body = decode(c, msg, &nvo3__vm_create__descriptor);

	if (!body)
		return;
	vm_create(c->vs, body->profile, body->start, created, ask_new(c, msg));
	msg_free(body);
}

static void handle_delete(struct center *c, const struct msg *msg)
{
	Nvo3__VmDelete *body = decode(c, msg, &nvo3__vm_delete__descriptor);
	struct ask *ask;
	struct uuid id;
	struct vm *vm;

	if (!body)
		return;
	if (msg_get_uuid(&body->vm, &id)) {
		ask = ask_new(c, msg);
		vm = vm_lookup(c->vs, &id);
		ask->profile = vm ? profile_copy(vm->profile) : NULL;
		vm_delete(c->vs, &id, deleted, ask);
	} else {
		refuse(c, msg, "vm: not a UUID");
	}
	msg_free(body);
}

static void handle_power(struct center *c, const struct msg *msg)
{
	Nvo3__VmPower *body = decode(c, msg, &nvo3__vm_power__descriptor);
	struct uuid vm;

	if (!body)
		return;
	if (!msg_get_uuid(&body->vm, &vm))
		refuse(c, msg, "vm: not a UUID");
	else if (!vm_power_is_known(body->action))
		refuse(c, msg, "action: not one that this vServer knows");
	else
		vm_power(c->vs, &vm, body->action, done_with_report, ask_new(c, msg));
	msg_free(body);
}

static void change(struct center *c, const struct msg *msg, const Nvo3__VmUpdate *body,
		   const struct uuid *vm)
{
	struct uuid tsi;

	if (body->cpus || body->memory_mib)
		vm_resize(c->vs, vm, body->cpus, body->memory_mib, done_with_report,
			  ask_new(c, msg));
	else if (body->disk_mib)
		vm_grow(c->vs, vm, body->disk_mib, done_with_report, ask_new(c, msg));
	else if (body->group)
		vm_regroup(c->vs, vm, body->group->name, done_with_report, ask_new(c, msg));
	else if (body->plug)
		vm_plug(c->vs, vm, body->plug, done_with_report, ask_new(c, msg));
	else if (body->unplug.len && !msg_get_uuid(&body->unplug, &tsi))
		refuse(c, msg, "unplug: not a UUID");
	else if (body->unplug.len)
		vm_unplug(c->vs, vm, &tsi, done_with_report, ask_new(c, msg));
	else
		vm_update(c->vs, vm, body->nics, body->n_nics, done_with_report, ask_new(c, msg));
}

static void handle_update(struct center *c, const struct msg *msg)
{
	Nvo3__VmUpdate *body = decode(c, msg, &nvo3__vm_update__descriptor);
	struct uuid vm;

	if (!body)
		return;
	if (!msg_get_uuid(&body->vm, &vm))
		refuse(c, msg, "vm: not a UUID");
	else if (!!body->n_nics + !!body->plug + !!body->unplug.len + !!body->disk_mib +
		 !!body->group + (body->cpus || body->memory_mib) > 1)
		refuse(c, msg, "one change at a time: nics, or cpus and memory_mib, or disk_mib, or group, or plug, or unplug");
	else
		change(c, msg, body, &vm);
	msg_free(body);
}

static void handle_source(struct center *c, const struct msg *msg)
{
	Nvo3__RelocateSource *body = decode(c, msg, &nvo3__relocate_source__descriptor);
	struct ask *ask;

	if (!body)
		return;
	ask = ask_new(c, msg);
	msg_get_uuid(&body->move, &ask->move);
	move_source(c->vs, body, offered, ask);
	msg_free(body);
}

static void handle_offer(struct center *c, const struct msg *msg)
{
	Nvo3__RelocateSource *body = decode(c, msg, &nvo3__relocate_source__descriptor);
	struct ask *ask;

	if (!body)
		return;
	ask = ask_new(c, msg);
	msg_get_uuid(&body->move, &ask->move);
	move_offer(c->vs, body, runs_on, ask);
	msg_free(body);
}

static void handle_copy(struct center *c, const struct msg *msg)
{
	Nvo3__RelocateDest *body = decode(c, msg, &nvo3__relocate_dest__descriptor);

	if (!body)
		return;
	move_copy(c->vs, body, done, ask_new(c, msg));
	msg_free(body);
}

static void handle_dest(struct center *c, const struct msg *msg)
{
	Nvo3__RelocateDest *body = decode(c, msg, &nvo3__relocate_dest__descriptor);

	if (!body)
		return;
	move_dest(c->vs, body, done, ask_new(c, msg));
	msg_free(body);
}

static void handle_commit(struct center *c, const struct msg *msg)
{
	Nvo3__RelocateCommit *body = decode(c, msg, &nvo3__relocate_commit__descriptor);

	if (!body)
		return;
	move_commit(c->vs, body, committed, ask_new(c, msg));
	msg_free(body);
}

static void handle_abort(struct center *c, const struct msg *msg)
{
	Nvo3__RelocateAbort *body = decode(c, msg, &nvo3__relocate_abort__descriptor);
	struct uuid move;

	if (!body)
		return;
	if (msg_get_uuid(&body->move, &move))
		move_abort(c->vs, &move, done, ask_new(c, msg));
	else
		refuse(c, msg, "move: not a UUID");
	msg_free(body);
}

static void handle_release(struct center *c, const struct msg *msg)
{
	Nvo3__RelocateRelease *body = decode(c, msg, &nvo3__relocate_release__descriptor);
	struct uuid move;

	if (!body)
		return;
	if (msg_get_uuid(&body->move, &move))
		move_release(c->vs, &move, done, ask_new(c, msg));
	else
		refuse(c, msg, "move: not a UUID");
	msg_free(body);
}

static void handle_console(struct center *c, const struct msg *msg)
{
	console_message(c->vs, c->chan, msg);
}

/* Not answered, and without an id */
static bool is_event(uint32_t type)
{
	return type == MSG(CONSOLE_DATA) || type == MSG(CONSOLE_CREDIT) ||
	       type == MSG(CONSOLE_CLOSE);
}

static void measured(uint32_t code, const char *text, uint64_t us, void *arg)
{
	Nvo3__RttMeasureReply reply = NVO3__RTT_MEASURE_REPLY__INIT;

	reply.us = us;
	answer(arg, code, text, &reply.base);
}

static void handle_rtt(struct center *c, const struct msg *msg)
{
	Nvo3__RttMeasure *body = decode(c, msg, &nvo3__rtt_measure__descriptor);
	struct ip_addr addr;

	if (!body)
		return;
	if (!msg_get_ip(&body->addr, &addr))
		refuse(c, msg, "addr: not an address");
	else if (!c->vs->config->vserver.gateway)
		chan_reply(c->chan, msg->id, CODE(BAD_STATE), "this vServer is no gateway", NULL);
	else
		rtt_measure(c->rtts, &addr, measured, ask_new(c, msg));
	msg_free(body);
}

bool center_request(struct center *c, const struct msg *msg)
{
	static const struct {
		uint32_t type;
		void (*handle)(struct center *c, const struct msg *msg);
	} table[] = {
		{ MSG(VM_CREATE), handle_create },
		{ MSG(VM_DELETE), handle_delete },
		{ MSG(VM_POWER), handle_power },
		{ MSG(VM_UPDATE), handle_update },
		{ MSG(RELOCATE_OFFER), handle_offer },
		{ MSG(RELOCATE_COPY), handle_copy },
		{ MSG(RELOCATE_SOURCE), handle_source },
		{ MSG(RELOCATE_DEST), handle_dest },
		{ MSG(RELOCATE_COMMIT), handle_commit },
		{ MSG(RELOCATE_ABORT), handle_abort },
		{ MSG(RELOCATE_RELEASE), handle_release },
		{ MSG(CONSOLE_OPEN), handle_console },
		{ MSG(CONSOLE_DATA), handle_console },
		{ MSG(CONSOLE_CREDIT), handle_console },
		{ MSG(CONSOLE_CLOSE), handle_console },
		{ MSG(RTT_MEASURE), handle_rtt },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].type != msg->type)
			continue;
		/* Without an id nobody waits for an answer, so nobody meant it */
		if (!msg->id == is_event(msg->type))
			table[i].handle(c, msg);
		return true;
	}
	return false;
}
