// SPDX-License-Identifier: GPL-2.0
/*
 * Digests of what followers should hold; see db_digest.h.
 */
#include <stdlib.h>
#include "db_digest.h"
#include "lib/mem.h"

uint64_t db_digest_hash(const struct db_map *map)
{
	const struct db_nve *nve = db_item_nve(&map->item);

	return digest_map(&map->mac, map->epoch, nve->locators, nve->n_locators);
}

static struct db_share *find(const struct db_vn *vn, const struct db_nve *nve)
{
	struct db_share *share;

	HASH_FIND_PTR(vn->shares, &nve, share);
	return share;
}

void db_digest_count(struct db_map *map)
{
	struct db_vn *vn = db_item_vn(&map->item);
	struct db_share *share = find(vn, db_item_nve(&map->item));
	uint64_t hash = db_digest_hash(map);

	if (!share) {
		share = mem_zalloc(sizeof(*share));
		share->nve = db_item_nve(&map->item);
		HASH_ADD_PTR(vn->shares, nve, share);
	}
	digest_add(&vn->digest, hash);
	digest_add(&share->digest, hash);
}

void db_digest_uncount(struct db_map *map)
{
	struct db_vn *vn = db_item_vn(&map->item);
	struct db_share *share = find(vn, db_item_nve(&map->item));
	uint64_t hash = db_digest_hash(map);

	digest_sub(&vn->digest, hash);
	digest_sub(&share->digest, hash);
	if (share->digest.n)
		return;
	HASH_DEL(vn->shares, share);
	free(share);
}

void db_digest_move(struct db_map *map, const struct ip_addr *locators, int n)
{
	struct db_share *share = find(db_item_vn(&map->item), db_item_nve(&map->item));
	uint64_t by = digest_map(&map->mac, map->epoch, locators, n) - db_digest_hash(map);

	db_item_vn(&map->item)->digest.sum += by;
	share->digest.sum += by;
}

struct digest db_digest_of_others(const struct db_vn *vn, const struct db_nve *nve)
{
	const struct db_share *share = find(vn, nve);
	struct digest digest = vn->digest;

	if (share) {
		digest.sum -= share->digest.sum;
		digest.n -= share->digest.n;
	}
	return digest;
}

bool db_digest_has(const struct db_vn *vn, const struct db_nve *nve)
{
	return find(vn, nve);
}

void db_digest_uninit(struct db_vn *vn)
{
	struct db_share *share, *next;

	HASH_ITER(hh, vn->shares, share, next) {
		HASH_DEL(vn->shares, share);
		free(share);
	}
}
