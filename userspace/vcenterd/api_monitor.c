// SPDX-License-Identifier: GPL-2.0
/* Use, load and alarms (Documentation/monitoring.rst). */
#include <stdlib.h>
#include "api.h"
#include "lib/http_items.h"
#include "lib/mem.h"
#include "view.h"

#define NAMED	20u	/* servers in each list of the load */

static void set_int(json_t *obj, const char *key, json_int_t value)
{
	json_object_set_new(obj, key, json_integer(value));
}

static json_t *rate_view(const struct usage_rate *rate)
{
	json_t *obj = json_object();

	set_int(obj, "cpu_permille", rate->cpu_permille);
	set_int(obj, "memory_kib", rate->memory_kib);
	set_int(obj, "disk_kib", rate->disk_kib);
	set_int(obj, "disk", rate->disk);
	set_int(obj, "net", rate->net);
	set_int(obj, "store", rate->store);
	return obj;
}

static json_t *sample_view(const struct usage_sample *s)
{
	json_t *obj = json_object();

	set_int(obj, "time", s->time * 1000ull);
	set_int(obj, "cpu_permille", s->cpu_permille);
	set_int(obj, "memory_kib", s->memory_kib);
	set_int(obj, "disk", s->disk * 1024ull);
	set_int(obj, "net", s->net * 1024ull);
	set_int(obj, "store", s->store * 1024ull);
	return obj;
}

static json_t *history(const struct watched *w,
		       const struct usage_sample *(*get)(const struct usage *u, unsigned int n))
{
	const struct usage_sample *s;
	json_t *list = json_array();

	for (unsigned int n = 0; w && (s = get(&w->usage, n)); n++)
		json_array_append_new(list, sample_view(s));
	return list;
}

static json_t *use_view(const struct capacity *entitled, const struct usage_rate *use)
{
	json_t *obj = json_object();

	json_object_set_new(obj, "entitled", view_capacity(entitled));
	json_object_set_new(obj, "use", rate_view(use));
	return obj;
}

static void set_history(json_t *obj, const struct watched *w)
{
	json_object_set_new(obj, "recent", history(w, usage_recent));
	json_object_set_new(obj, "periods", history(w, usage_period));
}

void api_vm_use(struct http_request *req, void *arg)
{
	static const struct usage_rate none;
	struct vm *vm = api_find_vm(arg, req, http_param(req, "id"));
	json_t *obj;

	if (!vm)
		return;
	obj = use_view(&vm->size, vm->watched ? &vm->watched->usage.now : &none);
	set_history(obj, vm->watched);
	http_reply(req, 200, obj);
}

void api_server_use(struct http_request *req, void *arg)
{
	const char *name = http_param(req, "name");
	struct vcenter *vc = arg;
	struct server *server = inventory_server(vc->inv, name);
	json_t *obj;

	if (!server) {
		http_error(req, 404, "not-found", "there is no server %s in %s", name,
			   vc->conf.dc);
		return;
	}
	obj = use_view(&server->used, &server->use);
	json_object_set_new(obj, "has", view_capacity(&server->total));
	view_set_host(obj, server);
	set_history(obj, server->watched);
	http_reply(req, 200, obj);
}

void api_group_use(struct http_request *req, void *arg)
{
	const char *tenant = http_query(req, "tenant"), *name = http_query(req, "group");
	struct vcenter *vc = arg;
	struct vm_group *group;

	if (!tenant) {
		http_error(req, 400, "bad-request", "tenant is missing");
		return;
	}
	group = inventory_group(vc->inv, tenant, name ? name : "");
	if (group)
		http_reply(req, 200, use_view(&group->used, &group->use));
	else
		http_error(req, 404, "not-found", "no VM of tenant %s%s%s is in %s", tenant,
			   name ? ", group " : "", name ? name : "", vc->conf.dc);
}

/* --- load */

/* Of what it has; who has nothing is full. */
static uint64_t cpu_permille(const struct server *server)
{
	return server->total.cpus ? server->use.cpu_permille / server->total.cpus : 1000;
}

static int by_load(const void *a, const void *b)
{
	const struct server *const *x = a, *const *y = b;
	uint64_t load_x = cpu_permille(*x), load_y = cpu_permille(*y);

	if (load_x != load_y)
		return load_x < load_y ? -1 : 1;
	return strcmp((*x)->name, (*y)->name);
}

static json_t *load_view(const struct server *server)
{
	json_t *obj = json_object();

	json_object_set_new(obj, "server", json_string(server->name));
	set_int(obj, "vms", server->vms.n);
	set_int(obj, "cpu_permille", cpu_permille(server));
	set_int(obj, "memory_permille", server->total.memory_mib ?
		server->use.memory_kib * 1000 / 1024 / server->total.memory_mib : 1000);
	view_set_host(obj, server);
	return obj;
}

struct load {
	json_t *overloaded, *least, *unused;
	unsigned int n_overloaded, n_unused;
};

static void add_first(json_t *list, const struct server *server)
{
	if (json_array_size(list) < NAMED)
		json_array_append_new(list, load_view(server));
}

static void add_server(struct load *load, const struct server *server)
{
	if (server->overloaded) {
		load->n_overloaded++;
		add_first(load->overloaded, server);
	} else if (!server->used.vms) {
		load->n_unused++;
		add_first(load->unused, server);
	} else {
		add_first(load->least, server);
	}
}

/* Servers that are up, the least used one first; *n of them. free() it. */
static struct server **sorted(struct inventory *inv, size_t *n)
{
	struct server **list = mem_calloc(HASH_COUNT(inv->servers), sizeof(*list));
	struct server *server;

	*n = 0;
	for (server = inv->servers; server; server = server->hh.next)
		if (server->session)
			list[(*n)++] = server;
	qsort(list, *n, sizeof(*list), by_load);
	return list;
}

void api_load(struct http_request *req, void *arg)
{
	struct load load = { json_array(), json_array(), json_array() };
	struct vcenter *vc = arg;
	json_t *answer = json_object();
	struct server **list;
	size_t n;

	list = sorted(vc->inv, &n);
	for (size_t i = 0; i < n; i++)
		add_server(&load, list[i]);
	free(list);
	set_int(answer, "up", n);
	set_int(answer, "n_overloaded", load.n_overloaded);
	set_int(answer, "n_unused", load.n_unused);
	json_object_set_new(answer, "overloaded", load.overloaded);
	json_object_set_new(answer, "least_used", load.least);
	json_object_set_new(answer, "unused", load.unused);
	http_reply(req, 200, answer);
}

/* --- alarms */

static json_t *alarm_view(const struct monitor_alarm *alarm)
{
	json_t *obj = json_object();
	char uuid[UUID_STRLEN];

	json_object_set_new(obj, "kind", json_string(monitor_word(alarm->key.kind)));
	json_object_set_new(obj, uuid_is_zero(&alarm->vm) ? "server" : "name",
			    json_string(alarm->key.subject));
	if (!uuid_is_zero(&alarm->vm))
		json_object_set_new(obj, "vm", json_string(uuid_format(&alarm->vm, uuid)));
	set_int(obj, "since", alarm->since);
	json_object_set_new(obj, "text", json_string(alarm->text));
	return obj;
}

void api_alarm_list(struct http_request *req, void *arg)
{
	struct vcenter *vc = arg;
	struct monitor_alarm *alarm = vc->monitor->alarms;
	size_t n = HASH_COUNT(alarm), from, to;
	struct http_page page;
	json_t *items;

	if (!http_page_get(req, &page))
		return;
	items = json_array();
	http_page_part(&page, 0, n, &from, &to);
	for (size_t i = 0; i < to; i++, alarm = alarm->hh.next)
		if (i >= from)
			json_array_append_new(items, alarm_view(alarm));
	http_reply_page(req, &page, items, n);
}
