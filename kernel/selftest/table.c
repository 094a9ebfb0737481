// SPDX-License-Identifier: GPL-2.0
/* Self test of the mapping table; part of table.c under DEBUG. */

#define TEST_KEYS	20000

static DEFINE_MUTEX(test_lock);

/* Neighbouring VNIs and addresses, as a cloud hands them out. */
static struct nvo3_key test_key(u32 i)
{
	return (struct nvo3_key){
		.lo = (0x020000000000ULL + i % 64) | (u64)(i / 64) << 48,
		.hi = i / 64 >> 16,
	};
}

static bool test_permutation(void)
{
	struct nvo3_key key, back;
	u64 seed[4];
	u32 i;

	for (i = 0; i < 1000; i++) {
		get_random_bytes(seed, sizeof(seed));
		get_random_bytes(&key, sizeof(key));
		back = nvo3_key_recover(seed, nvo3_key_permute(seed, key));
		if (back.lo != key.lo || back.hi != key.hi) {
			pr_err("selftest table: key %02x%016llx came back as %02x%016llx\n",
			       key.hi, key.lo, back.hi, back.lo);
			return false;
		}
	}
	return true;
}

/* Key @i must be there with @value in lookup and find, and with its own cold part. */
static bool test_holds(struct nvo3_table *table, u32 i, u32 value)
{
	u32 seen, found = 0;
	u32 *cold;

	rcu_read_lock();
	seen = nvo3_table_lookup(table, test_key(i));
	rcu_read_unlock();
	cold = nvo3_table_find(table, test_key(i), &found);
	if (seen != value || found != value) {
		pr_err("selftest table: key %u: looked up %u, found %u, stored %u\n",
		       i, seen, found, value);
		return false;
	}
	if (value && *cold != i) {
		pr_err("selftest table: key %u has the cold part of %u\n", i, *cold);
		return false;
	}
	return true;
}

static bool test_fill(struct nvo3_table *table)
{
	u32 *cold;
	u32 i;

	for (i = 0; i < TEST_KEYS; i++) {
		cold = nvo3_table_insert(table, test_key(i), i + 1);
		if (IS_ERR(cold)) {
			pr_err("selftest table: insert %u: error %ld\n", i, PTR_ERR(cold));
			return false;
		}
		if (*cold) {
			pr_err("selftest table: insert %u: cold part not zeroed\n", i);
			return false;
		}
		*cold = i;
	}
	for (i = 0; i < TEST_KEYS; i++) {
		if (!test_holds(table, i, i + 1))
			return false;
	}
	return test_holds(table, TEST_KEYS, 0);
}

static u32 test_changed(u32 i)
{
	switch (i % 3) {
	case 0:
		return 0;
	case 1:
		return U32_MAX - i;
	default:
		return i + 1;
	}
}

/* Remove a third, change a third, keep a third. */
static bool test_change(struct nvo3_table *table)
{
	u32 i;

	for (i = 0; i < TEST_KEYS; i++) {
		if (i % 3 == 0 && !nvo3_table_remove(table, test_key(i))) {
			pr_err("selftest table: remove %u: not there\n", i);
			return false;
		}
		if (i % 3 == 1)
			nvo3_table_set(table, test_key(i), test_changed(i));
	}
	if (nvo3_table_remove(table, test_key(0))) {
		pr_err("selftest table: removed a key twice\n");
		return false;
	}
	for (i = 0; i < TEST_KEYS; i++) {
		if (!test_holds(table, i, test_changed(i)))
			return false;
	}
	return true;
}

static bool test_walk(struct nvo3_table *table)
{
	u32 pos = 0, walked = 0, value;
	struct nvo3_key key, expect;
	void *cold;

	while (nvo3_table_next(table, &pos, &key, &value, &cold)) {
		u32 i = *(u32 *)cold;

		expect = test_key(i);
		if (key.lo != expect.lo || key.hi != expect.hi || value != test_changed(i)) {
			pr_err("selftest table: walk gave key %02x%016llx value %u for number %u\n",
			       key.hi, key.lo, value, i);
			return false;
		}
		walked++;
	}
	if (walked != table->count || walked != TEST_KEYS - (TEST_KEYS + 2) / 3) {
		pr_err("selftest table: walked %u keys, count is %u\n", walked, table->count);
		return false;
	}
	return true;
}

static bool test_life(struct nvo3_table *table)
{
	return test_fill(table) && test_change(table) && test_walk(table);
}

/* Keys that collide at every size, made with the seed: the table must not explode. */
static bool test_bound(struct nvo3_table *table)
{
	u32 i, slots = nvo3_table_slots(table);
	void *cold = NULL;

	for (i = 0; i <= 2 * NVO3_TABLE_SLOTS; i++) {
		struct nvo3_permuted p = { .tag = (u64)i << 56 | 0x1234, .low = 0x56 };

		cold = nvo3_table_insert(table, nvo3_key_recover(table->seed, p), 1);
		if (IS_ERR(cold))
			break;
	}
	if (i != 2 * NVO3_TABLE_SLOTS || PTR_ERR(cold) != -ENOSPC ||
	    table->count != i || nvo3_table_slots(table) != slots) {
		pr_err("selftest table: %u colliding keys in, count %u, %u slots\n",
		       i, table->count, nvo3_table_slots(table));
		return false;
	}
	return true;
}

static bool test_table(bool (*test)(struct nvo3_table *table))
{
	struct nvo3_table table;
	bool ok;

	if (nvo3_table_init(&table, &test_lock, sizeof(u32))) {
		pr_err("selftest table: no memory\n");
		return false;
	}
	mutex_lock(&test_lock);
	ok = test(&table);
	mutex_unlock(&test_lock);
	nvo3_table_uninit(&table);
	return ok;
}

bool nvo3_table_selftest(void)
{
	if (!test_permutation() || !test_table(test_life) || !test_table(test_bound))
		return false;
	pr_info("selftest table: ok\n");
	return true;
}
