// SPDX-License-Identifier: GPL-2.0
/*
 * The database as the store has it. Whose session ended with ours has a moment to come back before
 * he is called stale (start.c), so that a restart is no news to anybody.
 */
#include <errno.h>
#include <stdio.h>
#include "db_locator.h"
#include "db_profile.h"
#include "db_restore.h"
#include "director.h"
#include "frozen.h"
#include "lib/cleanup.h"
#include "proto/ndirectord_store.pb-c.h"
#include "proto/placement.pb-c.h"
#include "wire.h"

struct loading {
	struct director *d;
	const ProtobufCMessageDescriptor *desc;
	int (*row)(struct db *db, void *message, struct err *err);
	struct err *err;
};

static int decode(const char *key, const uint8_t *value, size_t len, void *arg)
{
	struct msg body = { .body = value, .len = len };
	struct loading *l = arg;
	void *message;
	int ret;

	message = msg_decode(&body, l->desc, l->err);
	if (!message)
		return err_prefix(l->err, -EBADMSG, "%s", key);
	ret = l->row(&l->d->db, message, l->err);
	msg_free(message);
	return ret ? err_prefix(l->err, ret, "%s", key) : 0;
}

static struct db_vn *vn_of(struct db *db, const ProtobufCBinaryData *b, struct err *err)
{
	struct db_vn *vn = NULL;
	struct uuid uuid;

	if (msg_get_uuid(b, &uuid))
		vn = db_vn_find(db, &uuid);
	if (!vn)
		err_set(err, EBADMSG, "belongs to no VN");
	return vn;
}

static int check_revisions(uint64_t a, uint64_t b, struct err *err)
{
	if (a <= CHANGELOG_REVISION_MAX && b <= CHANGELOG_REVISION_MAX)
		return 0;
	return err_set(err, EBADMSG, "has a revision above %llu", CHANGELOG_REVISION_MAX);
}

static int load_state(struct db *db, void *message, struct err *err)
{
	Nvo3__StoredState *state = message;

	if (check_revisions(state->own_revision, state->vn_base, err))
		return -EBADMSG;
	db_epoch_seen(db, ((uint64_t)state->term << 40 | state->counter) << 8);
	db->own.revision = state->own_revision;
	db->own.gone_revision = state->own_gone;
	db->vn_base = state->vn_base;
	return 0;
}

static int load_vn(struct db *db, void *message, struct err *err)
{
	Nvo3__StoredVn *stored = message;
	struct db_vn_info info;
	struct db_vn *vn;
	int ret;

	ret = check_revisions(stored->revision, stored->gone, err);
	if (!ret)
		ret = wire_get_vn(stored->info, &info, err);
	if (!ret)
		ret = db_vn_set(db, &info, stored->defined, err);
	if (ret)
		return ret;
	vn = db_vn_find(db, &info.uuid);
	vn->log.revision = stored->revision;
	vn->log.gone_revision = stored->gone;
	vn->on_demand = stored->on_demand;
	return 0;
}

static int load_nve(struct db *db, void *message, struct err *err)
{
	Nvo3__StoredNve *stored = message;
	struct db_nve *nve = db_nve_get(db, stored->name);
	struct ip_addr locators[DB_LOCATORS];
	int ret, n;

	nve->stale = stored->stale ? DB_STALE_NVE : 0;
	nve->idle_since = stored->idle_since;
	nve->relay = stored->relay;
	if (!stored->n_locators)
		return 0;
	ret = wire_get_locators(stored->locators, stored->n_locators, locators, &n, err);
	if (!ret)
		db_locators_put(db, nve, locators, n);
	return ret;
}

static int load_map(struct db *db, void *message, struct err *err)
{
	Nvo3__StoredMap *stored = message;
	struct db_restore at = { stored->vn_revision, stored->own_revision };
	struct mac_addr mac;
	struct db_ips ips;
	struct db_vn *vn;
	int ret;

	if (check_revisions(at.vn_revision, at.own_revision, err))
		return -EBADMSG;
	if (!stored->map)
		return err_set(err, EBADMSG, "has no mapping");
	vn = vn_of(db, &stored->map->vn, err);
	if (!vn)
		return -EBADMSG;
	if (!msg_get_mac(&stored->map->mac, &mac))
		return err_set(err, EBADMSG, "has no MAC");
	ret = wire_get_ips(stored->map->ips, stored->map->n_ips, &ips, err);
	if (!ret)
		db_restore_map(db, vn, &mac, &ips, stored->map->epoch,
			       db_nve_get(db, stored->map->nve), &at);
	return ret;
}

static int load_member(struct db *db, void *message, struct err *err)
{
	Nvo3__StoredMember *stored = message;
	struct db_restore at = { stored->vn_revision, stored->own_revision };
	struct db_vn *vn = vn_of(db, &stored->vn, err);

	if (!vn || check_revisions(at.vn_revision, at.own_revision, err))
		return -EBADMSG;
	db_restore_member(db, vn, db_nve_get(db, stored->nve), &at);
	return 0;
}

static int load_profile(struct db *db, void *message, struct err *err)
{
	_cleanup_free_ uint8_t *data = NULL;
	Nvo3__Profile *profile = message;
	struct uuid uuid;
	size_t len;

	if (!msg_get_uuid(&profile->uuid, &uuid))
		return err_set(err, EBADMSG, "has no UUID");
	data = msg_encode(&profile->base, &len);
	db_profile_set(db, &uuid, profile->version, profile->name, data, len);
	return 0;
}

static int load_placement(struct db *db, void *message, struct err *err)
{
	Nvo3__Place *place = message;
	struct db_placement p = { .vn = vn_of(db, &place->vn, err), .epoch = place->epoch };
	struct uuid profile = { };
	int ret;

	if (!p.vn)
		return -EBADMSG;
	if (!msg_get_uuid(&place->vm, &p.vm) || !msg_get_mac(&place->mac, &p.mac))
		return err_set(err, EBADMSG, "has no VM or MAC");
	if (strlen(place->nve) >= DB_NAME)
		return err_set(err, EBADMSG, "has an NVE whose name is too long");
	p.nve = place->nve;
	p.bound = place->bound;
	if (place->profile.len && !msg_get_uuid(&place->profile, &profile))
		return err_set(err, EBADMSG, "has a profile without a UUID");
	p.profile = db_profile_find(db, &profile);
	ret = wire_get_ips(place->ips, place->n_ips, &p.ips, err);
	if (!ret)
		db_placement_set(db, &p);
	return ret;
}

static int load_frozen(struct db *db, void *message, struct err *err)
{
	Nvo3__StoredFrozen *stored = message;
	struct db_vn *vn = vn_of(db, &stored->vn, err);
	struct mac_addr mac;

	if (!vn)
		return -EBADMSG;
	if (!msg_get_mac(&stored->mac, &mac))
		return err_set(err, EBADMSG, "has no MAC");
	frozen_restore(vn, &mac, stored->until);
	return 0;
}

int persist_load(struct director *d, struct err *err)
{
	static const struct {
		const char *prefix;
		const ProtobufCMessageDescriptor *desc;
		int (*row)(struct db *db, void *message, struct err *err);
	} kinds[] = {	/* what others refer to first */
		{ "state", &nvo3__stored_state__descriptor, load_state },
		{ "vn/", &nvo3__stored_vn__descriptor, load_vn },
		{ "nve/", &nvo3__stored_nve__descriptor, load_nve },
		{ "profile/", &nvo3__profile__descriptor, load_profile },
		{ "place/", &nvo3__place__descriptor, load_placement },
		{ "map/", &nvo3__stored_map__descriptor, load_map },
		{ "member/", &nvo3__stored_member__descriptor, load_member },
		{ "frozen/", &nvo3__stored_frozen__descriptor, load_frozen },
	};
	struct loading l = { .d = d, .err = err };
	size_t i;
	int ret;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		l.desc = kinds[i].desc;
		l.row = kinds[i].row;
		ret = store_walk(d->store, kinds[i].prefix, decode, &l, err);
		if (ret)
			return ret;
	}
	db_restored(&d->db);
	return 0;
}
