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

/* A value of a history: what it is called, and in what unit it is kept */
struct shown {
	const char *name;
	uint32_t unit;
};

static const struct shown vm_values[] = {
	[USAGE_CPU] = { "cpu_permille", 1 }, [USAGE_MEMORY] = { "memory_kib", 1 },
	[USAGE_SIZE] = { "disk_kib", 1024 }, [USAGE_DISK] = { "disk", 1024 },
	[USAGE_NET] = { "net", 1024 }, [USAGE_STORE] = { "store", 1024 }, { NULL },
};

static const struct shown sum_values[] = {
	[USAGE_CPU] = { "cpu_permille", 1 }, [USAGE_MEMORY] = { "memory_kib", 1024 },
	[USAGE_SIZE] = { "disk_kib", 1024 }, [USAGE_DISK] = { "disk", 1024 },
	[USAGE_NET] = { "net", 1024 }, [USAGE_STORE] = { "store", 1024 }, { NULL },
};

static const struct shown host_values[] = {
	[HOST_CPU] = { "cpu_permille", 1 }, [HOST_LOAD] = { "load_milli", 1 },
	[HOST_MEMORY] = { "memory_used_kib", 1024 }, [HOST_DISK] = { "disk_used_kib", 1024 },
	{ NULL },
};

static json_t *sample_view(const struct history_sample *s, const struct shown *shown)
{
	json_t *obj = json_object();

	set_int(obj, "time", s->time * 1000ull);
	for (int i = 0; shown[i].name; i++)
		set_int(obj, shown[i].name, (json_int_t)s->v[i] * shown[i].unit);
	return obj;
}

static json_t *samples(const struct history *h, const struct shown *shown,
		       const struct history_sample *(*get)(const struct history *h,
							   unsigned int n))
{
	const struct history_sample *s;
	json_t *list = json_array();

	for (unsigned int n = 0; h && (s = get(h, n)); n++)
		json_array_append_new(list, sample_view(s, shown));
	return list;
}

/* @h: NULL, nothing was told yet */
static void set_history(json_t *obj, const struct history *h, const struct shown *shown)
{
	json_object_set_new(obj, "recent", samples(h, shown, history_recent));
	json_object_set_new(obj, "periods", samples(h, shown, history_period));
}

static json_t *uptime_view(const struct uptime_sum *sum)
{
	json_t *obj = json_object();

	set_int(obj, "wanted_s", sum->wanted_s);
	set_int(obj, "up_s", sum->up_s);
	return obj;
}

/* Nothing of who was never to be up, or is not looked at. */
static void set_availability(json_t *obj, const struct uptime *u, uint64_t wall)
{
	struct uptime_sum sum = { 0 };
	json_t *all, *list, *item;
	uint64_t time;

	if (u)
		sum = uptime_day(u, wall);
	if (!sum.wanted_s)
		return;
	all = uptime_view(&sum);
	set_int(all, "permille", sum.up_s * 1000 / sum.wanted_s);
	list = json_array();
	for (unsigned int n = 0; n < HISTORY_PERIODS; n++) {
		if (!uptime_period(u, n, wall, &time, &sum))
			continue;
		item = uptime_view(&sum);
		set_int(item, "time", time * 1000);
		json_array_append_new(list, item);
	}
	json_object_set_new(all, "periods", list);
	json_object_set_new(obj, "availability", all);
}

static json_t *use_view(const struct capacity *entitled, const struct usage_rate *use)
{
	json_t *obj = json_object();

	json_object_set_new(obj, "entitled", view_capacity(entitled));
	json_object_set_new(obj, "use", rate_view(use));
	return obj;
}

void api_vm_use(struct http_request *req, void *arg)
{
	static const struct usage_rate none;
	struct vm *vm = api_find_vm(arg, req, http_param(req, "id"));
	const struct watched *w = vm ? vm->watched : NULL;
	json_t *obj;

	if (!vm)
		return;
	obj = use_view(&vm->size, w ? &w->usage.now : &none);
	set_availability(obj, w ? &w->uptime : NULL, wall_ms());
	set_history(obj, w ? &w->usage.history : NULL, vm_values);
	http_reply(req, 200, obj);
}

static void set_machine(json_t *obj, const struct server *server)
{
	json_t *past;

	view_set_host(obj, server);
	if (!server->host.history)
		return;
	past = json_object();
	set_history(past, server->host.history, host_values);
	json_object_set_new(obj, "host_past", past);
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
	set_machine(obj, server);
	set_availability(obj, &server->uptime, wall_ms());
	set_history(obj, server->watched ? &server->watched->usage.history : NULL, sum_values);
	http_reply(req, 200, obj);
}

static json_t *group_view(const struct vm_group *group)
{
	const struct group_watched *w = group->watched;
	json_t *obj = use_view(&group->used, &group->use);

	set_availability(obj, w ? &w->uptime : NULL, wall_ms());
	set_history(obj, w ? &w->history : NULL, sum_values);
	return obj;
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
		http_reply(req, 200, group_view(group));
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
	json_object_set_new(obj, "busy", json_boolean(server->busy));
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
