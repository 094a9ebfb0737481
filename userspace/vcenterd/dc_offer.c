// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>
#include "api_vm_create.h"
#include "codes.h"
#include "dc_offer.h"
#include "persist.h"

static void add_sums(struct dc_sums *sums, const struct capacity *c)
{
	sums->vms += c->vms;
	sums->cpus += c->cpus;
	sums->memory_mib += c->memory_mib;
	sums->disk_mib += c->disk_mib;
}

static void count(const struct inventory *inv, struct dc_figures *f)
{
	const struct server *server;

	for (size_t i = 0; i < sizeof(inv->counts.by_state) / sizeof(inv->counts.by_state[0]); i++)
		f->vms += inv->counts.by_state[i];
	for (server = inv->servers; server; server = server->hh.next) {
		f->servers++;
		if (!server->session)
			continue;
		f->servers_up++;
		add_sums(&f->entitled, &server->used);
		add_sums(&f->total, &server->total);
	}
}

static enum dc_known find_known(struct vcenter *vc, json_t *body)
{
	const char *text = json_string_value(json_object_get(body, "id"));
	struct uuid id;
	struct vm *vm;

	if (!text || uuid_parse(&id, text, NULL))
		return DC_NEVER;
	vm = inventory_vm(vc->inv, &id);
	if (vm)
		return vm->left ? DC_HAD : DC_HAS;
	if (vm_create_pending(vc, &id))
		return DC_HAS;
	return persist_is_gone(vc->store, &id) ? DC_HAD : DC_NEVER;
}

static bool has_near(struct inventory *inv, const struct vm *vm)
{
	for (int i = 0; vm->rules && i < vm->rules->n; i++) {
		const struct vm_rule *rule = &vm->rules->v[i];

		if (!rule->apart && rule->group && inventory_group(inv, vm->tenant, rule->name))
			return true;
	}
	return false;
}

static bool has_networks(const struct vm *vm)
{
	for (int i = 0; i < vm->n_nics; i++)
		if (vm_set_next(&vm->nics[i].vn->vms, NULL))
			return true;
	return false;
}

static void judge(struct vcenter *vc, const struct vm_spec *spec, struct dc_offer *ret)
{
	struct server *server = NULL;
	struct err err;
	int r;

	ret->near = has_near(vc->inv, spec->vm);
	ret->together = has_networks(spec->vm);
	r = vm_create_check(vc, spec, &server, &err);
	ret->code = code_from_errno(r);
	if (r)
		snprintf(ret->text, sizeof(ret->text), "%s", err.text);
	else
		snprintf(ret->server, sizeof(ret->server), "%s", server->name);
}

void dc_offer_make(struct vcenter *vc, json_t *body, struct dc_offer *ret)
{
	struct vm_spec spec;
	struct err err;
	int r;

	*ret = (struct dc_offer){ .code = CODE(OK) };
	count(vc->inv, &ret->figures);
	if (!body)
		return;
	ret->known = find_known(vc, body);
	r = vm_spec_parse(vc->inv, body, &spec, &err);
	if (r) {
		ret->code = code_from_errno(r);
		snprintf(ret->text, sizeof(ret->text), "%s", err.text);
		return;
	}
	judge(vc, &spec, ret);
	vm_spec_give_back(vc->inv, spec.vm);
	vm_free(spec.vm);
}

/* --- as a message */

static Nvo3__DcSums sums_to_msg(const struct dc_sums *sums)
{
	Nvo3__DcSums msg = NVO3__DC_SUMS__INIT;

	msg.vms = sums->vms;
	msg.cpus = sums->cpus;
	msg.memory_mib = sums->memory_mib;
	msg.disk_mib = sums->disk_mib;
	return msg;
}

static void reply(struct chan *chan, uint64_t id, struct dc_offer *offer)
{
	Nvo3__PeerPlaceAskReply msg = NVO3__PEER_PLACE_ASK_REPLY__INIT;
	Nvo3__DcSums entitled = sums_to_msg(&offer->figures.entitled);
	Nvo3__DcSums total = sums_to_msg(&offer->figures.total);
	Nvo3__DcFigures figures = NVO3__DC_FIGURES__INIT;

	figures.servers = offer->figures.servers;
	figures.servers_up = offer->figures.servers_up;
	figures.vms = offer->figures.vms;
	figures.entitled = &entitled;
	figures.total = &total;
	msg.code = offer->code;
	msg.text = offer->text;
	msg.server = offer->server;
	msg.known = offer->known;
	msg.near = offer->near;
	msg.together = offer->together;
	msg.figures = &figures;
	chan_reply(chan, id, CODE(OK), NULL, &msg.base);
}

void dc_offer_reply(struct vcenter *vc, struct chan *chan, const struct msg *msg)
{
	Nvo3__PeerPlaceAsk *req;
	struct dc_offer offer;
	json_t *body = NULL;
	struct err err;

	req = msg_decode(msg, &nvo3__peer_place_ask__descriptor, &err);
	if (req && req->vm.len)
		body = json_loadb((char *)req->vm.data, req->vm.len, JSON_REJECT_DUPLICATES, NULL);
	if (!req || (req->vm.len && !json_is_object(body))) {
		chan_reply(chan, msg->id, CODE(BAD_MESSAGE), req ? "vm is no JSON object" :
			   err.text, NULL);
	} else {
		dc_offer_make(vc, body, &offer);
		reply(chan, msg->id, &offer);
	}
	json_decref(body);
	if (req)
		msg_free(req);
}

/* It goes into JSON and to terminals. */
static void take_text(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from);
	for (char *p = to; *p; p++)
		if (*p < ' ' || *p > '~')
			*p = '?';
}

static struct dc_sums sums_from_msg(const Nvo3__DcSums *msg)
{
	if (!msg)
		return (struct dc_sums){ 0 };
	return (struct dc_sums){ msg->vms, msg->cpus, msg->memory_mib, msg->disk_mib };
}

static bool from_msg(const Nvo3__PeerPlaceAskReply *msg, struct dc_offer *ret)
{
	*ret = (struct dc_offer){ .code = msg->code, .near = msg->near,
				  .together = msg->together, .known = msg->known };
	if (!msg->figures || msg->known > DC_HAS)
		return false;
	take_text(ret->server, sizeof(ret->server), msg->server);
	take_text(ret->text, sizeof(ret->text), *msg->text ? msg->text : "it does not say why");
	ret->figures.servers = msg->figures->servers;
	ret->figures.servers_up = msg->figures->servers_up;
	ret->figures.vms = msg->figures->vms;
	ret->figures.entitled = sums_from_msg(msg->figures->entitled);
	ret->figures.total = sums_from_msg(msg->figures->total);
	return dc_figures_check(&ret->figures);
}

bool dc_offer_from_msg(const struct msg *msg, struct dc_offer *ret)
{
	Nvo3__PeerPlaceAskReply *reply;
	bool good = false;

	reply = msg_decode(msg, &nvo3__peer_place_ask_reply__descriptor, NULL);
	if (reply) {
		good = from_msg(reply, ret);
		msg_free(reply);
	}
	return good;
}
