// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>
#include "bulk.h"
#include "codes.h"
#include "lib/mem.h"
#include "owed.h"
#include "profile.h"
#include "vm_bulk.h"
#include "vserver_register.h"

#define AT_ONCE		64	/* members, then the others of the loop */

struct bulk {
	struct vcenter *vc;
	struct server *server;
	struct owed *owed;
	Nvo3__VmBulkRegister *req;	/* V5, else NULL */
	uint64_t regroups;		/* of the inventory, when it came */
	struct uuid *vms;		/* V6 */
	struct loop_timer *turn;
	size_t n, next;			/* members, and those that have been begun */
	size_t open;			/* whose end is not known yet */
	size_t text;			/* bytes of sentences */
	Nvo3__VmBulkResult *results, **list;
	uint8_t (*ids)[16];
	struct bulk_wait {
		struct bulk *bulk;
		size_t i;
	} *waits;
	struct bulk *prev, *next_bulk;
};

static void bulk_free(struct bulk *b)
{
	DL_DELETE2(b->vc->bulks, b, prev, next_bulk);
	for (size_t i = 0; i < b->n; i++) {
		free(b->results[i].epochs);
		if (*b->results[i].text)
			free(b->results[i].text);
	}
	if (b->req)
		msg_free(b->req);
	loop_timer_free(b->turn);
	free(b->vms);
	free(b->results);
	free(b->list);
	free(b->ids);
	free(b->waits);
	free(b);
}

static void finish(struct bulk *b)
{
	Nvo3__VmBulkReply reply = NVO3__VM_BULK_REPLY__INIT;
	size_t good = 0;

	for (size_t i = 0; i < b->n; i++)
		good += b->results[i].code == CODE(OK);
	note_server(b->vc, b->server, b->req ? "vm-bulk-register" : "vm-bulk-unregister",
		    b->server->name, "%zu of %zu VMs", good, b->n);
	reply.results = b->list;
	reply.n_results = b->n;
	owed_reply(b->vc, b->owed, CODE(OK), NULL, &reply.base);
	bulk_free(b);
}

static void refused(struct bulk *b, size_t i, uint32_t code, const char *text)
{
	Nvo3__VmBulkResult *r = &b->results[i];

	r->code = code;
	b->text += strlen(text);
	if (*text && b->text <= BULK_TEXT_MAX)
		r->text = mem_strdup(text);
}

static void taken(struct bulk *b, size_t i, const struct vm *vm, bool created)
{
	Nvo3__VmBulkResult *r = &b->results[i];

	r->created = created;
	r->epochs = mem_calloc(vm->n_nics, sizeof(*r->epochs));
	r->n_epochs = vm->n_nics;
	for (int j = 0; j < vm->n_nics; j++)
		r->epochs[j] = vm->nics[j].epoch;
}

static void adopted(struct vcenter *vc, struct vm *vm, uint32_t code, void *arg)
{
	struct bulk_wait *w = arg;
	struct bulk *b = w->bulk;

	if (code == CODE(OK))
		taken(b, w->i, vm, true);
	else
		refused(b, w->i, code, code == CODE(BUSY) ? "asked again" : vm_why(vm));
	/* from the loop: who tells this is in the middle of something */
	if (!--b->open && b->next == b->n)
		loop_timer_set(b->turn, 0);
}

/* Its server has been told another group, and said yes, after it said this */
static void take_newer_group(struct bulk *b, struct bulk_report *r)
{
	struct uuid uuid;
	struct vm *vm = NULL;

	if (msg_get_uuid(&r->profile.vm, &uuid))
		vm = inventory_vm(b->vc->inv, &uuid);
	if (vm && vm->regrouped > b->regroups)
		r->profile.group = (char *)vm->group;
}

static void register_one(struct bulk *b, size_t i)
{
	struct bulk_report r;
	struct vm *vm = NULL;
	struct err err;
	int ret;

	ret = bulk_member(b->req, i, &r, &err);
	if (!ret)
		take_newer_group(b, &r);
	if (!ret)
		ret = vserver_register_vm(b->vc, b->server, &r.report, &vm, &err);
	if (ret) {
		refused(b, i, code_from_errno(ret), err.text);
	} else if (vm->op == VM_OP_ADOPT) {
		b->open++;
		b->waits[i] = (struct bulk_wait){ b, i };
		vserver_await_adopted(b->vc, vm, adopted, &b->waits[i]);
	} else {
		taken(b, i, vm, false);
	}
}

static void unregister_one(struct bulk *b, size_t i)
{
	char text[UUID_STRLEN];
	struct err err;
	int ret = vserver_unregister_vm(b->vc, b->server, &b->vms[i], &err);

	if (!ret)
		return;
	refused(b, i, code_from_errno(ret), err.text);
	if (ret == -ENOENT && b->server->session)
		vserver_tell_unknown(b->server->session, uuid_format(&b->vms[i], text), err.text);
}

static void turn(void *arg)
{
	struct bulk *b = arg;

	for (int k = 0; k < AT_ONCE && b->next < b->n; k++) {
		size_t i = b->next++;

		if (b->req)
			register_one(b, i);
		else
			unregister_one(b, i);
	}
	if (b->next < b->n)
		loop_timer_set(b->turn, 0);
	else if (!b->open)
		finish(b);
}

static struct bulk *bulk_new(struct vcenter *vc, struct chan *chan, struct server *server,
			     const struct msg *msg, size_t n)
{
	struct bulk *b = mem_zalloc(sizeof(*b));

	b->vc = vc;
	b->server = server;
	b->regroups = vc->inv->regroups;
	b->n = n;
	b->owed = owed_new(vc, chan, msg->id);
	b->results = mem_calloc(n, sizeof(*b->results));
	b->list = mem_calloc(n, sizeof(*b->list));
	b->ids = mem_calloc(n, sizeof(*b->ids));
	b->waits = mem_calloc(n, sizeof(*b->waits));
	b->turn = loop_timer_new(vc->loop, turn, b);
	for (size_t i = 0; i < n; i++) {
		nvo3__vm_bulk_result__init(&b->results[i]);
		b->list[i] = &b->results[i];
	}
	DL_APPEND2(vc->bulks, b, prev, next_bulk);
	loop_timer_set(b->turn, 0);
	return b;
}

static void name_result(struct bulk *b, size_t i, const struct uuid *uuid)
{
	memcpy(b->ids[i], uuid->b, sizeof(b->ids[i]));
	b->results[i].vm = (ProtobufCBinaryData){ sizeof(b->ids[i]), b->ids[i] };
}

void bulk_register(struct vcenter *vc, struct chan *chan, struct server *server,
		   const struct msg *msg)
{
	struct err err;
	Nvo3__VmBulkRegister *req = msg_decode(msg, &nvo3__vm_bulk_register__descriptor, &err);
	struct uuid uuid;
	struct bulk *b;

	if (!req || bulk_check(req, &err)) {
		chan_reply_err(chan, msg->id, CODE(BAD_MESSAGE), &err);
		if (req)
			msg_free(req);
		return;
	}
	b = bulk_new(vc, chan, server, msg, req->n_members);
	b->req = req;
	for (size_t i = 0; i < b->n; i++)
		if (req->members[i]->profile &&
		    msg_get_uuid(&req->members[i]->profile->vm, &uuid))
			name_result(b, i, &uuid);
}

/* Those that are there, of the tenant's group; @ret may be NULL */
static size_t members(const struct server *server, const Nvo3__VmBulkUnregister *req,
		      struct uuid *ret)
{
	struct vm *vm = NULL;
	size_t n = 0;

	while ((vm = vm_set_next(&server->vms, vm ? &vm->uuid : NULL))) {
		if (strcmp(vm->tenant, req->tenant) || strcmp(vm->group, req->group))
			continue;
		if (ret)
			ret[n] = vm->uuid;
		n++;
	}
	return n;
}

/* One that is there, and of another group, is not meant */
static int check_named(struct vcenter *vc, const Nvo3__VmBulkUnregister *req, size_t i,
		       struct uuid *ret, struct err *err)
{
	struct vm *vm;

	if (!msg_get_uuid(&req->vms[i], ret))
		return err_set(err, EINVAL, "vms[%zu] is not 16 bytes", i);
	vm = inventory_vm(vc->inv, ret);
	if (vm && (strcmp(vm->tenant, req->tenant) || strcmp(vm->group, req->group)))
		return err_set(err, EINVAL, "vms[%zu]: VM %s is not of group %s of tenant %s", i,
			       vm->name, *req->group ? req->group : "\"\"", req->tenant);
	return 0;
}

static int whom(struct vcenter *vc, const struct server *server,
		const Nvo3__VmBulkUnregister *req, struct uuid **ret, size_t *n, struct err *err)
{
	if ((*req->group && name_check("group", req->group, err)) ||
	    name_check("tenant", req->tenant, err))
		return -EINVAL;
	if (!*req->group && !req->n_vms)
		return err_set(err, EINVAL, "neither a group nor VMs are named");
	*n = req->n_vms ?: members(server, req, NULL);
	if (!*n)
		return err_set(err, ENOENT, "no VM of group %s of tenant %s is on server %s",
			       req->group, req->tenant, server->name);
	if (*n > BULK_MEMBERS_MAX)
		return err_set(err, EINVAL, "vms: %zu, more than %u", *n, BULK_MEMBERS_MAX);
	*ret = mem_calloc(*n, sizeof(**ret));
	if (!req->n_vms)
		members(server, req, *ret);
	for (size_t i = 0; i < req->n_vms; i++)
		if (check_named(vc, req, i, &(*ret)[i], err))
			return -EINVAL;
	return 0;
}

void bulk_unregister(struct vcenter *vc, struct chan *chan, struct server *server,
		     const struct msg *msg)
{
	struct err err;
	Nvo3__VmBulkUnregister *req = msg_decode(msg, &nvo3__vm_bulk_unregister__descriptor, &err);
	struct uuid *vms = NULL;
	struct bulk *b;
	size_t n = 0;
	int ret;

	ret = req ? whom(vc, server, req, &vms, &n, &err) : -EINVAL;
	if (ret) {
		chan_reply_err(chan, msg->id, code_from_errno(ret), &err);
		if (ret == -ENOENT) {
			note_server_alert(vc, server, "vm-bulk-unregister", req->group,
					  "refused to server %s: %s", server->name, err.text);
			vserver_tell_unknown(chan, req->group, err.text);
		}
		free(vms);
	} else {
		b = bulk_new(vc, chan, server, msg, n);
		b->vms = vms;
		for (size_t i = 0; i < n; i++)
			name_result(b, i, &vms[i]);
	}
	if (req)
		msg_free(req);
}

void bulk_free_all(struct vcenter *vc)
{
	while (vc->bulks)
		bulk_free(vc->bulks);
}
