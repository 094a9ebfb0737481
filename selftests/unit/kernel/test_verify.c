// SPDX-License-Identifier: GPL-2.0
/*
 * Who may send for whom: the rules of verified decapsulation, each by itself; and the set of
 * relays against one that knows the truth, without memory now and then, while a reader who
 * must never miss a relay that stays looks on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "relays.h"
#include "verify.h"

#define ADDRS	40

static struct nvo3_addr addrs[ADDRS];

/* Each rule is a sentence of the documentation; they are asked in any order. */
static void rules(void **state __attribute__((unused)))
{
	struct nvo3_evidence e;
	enum nvo3_drop reason;
	int bits;

	for (bits = 0; bits < 32; bits++) {
		e.source = bits & 3;
		e.home = bits & 4;
		e.relay = bits & 8;
		e.left = bits & 16;
		reason = nvo3_verify(&e);
		/* Nobody speaks for a port of ours. */
		if (e.source == NVO3_MAP_PORT)
			assert_int_equal(reason, NVO3_DROP_TUNNEL_SOURCE);
		/* A relay, and who has been left, need no mapping; its own NVE needs it. */
		else if (e.relay || e.left)
			assert_int_equal(reason, NVO3_DROP_NONE);
		else if (e.source == NVO3_MAP_NONE)
			assert_int_equal(reason, NVO3_DROP_TUNNEL_SOURCE_UNKNOWN);
		else
			assert_int_equal(reason, e.home ? NVO3_DROP_NONE :
					 NVO3_DROP_TUNNEL_SOURCE);
	}
	assert_true(nvo3_verify_selftest());
}

static void check_set(struct nvo3_relays *relays, const bool *model)
{
	int i;

	rcu_read_lock();
	for (i = 0; i < ADDRS; i++) {
		struct nvo3_addr copy = addrs[i];

		assert_int_equal(nvo3_relays_at(relays, &copy), model[i]);
		assert_int_equal(nvo3_relays_has(relays, &addrs[i]), model[i]);
	}
	rcu_read_unlock();
}

static void random_operations(void **state __attribute__((unused)))
{
	struct mutex lock = { .lock = PTHREAD_MUTEX_INITIALIZER };
	bool model[ADDRS] = {};
	struct nvo3_relays relays;
	int n, i, err;

	srandom(1);
	nvo3_relays_init(&relays, &lock);
	mutex_lock(&lock);
	for (n = 0; n < 20000; n++) {
		i = random() % ADDRS;
		shim_alloc_fail = random() % 3 == 0;
		if (random() % 2) {
			err = nvo3_relays_add(&relays, &addrs[i]);
			if (model[i])
				assert_int_equal(err, -EEXIST);
			else if (err)
				assert_true(err == -ENOMEM && shim_alloc_fail);
			model[i] |= !err;
		} else {
			err = nvo3_relays_del(&relays, &addrs[i]);
			assert_int_equal(err, model[i] ? 0 : -ENOENT);
			/* What was removed last comes back without memory. */
			shim_alloc_fail = true;
			if (model[i])
				assert_int_equal(nvo3_relays_add(&relays, &addrs[i]), 0);
		}
		if (n % 100 == 0)
			check_set(&relays, model);
		if (n % 3 == 0 && model[i])
			model[i] = nvo3_relays_del(&relays, &addrs[i]);
	}
	shim_alloc_fail = false;
	check_set(&relays, model);
	nvo3_relays_uninit(&relays);
	mutex_unlock(&lock);
}

static void selftest(void **state __attribute__((unused)))
{
	assert_true(nvo3_relays_selftest());
}

struct shared {
	struct nvo3_relays relays;
	bool stop;
	unsigned long looks, missed;
};

static void *look(void *arg)
{
	struct shared *shared = arg;

	shim_reader_register();
	while (!__atomic_load_n(&shared->stop, __ATOMIC_RELAXED)) {
		rcu_read_lock();
		shared->missed += !nvo3_relays_at(&shared->relays, &addrs[ADDRS / 2]);
		rcu_read_unlock();
		__atomic_add_fetch(&shared->looks, 1, __ATOMIC_RELAXED);
	}
	shim_reader_unregister();
	return NULL;
}

/* One that stays is found at any moment of others' coming and going. */
static void never_missed(void **state __attribute__((unused)))
{
	struct mutex lock = { .lock = PTHREAD_MUTEX_INITIALIZER };
	struct shared shared = {};
	pthread_t reader;
	int n, i;

	nvo3_relays_init(&shared.relays, &lock);
	mutex_lock(&lock);
	for (i = 0; i <= ADDRS / 2; i++)
		nvo3_relays_add(&shared.relays, &addrs[i]);
	assert_int_equal(pthread_create(&reader, NULL, look, &shared), 0);
	/* On a busy machine the reader may begin late. */
	for (n = 0; n < 20000 || !__atomic_load_n(&shared.looks, __ATOMIC_RELAXED); n++) {
		i = random() % ADDRS;
		if (i == ADDRS / 2)
			continue;
		if (nvo3_relays_del(&shared.relays, &addrs[i]))
			nvo3_relays_add(&shared.relays, &addrs[i]);
	}
	__atomic_store_n(&shared.stop, true, __ATOMIC_RELAXED);
	pthread_join(reader, NULL);
	assert_int_equal(shared.missed, 0);
	nvo3_relays_uninit(&shared.relays);
	mutex_unlock(&lock);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules),
		cmocka_unit_test(selftest),
		cmocka_unit_test(random_operations),
		cmocka_unit_test(never_missed),
	};
	int i;

	for (i = 0; i < ADDRS; i++)
		addrs[i] = nvo3_addr_from4(htonl(0xc0000200 + i));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
