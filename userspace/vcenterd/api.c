// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include "api.h"
#include "api_audit.h"
#include "api_console.h"
#include "codes.h"
#include "lib/http_events.h"
#include "lib/http_items.h"
#include "lib/http_watch.h"
#include "lib/version.h"
#include "view.h"

void api_refuse_code(struct http_request *req, uint32_t code, const char *text)
{
	http_error(req, code_to_http(code), code_to_word(code), "%s", text);
}

void api_refuse(struct http_request *req, int ret, const struct err *err)
{
	api_refuse_code(req, code_from_errno(ret), err->text);
}

void api_reply_items(struct http_request *req, json_t *items)
{
	http_reply_items(req, items);
}

bool api_vm_visible(const struct vm *vm)
{
	return !vm->incoming && !vm->left;
}

struct vm *api_find_vm(struct vcenter *vc, struct http_request *req, const char *id)
{
	struct uuid uuid;
	struct vm *vm;

	if (!uuid_parse(&uuid, id, NULL))
		vm = inventory_vm(vc->inv, &uuid);
	else
		vm = inventory_vm_by_name(vc->inv, id);
	if (vm && api_vm_visible(vm))
		return vm;
	http_error(req, 404, "not-found", "there is no VM %s in %s", id, vc->conf.dc);
	return NULL;
}

struct vn *api_find_vn(struct vcenter *vc, const char *id, struct err *err)
{
	struct uuid uuid;
	struct vn *vn;

	if (!uuid_parse(&uuid, id, NULL))
		vn = inventory_vn(vc->inv, &uuid);
	else
		vn = inventory_vn_by_name(vc->inv, id);
	if (!vn)
		err_set(err, ENOENT, "VN %s is not known in %s", id, vc->conf.dc);
	return vn;
}

static void status(struct http_request *req, void *arg)
{
	struct vcenter *vc = arg;
	json_t *directors = json_array();
	json_t *peers = json_array();

	for (int i = 0; i < vc->conf.n_peers; i++)
		json_array_append_new(peers, json_pack("{s:s, s:b}", "dc", vc->peers[i].conf->dc,
						       "up", vc->peers[i].up));
	/* one session at a time, to one of the addresses */
	json_array_append_new(directors,
			      json_pack("{s:s, s:b}", "addr",
					vc->director.ready ? chan_peer_addr(vc->director.chan) :
							     vc->conf.directors[0],
					"up", vc->director.ready));
	http_reply(req, 200, json_pack("{s:s, s:s, s:s, s:o, s:o}", "dc", vc->conf.dc, "name",
				       vc->conf.name, "version", NVO3_VERSION, "peers", peers,
				       "directors", directors));
}

/* In the order in which they came first */
static void server_list(struct http_request *req, void *arg)
{
	struct vcenter *vc = arg;
	struct server *server = vc->inv->servers;
	size_t n = HASH_COUNT(server), from, to;
	json_t *items = json_array();
	struct http_page page;

	if (!http_page_get(req, &page)) {
		json_decref(items);
		return;
	}
	http_page_part(&page, 0, n, &from, &to);
	for (size_t i = 0; i < to; i++, server = server->hh.next)
		if (i >= from)
			json_array_append_new(items, view_server(server));
	http_reply_page(req, &page, items, n);
}

static void server_show(struct http_request *req, void *arg)
{
	struct vcenter *vc = arg;
	const char *name = http_param(req, "name");
	struct server *server = inventory_server(vc->inv, name);

	if (server)
		http_reply(req, 200, view_server(server));
	else
		http_error(req, 404, "not-found", "there is no server %s in %s", name,
			   vc->conf.dc);
}

static void event_list(struct http_request *req, void *arg)
{
	http_reply_events(req, ((struct vcenter *)arg)->events, false);
}

static void alert_list(struct http_request *req, void *arg)
{
	http_reply_events(req, ((struct vcenter *)arg)->events, true);
}

/* Their names are those of the lists */
static void watch(struct http_request *req, void *arg)
{
	static const char *const topics[] = { "moves", "operations", "vns", NULL };

	http_watch_open(((struct vcenter *)arg)->watch, req, topics);
}

static const struct http_route routes[] = {
	{ "GET", "/api/v1/status", status },
	{ "GET", "/api/v1/vns", api_vn_list, "limit offset" },
	{ "POST", "/api/v1/vns", api_vn_create },
	{ "GET", "/api/v1/vns/{id}", api_vn_show },
	{ "PATCH", "/api/v1/vns/{id}", api_vn_set },
	{ "DELETE", "/api/v1/vns/{id}", api_vn_delete },
	{ "GET", "/api/v1/dcs", api_dc_list, "limit offset" },
	{ "GET", "/api/v1/dcs/{dc}/{path...}", api_dc_any, .any_query = true },
	{ "POST", "/api/v1/dcs/{dc}/{path...}", api_dc_any, .any_query = true },
	{ "PATCH", "/api/v1/dcs/{dc}/{path...}", api_dc_any, .any_query = true },
	{ "DELETE", "/api/v1/dcs/{dc}/{path...}", api_dc_any, .any_query = true },
	{ "GET", "/api/v1/profiles", api_profile_list, "limit offset" },
	{ "POST", "/api/v1/profiles", api_profile_create },
	{ "GET", "/api/v1/profiles/{id}", api_profile_show },
	{ "PATCH", "/api/v1/profiles/{id}", api_profile_set },
	{ "DELETE", "/api/v1/profiles/{id}", api_profile_delete },
	{ "GET", "/api/v1/servers", server_list, "limit offset" },
	{ "GET", "/api/v1/servers/{name}", server_show },
	{ "POST", "/api/v1/servers/{name}/dead", api_server_dead },
	{ "GET", "/api/v1/vms", api_vm_list, "tenant group server vn state limit after" },
	{ "POST", "/api/v1/vms", api_vm_create },
	{ "POST", "/api/v1/placement", api_placement },
	{ "GET", "/api/v1/vms/{id}", api_vm_show },
	{ "PATCH", "/api/v1/vms/{id}", api_vm_set },
	{ "DELETE", "/api/v1/vms/{id}", api_vm_delete },
	{ "POST", "/api/v1/vms/{id}/start", api_vm_start },
	{ "POST", "/api/v1/vms/{id}/stop", api_vm_stop },
	{ "POST", "/api/v1/vms/{id}/suspend", api_vm_suspend },
	{ "POST", "/api/v1/vms/{id}/resume", api_vm_resume },
	{ "POST", "/api/v1/vms/{id}/reboot", api_vm_reboot },
	{ "POST", "/api/v1/vms/{id}/move", api_vm_move },
	{ "POST", "/api/v1/vms/{id}/replicate", api_vm_replicate },
	{ "GET", "/api/v1/vms/{id}/console", api_vm_console, "force", .audited = true,
	  .direct = true },
	{ "GET", "/api/v1/vms/{id}/use", api_vm_use },
	{ "GET", "/api/v1/servers/{name}/use", api_server_use },
	{ "GET", "/api/v1/use", api_group_use, "tenant group" },
	{ "GET", "/api/v1/load", api_load },
	{ "GET", "/api/v1/alarms", api_alarm_list, "limit offset" },
	{ "GET", "/api/v1/consoles", api_console_list, "limit offset" },
	{ "GET", "/api/v1/consoles/{id}", api_console_show },
	{ "GET", "/api/v1/moves", api_move_list, "limit offset" },
	{ "GET", "/api/v1/moves/{id}", api_move_show },
	{ "POST", "/api/v1/moves/{id}/abort", api_move_abort },
	{ "GET", "/api/v1/operations", api_group_list, "limit offset" },
	{ "POST", "/api/v1/operations", api_group_begin },
	{ "GET", "/api/v1/operations/{id}", api_group_show },
	{ "GET", "/api/v1/operations/{id}/members", api_group_members, "state limit offset" },
	{ "POST", "/api/v1/operations/{id}/abort", api_group_abort },
	{ "GET", "/api/v1/lookup", api_lookup, "vn id name mac ip" },
	{ "GET", "/api/v1/events", event_list, "since limit offset" },
	{ "GET", "/api/v1/alerts", alert_list, "since limit offset" },
	{ "GET", "/api/v1/audit", api_audit_list, "since who object limit offset" },
	{ "GET", "/api/v1/backup", api_backup, .direct = true },
	{ "GET", "/api/v1/watch/{topic}", watch, "since", .direct = true },
	{ "GET", "/metrics", api_metrics },
	{ NULL }
};

int api_start(struct vcenter *vc, struct err *err)
{
	/* a root asks without either */
	if (!vc->conf.api && !vc->conf.socket && !vc->conf.parent)
		return 0;
	vc->watch = http_watch_new(vc->loop, vc->events);
	vc->http = http_listen(vc->loop, vc->tls, vc->conf.api, vc->conf.socket, routes, vc, err);
	if (!vc->http)
		return -1;
	http_observe(vc->http, &api_observer);
	return 0;
}

void api_stop(struct vcenter *vc)
{
	if (vc->http)
		http_server_free(vc->http);
	vc->http = NULL;
	http_watch_free(vc->watch);
	vc->watch = NULL;
}
