// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "codes.h"
#include "lib/host_addr.h"
#include "lib/mem.h"
#include "lib/msg.h"
#include "move_near.h"
#include "move_wish.h"
#include "owed.h"
#include "proto/placement.pb-c.h"
#include "query.h"
#include "rules.h"
#include "tenant_wish.h"

#define PEER_MS	15000u

struct wish {
	struct vcenter *vc;
	struct owed *owed;
	struct uuid move;
	char tenant[VC_NAME_SIZE], vm[VC_NAME_SIZE], location[VC_NAME_SIZE];
	struct ip_addr client;		/* instead of the location, which is its text then */
};

static void finish(struct wish *w, uint32_t code, const char *text, const char *dc)
{
	Nvo3__TenantReplicateReply reply = NVO3__TENANT_REPLICATE_REPLY__INIT;

	reply.dc = (char *)dc;
	owed_reply(w->vc, w->owed, code, text, code == CODE(OK) ? &reply.base : NULL);
	free(w);
}

/* To who asks in vain it is the same whether there is none, or one of another tenant. */
static void not_his(struct wish *w)
{
	struct err err;

	err_set(&err, ENOENT, "tenant %s has no VM %s", w->tenant, w->vm);
	finish(w, CODE(NOT_FOUND), err.text, "");
}

static void begun(struct vcenter *vc, const struct move *m, uint32_t code, const char *text,
		  void *arg)
{
	struct wish *w = arg;

	if (vc->stopping) {
		free(w);
		return;
	}
	if (code == CODE(OK))
		note(vc, "tenant-wish", m->vm_name, "tenant %s wishes it near to %s", w->tenant,
		     w->location);
	finish(w, code, text, vc->conf.dc);
}

/* Asked again, after a lost answer: also when the VM has left. True: it is answered. */
static bool asked_before(struct wish *w)
{
	struct move_job *job = move_run_lookup(w->vc, &w->move);
	struct uuid vm;
	bool same;

	if (!job)
		return false;
	same = (job->m.flags & MOVE_F_COPY) && !strcmp(job->m.tenant, w->tenant) &&
	       (uuid_parse(&vm, w->vm, NULL) ? !strcmp(job->m.vm_name, w->vm) :
					       uuid_equal(&vm, &job->m.vm));
	finish(w, same ? CODE(OK) : CODE(EXISTS), same ? "" : "there is another move of that id",
	       w->vc->conf.dc);
	return true;
}

static void begin(struct wish *w, struct vm *vm)
{
	struct move_wish wish = { .id = &w->move, .dc = "", .server = "",
				  .location = w->location, .kind = MOVE_F_COPY,
				  .tenant = w->tenant };
	char dc[VC_DC_SIZE];

	if (w->client.family) {
		move_near_begin(w->vc, vm, &wish, &w->client, begun, w);
		return;
	}
	move_wish_take_dc(w->vc, &wish, dc);
	move_run_begin(w->vc, vm, &wish, begun, w);
}

/* --- its home is another one */

static void handed_on(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__TenantReplicateReply *reply = NULL;
	struct wish *w = arg;

	if (w->vc->stopping) {
		free(w);
		return;
	}
	if (code == CODE(OK))
		reply = msg_decode(body, &nvo3__tenant_replicate_reply__descriptor, NULL);
	finish(w, code, text, reply ? reply->dc : "");
	if (reply)
		msg_free(reply);
}

static void hand_on(struct vcenter *vc, const struct lookup_result *res, void *arg)
{
	Nvo3__TenantReplicate msg = NVO3__TENANT_REPLICATE__INIT;
	struct wish *w = arg;
	struct peer *peer;

	if (vc->stopping) {
		free(w);
		return;
	}
	peer = res->result == NVO3__VM_LOOKUP_REPLY__RESULT__NOT_FOUND ? NULL :
		vcenter_peer(vc, res->dc);
	if (!peer || !peer->up) {
		not_his(w);
		return;
	}
	msg.tenant = w->tenant;
	msg.vm = w->vm;
	if (w->client.family)
		msg.client = msg_put_ip(&w->client);
	else
		msg.location = w->location;
	msg.move = msg_put_uuid(&w->move);
	chan_request(peer->chan, MSG(TENANT_REPLICATE), &msg.base, PEER_MS, handed_on, w);
}

static void find_home(struct wish *w)
{
	struct lookup_key key = { .by = LOOKUP_NAME };

	if (uuid_parse(&key.id, w->vm, NULL))
		snprintf(key.name, sizeof(key.name), "%s", w->vm);
	else
		key.by = LOOKUP_ID;
	query_peers(w->vc, &key, hand_on, w);
}

static struct vm *find_here(struct vcenter *vc, const char *name)
{
	struct uuid uuid;
	struct vm *vm;

	vm = uuid_parse(&uuid, name, NULL) ? inventory_vm_by_name(vc->inv, name) :
					     inventory_vm(vc->inv, &uuid);
	return vm && !vm->incoming && !vm->left ? vm : NULL;
}

/* The one or the other */
static int take_where(const Nvo3__TenantReplicate *req, struct wish *w, struct err *err)
{
	if (!req->client.len) {
		if (location_check("location", req->location, err))
			return -EINVAL;
		strcpy(w->location, req->location);
		return 0;
	}
	if (*req->location)
		return err_set(err, EINVAL, "client: a location is named already");
	if (!msg_get_ip(&req->client, &w->client))
		return err_set(err, EINVAL, "client: not an address");
	if (host_addr_check(&w->client, err))
		return err_prefix(err, -EINVAL, "client");
	ip_addr_format(&w->client, w->location);
	return 0;
}

static int check(const Nvo3__TenantReplicate *req, struct uuid *move, struct err *err)
{
	if (!msg_get_uuid(&req->move, move) || uuid_is_zero(move))
		return err_set(err, EINVAL, "move is not a UUID");
	if (!*req->tenant || strlen(req->tenant) >= VC_NAME_SIZE)
		return err_set(err, EINVAL, "tenant: not a name");
	if (!*req->vm || strlen(req->vm) >= VC_NAME_SIZE)
		return err_set(err, EINVAL, "vm: not a name");
	return 0;
}

void tenant_wish(struct vcenter *vc, struct chan *chan, const struct msg *msg, bool of_peer)
{
	struct err err;
	Nvo3__TenantReplicate *req = msg_decode(msg, &nvo3__tenant_replicate__descriptor, &err);
	struct wish take = { .vc = vc }, *w;
	struct vm *vm;

	if (!req || check(req, &take.move, &err) || take_where(req, &take, &err)) {
		chan_reply(chan, msg->id, CODE(BAD_MESSAGE), err.text, NULL);
		if (req)
			msg_free(req);
		return;
	}
	w = mem_zalloc(sizeof(*w));
	*w = take;
	w->owed = owed_new(vc, chan, msg->id);
	strcpy(w->tenant, req->tenant);
	strcpy(w->vm, req->vm);
	msg_free(req);
	if (asked_before(w))
		return;
	vm = find_here(vc, w->vm);
	if (vm && !strcmp(vm->tenant, w->tenant))
		begin(w, vm);
	else if (vm || of_peer)
		not_his(w);
	else
		find_home(w);
}
