// SPDX-License-Identifier: GPL-2.0
/*
 * The HTTP API (Documentation/protocols/api.rst).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "api_addrs.h"
#include "api_bind.h"
#include "director.h"
#include "frozen.h"
#include "lib/http_events.h"
#include "lib/http_items.h"
#include "lib/http_watch.h"
#include "tenant_ask.h"

static json_t *text_ip(const struct ip_addr *ip)
{
	char buf[IP_ADDR_STRLEN];

	return json_string(ip_addr_format(ip, buf));
}

json_t *api_locators(const struct db_nve *nve)
{
	json_t *list = json_array();
	int i;

	for (i = 0; i < nve->n_locators; i++)
		json_array_append_new(list, text_ip(&nve->locators[i]));
	return list;
}

static void reply_items(struct http_request *req, json_t *items)
{
	http_reply_items(req, items);
}

static void put_peer(const char *dc, bool up, void *arg)
{
	json_array_append_new(arg, json_pack("{s:s, s:b, s:b}", "dc", dc, "up", up, "stale", !up));
}

static void put_center(const char *name, void *arg)
{
	json_array_append_new(arg, json_string(name));
}

static void get_status(struct http_request *req, void *arg)
{
	json_t *peers = json_array(), *centers = json_array();
	struct director *d = arg;
	struct uuid store;
	char buf[UUID_STRLEN];

	memcpy(store.b, store_id(d->store), sizeof(store.b));
	fed_client_each(d, put_peer, peers);
	center_each(d, put_center, centers);
	http_reply(req, 200, json_pack("{s:s, s:s, s:s, s:o, s:o}", "dc", d->self.dc, "name",
				       d->self.name, "store", uuid_format(&store, buf), "vcenters",
				       centers, "peers", peers));
}

static void get_nves(struct http_request *req, void *arg)
{
	json_t *items = json_array();
	struct director *d = arg;
	struct db_nve *nve;
	struct db_vn *vn;
	int vns;

	for (nve = db_nve_first(&d->db); nve; nve = db_nve_next(nve)) {
		vns = 0;
		for (vn = d->db.vns; vn; vn = vn->hh.next)
			vns += !!db_member_find(vn, nve);
		json_array_append_new(items,
				      json_pack("{s:s, s:o, s:b, s:b, s:b, s:i}", "name", nve->name,
						"locators", api_locators(nve), "own", nve->own, "up",
						!nve->stale, "stale", nve->stale != 0, "vns", vns));
	}
	reply_items(req, items);
}

/* By an operator, for a host that will not come back. False: it is refused. */
static bool may_forget(struct http_request *req, struct director *d, const struct db_nve *nve)
{
	const char *force = http_query(req, "force");
	bool forced = force && !strcmp(force, "true");
	unsigned int placed = db_nve_placed(&d->db, nve);

	if (force && !forced && strcmp(force, "false"))
		http_error(req, 400, "bad-request", "force=%s is neither true nor false", force);
	else if (nve_session_exists(d, nve))
		http_error(req, 409, "busy", "NVE %s has a session", nve->name);
	else if (!nve->own && fed_client_knows(d, nve->dc))
		http_error(req, 403, "denied", "NVE %s belongs to %s and is removed there",
			   nve->name, nve->dc);
	else if (placed && !forced)
		http_error(req, 409, "busy", "%u addresses of VMs are placed at NVE %s", placed,
			   nve->name);
	else
		return true;
	return false;
}

static void delete_nve(struct http_request *req, void *arg)
{
	struct director *d = arg;
	char name[sizeof(((struct db_nve *)0)->name)];
	struct db_nve *nve;

	snprintf(name, sizeof(name), "%s/%s", http_param(req, "dc"), http_param(req, "name"));
	nve = db_nve_find(&d->db, name);
	if (!nve) {
		http_error(req, 404, "not-found", "NVE %s is not known here", name);
		return;
	}
	if (!may_forget(req, d, nve))
		return;
	director_note(d, "nve-removed", nve->name, "by operator %s, with %u mappings and memberships",
		      http_client(req)->name, nve->items);
	db_nve_forget(&d->db, nve);
	http_reply(req, 200, json_object());
}

static void count_items(const struct db_vn *vn, int *maps, int *members)
{
	struct db_member *member;

	*maps = vn->n_maps;
	*members = 0;
	for (member = db_member_first(vn); member; member = db_member_next(member))
		++*members;
}

json_t *api_vn(const struct db_vn *vn)
{
	char buf[UUID_STRLEN];
	int maps, members;

	count_items(vn, &maps, &members);
	return json_pack("{s:s, s:s, s:i, s:b, s:I, s:i, s:i, s:i, s:b}", "uuid",
			 uuid_format(&vn->info.uuid, buf), "name", vn->info.name, "vni",
			 (int)vn->info.vni, "defined", vn->defined, "revision",
			 (json_int_t)vn->log.revision, "members", members, "maps", maps,
			 "placements", (int)vn->placements.n, "on_demand",
			 vn->on_demand);
}

static void get_vns(struct http_request *req, void *arg)
{
	json_t *items = json_array();
	struct director *d = arg;
	struct db_vn *vn;
	int maps, members;

	for (vn = d->db.vns; vn; vn = vn->hh.next) {
		count_items(vn, &maps, &members);
		/* deleted, and not reaped yet */
		if (vn->defined || maps || members)
			json_array_append_new(items, api_vn(vn));
	}
	reply_items(req, items);
}

bool api_vn_wanted(const struct db_vn *vn, const char *wanted)
{
	char buf[UUID_STRLEN];

	return !wanted || !strcmp(wanted, vn->info.name) ||
	       !strcmp(wanted, uuid_format(&vn->info.uuid, buf));
}

/* Call @put for each VN that ?vn= asks for; 404 if it names one that is not there. */
static void each_vn(struct http_request *req, struct director *d,
		    void (*put)(json_t *items, struct db_vn *vn))
{
	const char *wanted = http_query(req, "vn");
	json_t *items = json_array();
	bool found = !wanted;
	struct db_vn *vn;

	for (vn = d->db.vns; vn; vn = vn->hh.next) {
		if (!api_vn_wanted(vn, wanted))
			continue;
		found = true;
		put(items, vn);
	}
	if (found) {
		reply_items(req, items);
		return;
	}
	json_decref(items);
	http_error(req, 404, "not-found", "VN %s is not known here", wanted);
}

struct frozen_list {
	json_t *items;
	struct db_vn *vn;
};

static void put_one_frozen(const struct mac_addr *mac, uint64_t until, void *arg)
{
	const struct frozen_list *list = arg;
	struct db_map *map = db_map_find(list->vn, mac);
	char text[MAC_ADDR_STRLEN];
	json_t *item;

	if (!dup_is_frozen(list->vn, mac, loop_now_ms()))
		return;
	item = json_pack("{s:s, s:s}", "vn", list->vn->info.name, "mac",
			 mac_addr_format(mac, text));
	if (map)
		json_object_set_new(item, "nve", json_string(db_item_nve(&map->item)->name));
	if (until)
		json_object_set_new(item, "left_s",
				    json_integer((frozen_left_ms(until) + 999) / 1000));
	json_array_append_new(list->items, item);
}

static void put_frozen(json_t *items, struct db_vn *vn)
{
	struct frozen_list list = { items, vn };

	dup_each(vn, put_one_frozen, &list);
}

static void get_frozen(struct http_request *req, void *arg)
{
	each_vn(req, arg, put_frozen);
}

static void put_digest(json_t *item, const char *sum, const char *maps, struct digest digest)
{
	char text[17];

	snprintf(text, sizeof(text), "%016" PRIx64, digest.sum);
	json_object_set_new(item, sum, json_string(text));
	json_object_set_new(item, maps, json_integer(digest.n));
}

static void put_progress(json_t *item, const struct follower *f)
{
	json_object_set_new(item, "revision", json_integer(f->at.told));
	json_object_set_new(item, "acked", json_integer(f->acked));
	put_digest(item, "digest", "digest_maps", tell_digest(f));
	put_digest(item, "held", "held_maps", f->held);
	if (f->at.only)
		json_object_set_new(item, "interest", json_integer(HASH_COUNT(f->interest.all)));
}

static void put_members(json_t *items, struct db_vn *vn)
{
	struct db_member *member;
	json_t *item;

	for (member = db_member_first(vn); member; member = db_member_next(member)) {
		struct db_nve *nve = db_item_nve(&member->item);

		item = json_pack("{s:s, s:s, s:o, s:b}", "vn", vn->info.name, "nve", nve->name,
				 "locators", api_locators(nve), "stale", nve->stale != 0);
		if (member->follower)
			put_progress(item, member->follower);
		json_array_append_new(items, item);
	}
}

static void get_members(struct http_request *req, void *arg)
{
	each_vn(req, arg, put_members);
}

static void get_events(struct http_request *req, void *arg)
{
	http_reply_events(req, ((struct director *)arg)->events, false);
}

static void get_alerts(struct http_request *req, void *arg)
{
	http_reply_events(req, ((struct director *)arg)->events, true);
}

/* Their names are those of the lists */
static void watch(struct http_request *req, void *arg)
{
	static const char *const topics[] = { "mappings", "vns", NULL };

	http_watch_open(((struct director *)arg)->watch, req, topics);
}

const struct http_route director_routes[] = {
	{ "GET", "/api/v1/status", get_status },
	{ "GET", "/api/v1/nves", get_nves, "limit offset" },
	{ "DELETE", "/api/v1/nves/{dc}/{name}", delete_nve, "force" },
	{ "GET", "/api/v1/vns", get_vns, "limit offset" },
	{ "GET", "/api/v1/mappings", api_get_mappings, "vn limit offset" },
	{ "GET", "/api/v1/members", get_members, "vn limit offset" },
	{ "GET", "/api/v1/placements", api_get_placements, "vn limit offset" },
	{ "POST", "/api/v1/bindings", api_binding_set },
	{ "DELETE", "/api/v1/bindings/{vn}/{mac}", api_binding_delete },
	{ "GET", "/api/v1/frozen", get_frozen, "vn limit offset" },
	{ "DELETE", "/api/v1/frozen/{vn}/{mac}", api_thaw },
	{ "GET", "/api/v1/events", get_events, "since limit offset" },
	{ "GET", "/api/v1/alerts", get_alerts, "since limit offset" },
	{ "GET", "/api/v1/watch/{topic}", watch, "since" },
	{ "POST", "/api/v1/vms/{id}/replicate", api_tenant_replicate, .for_tenants = true },
	{ "GET", "/api/v1/moves/{id}", api_tenant_move, "tenant", .for_tenants = true },
	{ "POST", "/api/v1/moves/{id}/abort", api_tenant_abort, "tenant", .for_tenants = true },
	{ "GET", "/metrics", api_metrics },
	{ },
};
