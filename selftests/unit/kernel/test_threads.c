// SPDX-License-Identifier: GPL-2.0
/*
 * A reader and a writer of the mapping table in two threads.
 *
 * The reader looks up keys that never leave, which must always be there with
 * their value; keys that come and go, which must have their value or none; and
 * keys that never were, which must not be there. The writer grows a new table
 * from its smallest size in every round, and at every load on the way swaps keys,
 * so that inserts move others. NVO3_SEED repeats the writer's choices.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <time.h>
#include <cmocka.h>
#include "table.h"

#define PERMANENT	300
#define CHURNED		5000
#define FOREIGN		1000
#define ROUNDS		150

static DEFINE_MUTEX(lock);
static struct nvo3_table table;
static bool stop;

struct reading {
	u64 lookups, missed, wrong, conjured;
};

static struct nvo3_key number_key(u32 i)
{
	return (struct nvo3_key){ .lo = (0x525400000000ULL + i) | (u64)(i % 7) << 48 };
}

static u32 number_value(u32 i)
{
	return i * 7 + 1;
}

static void read_one(struct reading *reading, u32 i)
{
	u32 value = nvo3_table_lookup(&table, number_key(i));

	reading->lookups++;
	if (value && value != number_value(i))
		reading->wrong++;
	if (!value && i < PERMANENT)
		reading->missed++;
	if (value && i >= PERMANENT + CHURNED)
		reading->conjured++;
}

/* Both dawdle at some accesses, so that more of the other's steps fall between. */
static void dawdle(void)
{
	static __thread u32 turn;
	volatile u32 spin;

	if (++turn % 64)
		return;
	for (spin = turn % 256; spin; spin--)
		;
}

static void *read_until_stop(void *arg)
{
	struct reading *reading = arg;
	u32 i = 0;

	shim_reader_register();
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		i++;
		rcu_read_lock();
		read_one(reading, i % PERMANENT);
		read_one(reading, (i * 31 + 7) % PERMANENT);
		read_one(reading, PERMANENT + i % CHURNED);
		read_one(reading, PERMANENT + CHURNED + i % FOREIGN);
		rcu_read_unlock();
	}
	shim_reader_unregister();
	return NULL;
}

static void put(u32 i)
{
	assert_false(IS_ERR(nvo3_table_insert(&table, number_key(i), number_value(i))));
}

static u32 random_below(u32 end)
{
	return shim_random() % end;
}

/* Numbers of the churned keys, those that are in first. */
static u32 order[CHURNED];

static void take_out(u32 place)
{
	assert_true(nvo3_table_remove(&table, number_key(order[place])));
}

static void exchange(u32 a, u32 b)
{
	u32 held = order[a];

	order[a] = order[b];
	order[b] = held;
}

static void churn(void)
{
	u32 in, swap, from, to;

	for (in = 0; in < CHURNED; in++)
		order[in] = PERMANENT + in;
	for (in = 0; in < CHURNED - 1;) {
		exchange(in, in + random_below(CHURNED - in));
		put(order[in]);
		in++;
		for (swap = 0; swap < 3; swap++) {
			from = random_below(in);
			to = in + random_below(CHURNED - in);
			take_out(from);
			put(order[to]);
			exchange(from, to);
		}
	}
}

static void run_round(struct reading *reading)
{
	pthread_t thread;
	u32 slots, i;

	assert_int_equal(nvo3_table_init(&table, &lock, 16), 0);
	mutex_lock(&lock);
	slots = nvo3_table_slots(&table);
	for (i = 0; i < PERMANENT; i++)
		put(i);
	stop = false;
	assert_int_equal(pthread_create(&thread, NULL, read_until_stop, reading), 0);
	churn();
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	assert_true(nvo3_table_slots(&table) > slots);
	mutex_unlock(&lock);
	nvo3_table_uninit(&table);
}

static void test_threads(void **state)
{
	struct reading reading = { };
	u32 round;

	(void)state;
	shim_hook = dawdle;
	/* On a busy machine the reader may begin late. */
	for (round = 0; round < ROUNDS || reading.lookups <= 100000; round++)
		run_round(&reading);
	shim_hook = NULL;
	print_message("# %llu lookups\n", reading.lookups);
	assert_int_equal(reading.missed, 0);
	assert_int_equal(reading.wrong, 0);
	assert_int_equal(reading.conjured, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_threads) };
	const char *seed = getenv("NVO3_SEED");

	shim_random_state = seed ? strtoull(seed, NULL, 0) : (u64)time(NULL);
	printf("# NVO3_SEED=%llu\n", shim_random_state);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
