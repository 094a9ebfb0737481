// SPDX-License-Identifier: GPL-2.0
/*
 * A new VM is checked here, then its addresses are asked for at the peers, for a VN may reach
 * over all DCs; then checked again, for meanwhile others were created.
 */
#include <errno.h>
#include <stdio.h>
#include <utlist.h>
#include "api.h"
#include "api_vm_create.h"
#include "hier_run.h"
#include "inventory_pool.h"
#include "lib/mem.h"
#include "persist.h"
#include "placement.h"
#include "query.h"
#include "view.h"
#include "vm_again.h"
#include "vm_ops.h"
#include "vm_spec.h"

#define DRAWS_MAX	16

struct creation {
	struct http_request *req;
	struct vm_spec spec;
	int asked;			/* questions without an answer yet */
	bool taken;
	bool full;			/* taken, for a pool has no other one */
	bool again;			/* a drawn address is a peer's: others were drawn */
	struct passed {
		struct vn *vn;
		struct ip_addr ip;
	} passed[DRAWS_MAX];		/* those; free again at the end */
	int n_passed;
	struct err err;
	struct creation *prev, *next;	/* vc->creations */
};

/* One question of a creation. */
struct question {
	struct creation *c;
	char what[16 + IP_ADDR_STRLEN];
	const char *vn;
	int nic, ip;			/* ip -1: its MAC */
};

/* A VN that a waiting creation names must not be deleted. */
static void hold_vns(struct vm *vm, int by)
{
	for (int i = 0; i < vm->n_nics; i++)
		vm->nics[i].vn->users += by;
}

bool vm_create_pending(const struct vcenter *vc, const struct uuid *id)
{
	const struct creation *c;

	DL_FOREACH(vc->creations, c)
		if (uuid_equal(&c->spec.vm->uuid, id))
			return true;
	return false;
}

int vm_create_check(struct vcenter *vc, const struct vm_spec *spec, struct server **server,
		    struct err *err)
{
	int ret = inventory_vm_check(vc->inv, spec->vm, err);

	if (ret)
		return ret;
	if (!vc->director.ready)
		return err_set(err, EHOSTUNREACH, "the nDirector of %s does not answer",
			       vc->conf.dc);
	ret = placement_entitled(vc->inv, &vc->conf.entitlements, spec->vm,
				 &spec->vm->size, err);
	if (ret)
		return ret;
	*server = placement_choose(vc->inv, &(struct place_req){
		.vm = spec->vm, .server = spec->server, .together = spec->together }, &ret, err);
	return ret;
}

/*
 * Who names the VM himself can ask again when he has missed the answer, and is told the same. True:
 * there was one with this id, and @req is answered.
 */
static bool asked_before(struct vcenter *vc, struct http_request *req, const struct uuid *id)
{
	struct vm *vm = inventory_vm(vc->inv, id);
	char text[UUID_STRLEN];

	uuid_format(id, text);
	if (!vm && persist_is_gone(vc->store, id))
		http_error(req, 409, "exists", "VM %s was there, and is not any more", text);
	else if (!vm)
		return false;
	else if (!api_vm_visible(vm))
		http_error(req, 409, "exists", "VM %s is on its way", text);
	else if (vm_again_is_same(http_body_seen(req), vm))
		http_reply(req, 202, view_vm(vm, vc->inv));
	else
		http_error(req, 409, "exists", "VM %s is there as %s, and other than asked for",
			   text, vm->name);
	return true;
}

static void refuse(struct vcenter *vc, struct http_request *req, const struct vm_spec *spec,
		   int ret, const struct err *err)
{
	note(vc, "vm-create", spec->vm->name, "refused: %s", err->text);
	api_refuse(req, ret, err);
}

static void ask_peers(struct vcenter *vc, struct creation *c);

static void give_back(struct vcenter *vc, struct creation *c)
{
	vm_spec_give_back(vc->inv, c->spec.vm);
	for (int i = 0; i < c->n_passed; i++)
		inventory_ip_give(vc->inv, c->passed[i].vn, &c->passed[i].ip);
}

static void create(struct vcenter *vc, struct creation *c)
{
	struct uuid uuid = c->spec.vm->uuid;
	struct server *server = NULL;
	struct vm *vm;
	int ret;

	hold_vns(c->spec.vm, -1);
	give_back(vc, c);
	if (asked_before(vc, c->req, &uuid)) {
		vm_free(c->spec.vm);
		return;
	}
	ret = c->taken ? (c->full ? -ENOSPC : -EEXIST) :
			 vm_create_check(vc, &c->spec, &server, &c->err);
	if (ret) {
		refuse(vc, c->req, &c->spec, ret, &c->err);
		vm_free(c->spec.vm);
		return;
	}
	ret = vm_ops_add(vc, c->spec.vm, server, VM_OP_CREATE, &c->err);
	vm = inventory_vm(vc->inv, &uuid);
	if (ret)
		api_refuse(c->req, ret, &c->err);
	else
		http_reply(c->req, 202, view_vm(vm, vc->inv));
}

static void put_question(struct vcenter *vc, struct creation *c)
{
	if (--c->asked)
		return;
	if (c->again && !c->taken) {
		c->again = false;
		ask_peers(vc, c);
		return;
	}
	DL_DELETE(vc->creations, c);
	create(vc, c);
	free(c);
}

/* A drawn address is passed over, so often. */
static bool draw_again(struct vcenter *vc, struct creation *c, const struct question *q)
{
	struct nic *nic = &c->spec.vm->nics[q->nic];

	if (q->ip < 0 || !(nic->drawn >> q->ip & 1) || c->n_passed == DRAWS_MAX)
		return false;
	c->passed[c->n_passed++] = (struct passed){ nic->vn, nic->ips[q->ip].addr };
	if (vm_spec_draw_again(vc->inv, nic, q->ip, &c->err)) {
		c->taken = true;
		c->full = true;
	}
	c->again = true;
	return true;
}

static void asked(struct vcenter *vc, const struct lookup_result *res, void *arg)
{
	struct question *q = arg;
	struct creation *c = q->c;

	if (res->result != NVO3__VM_LOOKUP_REPLY__RESULT__NOT_FOUND && !c->taken &&
	    !draw_again(vc, c, q)) {
		c->taken = true;
		err_set(&c->err, EEXIST, "%s is taken in VN %s by VM %s of %s", q->what, q->vn,
			res->name, res->dc);
	}
	free(q);
	put_question(vc, c);
}

/* @ip -1: its MAC */
static void ask(struct vcenter *vc, struct creation *c, int nic, int ip, struct lookup_key *key)
{
	const struct vn *vn = c->spec.vm->nics[nic].vn;
	struct question *q = mem_zalloc(sizeof(*q));

	q->c = c;
	q->nic = nic;
	q->ip = ip;
	q->vn = vn->name;
	if (key->by == LOOKUP_MAC) {
		char mac[MAC_ADDR_STRLEN];

		snprintf(q->what, sizeof(q->what), "MAC %s", mac_addr_format(&key->mac, mac));
	} else {
		char ip[IP_ADDR_STRLEN];

		snprintf(q->what, sizeof(q->what), "IP %s", ip_addr_format(&key->ip, ip));
	}
	key->vn = vn->uuid;
	c->asked++;
	query_peers(vc, key, asked, q);
}

static void ask_peers(struct vcenter *vc, struct creation *c)
{
	const struct vm *vm = c->spec.vm;

	/* this one is put when all the others have been asked */
	c->asked = 1;
	for (int i = 0; i < vm->n_nics; i++) {
		const struct nic *nic = &vm->nics[i];
		struct lookup_key key = { .by = LOOKUP_MAC, .mac = nic->mac };

		ask(vc, c, i, -1, &key);
		for (int j = 0; j < nic->n_ips; j++) {
			key = (struct lookup_key){ .by = LOOKUP_IP, .ip = nic->ips[j].addr };
			ask(vc, c, i, j, &key);
		}
	}
	put_question(vc, c);
}

void api_vm_create(struct http_request *req, void *arg)
{
	struct vcenter *vc = arg;
	json_t *body = http_body(req);
	struct server *server = NULL;
	struct vm_spec spec;
	struct creation *c;
	struct uuid id;
	struct err err;
	int ret;

	if (!body || !hier_take_dc(vc, req, body, false))
		return;
	if (!uuid_parse(&id, json_string_value(json_object_get(body, "id")) ?: "", NULL) &&
	    asked_before(vc, req, &id))
		return;
	ret = vm_spec_parse(vc->inv, body, &spec, &err);
	if (ret) {
		api_refuse(req, ret, &err);
		return;
	}
	ret = vm_create_check(vc, &spec, &server, &err);
	if (ret) {
		vm_spec_give_back(vc->inv, spec.vm);
		refuse(vc, req, &spec, ret, &err);
		vm_free(spec.vm);
		return;
	}
	c = mem_zalloc(sizeof(*c));
	c->req = req;
	c->spec = spec;
	DL_APPEND(vc->creations, c);
	hold_vns(spec.vm, 1);
	ask_peers(vc, c);
}
