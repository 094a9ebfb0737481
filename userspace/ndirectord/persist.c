// SPDX-License-Identifier: GPL-2.0
/*
 * The database in the store: written as it changes, read at the start.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <utlist.h>
#include "db_profile.h"
#include "director.h"
#include "frozen.h"
#include "lib/http_watch.h"
#include "lib/cleanup.h"
#include "nve_tell.h"
#include "proto/ndirectord_store.pb-c.h"
#include "proto/placement.pb-c.h"
#include "wire.h"

#define KEY_MAX 256
#define COUNTER_BITS 40		/* of an epoch; above is its term */

static void commit_now(void *arg)
{
	struct director *d = arg;

	d->commit_due = false;
	director_commit(d);
}

static void begin(struct director *d)
{
	struct err err;

	if (d->in_transaction)
		return;
	if (store_begin(d->store, &err)) {
		store_fail(d->store, &err);
		return;
	}
	d->in_transaction = true;
	if (d->commit_due)
		return;
	d->commit_due = true;
	loop_defer(d->loop, commit_now, d);
}

static void put_counters(struct director *d);

void director_commit(struct director *d)
{
	struct err err;

	if (!d->in_transaction)
		return;
	put_counters(d);
	d->in_transaction = false;
	if (store_commit(d->store, &err))
		store_fail(d->store, &err);
}

/* The commit says what failed first. */
static void put(struct director *d, const char *key, const ProtobufCMessage *message)
{
	_cleanup_free_ uint8_t *data = NULL;
	size_t len;

	begin(d);
	data = msg_encode(message, &len);
	store_put(d->store, key, data, len, NULL);
}

static void del(struct director *d, const char *key)
{
	begin(d);
	store_del(d->store, key, NULL);
}

static void write_state(struct director *d)
{
	Nvo3__StoredState state = NVO3__STORED_STATE__INIT;

	state.term = d->db.epochs >> COUNTER_BITS;
	state.counter = d->db.epochs & ((1ull << COUNTER_BITS) - 1);
	state.own_revision = d->db.own.revision;
	state.own_gone = d->db.own.gone_revision;
	state.vn_base = d->db.vn_base;
	put(d, "state", &state.base);
}

static void write_vn(struct director *d, struct db_vn *vn)
{
	Nvo3__StoredVn stored = NVO3__STORED_VN__INIT;
	char uuid[UUID_STRLEN], key[KEY_MAX];
	Nvo3__VnInfo info;

	wire_put_vn(&vn->info, &info);
	stored.info = &info;
	stored.defined = vn->defined;
	stored.on_demand = vn->on_demand;
	stored.revision = vn->log.revision;
	stored.gone = vn->log.gone_revision;
	snprintf(key, sizeof(key), "vn/%s", uuid_format(&vn->info.uuid, uuid));
	put(d, key, &stored.base);
}

/*
 * Revisions and epochs count with every change, and are written once for all that is in one
 * transaction.
 */
static void put_state(struct director *d)
{
	begin(d);
	d->state_unwritten = true;
}

static void put_vn(struct director *d, struct db_vn *vn)
{
	begin(d);
	if (!vn->unwritten)
		DL_APPEND2(d->unwritten, vn, prev_unwritten, next_unwritten);
	vn->unwritten = true;
}

static void forget_vn(struct director *d, struct db_vn *vn)
{
	if (vn->unwritten)
		DL_DELETE2(d->unwritten, vn, prev_unwritten, next_unwritten);
	vn->unwritten = false;
}

static void put_counters(struct director *d)
{
	struct db_vn *vn;

	while ((vn = d->unwritten)) {
		forget_vn(d, vn);
		write_vn(d, vn);
	}
	if (d->state_unwritten)
		write_state(d);
	d->state_unwritten = false;
}

static void on_vn(struct db_vn *vn, bool gone, void *arg)
{
	char uuid[UUID_STRLEN], key[KEY_MAX];
	struct director *d = arg;

	if (http_watch_wanted(d->watch, "vns"))
		http_watch_say(d->watch, "vns", gone, api_vn(vn));
	if (!gone) {
		put_vn(arg, vn);
		nve_tell_vn(vn);
		nve_list_vn(arg, vn);
		return;
	}
	frozen_vn_gone(d, vn);
	snprintf(key, sizeof(key), "vn/%s", uuid_format(&vn->info.uuid, uuid));
	forget_vn(arg, vn);
	del(arg, key);
	put_state(arg);		/* the base of revisions has risen */
}

static void put_map(struct director *d, const char *key, struct db_map *map)
{
	Nvo3__StoredMap stored = NVO3__STORED_MAP__INIT;
	struct wire_item room;

	stored.map = wire_put_map(map, &room);
	stored.vn_revision = map->item.in_vn.revision;
	stored.own_revision = db_item_nve(&map->item)->own ? map->item.in_own.revision : 0;
	put(d, key, &stored.base);
}

static void put_member(struct director *d, const char *key, struct db_item *item)
{
	Nvo3__StoredMember stored = NVO3__STORED_MEMBER__INIT;

	stored.vn = msg_put_uuid(&db_item_vn(item)->info.uuid);
	stored.nve = db_item_nve(item)->name;
	stored.vn_revision = item->in_vn.revision;
	stored.own_revision = db_item_nve(item)->own ? item->in_own.revision : 0;
	put(d, key, &stored.base);
}

static void on_item(struct db_item *item, void *arg)
{
	char uuid[UUID_STRLEN], mac[MAC_ADDR_STRLEN], key[KEY_MAX];
	struct director *d = arg;
	bool map = item->kind == DB_MAP;

	uuid_format(&db_item_vn(item)->info.uuid, uuid);
	if (map)
		snprintf(key, sizeof(key), "map/%s/%s", uuid,
			 mac_addr_format(&((struct db_map *)item)->mac, mac));
	else
		snprintf(key, sizeof(key), "member/%s/%s", uuid, db_item_nve(item)->name);
	if (item->gone)
		del(d, key);
	else if (map)
		put_map(d, key, (struct db_map *)item);
	else
		put_member(d, key, item);
	put_vn(d, db_item_vn(item));
	put_state(d);
	tell_changed(&d->tell, item);
	if (map && http_watch_wanted(d->watch, "mappings"))
		http_watch_say(d->watch, "mappings", item->gone,
			       api_mapping((struct db_map *)item));
}

static void on_nve(struct db_nve *nve, void *arg)
{
	Nvo3__StoredNve stored = NVO3__STORED_NVE__INIT;
	ProtobufCBinaryData locators[DB_LOCATORS];
	char key[KEY_MAX];
	int i;

	snprintf(key, sizeof(key), "nve/%s", nve->name);
	if (nve->forgotten) {
		del(arg, key);
		return;
	}
	for (i = 0; i < nve->n_locators; i++)
		locators[i] = msg_put_ip(&nve->locators[i]);
	stored.name = nve->name;
	stored.locators = locators;
	stored.n_locators = nve->n_locators;
	stored.stale = nve->stale & DB_STALE_NVE;
	stored.idle_since = nve->idle_since;
	stored.relay = nve->relay;
	put(arg, key, &stored.base);
}

static void on_placement(const struct db_placed *p, bool gone, void *arg)
{
	const struct db_profile *profile = db_placed_profile(p);
	char uuid[UUID_STRLEN], mac[MAC_ADDR_STRLEN], key[KEY_MAX];
	const struct db_vn *vn = db_placed_vn(p);
	Nvo3__Place place = NVO3__PLACE__INIT;
	struct wire_item room;

	snprintf(key, sizeof(key), "place/%s/%s", uuid_format(&vn->info.uuid, uuid),
		 mac_addr_format(&p->mac, mac));
	if (gone) {
		del(arg, key);
		return;
	}
	place.vm = msg_put_uuid(&p->vm);
	place.vn = msg_put_uuid(&vn->info.uuid);
	place.mac = msg_put_mac(&p->mac);
	place.ips = wire_put_ips(&p->ips, &room);
	place.n_ips = p->ips.n;
	place.nve = (char *)db_placed_nve(p);
	place.epoch = p->epoch;
	place.bound = p->bound;
	if (profile)
		place.profile = msg_put_uuid(&profile->uuid);
	put(arg, key, &place.base);
}

static void on_moved(struct db_map *map, void *arg)
{
	tell_moved(&((struct director *)arg)->tell, map);
}

static void on_leaves(struct db_map *map, void *arg)
{
	(void)arg;
	tell_leaves(map);
}

static void on_profile(struct db_profile *p, bool gone, void *arg)
{
	char uuid[UUID_STRLEN], key[KEY_MAX];
	struct director *d = arg;

	snprintf(key, sizeof(key), "profile/%s", uuid_format(&p->uuid, uuid));
	if (gone) {
		del(d, key);
	} else {
		begin(d);
		store_put(d->store, key, p->data, p->len, NULL);
	}
	nve_tell_profile(d, p, gone);
}

static const char *frozen_key(const struct db_vn *vn, const struct mac_addr *mac,
			      char key[KEY_MAX])
{
	char uuid[UUID_STRLEN], text[MAC_ADDR_STRLEN];

	snprintf(key, KEY_MAX, "frozen/%s/%s", uuid_format(&vn->info.uuid, uuid),
		 mac_addr_format(mac, text));
	return key;
}

void persist_frozen(struct director *d, const struct db_vn *vn, const struct mac_addr *mac,
		    uint64_t until)
{
	Nvo3__StoredFrozen stored = NVO3__STORED_FROZEN__INIT;
	char key[KEY_MAX];

	stored.vn = msg_put_uuid(&vn->info.uuid);
	stored.mac = msg_put_mac(mac);
	stored.until = until;
	put(d, frozen_key(vn, mac, key), &stored.base);
}

void persist_thawed(struct director *d, const struct db_vn *vn, const struct mac_addr *mac)
{
	char key[KEY_MAX];

	del(d, frozen_key(vn, mac, key));
}

static void on_epoch(void *arg)
{
	put_state(arg);
}

void persist_attach(struct director *d)
{
	static const struct db_observer observer = {
		.item = on_item,
		.vn = on_vn,
		.nve = on_nve,
		.placement = on_placement,
		.epoch = on_epoch,
		.moved = on_moved,
		.leaves = on_leaves,
		.profile = on_profile,
	};

	d->db.observer = &observer;
	d->db.observer_arg = d;
}
