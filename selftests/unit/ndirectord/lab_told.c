// SPDX-License-Identifier: GPL-2.0
/*
 * What peers were told; see lab_peer.h.
 */
#include <utlist.h>
#include "lab_peer.h"
#include "lib/map_columns.h"

static struct told *told_find(struct told *table, const char *key)
{
	struct told *t;

	HASH_FIND_STR(table, key, t);
	return t;
}

static void told_del(struct told **table, const char *key)
{
	struct told *t = told_find(*table, key);

	if (!t)
		return;
	HASH_DEL(*table, t);
	free(t);
}

static struct told *told_set(struct told **table, const char *key)
{
	struct told *t = told_find(*table, key);

	if (!t) {
		t = calloc(1, sizeof(*t));
		snprintf(t->key, sizeof(t->key), "%s", key);
		HASH_ADD_STR(*table, key, t);
	}
	t->named = true;
	return t;
}

static void told_unname(struct told *table)
{
	struct told *t;

	for (t = table; t; t = t->hh.next)
		t->named = false;
}

static void told_sweep(struct told **table, bool all)
{
	struct told *t, *next;

	HASH_ITER(hh, *table, t, next) {
		if (t->named && !all)
			continue;
		HASH_DEL(*table, t);
		free(t);
	}
}

static const char *map_key(uint8_t vn, const struct mac_addr *mac)
{
	static char key[64];
	char text[MAC_ADDR_STRLEN];

	snprintf(key, sizeof(key), "%u %s", vn, mac_addr_format(mac, text));
	return key;
}

static const char *member_key(uint8_t vn, const char *nve)
{
	static char key[128];

	snprintf(key, sizeof(key), "%u %s", vn, nve);
	return key;
}

static void took_locators(struct told *t, const ProtobufCBinaryData *locators, size_t n)
{
	t->n_locators = n;
	for (size_t i = 0; i < n; i++)
		assert_true(msg_get_ip(&locators[i], &t->locators[i]));
}

/* @vn is the VN of all of them, or NULL: each names its own. */
static void took_maps(struct peer *p, const ProtobufCBinaryData *vn, Nvo3__Mapping *const *maps,
		      size_t n, bool del)
{
	struct mac_addr mac;
	const char *key;
	struct told *t;
	size_t i;

	for (i = 0; i < n; i++) {
		assert_int_equal(maps[i]->vn.len, vn ? 0 : 16);
		assert_true(msg_get_mac(&maps[i]->mac, &mac));
		key = map_key((vn ?: &maps[i]->vn)->data[0], &mac);
		if (del) {
			told_del(&p->maps, key);
			continue;
		}
		t = told_set(&p->maps, key);
		snprintf(t->nve, sizeof(t->nve), "%s", maps[i]->nve);
		t->epoch = maps[i]->epoch;
		t->stale = maps[i]->stale;
		t->mac = mac;
		took_locators(t, maps[i]->locators, maps[i]->n_locators);
		assert_true(maps[i]->n_locators > 0);
		assert_string_not_equal(t->nve, p->self);	/* nobody is told of himself */
	}
	*(del ? &p->dels : &p->sets) += n;
}

static void took_member(struct peer *p, uint8_t vn, const Nvo3__Member *m)
{
	struct told *t = told_set(&p->members, member_key(vn, m->nve));

	snprintf(t->nve, sizeof(t->nve), "%s", m->nve);
	t->stale = m->stale;
	t->relay = m->relay;
	p->member_sets++;
	/* those of its mappings, too */
	for (t = p->maps; t; t = t->hh.next)
		if (!strcmp(t->nve, m->nve) && atoi(t->key) == vn)
			took_locators(t, m->locators, m->n_locators);
}

static void took_begin(struct peer *p, bool begin)
{
	p->updates++;
	if (!begin)
		return;
	p->begins++;
	p->in_snapshot = true;
	told_unname(p->maps);
	told_unname(p->members);
}

static void took_end(struct peer *p, bool end, uint64_t revision)
{
	if (end) {
		assert_true(p->in_snapshot);
		p->ends++;
		p->in_snapshot = false;
		told_sweep(&p->maps, false);
		told_sweep(&p->members, false);
	}
	p->revision = revision;
}

static void took_rows(struct peer *p, const Nvo3__MapUpdate *m)
{
	Nvo3__MapAck ack = NVO3__MAP_ACK__INIT;
	size_t i;

	if (p->heard)
		p->heard(p, m);
	took_begin(p, m->snapshot_begin);
	p->since_join++;
	p->agains += m->again.len != 0;
	p->again_ends += m->again_end;
	if (m->n_set > p->largest)
		p->largest = m->n_set;
	took_maps(p, &m->vn, m->set, m->n_set, false);
	took_maps(p, &m->vn, m->del, m->n_del, true);
	for (i = 0; i < m->n_member_set; i++)
		took_member(p, m->vn.data[0], m->member_set[i]);
	for (i = 0; i < m->n_member_del; i++)
		told_del(&p->members, member_key(m->vn.data[0], m->member_del[i]));
	took_end(p, m->snapshot_end, m->revision);
	memcpy(p->store, m->store.data, sizeof(p->store));
	if (!p->acks)
		return;
	ack.vn = m->vn;
	ack.store = m->store;
	ack.revision = m->revision;
	chan_event(p->chan, MSG(MAP_ACK), &ack.base);
}

static void took_map_update(struct peer *p, const Nvo3__MapUpdate *m)
{
	Nvo3__MapUpdate rows;
	struct err err;
	void *room;

	if (map_columns_spread(m, &rows, &room, &err))
		fail_msg("%s", err.text);
	p->columns += rows.n_set - m->n_set;
	took_rows(p, &rows);
	free(room);
}

static void took_fed_update(struct peer *p, const Nvo3__FedUpdate *m)
{
	size_t i;

	took_begin(p, m->snapshot_begin);
	took_maps(p, NULL, m->set, m->n_set, false);
	took_maps(p, NULL, m->del, m->n_del, true);
	for (i = 0; i < m->n_member_set; i++)
		took_member(p, m->member_set[i]->vn.data[0], m->member_set[i]->member);
	for (i = 0; i < m->n_member_del; i++)
		told_del(&p->members, member_key(m->member_del[i]->vn.data[0],
						 m->member_del[i]->member->nve));
	took_end(p, m->snapshot_end, m->revision);
}

struct told *peer_map(struct peer *p, uint8_t vn, uint32_t addr)
{
	struct mac_addr mac = { { 2, 0, addr >> 24, addr >> 16, addr >> 8, addr } };

	return told_find(p->maps, map_key(vn, &mac));
}

struct told *peer_member(struct peer *p, uint8_t vn, const char *nve)
{
	return told_find(p->members, member_key(vn, nve));
}

void peer_forget(struct peer *p)
{
	told_sweep(&p->maps, true);
	told_sweep(&p->members, true);
	p->revision = 0;
	p->updates = 0;
	p->begins = 0;
	p->ends = 0;
	p->sets = 0;
	p->dels = 0;
	p->member_sets = 0;
	p->in_snapshot = false;
}
