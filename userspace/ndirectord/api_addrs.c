// SPDX-License-Identifier: GPL-2.0
/*
 * Mappings and placements by HTTP. There may be a million of them: an answer has them in the order
 * of their VNs and MACs, and only those on the page that was asked for are made into JSON.
 */
#include <string.h>
#include "api_addrs.h"
#include "lib/http_items.h"
#include "lib/mem.h"
#include "order.h"

static json_t *ips_list(const struct db_ips *ips)
{
	char buf[IP_PREFIX_STRLEN];
	json_t *list = json_array();
	struct ip_prefix ip;
	size_t at = 0;

	while (db_ips_next(ips, &at, &ip))
		json_array_append_new(list, json_string(ip_prefix_format(&ip, buf)));
	return list;
}

static json_t *mac_text(const struct mac_addr *mac)
{
	char buf[MAC_ADDR_STRLEN];

	return json_string(mac_addr_format(mac, buf));
}

json_t *api_mapping(const struct db_map *map)
{
	const struct db_vn *vn = db_item_vn(&map->item);
	const struct db_nve *nve = db_item_nve(&map->item);

	return json_pack("{s:s, s:i, s:o, s:o, s:s, s:o, s:I, s:b, s:s}", "vn", vn->info.name,
			 "vni", (int)vn->info.vni, "mac", mac_text(&map->mac), "ips",
			 ips_list(&map->ips), "nve", nve->name, "locators", api_locators(nve),
			 "epoch", (json_int_t)map->epoch, "stale", nve->stale != 0, "home_dc",
			 nve->dc);
}

static json_t *placement(const struct db_placed *p)
{
	char buf[UUID_STRLEN];

	return json_pack("{s:s, s:s, s:o, s:o, s:s, s:I, s:b}", "vm", uuid_format(&p->vm, buf),
			 "vn", db_placed_vn(p)->info.name, "mac", mac_text(&p->mac), "ips",
			 ips_list(&p->ips), "nve", db_placed_nve(p), "epoch",
			 (json_int_t)p->epoch, "bound", (int)p->bound);
}

/* What can be listed of a VN, and how. */
struct kind {
	size_t (*count)(const struct db_vn *vn);
	void (*collect)(const struct db_vn *vn, struct order_item *ret);
	json_t *(*show)(const void *what);
};

static uint64_t number_of(const struct mac_addr *mac)
{
	uint64_t number = 0;

	for (size_t i = 0; i < sizeof(mac->b); i++)
		number = number << 8 | mac->b[i];
	return number;
}

static size_t count_maps(const struct db_vn *vn)
{
	return vn->n_maps;
}

static void collect_maps(const struct db_vn *vn, struct order_item *ret)
{
	const struct db_map *map;
	uint32_t at = 0;

	while ((map = table_walk(&vn->maps, &at)))
		if (!map->item.gone)
			*ret++ = (struct order_item){ number_of(&map->mac), map };
}

static json_t *show_map(const void *what)
{
	return api_mapping(what);
}

static size_t count_placements(const struct db_vn *vn)
{
	return vn->placements.n;
}

static void collect_placements(const struct db_vn *vn, struct order_item *ret)
{
	const struct db_placed *p;
	uint32_t at = 0;

	while ((p = table_walk(&vn->placements, &at)))
		*ret++ = (struct order_item){ number_of(&p->mac), p };
}

static json_t *show_placement(const void *what)
{
	return placement(what);
}

/* Those of @vn that are on the page; the list's before it are @before. */
static void list(json_t *items, const struct http_page *page, size_t before,
		 const struct db_vn *vn, const struct kind *kind)
{
	size_t n = kind->count(vn), from, to;
	struct order_item *all;

	http_page_part(page, before, n, &from, &to);
	if (from >= to)
		return;
	all = mem_calloc(n, sizeof(*all));
	kind->collect(vn, all);
	order_part(all, n, from, to);
	for (; from < to; from++)
		json_array_append_new(items, kind->show(all[from].what));
	free(all);
}

static void reply(struct http_request *req, struct director *d, const struct kind *kind)
{
	const char *wanted = http_query(req, "vn");
	struct http_page page;
	bool found = !wanted;
	struct db_vn *vn;
	size_t before = 0;
	json_t *items;

	if (!http_page_get(req, &page))
		return;
	items = json_array();
	for (vn = d->db.vns; vn; vn = vn->hh.next) {
		if (!api_vn_wanted(vn, wanted))
			continue;
		found = true;
		list(items, &page, before, vn, kind);
		before += kind->count(vn);
	}
	if (found) {
		http_reply_page(req, &page, items, before);
		return;
	}
	json_decref(items);
	http_error(req, 404, "not-found", "VN %s is not known here", wanted);
}

void api_get_mappings(struct http_request *req, void *arg)
{
	static const struct kind maps = { count_maps, collect_maps, show_map };

	reply(req, arg, &maps);
}

void api_get_placements(struct http_request *req, void *arg)
{
	static const struct kind placements = { count_placements, collect_placements,
						show_placement };

	reply(req, arg, &placements);
}
