/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a transaction writes: for each key the last thing that was said of it. Pure, no locks.
 */
#ifndef WRITES_H
#define WRITES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uthash.h>

#include "errs.h"
#include "kvmap.h"

struct write {
	struct kv_value value;	/* none: the key goes */
	UT_hash_handle hh;
	char key[];
};

struct writes {
	struct write *all;	/* a hash by key, walked in the order in which keys came */
	size_t bytes;		/* of keys and values */
	struct writes *prev, *next;	/* of who has several: utlist */
};

struct writes *writes_new(void);
void writes_free(struct writes *writes);	/* NULL is fine */

unsigned int writes_count(const struct writes *writes);
void writes_set(struct writes *writes, const char *key, struct kv_value value);	/* takes it */
/* All of @from, which is freed, after what is there. */
void writes_add(struct writes *writes, struct writes *from);

/*
 * As one block of bytes, and back: -EBADMSG if it is not one. Of each: 1 if there is a value, else
 * 0; the lengths of key and value, 32 bits each, big-endian; key and value.
 */
uint8_t *writes_encode(const struct writes *writes, size_t *len);
int writes_decode(struct writes *writes, const uint8_t *data, size_t len, struct err *err);

#endif /* WRITES_H */
