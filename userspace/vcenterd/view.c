// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include "lib/mem.h"
#include "rules.h"
#include "view.h"
#include "view_subnet.h"
#include "words.h"

/* Text of a peer need not be UTF-8; every byte that could break it is shown as '?'. */
static json_t *text(const char *s)
{
	json_t *json = json_string(s);
	char *copy;

	if (json)
		return json;
	copy = mem_strdup(s);
	for (char *p = copy; *p; p++)
		if (*p & 0x80)
			*p = '?';
	json = json_string(copy);
	free(copy);
	return json;
}

static void set(json_t *obj, const char *key, const char *value)
{
	json_object_set_new(obj, key, text(value));
}

static void set_int(json_t *obj, const char *key, json_int_t value)
{
	json_object_set_new(obj, key, json_integer(value));
}

static void set_uuid(json_t *obj, const char *key, const struct uuid *uuid)
{
	char buf[UUID_STRLEN];

	set(obj, key, uuid_format(uuid, buf));
}

json_t *view_vn(const struct vn *vn)
{
	json_t *obj = json_object();

	set_uuid(obj, "uuid", &vn->uuid);
	set(obj, "name", vn->name);
	set_int(obj, "vni", vn->vni);
	set(obj, "tenant", vn->tenant);
	set(obj, "unknown", word_unknown(vn->unknown));
	set(obj, "bum", word_bum(vn->bum));
	set(obj, "distribution", word_distribution(vn->distribution));
	set(obj, "arp", word_arp(vn->arp));
	set(obj, "arp_unknown", word_arp_unknown(vn->arp_unknown));
	set(obj, "claims", word_claims(vn->claims));
	set(obj, "home_dc", vn->home_dc);
	set_int(obj, "interfaces", vn->users);
	json_object_set_new(obj, "subnets", view_subnets(vn));
	return obj;
}

json_t *view_capacity(const struct capacity *c)
{
	json_t *obj = json_object();

	set_int(obj, "cpus", c->cpus);
	set_int(obj, "memory_mib", c->memory_mib);
	set_int(obj, "disk_mib", c->disk_mib);
	set_int(obj, "vms", c->vms);
	return obj;
}

json_t *view_server(const struct server *server)
{
	json_t *obj = json_object();

	set(obj, "name", server->name);
	set(obj, "nve", server->nve);
	set(obj, "addr", server->addr);
	set(obj, "image_addr", server->image_addr);
	if (*server->location)
		set(obj, "location", server->location);
	json_object_set_new(obj, "up", json_boolean(server->session));
	json_object_set_new(obj, "dead", json_boolean(server->dead));
	set_int(obj, "cpus", server->total.cpus);
	set_int(obj, "memory_mib", server->total.memory_mib);
	set_int(obj, "disk_mib", server->total.disk_mib);
	set_int(obj, "max_vms", server->total.vms);
	json_object_set_new(obj, "used", view_capacity(&server->used));
	set_int(obj, "vms", server->vms.n);
	json_object_set_new(obj, "overloaded", json_boolean(server->overloaded));
	return obj;
}

static json_t *view_nic(const struct nic *nic)
{
	char mac[MAC_ADDR_STRLEN], ip[IP_PREFIX_STRLEN];
	json_t *obj = json_object();
	json_t *ips = json_array();

	for (int i = 0; i < nic->n_ips; i++)
		json_array_append_new(ips, text(ip_prefix_format(&nic->ips[i], ip)));
	set_uuid(obj, "tsi", &nic->tsi);
	set_uuid(obj, "vn", &nic->vn->uuid);
	set(obj, "vn_name", nic->vn->name);
	set_int(obj, "vni", nic->vn->vni);
	set(obj, "mac", mac_addr_format(&nic->mac, mac));
	json_object_set_new(obj, "ips", ips);
	set_int(obj, "epoch", nic->epoch);
	set(obj, "port", nic->port);
	set_int(obj, "vid", nic->vid);
	json_object_set_new(obj, "dhcp", json_boolean(nic->dhcp));
	if (!uuid_is_zero(&nic->profile))
		set_uuid(obj, "profile", &nic->profile);
	return obj;
}

static json_t *view_use(const struct usage *u)
{
	json_t *obj = json_object();

	set_int(obj, "time", u->last.time);
	set_int(obj, "cpu_permille", u->now.cpu_permille);
	set_int(obj, "cpu_ms", u->last.cpu_ns / 1000000);
	set_int(obj, "memory_kib", u->last.memory_kib);
	set_int(obj, "disk_kib", u->last.disk_kib);
	set_int(obj, "disk_read", u->last.disk_read);
	set_int(obj, "disk_written", u->last.disk_written);
	set_int(obj, "net_in", u->last.net_in);
	set_int(obj, "net_out", u->last.net_out);
	set_int(obj, "store_in", u->last.store_in);
	set_int(obj, "store_out", u->last.store_out);
	return obj;
}

json_t *view_vm(const struct vm *vm, const char *dc)
{
	json_t *obj = json_object();
	json_t *nics = json_array();

	for (int i = 0; i < vm->n_nics; i++)
		json_array_append_new(nics, view_nic(&vm->nics[i]));
	set_uuid(obj, "id", &vm->uuid);
	set(obj, "name", vm->name);
	set(obj, "tenant", vm->tenant);
	set(obj, "group", vm->group);
	set(obj, "state", word_vm_state(vm->state));
	if (word_vm_op(vm->op))
		set(obj, "doing", word_vm_op(vm->op));
	if (vm->why)
		set(obj, "error", vm->why);
	set(obj, "dc", dc);
	set(obj, "server", vm->server ? vm->server->name : "");
	set_int(obj, "cpus", vm->size.cpus);
	set_int(obj, "memory_mib", vm->size.memory_mib);
	set_int(obj, "disk_mib", vm->size.disk_mib);
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
	set(obj, key, full);
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
		set(obj, "step", move_step_name(i));
		set_int(obj, "began", m->figures.began[i]);
		if (ended)
			set_int(obj, "ended", ended);
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
		set_int(obj, "late", m->figures.late);
	if (m->state == MOVE_ABORTED || !figures_blackout(&m->figures, &b))
		return;
	blackout = json_object();
	set_ms(blackout, "ms", b.ns);
	set_ms(blackout, "error_ms", b.error);
	set(blackout, "by", b.by);
	json_object_set_new(obj, "blackout", blackout);
}

json_t *view_move(const struct move *m)
{
	json_t *obj = json_object();
	json_t *image = json_object();

	set_uuid(obj, "id", &m->id);
	set_uuid(obj, "vm", &m->vm);
	set(obj, "vm_name", m->vm_name);
	set(obj, "kind", move_kind(m));
	set_place(obj, "from", m->from_dc, m->from_server);
	set_place(obj, "to", m->to_dc, m->to_server);
	set(obj, "step", m->state == MOVE_DONE ? "done" : move_step_name(m->step));
	set(obj, "state", move_state_name(m->state));
	if (*m->error)
		set(obj, "error", m->error);
	set_int(image, "done", m->image_done);
	set_int(image, "total", m->size);
	json_object_set_new(obj, "image", image);
	set_int(obj, "started", m->started);
	if (m->ended)
		set_int(obj, "ended", m->ended);
	set_figures(obj, m);
	return obj;
}

json_t *view_lookup(const struct lookup_result *res)
{
	json_t *obj = json_object();

	set(obj, "result", word_lookup(res->result));
	if (res->result == NVO3__VM_LOOKUP_REPLY__RESULT__NOT_FOUND)
		return obj;
	set_uuid(obj, "vm", &res->vm);
	set(obj, "name", res->name);
	set(obj, "dc", res->dc);
	set(obj, "server", res->server);
	set(obj, "server_addr", res->server_addr);
	set(obj, "state", word_vm_state(res->state));
	return obj;
}
