// SPDX-License-Identifier: GPL-2.0
/* What an operator says about addresses: bound to an NVE, free again, not frozen any more. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "api_bind.h"
#include "claim.h"
#include "frozen.h"
#include "lib/msg.h"

static struct db_vn *find_vn(struct director *d, const char *id, struct err *err)
{
	char buf[UUID_STRLEN];
	struct db_vn *vn;

	for (vn = d->db.vns; vn; vn = vn->hh.next)
		if (!strcmp(id, vn->info.name) || !strcmp(id, uuid_format(&vn->info.uuid, buf)))
			return vn;
	err_set(err, ENOENT, "VN %s is not known here", id);
	return NULL;
}

static int get_ips(json_t *list, struct db_ips *ips, struct err *err)
{
	struct ip_prefix ip;
	json_t *item;
	size_t i;

	if (list && !json_is_array(list))
		return err_set(err, EINVAL, "ips: must be a list");
	if (json_array_size(list) > DB_IPS)
		return err_set(err, EINVAL, "ips: at most %d are possible", DB_IPS);
	json_array_foreach(list, i, item) {
		if (!json_is_string(item) || ip_prefix_parse(&ip, json_string_value(item), NULL))
			return err_set(err, EINVAL, "ips[%zu]: not an IP prefix", i);
		db_ips_add(ips, &ip);
	}
	return 0;
}

static int parse(struct director *d, json_t *body, struct db_placement *p, struct err *err)
{
	static const char *const known[] = { "vn", "mac", "nve", "ips", NULL };
	const char *vn, *mac, *nve;

	if (json_only(body, known, err) || json_get_str(body, "vn", &vn, err) ||
	    json_get_str(body, "mac", &mac, err) || json_get_str(body, "nve", &nve, err) ||
	    get_ips(json_object_get(body, "ips"), &p->ips, err))
		return 400;
	if (mac_addr_parse(&p->mac, mac, err) || !mac_addr_is_unicast(&p->mac)) {
		err_set(err, EINVAL, "mac: \"%.32s\" is not the MAC of a single station", mac);
		return 400;
	}
	if (strlen(nve) >= DB_NAME) {
		err_set(err, EINVAL, "nve: too long");
		return 400;
	}
	p->nve = nve;
	p->vn = find_vn(d, vn, err);
	return p->vn ? 0 : 404;
}

/* The mapping of somebody else ends; its own is told with the new epoch when it claims again. */
static void bind_mac(struct director *d, struct db_placement *p, const char *who)
{
	struct db_placed *held = db_placement_find(p->vn, &p->mac);
	struct db_map *map = db_map_find(p->vn, &p->mac);
	char text[MAC_ADDR_STRLEN];
	uint64_t above = held ? held->epoch : 0;

	if (map && map->epoch > above)
		above = map->epoch;
	p->bound = true;
	p->epoch = map && !strcmp(db_item_nve(&map->item)->name, p->nve) ? map->epoch :
								  db_epoch_next(&d->db, above);
	if (map && strcmp(db_item_nve(&map->item)->name, p->nve))
		db_map_del(&d->db, map);
	if (db_placement_set(&d->db, p))
		director_note(d, "binding-set", p->nve, "MAC %s of VN %s, by operator %s",
			      mac_addr_format(&p->mac, text), p->vn->info.name, who);
}

void api_binding_set(struct http_request *req, void *arg)
{
	struct director *d = arg;
	json_t *body = http_body(req);
	struct db_placement p = { };
	struct err err;
	int status;

	if (!body)
		return;
	status = parse(d, body, &p, &err);
	if (!status && claim_bind(&d->db, &p, &err) != CODE(OK)) {
		director_alert(d, "binding-refused", p.nve, "%s", err.text);
		status = 409;
	}
	if (!status && director_room(d, &err) != CODE(OK)) {
		http_error(req, 507, "full", "%s", err.text);
		return;
	}
	if (status) {
		http_error(req, status, status == 409 ? "exists" : status == 404 ? "not-found" :
			   "bad-request", "%s", err.text);
		return;
	}
	bind_mac(d, &p, http_client(req)->name);
	http_reply(req, 201, json_object());
}

/* NULL: answered. */
static struct db_vn *path_mac(struct http_request *req, struct director *d, struct mac_addr *mac)
{
	struct err err;
	struct db_vn *vn = find_vn(d, http_param(req, "vn"), &err);

	if (vn && !mac_addr_parse(mac, http_param(req, "mac"), &err))
		return vn;
	http_error(req, 404, "not-found", "%s", err.text);
	return NULL;
}

void api_binding_delete(struct http_request *req, void *arg)
{
	struct director *d = arg;
	struct db_placed *p;
	struct mac_addr mac;
	struct db_map *map;
	struct db_vn *vn;

	vn = path_mac(req, d, &mac);
	if (!vn)
		return;
	p = db_placement_find(vn, &mac);
	if (!p || !p->bound) {
		http_error(req, 404, "not-found", "MAC %s of VN %s is not bound",
			   http_param(req, "mac"), vn->info.name);
		return;
	}
	director_note(d, "binding-ended", db_placed_nve(p), "MAC %s of VN %s, by operator %s",
		      http_param(req, "mac"), vn->info.name, http_client(req)->name);
	db_placement_del(&d->db, p);
	map = db_map_find(vn, &mac);
	/* who may have it without a binding claims it again */
	if (map && vn->info.claims != NVO3__CLAIMS__CLAIMS_OPEN)
		db_map_del(&d->db, map);
	http_reply(req, 200, json_object());
}

void api_thaw(struct http_request *req, void *arg)
{
	struct director *d = arg;
	struct mac_addr mac;
	struct db_vn *vn;

	vn = path_mac(req, d, &mac);
	if (!vn)
		return;
	if (!frozen_thaw(d, vn, &mac)) {
		http_error(req, 404, "not-found", "MAC %s of VN %s is not frozen",
			   http_param(req, "mac"), vn->info.name);
		return;
	}
	director_note(d, "mac-thawed", http_param(req, "mac"), "in VN %s, by operator %s",
		      vn->info.name, http_client(req)->name);
	http_reply(req, 200, json_object());
}
