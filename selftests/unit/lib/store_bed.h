/* SPDX-License-Identifier: GPL-2.0 */
/* What tests of stores do all the time. */
#ifndef NVO3_UNIT_STORE_BED_H
#define NVO3_UNIT_STORE_BED_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/store.h"

#define OWNER "test"

static inline struct store *must_open(const char *url)
{
	struct store *store;
	struct err err;

	store = store_open(url, OWNER, &err);
	if (!store)
		fail_msg("%s", err.text);
	return store;
}

static inline void refuse_open(const char *url, const char *owner, const char *error)
{
	struct err err = { "" };

	assert_null(store_open(url, owner, &err));
	assert_string_equal(err.text, error);
}

static inline void put(struct store *store, const char *key, const char *text)
{
	struct err err;

	if (store_put(store, key, text, strlen(text), &err) < 0)
		fail_msg("%s", err.text);
}

/* @text NULL: it is not there */
static inline void expect(struct store *store, const char *key, const char *text)
{
	_cleanup_free_ uint8_t *value = NULL;
	struct err err;
	size_t len;
	int r;

	r = store_get(store, key, &value, &len, &err);
	if (!text) {
		assert_int_equal(r, -ENOENT);
		return;
	}
	assert_int_equal(r, 0);
	assert_int_equal(len, strlen(text));
	assert_memory_equal(value, text, len);
}

static inline int number_at(struct store *store, const char *key)
{
	_cleanup_free_ uint8_t *value = NULL;
	char text[16] = "";
	struct err err;
	size_t len;

	assert_int_equal(store_get(store, key, &value, &len, &err), 0);
	assert_true(len < sizeof(text));
	memcpy(text, value, len);
	return atoi(text);
}

#endif
