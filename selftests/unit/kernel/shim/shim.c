// SPDX-License-Identifier: GPL-2.0
#include <sched.h>
#include "shim.h"

void (*shim_hook)(void);
bool shim_alloc_fail;
u64 shim_random_state = 1;

/* One for each registered thread; odd while it is inside a read side. */
static unsigned long reader_state[SHIM_READERS];
static bool reader_taken[SHIM_READERS];
static __thread unsigned long *reader;

void mutex_lock(struct mutex *mutex)
{
	pthread_mutex_lock(&mutex->lock);
	mutex->owner = pthread_self();
	mutex->held = true;
}

void mutex_unlock(struct mutex *mutex)
{
	assert(lockdep_is_held(mutex));
	mutex->held = false;
	pthread_mutex_unlock(&mutex->lock);
}

bool lockdep_is_held(const struct mutex *mutex)
{
	return mutex->held && pthread_equal(mutex->owner, pthread_self());
}

void shim_reader_register(void)
{
	int nr;

	for (nr = 0; nr < SHIM_READERS; nr++) {
		if (!__atomic_exchange_n(&reader_taken[nr], true, __ATOMIC_SEQ_CST)) {
			reader = &reader_state[nr];
			return;
		}
	}
	abort();
}

void shim_reader_unregister(void)
{
	assert(!rcu_read_lock_held());
	__atomic_store_n(&reader_taken[reader - reader_state], false, __ATOMIC_SEQ_CST);
	reader = NULL;
}

void rcu_read_lock(void)
{
	if (!reader)
		shim_reader_register();
	assert(!rcu_read_lock_held());
	__atomic_add_fetch(reader, 1, __ATOMIC_SEQ_CST);
}

void rcu_read_unlock(void)
{
	assert(rcu_read_lock_held());
	__atomic_add_fetch(reader, 1, __ATOMIC_SEQ_CST);
}

bool rcu_read_lock_held(void)
{
	return reader && *reader % 2;
}

/* Wait for every read side that is open now. */
void synchronize_rcu(void)
{
	int nr;

	assert(!rcu_read_lock_held());
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (nr = 0; nr < SHIM_READERS; nr++) {
		unsigned long seen = __atomic_load_n(&reader_state[nr], __ATOMIC_SEQ_CST);

		while (seen % 2 && __atomic_load_n(&reader_state[nr], __ATOMIC_SEQ_CST) == seen)
			sched_yield();
	}
}

void *kvcalloc(size_t n, size_t size, gfp_t gfp)
{
	void *p;

	(void)gfp;
	if (shim_alloc_fail || posix_memalign(&p, 64, n * size + 1))
		return NULL;
	return memset(p, 0, n * size);
}

u64 shim_random(void)
{
	u64 z = (shim_random_state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

void get_random_bytes(void *buf, size_t len)
{
	u8 *byte = buf;

	while (len--)
		*byte++ = shim_random() >> 32;
}
