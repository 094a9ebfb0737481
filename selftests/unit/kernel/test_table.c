// SPDX-License-Identifier: GPL-2.0
/*
 * Properties of the mapping table: random operations against an array that knows
 * the truth, failing memory, the load that it takes, the mixing of the permutation.
 *
 * NVO3_SEED repeats a run; it is printed first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <time.h>
#include <cmocka.h>
#include "bucket.h"
#include "map.h"
#include "permute.h"
#include "table.h"

#define KEYS		60000
#define OPERATIONS	1000000

static DEFINE_MUTEX(lock);

/* What must be in the table: value and cold part of each key, value 0 if absent. */
struct truth {
	u32 value, cold;
};

/* Invertible mixing of the number stands for random keys: all different. */
static struct nvo3_key random_key(u32 i)
{
	u64 z = (u64)i * 0x9e3779b97f4a7c15ULL;

	z ^= z >> 31;
	return (struct nvo3_key){ .lo = z * 0xbf58476d1ce4e5b9ULL, .hi = z >> 13 };
}

/* One VN with addresses in sequence. */
static struct nvo3_key address_key(u32 i)
{
	return (struct nvo3_key){ .lo = (0x525400000000ULL + i) | 5001ULL << 48 };
}

/* The same few addresses in every VN. */
static struct nvo3_key network_key(u32 i)
{
	return (struct nvo3_key){ .lo = (0x020000000000ULL + i % 2) | (u64)(i / 2) << 48,
				  .hi = i / 2 >> 16 };
}

static struct nvo3_key (*const makers[])(u32 i) = { random_key, address_key, network_key };

static void table_new(struct nvo3_table *table)
{
	assert_int_equal(nvo3_table_init(table, &lock, sizeof(u32)), 0);
	mutex_lock(&lock);
}

static void table_end(struct nvo3_table *table)
{
	mutex_unlock(&lock);
	nvo3_table_uninit(table);
}

static void check_key(struct nvo3_table *table, struct nvo3_key key, const struct truth *truth)
{
	u32 value = 0, seen;
	u32 *cold;

	rcu_read_lock();
	seen = nvo3_table_lookup(table, key);
	rcu_read_unlock();
	assert_int_equal(seen, truth->value);
	cold = nvo3_table_find(table, key, &value);
	assert_int_equal(value, truth->value);
	if (value)
		assert_int_equal(*cold, truth->cold);
	else
		assert_null(cold);
}

/* Every key of the walk is one that should be there, and their number is right. */
static void check_walk(struct nvo3_table *table, struct nvo3_key (*make)(u32 i),
		       const struct truth *truth)
{
	u32 pos = 0, walked = 0, present = 0, value, i;
	struct nvo3_key key;
	void *cold;

	while (nvo3_table_next(table, &pos, &key, &value, &cold)) {
		i = *(u32 *)cold / 16;
		assert_in_range(i, 0, KEYS - 1);
		assert_true(make(i).lo == key.lo && make(i).hi == key.hi);
		assert_int_equal(value, truth[i].value);
		assert_int_equal(*(u32 *)cold, truth[i].cold);
		walked++;
	}
	assert_false(nvo3_table_next(table, &pos, &key, &value, &cold));
	for (i = 0; i < KEYS; i++)
		present += !!truth[i].value;
	assert_int_equal(walked, present);
	assert_int_equal(walked, table->count);
}

/* Insert where nothing is, sometimes without memory; change what is there. */
static void put_key(struct nvo3_table *table, struct nvo3_key key, u32 i, struct truth *truth)
{
	u32 value = (shim_random() & U32_MAX) | 1, changes = table->changes;
	u32 slots = nvo3_table_slots(table), count = table->count;
	u32 *cold;

	if (truth->value) {
		nvo3_table_set(table, key, value);
		truth->value = value;
		assert_int_not_equal(table->changes, changes);
		return;
	}
	shim_alloc_fail = shim_random() % 2;
	cold = nvo3_table_insert(table, key, value);
	shim_alloc_fail = false;
	if (IS_ERR(cold)) {
		assert_int_equal(PTR_ERR(cold), -ENOMEM);
		assert_int_equal(nvo3_table_slots(table), slots);
		assert_int_equal(table->count, count);
		assert_int_equal(table->changes, changes);
		return;
	}
	assert_int_equal(*cold, 0);
	assert_int_equal(table->count, count + 1);
	assert_int_not_equal(table->changes, changes);
	*cold = i * 16 + shim_random() % 16;
	truth->value = value;
	truth->cold = *cold;
}

static void random_operations(struct nvo3_key (*make)(u32 i))
{
	struct truth *truth = calloc(KEYS, sizeof(*truth));
	struct nvo3_table table;
	u32 op, i, bias;

	table_new(&table);
	for (op = 0; op < OPERATIONS; op++) {
		/* The table fills in even phases and drains in odd ones. */
		bias = op / (OPERATIONS / 8) % 2 ? 4 : 11;
		i = shim_random() % KEYS;
		if (shim_random() % 16 < bias)
			put_key(&table, make(i), i, &truth[i]);
		else if (nvo3_table_remove(&table, make(i)) == !!truth[i].value)
			truth[i].value = 0;
		else
			fail_msg("remove of key %u disagrees", i);
		check_key(&table, make(i), &truth[i]);
		i = shim_random() % KEYS;
		check_key(&table, make(i), &truth[i]);
		if (op % (OPERATIONS / 16) == 0)
			check_walk(&table, make, truth);
	}
	check_walk(&table, make, truth);
	for (i = 0; i < KEYS; i++)
		check_key(&table, make(i), &truth[i]);
	table_end(&table);
	free(truth);
}

static void test_operations_random(void **state)
{
	(void)state;
	random_operations(random_key);
}

static void test_operations_addresses(void **state)
{
	(void)state;
	random_operations(address_key);
}

static void test_operations_networks(void **state)
{
	(void)state;
	random_operations(network_key);
}

/* Whatever the keys look like, a million of them fill the table as random ones do. */
static void test_load(void **state)
{
	struct nvo3_table table;
	size_t n;
	u32 i;

	(void)state;
	for (n = 0; n < ARRAY_SIZE(makers); n++) {
		table_new(&table);
		for (i = 0; i < 1000000; i++)
			assert_false(IS_ERR(nvo3_table_insert(&table, makers[n](i), i + 1)));
		assert_int_equal(nvo3_table_slots(&table), (1 << 18) * NVO3_TABLE_SLOTS);
		table_end(&table);
	}
}

/*
 * A large array is filled well before a search fails. What ends it is the fullest
 * of the 256 groups of buckets that share their low bits.
 */
static void test_full(void **state)
{
	struct nvo3_buckets *b = nvo3_buckets_alloc(1 << 17, 0);
	u32 placed = 0, slots = (1 << 17) * NVO3_TABLE_SLOTS;
	u64 seed[4];

	(void)state;
	get_random_bytes(seed, sizeof(seed));
	while (nvo3_buckets_place(b, nvo3_key_permute(seed, address_key(placed)), 1, NULL))
		placed++;
	print_message("# %u buckets took %u keys, %.1f %%\n", b->mask + 1, placed,
		      placed * 100.0 / slots);
	assert_true(placed >= slots / 100 * 85);
	nvo3_buckets_free(b);
}

/* Every bit of the key turns every bit of its permutation in about half of the cases. */
static void test_mixing(void **state)
{
	enum { SAMPLES = 4000 };
	static u32 turned[72][72];
	struct nvo3_permuted before, after;
	struct nvo3_key key, other;
	int sample, in, out;
	u64 seed[4];

	(void)state;
	for (sample = 0; sample < SAMPLES; sample++) {
		get_random_bytes(seed, sizeof(seed));
		key = makers[sample % ARRAY_SIZE(makers)](sample);
		before = nvo3_key_permute(seed, key);
		for (in = 0; in < 72; in++) {
			other = key;
			if (in < 64)
				other.lo ^= BIT_ULL(in);
			else
				other.hi ^= BIT(in - 64);
			after = nvo3_key_permute(seed, other);
			for (out = 0; out < 72; out++)
				turned[in][out] += out < 64 ?
					(before.tag ^ after.tag) >> out & 1 :
					(before.low ^ after.low) >> (out - 64) & 1;
		}
		other = nvo3_key_recover(seed, before);
		assert_true(other.lo == key.lo && other.hi == key.hi);
	}
	for (in = 0; in < 72; in++) {
		for (out = 0; out < 72; out++)
			assert_in_range(turned[in][out], SAMPLES * 45 / 100, SAMPLES * 55 / 100);
	}
}

/* What people number addresses and VNs by; @i is below 2^16. */
static struct nvo3_key pattern_key(int pattern, u32 i)
{
	u64 mac = 0x020000000000ULL, vni = 100;

	switch (pattern) {
	case 0:		/* one after the other */
		mac += i;
		break;
	case 1:		/* or with a stride, up to the upper bits */
		mac += (u64)i << 8;
		break;
	case 2:
		mac += (u64)i << 24;
		break;
	case 3:		/* one address in many VNs */
		vni = i;
		break;
	case 4:
		vni = i << 8;
		break;
	case 5:
		vni = i >> 8 | (i & 0xff) << 16;
		break;
	case 6:		/* both at once */
		vni = i;
		mac += i * 7919;
		break;
	case 7:		/* as a Gray code, one bit at a time */
		mac ^= (u64)(i ^ i >> 1) * 0x10001;
		break;
	default:	/* the upper bits alone, the I/G bit too */
		mac = (u64)i << 32;
	}
	return (struct nvo3_key){ .lo = mac | vni << 48, .hi = vni >> 16 };
}

/* How far from an even spread over buckets: about 1 for random keys, times the buckets. */
static double unevenness(const u32 *load, u32 buckets, double mean)
{
	double sum = 0;
	u32 i;

	for (i = 0; i < buckets; i++)
		sum += (load[i] - mean) * (load[i] - mean) / mean;
	return sum / buckets;
}

/* Sets of keys with a pattern lie as random ones do, in their first and in their second buckets. */
static void test_patterns(void **state)
{
	enum { BUCKETS = 1 << 14, EACH = 1 << 16, PATTERNS = 9, SEEDS = 24 };
	struct nvo3_buckets b = { .mask = BUCKETS - 1 };
	static u32 first[BUCKETS], second[BUCKETS];
	int pattern, seeds;
	u64 seed[4];
	u32 i;

	(void)state;
	for (pattern = 0; pattern < PATTERNS; pattern++) {
		for (seeds = 0; seeds < SEEDS; seeds++) {
			get_random_bytes(seed, sizeof(seed));
			memset(first, 0, sizeof(first));
			memset(second, 0, sizeof(second));
			for (i = 0; i < EACH; i++) {
				struct nvo3_permuted p;
				u32 index;

				p = nvo3_key_permute(seed, pattern_key(pattern, i));
				index = nvo3_buckets_first(&b, p);
				first[index]++;
				second[nvo3_buckets_other(&b, index, p.tag)]++;
			}
			/* Six standard deviations of the sum for random keys: 1 +- 0.066. */
			assert_true(unevenness(first, BUCKETS, 4) < 1.07);
			assert_true(unevenness(second, BUCKETS, 4) < 1.07);
		}
	}
}

static void test_no_memory(void **state)
{
	struct nvo3_table table;

	(void)state;
	shim_alloc_fail = true;
	assert_int_equal(nvo3_table_init(&table, &lock, 16), -ENOMEM);
	shim_alloc_fail = false;
}

static void test_own(void **state)
{
	(void)state;
	assert_true(nvo3_table_selftest());
	assert_true(nvo3_map_selftest());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_mixing),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_operations_random),
		cmocka_unit_test(test_operations_addresses),
		cmocka_unit_test(test_operations_networks),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_load),
	};
	const char *seed = getenv("NVO3_SEED");

	shim_random_state = seed ? strtoull(seed, NULL, 0) : (u64)time(NULL);
	printf("# NVO3_SEED=%llu\n", shim_random_state);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
