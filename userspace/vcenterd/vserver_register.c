// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "claim.h"
#include "codes.h"
#include "console.h"
#include "lib/cleanup.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "move_run.h"
#include "persist.h"
#include "profile.h"
#include "rules.h"
#include "vm_ops.h"
#include "vserver_register.h"
#include "words.h"

#define CPUS_MAX	65536u	/* what a vServer's own configuration takes */
#define MIB_MAX		(1u << 30)
#define VMS_MAX		65536u

static void store(struct vcenter *vc, struct vm *vm)
{
	struct err err;

	/* the vServer tells it again at its next session */
	if (persist_vm(vc->store, vm, &err))
		log_err("VM %s is not stored: %s", vm->name, err.text);
}

void vserver_take_state(struct vcenter *vc, struct vm *vm, uint32_t state, const char *text)
{
	if (state != NVO3__VM_STATE__VM_RUNNING && state != NVO3__VM_STATE__VM_STOPPED &&
	    state != NVO3__VM_STATE__VM_FAILED && state != NVO3__VM_STATE__VM_SUSPENDED)
		return;
	/* jobs and moves know better */
	if (vm->op != VM_OP_NONE && !vm_op_is_power(vm->op))
		return;
	if (vm->state == NVO3__VM_STATE__VM_MOVING || vm->incoming || vm->left)
		return;
	if (vm->state == state && !strcmp(vm_why(vm), text))
		return;
	vm_set_state(vm, state);
	vm_set_why(vm, text);
	store(vc, vm);
	if (state == NVO3__VM_STATE__VM_FAILED)
		note_server_alert(vc, vm->server, "vm-state", vm->name, "failed: %s", text);
	else
		note_server(vc, vm->server, "vm-state", vm->name, "%s", word_vm_state(state));
}

/* --- V3 */

static bool has_ports(const struct vm *vm, const struct nic *nics)
{
	for (int i = 0; i < vm->n_nics; i++)
		if (strcmp(vm->nics[i].port, nics[i].port) || vm->nics[i].vid != nics[i].vid)
			return false;
	return true;
}

/* Every session begins with all that the server has: mostly nothing has changed. */
static int update(struct vcenter *vc, struct vm *vm, const Nvo3__VmReport *report,
		  struct err *err)
{
	struct nic nics[VC_NICS_MAX];
	int ret;

	memcpy(nics, vm->nics, vm->n_nics * sizeof(*nics));
	ret = nics_take_ports(vm, report->profile->nics, report->profile->n_nics, err);
	if (ret)
		return ret;
	vserver_take_state(vc, vm, report->state, report->text);
	if (has_ports(vm, nics) && !strcmp(vm->group, report->profile->group))
		return 0;
	if (strcmp(vm->group, report->profile->group))
		inventory_vm_set_group(vc->inv, vm, report->profile->group);
	store(vc, vm);
	note_server(vc, vm->server, "vm-register", vm->name, "updated by server %s",
		    vm->server->name);
	return 0;
}

static int create(struct vcenter *vc, struct server *server, struct vm *vm,
		  const Nvo3__VmReport *report, struct err *err)
{
	vm->state = report->state == NVO3__VM_STATE__VM_STOPPED ? NVO3__VM_STATE__VM_STOPPED :
								  NVO3__VM_STATE__VM_RUNNING;
	vm->made = true;
	for (int i = 0; i < vm->n_nics; i++) {
		vm->nics[i].epoch = 0;
		if (uuid_is_zero(&vm->nics[i].tsi))
			vm->nics[i].tsi = uuid_new();
	}
	return vm_ops_add(vc, vm, server, VM_OP_ADOPT, err);
}

static int judge(struct vcenter *vc, struct server *server, struct vm *vm,
		 const Nvo3__VmReport *report, struct err *err)
{
	struct vm *known = inventory_vm(vc->inv, &vm->uuid);
	int ret;

	switch (claim_register(vc->inv, &vc->conf.grants, server, vm, &ret, err)) {
	case CLAIM_UPDATE:
		vm_free(vm);
		return update(vc, known, report, err);
	case CLAIM_CREATE:
		return create(vc, server, vm, report, err);
	default:
		vm_free(vm);
		return ret;
	}
}

int vserver_register_vm(struct vcenter *vc, struct server *server, const Nvo3__VmReport *report,
			struct vm **ret, struct err *err)
{
	const char *name = report->profile ? report->profile->name : "a VM";
	struct uuid uuid;
	struct vm *vm;
	int res;

	vm = vm_from_msg(vc->inv, report->profile, &res, err);
	if (vm) {
		uuid = vm->uuid;
		res = judge(vc, server, vm, report, err);
	}
	if (res)
		note_server_alert(vc, server, "claim-refused", *name ? name : "a VM",
				  "to server %s: %s", server->name, err->text);
	else
		*ret = inventory_vm(vc->inv, &uuid);
	return res;
}

void vserver_await_adopted(struct vcenter *vc, struct vm *vm,
			   void (*done)(struct vcenter *vc, struct vm *vm, uint32_t code,
					void *arg), void *arg)
{
	if (vm->registered)
		vm->registered(vc, vm, CODE(BUSY), vm->registered_arg);
	vm->registered = done;
	vm->registered_arg = arg;
}

/* --- V4 */

void vserver_tell_unknown(struct chan *chan, const char *subject, const char *text)
{
	Nvo3__Alert alert = NVO3__ALERT__INIT;

	alert.kind = "unregister-unknown";
	alert.subject = (char *)subject;
	alert.text = (char *)text;
	chan_event(chan, MSG(ALERT), &alert.base);
}

static int begin_unregister(struct vcenter *vc, struct vm *vm, struct err *err)
{
	bool made = vm->made;
	int ret;

	if (vm->op == VM_OP_DELETE)
		return 0;
	/* it is gone there: what is left is its placement */
	vm->made = false;
	ret = vm_ops_begin(vc, vm, VM_OP_DELETE, err);
	if (ret)
		vm->made = made;
	return ret;
}

int vserver_unregister_vm(struct vcenter *vc, struct server *server, const struct uuid *uuid,
			  struct err *err)
{
	struct vm *vm = inventory_vm(vc->inv, uuid);
	char text[UUID_STRLEN];
	int ret;

	/* asked again, since the answer was lost perhaps */
	if (!vm && persist_is_gone(vc->store, uuid))
		return 0;
	ret = claim_unregister(vc->inv, server, uuid, err);
	if (!ret)
		ret = begin_unregister(vc, vm, err);
	if (ret)
		note_server_alert(vc, server, "vm-unregister",
				  vm ? vm->name : uuid_format(uuid, text),
				  "refused to server %s: %s", server->name, err->text);
	else
		note_server(vc, server, "vm-unregister", uuid_format(uuid, text), "by server %s",
			    server->name);
	return ret;
}

/* --- SERVER_REGISTER */

static int fill_server(struct vcenter *vc, const Nvo3__ServerRegister *req, struct server *s,
		       struct err *err)
{
	size_t dc = strlen(vc->conf.dc);

	if (strncmp(req->nve, vc->conf.dc, dc) || req->nve[dc] != '/' ||
	    strlen(req->nve) >= sizeof(s->nve))
		return err_set(err, EINVAL, "nve \"%.80s\" is not an NVE of %s", req->nve,
			       vc->conf.dc);
	if (strlen(req->image_addr) >= sizeof(s->image_addr))
		return err_set(err, EINVAL, "image_addr is too long");
	if (!req->max_vms)
		return err_set(err, EINVAL, "max_vms is 0");
	/* who has so much would be given every VM */
	if (req->cpus > CPUS_MAX || req->memory_mib > MIB_MAX || req->disk_mib > MIB_MAX ||
	    req->max_vms > VMS_MAX)
		return err_set(err, EINVAL,
			       "%u cpus, %u MiB, %u MiB of disk, %u VMs: no machine has that",
			       req->cpus, req->memory_mib, req->disk_mib, req->max_vms);
	strcpy(s->nve, req->nve);
	strcpy(s->image_addr, req->image_addr);
	if (*req->location && location_check("location", req->location, err))
		return -EINVAL;
	strcpy(s->location, req->location);
	s->keeps = req->keeps;
	s->gateway = req->gateway;
	s->total = (struct capacity){ .cpus = req->cpus, .memory_mib = req->memory_mib,
				      .disk_mib = req->disk_mib, .vms = req->max_vms };
	return 0;
}

/* "10.0.0.11:40312" without the port. */
static void take_addr(struct server *server, const char *addr)
{
	char *colon;

	snprintf(server->addr, sizeof(server->addr), "%s", addr);
	colon = strrchr(server->addr, ':');
	if (colon)
		*colon = '\0';
}

static int compare_uuids(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct uuid));
}

/* Sorted, malloc()ed */
static struct uuid *list_reported(const Nvo3__ServerRegister *req, size_t *ret_n)
{
	struct uuid *list = mem_calloc(req->n_vms, sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; i < req->n_vms; i++)
		if (req->vms[i]->profile && msg_get_uuid(&req->vms[i]->profile->vm, &list[n]))
			n++;
	qsort(list, n, sizeof(*list), compare_uuids);
	*ret_n = n;
	return list;
}

/* VMs that should be there and are not. */
static void find_lost(struct vcenter *vc, struct server *server, const Nvo3__ServerRegister *req)
{
	_cleanup_free_ struct uuid *told = NULL;
	struct vm *vm;
	size_t n;

	told = list_reported(req, &n);
	for (vm = vm_set_next(&server->vms, NULL); vm; vm = vm_set_next(&server->vms, &vm->uuid))
		if (claim_missing(vm) &&
		    !bsearch(&vm->uuid, told, n, sizeof(*told), compare_uuids))
			vserver_take_state(vc, vm, NVO3__VM_STATE__VM_FAILED,
					   "its server no longer has it");
}

/* True: the server is to forget this VM. */
static bool take_report(struct vcenter *vc, struct server *server, const Nvo3__VmReport *report)
{
	struct uuid uuid;
	struct err err;
	struct vm *vm;

	if (!report->profile || !msg_get_uuid(&report->profile->vm, &uuid))
		return false;
	switch (claim_report(vc->inv, server, &uuid, persist_is_gone(vc->store, &uuid))) {
	case REPORT_OURS:
		vm = inventory_vm(vc->inv, &uuid);
		if (!nics_take_ports(vm, report->profile->nics, report->profile->n_nics, &err))
			vserver_take_state(vc, vm, report->state, report->text);
		return false;
	case REPORT_FORGET:
		note(vc, "vm-forget", report->profile->name, "server %s is to forget it",
		     server->name);
		return true;
	case REPORT_UNKNOWN:
		/* refused: alarmed, and left to a person, for it may be somebody's only copy */
		vserver_register_vm(vc, server, report, &vm, &err);
		return false;
	case REPORT_LEAVE:
		break;
	}
	return false;
}

static void reconcile(struct vcenter *vc, struct server *server, Nvo3__ServerRegister *req,
		      Nvo3__ServerRegisterReply *reply)
{
	reply->forget = mem_calloc(req->n_vms, sizeof(*reply->forget));
	for (size_t i = 0; i < req->n_vms; i++)
		if (take_report(vc, server, req->vms[i]))
			reply->forget[reply->n_forget++] = req->vms[i]->profile->vm;
	find_lost(vc, server, req);
}

static void end_session(struct vcenter *vc, struct server *server)
{
	static const char why[] = "the same server has a newer session";

	console_server_down(vc, server, why);
	chan_drop(server->session, why);
}

static struct server *take_server(struct vcenter *vc, struct chan *chan,
				  const Nvo3__ServerRegister *req, struct err *err)
{
	struct server s = { 0 };
	struct server *server;

	snprintf(s.name, sizeof(s.name), "%s", chan_peer(chan)->name);
	take_addr(&s, chan_peer_addr(chan));
	if (fill_server(vc, req, &s, err) || persist_server(vc->store, &s, err))
		return NULL;
	server = inventory_server_get(vc->inv, s.name);
	if (server->session && server->session != chan)
		end_session(vc, server);
	memcpy(server->nve, s.nve, sizeof(s.nve));
	memcpy(server->addr, s.addr, sizeof(s.addr));
	memcpy(server->image_addr, s.image_addr, sizeof(s.image_addr));
	memcpy(server->location, s.location, sizeof(s.location));
	server->keeps = s.keeps;
	server->gateway = s.gateway;
	inventory_server_set_total(server, &s.total);
	server->dead = false;
	server->session = chan;
	monitor_session(vc->monitor, server, wall_ms());
	return server;
}

/* One that is not known yet has said nothing that we keep. */
static void tell_refused(struct vcenter *vc, struct chan *chan, const struct err *err)
{
	struct server *server = inventory_server(vc->inv, chan_peer(chan)->name);

	if (server)
		note_server_alert(vc, server, "server-refused", chan_peer_name(chan), "%s",
				  err->text);
	else
		note_alert(vc, "server-refused", chan_peer_name(chan), "%s", err->text);
}

void vserver_register(struct vcenter *vc, struct chan *chan, const struct msg *msg)
{
	Nvo3__ServerRegisterReply reply = NVO3__SERVER_REGISTER_REPLY__INIT;
	struct err err;
	Nvo3__ServerRegister *req = msg_decode(msg, &nvo3__server_register__descriptor, &err);
	struct server *server = req ? take_server(vc, chan, req, &err) : NULL;

	if (server) {
		note_server(vc, server, "server-up", server->name, "%u cpus, %u MiB, %zu VMs",
			    server->total.cpus, server->total.memory_mib, req->n_vms);
		reconcile(vc, server, req, &reply);
		chan_reply(chan, msg->id, CODE(OK), NULL, &reply.base);
		free(reply.forget);
		vm_ops_kick(vc, server);
		move_run_kick(vc);
	} else {
		tell_refused(vc, chan, &err);
		chan_reply_err(chan, msg->id, CODE(BAD_MESSAGE), &err);
	}
	if (req)
		msg_free(req);
}
