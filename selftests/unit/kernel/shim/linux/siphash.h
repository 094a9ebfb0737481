/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's own is tried in the module; here user space's takes its place. */
#include "../shim.h"

#define SIPHASH_ALIGNMENT	8

typedef struct {
	u64 key[2];
} siphash_key_t;

/* twin_digest.c, of the programs that have it */
u64 siphash(const void *data, size_t len, const siphash_key_t *key);
