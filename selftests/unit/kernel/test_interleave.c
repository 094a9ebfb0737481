// SPDX-License-Identifier: GPL-2.0
/*
 * Reader and writer of the bucket array, interleaved access by access.
 *
 * They are two stacks in one thread, and every marked access and every barrier may
 * switch from one to the other, chosen at random. That puts writer steps between
 * any two of the reader's, millions of times and repeatably: what two threads on
 * two processors only meet by luck. (What it cannot show is a barrier that is
 * missing altogether; those are argued in Documentation/mapping-table.rst.)
 *
 * All keys share one group of buckets, which is kept so full that most inserts
 * move other keys. NVO3_SEED repeats a run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <time.h>
#include <ucontext.h>
#include <cmocka.h>
#include "bucket_lookup.h"

#define GROUP_BUCKETS	4
#define BUCKETS		(GROUP_BUCKETS << NVO3_LOW_BITS)
#define GROUP_SLOTS	(GROUP_BUCKETS * NVO3_TABLE_SLOTS)
#define PERMANENT	10	/* keys that never leave */
#define CHURNED		16	/* keys that come and go */
#define LOOKUPS		1000000
#define STACK		(256 * 1024)

static struct nvo3_buckets *buckets;
static u32 held;			/* keys in the array */
static bool present[PERMANENT + CHURNED];
static u32 slot_seen[PERMANENT];	/* where each permanent key was last */
static u32 moved, switched;

static ucontext_t reader, writer;
static bool writing;
static char writer_stack[STACK];

/* Which two of the four buckets a key has comes from its number. */
static struct nvo3_permuted group_key(u32 i)
{
	return (struct nvo3_permuted){ .tag = (u64)i << 56 | (u64)(i / 4 % 4) << 40 | i % 4,
				       .low = 0x77 };
}

static u32 group_value(u32 i)
{
	return 1000 + i;
}

static void switch_side(void)
{
	switched++;
	writing = !writing;
	if (writing)
		swapcontext(&reader, &writer);
	else
		swapcontext(&writer, &reader);
}

static void maybe_switch(void)
{
	if (shim_random() % 8 == 0)
		switch_side();
}

static void count_moves(void)
{
	u32 i, slot;

	for (i = 0; i < PERMANENT; i++) {
		assert(nvo3_buckets_find(buckets, group_key(i), &slot));
		moved += slot != slot_seen[i];
		slot_seen[i] = slot;
	}
}

/* Toggle a churned key, but keep at most two slots of the group empty once full. */
static void write_one(void)
{
	u32 i = PERMANENT + shim_random() % CHURNED, slot;

	if (present[i] && held >= GROUP_SLOTS - 1) {
		assert(nvo3_buckets_find(buckets, group_key(i), &slot));
		nvo3_buckets_clear(buckets, slot);
		present[i] = false;
		held--;
	} else if (!present[i] && held < GROUP_SLOTS &&
		   nvo3_buckets_place(buckets, group_key(i), group_value(i), NULL)) {
		present[i] = true;
		held++;
	}
}

static void write_forever(void)
{
	for (;;) {
		write_one();
		count_moves();
		maybe_switch();
	}
}

/* A permanent key is always there, any other at most with its own value. */
static void read_one(void)
{
	u32 i = shim_random() % (PERMANENT + CHURNED + 1), value;

	value = nvo3_buckets_lookup(buckets, group_key(i));
	if (value == group_value(i) && i < PERMANENT + CHURNED)
		return;
	if (!value && i >= PERMANENT)
		return;
	fail_msg("key %u has value %u", i, value);
}

static void test_interleave(void **state)
{
	u32 i;

	(void)state;
	buckets = nvo3_buckets_alloc(BUCKETS, 0);
	for (i = 0; i < PERMANENT; i++) {
		assert_non_null(nvo3_buckets_place(buckets, group_key(i), group_value(i), NULL));
		held++;
	}
	getcontext(&writer);
	writer.uc_stack.ss_sp = writer_stack;
	writer.uc_stack.ss_size = sizeof(writer_stack);
	makecontext(&writer, write_forever, 0);

	shim_hook = maybe_switch;
	for (i = 0; i < LOOKUPS; i++)
		read_one();
	shim_hook = NULL;

	print_message("# %u switches, permanent keys moved %u times\n", switched, moved);
	assert_true(moved > LOOKUPS / 100);
	nvo3_buckets_free(buckets);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_interleave) };
	const char *seed = getenv("NVO3_SEED");

	shim_random_state = seed ? strtoull(seed, NULL, 0) : (u64)time(NULL);
	printf("# NVO3_SEED=%llu\n", shim_random_state);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("interleave", tests, NULL, NULL);
}
