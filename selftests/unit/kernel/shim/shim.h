/* SPDX-License-Identifier: GPL-2.0 */
/*
 * As much of the kernel as the leaves need, for running them in a process.
 *
 * What the kernel promises and the leaves rely on is checked, not assumed: a
 * mutex knows its owner, an RCU read side delays freeing, an allocation can be
 * made to fail, and marked accesses and barriers can run a hook, with which a test
 * switches between a reader and a writer.
 */
#ifndef NVO3_SHIM_H
#define NVO3_SHIM_H

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned long long u64;
typedef uint32_t u32;
typedef uint16_t u16;
typedef uint8_t u8;
typedef long long s64;
typedef int32_t s32;
typedef unsigned int gfp_t;

/* Names of the uapi headers. */
typedef u8 __u8;
typedef u16 __u16, __be16, __sum16;
typedef u32 __u32, __be32, __wsum;
typedef u64 __u64, __be64;
typedef int32_t __s32;
typedef u16 __le16;
typedef u32 __le32;
typedef u64 __le64;

#define __bitwise
#define __force
#define __aligned(n)	__attribute__((aligned(n)))
#define __packed	__attribute__((packed))
#define __init
#define __initconst
#define __initdata
#define __uninitialized
#define prefetch(address)	__builtin_prefetch(address)
#define prefetchw(address)	__builtin_prefetch(address, 1)
#ifndef __always_inline
#define __always_inline	inline __attribute__((always_inline))
#endif

#define U8_MAX		UINT8_MAX
#define U16_MAX		UINT16_MAX
#define U32_MAX		UINT32_MAX
#define U64_MAX		UINT64_MAX
#define BIT(n)		(1UL << (n))
#define BIT_ULL(n)	(1ULL << (n))
#define __ffs(word)	__builtin_ctzl(word)
#define reciprocal_scale(val, n)	((u32)((u64)(val) * (n) >> 32))
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define KBUILD_MODNAME	"nvo3"

#undef static_assert
#define static_assert(expr)	_Static_assert(expr, #expr)

#define __rcu
#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

#ifndef pr_fmt
#define pr_fmt(fmt)	fmt
#endif
#define pr_err(fmt, ...)	printf("# " pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...)	printf("# " pr_fmt(fmt), ##__VA_ARGS__)

/* A warning of the leaves is a failure of the test. */
#define WARN_ON_ONCE(cond)	(unlikely(cond) ? (abort(), true) : false)

/*
 * Memory order. The hook runs at every marked access and barrier, where another
 * processor could get between; NULL but in tests that use it. Figures are taken
 * without (SHIM_NO_HOOK).
 */
extern void (*shim_hook)(void);

static inline void shim_between(void)
{
#ifndef SHIM_NO_HOOK
	if (unlikely(shim_hook))
		shim_hook();
#endif
}

#define READ_ONCE(x)		({ shim_between(); *(const volatile __typeof__(x) *)&(x); })
#define WRITE_ONCE(x, val) \
	do { shim_between(); *(volatile __typeof__(x) *)&(x) = (val); } while (0)
#define smp_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)
#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
#define smp_rmb()	do { __atomic_thread_fence(__ATOMIC_ACQUIRE); shim_between(); } while (0)
#define smp_wmb()	do { __atomic_thread_fence(__ATOMIC_RELEASE); shim_between(); } while (0)

/* Atomics */
typedef struct {
	long long counter;
} atomic64_t;

static inline long long atomic64_inc_return(atomic64_t *v)
{
	return __atomic_add_fetch(&v->counter, 1, __ATOMIC_SEQ_CST);
}

static inline long long atomic64_add_return(long long n, atomic64_t *v)
{
	return __atomic_add_fetch(&v->counter, n, __ATOMIC_SEQ_CST);
}

#define atomic64_sub_return(n, v)	atomic64_add_return(-(long long)(n), v)
#define atomic64_add(n, v)		((void)atomic64_add_return(n, v))
#define atomic64_read(v)		__atomic_load_n(&(v)->counter, __ATOMIC_SEQ_CST)
#define atomic64_set(v, n)		__atomic_store_n(&(v)->counter, n, __ATOMIC_SEQ_CST)

static inline long long atomic64_cmpxchg(atomic64_t *v, long long old, long long new)
{
	__atomic_compare_exchange_n(&v->counter, &old, new, false, __ATOMIC_SEQ_CST,
				    __ATOMIC_SEQ_CST);
	return old;
}

/* Numbers */
#define NSEC_PER_SEC		1000000000ULL
#define div64_u64(a, b)		((u64)(a) / (u64)(b))
#define cpu_to_be64(x)		__builtin_bswap64(x)
#define max_t(type, a, b)	((type)(a) > (type)(b) ? (type)(a) : (type)(b))

/* Mutexes */
struct mutex {
	pthread_mutex_t lock;
	pthread_t owner;
	bool held;
};

#define DEFINE_MUTEX(name)	struct mutex name = { .lock = PTHREAD_MUTEX_INITIALIZER }

void mutex_lock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);
bool lockdep_is_held(const struct mutex *mutex);

static inline void mutex_init(struct mutex *mutex)
{
	*mutex = (struct mutex){ .lock = PTHREAD_MUTEX_INITIALIZER };
}

#define mutex_destroy(mutex)	do { } while (0)
#define lockdep_assert_held(mutex)	assert(lockdep_is_held(mutex))

/* RCU for up to SHIM_READERS threads at a time; the first read side registers one. */
#define SHIM_READERS	8

struct rcu_head {
	void *unused[2];
};

void shim_reader_register(void);
void shim_reader_unregister(void);
void rcu_read_lock(void);
void rcu_read_unlock(void);
bool rcu_read_lock_held(void);
void synchronize_rcu(void);

#define rcu_read_lock_bh_held()	false
#define rcu_dereference_check(p, cond) \
	({ assert(rcu_read_lock_held() || (cond)); __atomic_load_n(&(p), __ATOMIC_ACQUIRE); })
#define rcu_dereference(p)		rcu_dereference_check(p, false)
#define rcu_dereference_protected(p, cond)	({ assert(cond); (p); })
#define rcu_assign_pointer(p, v)	__atomic_store_n(&(p), v, __ATOMIC_RELEASE)
#define RCU_INIT_POINTER(p, v)		((p) = (v))
#define kfree_rcu(p, field)		do { synchronize_rcu(); free(p); } while (0)
#define kvfree_rcu_mightsleep(p)	do { synchronize_rcu(); free(p); } while (0)

/* Memory. A non-zero shim_alloc_fail makes every allocation fail. */
#define GFP_KERNEL_ACCOUNT	1
#define __GFP_NOWARN		2
#define __GFP_RETRY_MAYFAIL	4

extern bool shim_alloc_fail;

void *kvcalloc(size_t n, size_t size, gfp_t gfp);

#define kvzalloc(size, gfp)	kvcalloc(1, size, gfp)
#define struct_size(p, member, n)	(sizeof(*(p)) + (n) * sizeof((p)->member[0]))
#define sizeof_field(type, member)	sizeof(((type *)0)->member)
#define kzalloc(size, gfp)	kvcalloc(1, size, gfp)
#define kfree(p)		free(p)
#define kvfree(p)		free(p)
#define cond_resched()		do { } while (0)

/* Errors in pointers */
#define ERR_PTR(error)	((void *)(intptr_t)(error))
#define PTR_ERR(ptr)	((long)(intptr_t)(ptr))
#define IS_ERR(ptr)	((uintptr_t)(ptr) >= (uintptr_t)-4095)

/* Random numbers that a seed repeats. */
extern u64 shim_random_state;

u64 shim_random(void);
void get_random_bytes(void *buf, size_t len);

/* Ethernet addresses */
#define ETH_ALEN	6

static inline u16 get_unaligned_be16(const void *p)
{
	const u8 *byte = p;

	return byte[0] << 8 | byte[1];
}

static inline u32 get_unaligned_be32(const void *p)
{
	return (u32)get_unaligned_be16(p) << 16 | get_unaligned_be16((const u8 *)p + 2);
}

static inline u64 ether_addr_to_u64(const u8 *addr)
{
	return (u64)get_unaligned_be16(addr) << 32 | get_unaligned_be32(addr + 2);
}

static inline void u64_to_ether_addr(u64 value, u8 *addr)
{
	int i;

	for (i = ETH_ALEN - 1; i >= 0; i--, value >>= 8)
		addr[i] = value;
}

static inline void ether_addr_copy(u8 *dst, const u8 *src)
{
	memcpy(dst, src, ETH_ALEN);
}

static inline bool ether_addr_equal(const u8 *a, const u8 *b)
{
	return !memcmp(a, b, ETH_ALEN);
}

#endif /* NVO3_SHIM_H */
