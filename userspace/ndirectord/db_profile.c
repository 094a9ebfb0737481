// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "db_profile.h"
#include "lib/mem.h"

struct db_profile_nve {
	char name[100];
	unsigned int placements;
	uint64_t granted_ms;		/* until then */
	UT_hash_handle hh;
};

struct db_profile *db_profile_find(struct db *db, const struct uuid *uuid)
{
	struct db_profile *p;

	HASH_FIND(hh, db->profiles, uuid, sizeof(*uuid), p);
	return p;
}

static void changed(struct db *db, struct db_profile *p, bool gone)
{
	if (db->observer && db->observer->profile)
		db->observer->profile(p, gone, db->observer_arg);
}

struct db_profile *db_profile_set(struct db *db, const struct uuid *uuid, uint64_t version,
				  const char *name, const uint8_t *data, size_t len)
{
	struct db_profile *p = db_profile_find(db, uuid);

	if (!p) {
		p = pool_zalloc(sizeof(*p));
		p->uuid = *uuid;
		HASH_ADD(hh, db->profiles, uuid, sizeof(p->uuid), p);
	}
	p->version = version;
	snprintf(p->name, sizeof(p->name), "%s", name);
	free(p->data);
	p->data = mem_zalloc(len);
	memcpy(p->data, data, len);
	p->len = len;
	changed(db, p, false);
	return p;
}

static void profile_free(struct db *db, struct db_profile *p)
{
	struct db_profile_nve *n, *next;

	HASH_ITER(hh, p->nves, n, next) {
		HASH_DEL(p->nves, n);
		free(n);
	}
	HASH_DEL(db->profiles, p);
	free(p->data);
	pool_free(p, sizeof(*p));
}

int db_profile_del(struct db *db, struct db_profile *p, struct err *err)
{
	struct db_profile_nve *n;

	for (n = p->nves; n; n = n->hh.next)
		if (n->placements)
			return err_set(err, EBUSY, "profile %s is in use at %s", p->name, n->name);
	changed(db, p, true);
	profile_free(db, p);
	return 0;
}

void db_profile_uninit(struct db *db)
{
	struct db_profile *p, *next;

	HASH_ITER(hh, db->profiles, p, next)
		profile_free(db, p);
}

static struct db_profile_nve *nve_of(struct db_profile *p, const char *name)
{
	struct db_profile_nve *n;

	HASH_FIND_STR(p->nves, name, n);
	if (n)
		return n;
	n = mem_zalloc(sizeof(*n));
	snprintf(n->name, sizeof(n->name), "%s", name);
	HASH_ADD_STR(p->nves, name, n);
	return n;
}

void db_profile_hold(struct db_profile *p, const char *nve)
{
	if (p)
		nve_of(p, nve)->placements++;
}

void db_profile_drop(struct db_profile *p, const char *nve)
{
	struct db_profile_nve *n;

	if (!p)
		return;
	n = nve_of(p, nve);
	if (n->placements)
		n->placements--;
	if (n->placements || n->granted_ms)
		return;
	HASH_DEL(p->nves, n);
	free(n);
}

void db_profile_grant(struct db_profile *p, const char *nve, uint64_t until_ms)
{
	nve_of(p, nve)->granted_ms = until_ms;
}

bool db_profile_may_have(const struct db_profile *p, const char *nve, uint64_t now_ms)
{
	struct db_profile_nve *n;

	HASH_FIND_STR(p->nves, nve, n);
	return n && (n->placements || n->granted_ms > now_ms);
}
