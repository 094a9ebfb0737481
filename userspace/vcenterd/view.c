// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include "rules.h"
#include "view.h"
#include "view_set.h"
#include "view_subnet.h"
#include "words.h"

json_t *view_vn(const struct vn *vn)
{
	json_t *obj = json_object();

	view_set_uuid(obj, "uuid", &vn->uuid);
	view_set(obj, "name", vn->name);
	view_set_int(obj, "vni", vn->vni);
	view_set(obj, "tenant", vn->tenant);
	view_set(obj, "unknown", word_unknown(vn->unknown));
	view_set(obj, "bum", word_bum(vn->bum));
	view_set(obj, "distribution", word_distribution(vn->distribution));
	view_set(obj, "arp", word_arp(vn->arp));
	view_set(obj, "arp_unknown", word_arp_unknown(vn->arp_unknown));
	view_set(obj, "claims", word_claims(vn->claims));
	view_set(obj, "home_dc", vn->home_dc);
	view_set_int(obj, "interfaces", vn->users);
	json_object_set_new(obj, "subnets", view_subnets(vn));
	return obj;
}

json_t *view_capacity(const struct capacity *c)
{
	json_t *obj = json_object();

	view_set_int(obj, "cpus", c->cpus);
	view_set_int(obj, "memory_mib", c->memory_mib);
	view_set_int(obj, "disk_mib", c->disk_mib);
	view_set_int(obj, "vms", c->vms);
	return obj;
}

void view_set_host(json_t *obj, const struct server *server)
{
	const struct host_use *use = &server->host.now;
	json_t *host;

	if (!server->session || !use->time)
		return;
	host = json_object();
	view_set_int(host, "time", use->time);
	view_set_int(host, "cpus", use->cpus);
	view_set_int(host, "cpu_permille", use->cpu_permille);
	view_set_int(host, "load_milli", use->load_milli);
	view_set_int(host, "memory_kib", use->memory_kib);
	view_set_int(host, "memory_used_kib", use->memory_used_kib);
	view_set_int(host, "disk_kib", use->disk_kib);
	view_set_int(host, "disk_used_kib", use->disk_used_kib);
	json_object_set_new(obj, "host", host);
}

json_t *view_server(const struct server *server)
{
	json_t *obj = json_object();

	view_set(obj, "name", server->name);
	view_set(obj, "nve", server->nve);
	view_set(obj, "addr", server->addr);
	view_set(obj, "image_addr", server->image_addr);
	if (*server->location)
		view_set(obj, "location", server->location);
	json_object_set_new(obj, "gateway", json_boolean(server->gateway));
	json_object_set_new(obj, "up", json_boolean(server->session));
	json_object_set_new(obj, "dead", json_boolean(server->dead));
	view_set_int(obj, "cpus", server->total.cpus);
	view_set_int(obj, "memory_mib", server->total.memory_mib);
	view_set_int(obj, "disk_mib", server->total.disk_mib);
	view_set_int(obj, "max_vms", server->total.vms);
	json_object_set_new(obj, "used", view_capacity(&server->used));
	view_set_int(obj, "vms", server->vms.n);
	json_object_set_new(obj, "overloaded", json_boolean(server->overloaded));
	json_object_set_new(obj, "busy", json_boolean(server->busy));
	view_set_host(obj, server);
	return obj;
}

static json_t *view_nic(const struct nic *nic)
{
	char mac[MAC_ADDR_STRLEN], ip[IP_PREFIX_STRLEN];
	json_t *obj = json_object();
	json_t *ips = json_array();

	for (int i = 0; i < nic->n_ips; i++)
		json_array_append_new(ips, view_text(ip_prefix_format(&nic->ips[i], ip)));
	view_set_uuid(obj, "tsi", &nic->tsi);
	view_set_uuid(obj, "vn", &nic->vn->uuid);
	view_set(obj, "vn_name", nic->vn->name);
	view_set_int(obj, "vni", nic->vn->vni);
	view_set(obj, "mac", mac_addr_format(&nic->mac, mac));
	json_object_set_new(obj, "ips", ips);
	view_set_int(obj, "epoch", nic->epoch);
	view_set(obj, "port", nic->port);
	view_set_int(obj, "vid", nic->vid);
	json_object_set_new(obj, "dhcp", json_boolean(nic->dhcp));
	if (!uuid_is_zero(&nic->profile))
		view_set_uuid(obj, "profile", &nic->profile);
	return obj;
}

static json_t *view_use(const struct usage *u)
{
	json_t *obj = json_object();

	view_set_int(obj, "time", u->last.time);
	view_set_int(obj, "cpu_permille", u->now.cpu_permille);
	view_set_int(obj, "cpu_ms", u->last.cpu_ns / 1000000);
	view_set_int(obj, "memory_kib", u->last.memory_kib);
	view_set_int(obj, "disk_kib", u->last.disk_kib);
	view_set_int(obj, "disk_read", u->last.disk_read);
	view_set_int(obj, "disk_written", u->last.disk_written);
	view_set_int(obj, "net_in", u->last.net_in);
	view_set_int(obj, "net_out", u->last.net_out);
	view_set_int(obj, "store_in", u->last.store_in);
	view_set_int(obj, "store_out", u->last.store_out);
	return obj;
}

json_t *view_vm(const struct vm *vm, const struct inventory *inv)
{
	json_t *obj = json_object();
	json_t *nics = json_array();

	for (int i = 0; i < vm->n_nics; i++)
		json_array_append_new(nics, view_nic(&vm->nics[i]));
	view_set_uuid(obj, "id", &vm->uuid);
	view_set(obj, "name", vm->name);
	view_set(obj, "tenant", vm->tenant);
	view_set(obj, "group", vm->group);
	view_set(obj, "state", word_vm_state(vm->state));
	if (word_vm_op(vm->op))
		view_set(obj, "doing", word_vm_op(vm->op));
	if (vm->why)
		view_set(obj, "error", vm->why);
	view_set(obj, "dc", inv->dc);
	view_set(obj, "vcenter", inv->vcenter);
	view_set(obj, "server", vm->server ? vm->server->name : "");
	view_set_int(obj, "cpus", vm->size.cpus);
	view_set_int(obj, "memory_mib", vm->size.memory_mib);
	view_set_int(obj, "disk_mib", vm->size.disk_mib);
	json_object_set_new(obj, "nics", nics);
	rules_view(vm->rules, obj);
	if (vm->watched && vm->watched->usage.last.time)
		json_object_set_new(obj, "use", view_use(&vm->watched->usage));
	return obj;
}

static void set_place(json_t *obj, const char *key, const char *dc, const char *server)
{
	char full[VC_DC_SIZE + VC_NAME_SIZE];

	snprintf(full, sizeof(full), "%s%s%s", dc, *server ? "/" : "", server);
	view_set(obj, key, full);
}

static json_t *view_phases(const struct move *m)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < FIGURES_STEPS; i++) {
		uint64_t ended = figures_step_ended(&m->figures, i, m->ended);
		json_t *obj;

		if (!m->figures.began[i])
			continue;
		obj = json_object();
		view_set(obj, "step", move_step_name(i));
		view_set_int(obj, "began", m->figures.began[i]);
		if (ended)
			view_set_int(obj, "ended", ended);
		json_array_append_new(list, obj);
	}
	return list;
}

static void set_ms(json_t *obj, const char *key, uint64_t ns)
{
	json_object_set_new(obj, key, json_real(ns / 1000 / 1000.0));
}

static void set_figures(json_t *obj, const struct move *m)
{
	struct blackout b;
	json_t *blackout;

	json_object_set_new(obj, "phases", view_phases(m));
	if (m->figures.late_known)
		view_set_int(obj, "late", m->figures.late);
	if (m->state == MOVE_ABORTED || !figures_blackout(&m->figures, &b))
		return;
	blackout = json_object();
	set_ms(blackout, "ms", b.ns);
	set_ms(blackout, "error_ms", b.error);
	view_set(blackout, "by", b.by);
	json_object_set_new(obj, "blackout", blackout);
}

static void set_rtt(json_t *obj, const struct rtt *rtt)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < rtt->n; i++) {
		json_t *item = json_object();

		view_set(item, "dc", rtt->dcs[i].dc);
		if (rtt->dcs[i].us)
			view_set_int(item, "us", rtt->dcs[i].us);
		json_array_append_new(list, item);
	}
	view_set(obj, "client", rtt->client);
	json_object_set_new(obj, "rtt", list);
}

json_t *view_move(const struct move *m)
{
	json_t *obj = json_object();
	json_t *image = json_object();

	view_set_uuid(obj, "id", &m->id);
	view_set_uuid(obj, "vm", &m->vm);
	view_set(obj, "vm_name", m->vm_name);
	view_set(obj, "kind", move_kind(m));
	if (move_memory(m))
		view_set(obj, "memory", move_memory(m));
	set_place(obj, "from", m->from_dc, m->from_server);
	set_place(obj, "to", m->to_dc, m->to_server);
	view_set(obj, "step", m->state == MOVE_DONE ? "done" : move_step_name(m->step));
	view_set(obj, "state", move_state_name(m->state));
	if (*m->error)
		view_set(obj, "error", m->error);
	view_set_int(image, "done", m->image_done);
	view_set_int(image, "total", move_total(m));
	json_object_set_new(obj, "image", image);
	view_set_int(obj, "started", m->started);
	if (m->ended)
		view_set_int(obj, "ended", m->ended);
	set_figures(obj, m);
	if (*m->rtt.client)
		set_rtt(obj, &m->rtt);
	return obj;
}

json_t *view_lookup(const struct lookup_result *res)
{
	json_t *obj = json_object();

	view_set(obj, "result", word_lookup(res->result));
	if (res->result == NVO3__VM_LOOKUP_REPLY__RESULT__NOT_FOUND)
		return obj;
	view_set_uuid(obj, "vm", &res->vm);
	view_set(obj, "name", res->name);
	view_set(obj, "dc", res->dc);
	view_set(obj, "server", res->server);
	view_set(obj, "server_addr", res->server_addr);
	view_set(obj, "state", word_vm_state(res->state));
	return obj;
}
