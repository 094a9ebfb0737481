// SPDX-License-Identifier: GPL-2.0
/*
 * The digest of a table: the same after any history as of a new table with the same content,
 * another one for any single difference; and user space computes the same.
 *
 * NVO3_SEED repeats a run; it is printed first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <time.h>
#include <cmocka.h>
#include "digest.h"
#include "map.h"
#include "twin.h"

#define CHANGES		1000000
#define KEYS		3000
#define PLACES		40
#define VNI		100

static DEFINE_MUTEX(lock);

/* What the number of a mapping stands for, as remotes and groups do in the module. */
static struct twin_map places[PLACES];

static void places_init(void)
{
	struct twin_map *place;
	int i, j;

	for (i = 0; i < PLACES; i++) {
		place = &places[i];
		place->count = i ? 1 + i % NVO3_PATHS_MAX : 0;
		for (j = 0; j < place->count; j++) {
			place->addr[j][0] = (i + j) % 2;
			get_random_bytes(place->addr[j] + 1, (i + j) % 2 ? 16 : 4);
		}
	}
}

static void entry_fill(struct nvo3_digest_entry *entry, const struct twin_map *map)
{
	struct in6_addr v6;
	__be32 v4;
	int i;

	*entry = (struct nvo3_digest_entry){ .epoch = map->epoch, .count = map->count };
	ether_addr_copy(entry->mac, map->mac);
	for (i = 0; i < map->count; i++) {
		memcpy(&v6, map->addr[i] + 1, sizeof(v6));
		memcpy(&v4, map->addr[i] + 1, sizeof(v4));
		entry->addr[i] = map->addr[i][0] ? nvo3_addr_from6(&v6) : nvo3_addr_from4(v4);
	}
}

static u64 hash_of(const struct twin_map *map)
{
	struct nvo3_digest_entry entry;

	entry_fill(&entry, map);
	return nvo3_digest_hash(&entry);
}

static struct twin_map twin_of(const struct nvo3_mapping *map)
{
	struct twin_map twin = places[map->nr];

	twin.epoch = map->epoch;
	ether_addr_copy(twin.mac, map->mac);
	return twin;
}

static u64 hash_map(const struct nvo3_mapping *map)
{
	struct twin_map twin = twin_of(map);

	return hash_of(&twin);
}

static struct nvo3_mapping random_map(void)
{
	struct nvo3_mapping map = {
		.vni = VNI, .prov = shim_random() % 4 ? NVO3_PROV_AGENT : NVO3_PROV_STATIC,
		.nr = shim_random() % PLACES, .epoch = shim_random() % 3 ? shim_random() : 0,
	};

	map.kind = map.nr ? NVO3_MAP_REMOTE : NVO3_MAP_PORT;
	u64_to_ether_addr(0x020000000000ULL + shim_random() % KEYS, map.mac);
	return map;
}

/* As mapping.c: only what an agent made counts. */
static void count(struct nvo3_digest *digest, const struct nvo3_mapping *map, bool there)
{
	if (map->kind == NVO3_MAP_NONE || map->prov != NVO3_PROV_AGENT)
		return;
	if (there)
		nvo3_digest_add(digest, hash_map(map));
	else
		nvo3_digest_sub(digest, hash_map(map));
}

static void change(struct nvo3_table *table, struct nvo3_digest *digest)
{
	struct nvo3_mapping new = random_map(), old = {};

	if (shim_random() % 3) {
		assert_int_equal(nvo3_map_store(table, &new, &old), 0);
		count(digest, &new, true);
	} else if (!nvo3_map_remove(table, VNI, new.mac, &old)) {
		return;
	}
	count(digest, &old, false);
}

/* A fresh table of the same content, filled from the end, its digest by user space. */
static void compare_fresh(struct nvo3_table *table, const struct nvo3_digest *digest)
{
	static struct nvo3_mapping all[KEYS];
	struct nvo3_mapping old;
	u64 sum = 0, buckets[NVO3_DIGEST_BUCKETS] = {}, hash;
	struct nvo3_digest fresh = {};
	struct nvo3_table other;
	struct twin_map twin;
	u32 n = 0, pos = 0, i;

	while (nvo3_map_next(table, &pos, &all[n]))
		n++;
	assert_int_equal(nvo3_table_init(&other, &lock, sizeof(struct nvo3_map_cold)), 0);
	while (n--) {
		assert_int_equal(nvo3_map_store(&other, &all[n], &old), 0);
		count(&fresh, &all[n], true);
		if (all[n].prov != NVO3_PROV_AGENT)
			continue;
		twin = twin_of(&all[n]);
		hash = twin_hash(&twin);
		sum += hash;
		buckets[twin_bucket(twin.mac)] += hash;
		assert_int_equal(twin_bucket(twin.mac), nvo3_digest_bucket(all[n].mac));
	}
	assert_true(fresh.sum == digest->sum && fresh.maps == digest->maps);
	assert_true(sum == digest->sum);
	for (i = 0; i < NVO3_DIGEST_BUCKETS; i++)
		sum -= buckets[i];
	assert_true(!sum);
	nvo3_table_uninit(&other);
}

static void any_history(void **state __attribute__((unused)))
{
	struct nvo3_digest digest = {}, before;
	struct nvo3_table table;
	int i;

	assert_int_equal(nvo3_table_init(&table, &lock, sizeof(struct nvo3_map_cold)), 0);
	mutex_lock(&lock);
	for (i = 1; i <= CHANGES; i++) {
		before = digest;
		change(&table, &digest);
		/* Whatever changes the number of mappings changes the sum. */
		assert_true(before.maps == digest.maps || before.sum != digest.sum);
		if (i % (CHANGES / 10) == 0)
			compare_fresh(&table, &digest);
	}
	assert_true(digest.maps > KEYS / 4);
	mutex_unlock(&lock);
	nvo3_table_uninit(&table);
}

/* Each bit of each field, each locator more or less, makes a difference. */
static void any_difference(void **state __attribute__((unused)))
{
	int round, bit, i;
	struct twin_map map, other;
	u64 hash;

	for (round = 0; round < 50; round++) {
		map = places[round % PLACES];
		map.epoch = shim_random();
		get_random_bytes(map.mac, sizeof(map.mac));
		hash = hash_of(&map);
		for (bit = 0; bit < 48; bit++) {
			other = map;
			other.mac[bit / 8] ^= 1 << bit % 8;
			assert_true(hash_of(&other) != hash);
		}
		for (bit = 0; bit < 64; bit++) {
			other = map;
			other.epoch ^= BIT_ULL(bit);
			assert_true(hash_of(&other) != hash);
		}
		for (i = 0; i < map.count; i++) {
			for (bit = 0; bit < (map.addr[i][0] ? 128 : 32); bit++) {
				other = map;
				other.addr[i][1 + bit / 8] ^= 1 << bit % 8;
				assert_true(hash_of(&other) != hash);
			}
		}
		other = map;
		other.count = (map.count + 1) % (NVO3_PATHS_MAX + 1);
		assert_true(hash_of(&other) != hash);
	}
}

/* In one order as in any other, and by both. */
static void locators_in_any_order(void **state __attribute__((unused)))
{
	struct twin_map map, turned;
	int round, i, j, by;

	for (round = 0; round < PLACES; round++) {
		map = places[round];
		get_random_bytes(map.mac, sizeof(map.mac));
		map.epoch = shim_random();
		for (by = 0; by < 4; by++) {
			turned = map;
			for (i = 0; i < map.count; i++) {
				j = (i + by) % map.count;
				memcpy(turned.addr[i], map.addr[by % 2 ? map.count - 1 - j : j],
				       sizeof(map.addr[0]));
			}
			assert_true(hash_of(&turned) == hash_of(&map));
			assert_true(twin_hash(&turned) == hash_of(&map));
		}
	}
}

static void selftest(void **state __attribute__((unused)))
{
	assert_true(nvo3_digest_selftest());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(selftest),
		cmocka_unit_test(any_history),
		cmocka_unit_test(any_difference),
		cmocka_unit_test(locators_in_any_order),
	};
	const char *seed = getenv("NVO3_SEED");

	shim_random_state = seed ? strtoull(seed, NULL, 0) : (u64)time(NULL);
	printf("# NVO3_SEED=%llu\n", shim_random_state);
	places_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
