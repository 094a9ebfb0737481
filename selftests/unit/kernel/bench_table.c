// SPDX-License-Identifier: GPL-2.0
/*
 * Figures of the mapping table in a process: ns a lookup of present and of absent
 * keys in random order, ns an insert with all growth, bytes a key. Prints, judges
 * nothing; the figures that count are those of packets in a kernel.
 */
#include <time.h>
#include "bucket.h"
#include "map.h"

#define ORDER	(1 << 20)
#define REPEATS	5

static DEFINE_MUTEX(lock);

static struct nvo3_key number_key(u32 i)
{
	return (struct nvo3_key){ .lo = (0x525400000000ULL + i % 1000) | (u64)(i / 1000) << 48 };
}

static double now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

/* The fastest of some passes: what else runs on the machine only adds. */
static double lookup_ns(const struct nvo3_table *table, const u32 *order, u32 *sum)
{
	double best = 1e9;
	int repeat, i;

	for (repeat = 0; repeat < REPEATS; repeat++) {
		double start = now_ns();

		/* A read side costs nothing in the kernel, and much in here. */
		rcu_read_lock();
		for (i = 0; i < ORDER; i++)
			*sum += nvo3_table_lookup(table, number_key(order[i]));
		rcu_read_unlock();
		if ((now_ns() - start) / ORDER < best)
			best = (now_ns() - start) / ORDER;
	}
	return best;
}

static void bench(u32 keys)
{
	static u32 order[ORDER], absent[ORDER];
	struct nvo3_table table;
	double start, insert;
	u32 i, sum = 0, hot;

	for (i = 0; i < ORDER; i++) {
		order[i] = shim_random() % keys;
		absent[i] = keys + order[i];
	}
	if (nvo3_table_init(&table, &lock, sizeof(struct nvo3_map_cold)))
		abort();
	mutex_lock(&lock);
	start = now_ns();
	for (i = 0; i < keys; i++) {
		if (IS_ERR(nvo3_table_insert(&table, number_key(i), i + 1)))
			abort();
	}
	insert = (now_ns() - start) / keys;
	hot = nvo3_table_slots(&table) / NVO3_TABLE_SLOTS;
	printf("%8u keys: load %4.1f %%, hit %5.1f ns, miss %5.1f ns, insert %5.0f ns, %5.1f B hot, %5.1f B all\n",
	       keys, keys * 100.0 / nvo3_table_slots(&table),
	       lookup_ns(&table, order, &sum), lookup_ns(&table, absent, &sum), insert,
	       (double)hot * sizeof(struct nvo3_bucket) / keys,
	       (double)nvo3_table_bytes(&table) / keys);
	mutex_unlock(&lock);
	nvo3_table_uninit(&table);
}

int main(void)
{
	bench(1000);
	bench(64000);
	bench(256000);
	bench(1000000);
	bench(1150000);
	return 0;
}
