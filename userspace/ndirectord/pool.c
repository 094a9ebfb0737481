// SPDX-License-Identifier: GPL-2.0
/*
 * A pool of small pieces; see pool.h.
 */
#include "pool.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define RANGE		((size_t)POOL_UNIT << POOL_REF_BITS)	/* bytes */
#define STEP		((size_t)1 << 20)	/* that become memory at once */
#define CLASSES		(POOL_SIZE_MAX / POOL_UNIT + 1)

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/lsan_interface.h>
#define poison(at, size)	ASAN_POISON_MEMORY_REGION(at, size)
#define unpoison(at, size)	ASAN_UNPOISON_MEMORY_REGION(at, size)
/* what pieces point to is not lost */
#define has_pointers(at, size)	__lsan_register_root_region(at, size)
#else
#define poison(at, size)	((void)(at), (void)(size))
#define unpoison(at, size)	((void)(at), (void)(size))
#define has_pointers(at, size)	((void)(at), (void)(size))
#endif

/* What is free: the next one of its size. */
struct hole {
	uint32_t next;
};

uint8_t *pool_base;
static size_t used, usable;		/* bytes of the range */
static uint32_t holes[CLASSES];		/* by units */

static void reserve(void)
{
	void *range = mmap(NULL, RANGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
			   0);

	if (range == MAP_FAILED)
		abort();
	pool_base = range;
	has_pointers(range, RANGE);
	used = POOL_UNIT;		/* the reference of the first unit is POOL_NONE */
}

static void *cut(size_t size)
{
	void *piece;

	if (!pool_base)
		reserve();
	while (used + size > usable) {
		/* the last unit is nobody's (table.c) */
		if (usable == RANGE - STEP ||
		    mprotect(pool_base + usable, STEP, PROT_READ | PROT_WRITE) < 0)
			abort();
		usable += STEP;
	}
	piece = pool_base + used;
	used += size;
	return piece;
}

void *pool_zalloc(size_t size)
{
	size_t units = (size + POOL_UNIT - 1) / POOL_UNIT;
	struct hole *hole;

	if (!units || units >= CLASSES)
		abort();
	hole = pool_at(holes[units]);
	if (!hole)
		return cut(units * POOL_UNIT);
	unpoison(hole, units * POOL_UNIT);
	holes[units] = hole->next;
	return memset(hole, 0, units * POOL_UNIT);
}

void pool_free(void *piece, size_t size)
{
	size_t units = (size + POOL_UNIT - 1) / POOL_UNIT;
	struct hole *hole = piece;

	if (!hole)
		return;
	hole->next = holes[units];
	holes[units] = pool_ref(hole);
	poison(hole, units * POOL_UNIT);
}
