// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "audit.h"
#include "lib/cleanup.h"
#include "lib/mem.h"

#define PREFIX		"audit/"
#define KEY_SIZE	32

/* Numbers rise by one, so that first to last is what is there. */
struct audit {
	struct store *store;
	uint64_t first, last;		/* first > last: there is none */
	size_t bytes;			/* of all of them */
	uint32_t size[AUDIT_MAX];	/* of each, by its number */
};

static const char *key_of(char key[KEY_SIZE], uint64_t seq)
{
	snprintf(key, KEY_SIZE, PREFIX "%016llx", (unsigned long long)seq);
	return key;
}

static bool seq_of(const char *key, uint64_t *ret)
{
	char *end;

	*ret = strtoull(key + strlen(PREFIX), &end, 16);
	return !*end && *ret;
}

static uint32_t *size_of(struct audit *audit, uint64_t seq)
{
	return &audit->size[seq % AUDIT_MAX];
}

static int drop_oldest(struct audit *audit, struct err *err)
{
	char key[KEY_SIZE];
	int ret = store_del(audit->store, key_of(key, audit->first), err);

	if (!ret)
		audit->bytes -= *size_of(audit, audit->first++);
	return ret;
}

/* For one more of @len bytes */
static int make_room(struct audit *audit, size_t len, struct err *err)
{
	int ret = 0;

	while (!ret && audit->first <= audit->last &&
	       (audit->last - audit->first + 1 >= AUDIT_MAX || audit->bytes + len > AUDIT_BYTES))
		ret = drop_oldest(audit, err);
	return ret;
}

static void count(struct audit *audit, uint64_t seq, size_t len)
{
	if (audit->first > audit->last)
		audit->first = seq;
	audit->last = seq;
	*size_of(audit, seq) = len;
	audit->bytes += len;
}

struct loading {
	struct audit *audit;
	struct err *err;
};

static int load_one(const char *key, const uint8_t *value, size_t len, void *arg)
{
	struct loading *l = arg;
	uint64_t seq;
	int ret;

	if (!seq_of(key, &seq))
		return err_set(l->err, EINVAL, "%s: is no number of the audit log", key);
	/* of a program that kept more */
	ret = make_room(l->audit, len, l->err);
	if (!ret)
		count(l->audit, seq, len);
	return ret;
}

struct audit *audit_new(struct store *store, struct err *err)
{
	struct audit *audit = mem_zalloc(sizeof(*audit));
	struct loading l = { audit, err };

	audit->store = store;
	audit->first = 1;
	if (!store_walk(store, PREFIX, load_one, &l, err))
		return audit;
	free(audit);
	return NULL;
}

void audit_free(struct audit *audit)
{
	free(audit);
}

int audit_add(struct audit *audit, json_t *entry, struct err *err)
{
	_cleanup_free_ char *text = NULL;
	uint64_t seq = audit->last + 1;
	char key[KEY_SIZE];
	size_t len;
	int ret;

	json_object_set_new(entry, "seq", json_integer(seq));
	text = mem_check(json_dumps(entry, JSON_COMPACT));
	json_decref(entry);
	len = strlen(text);
	ret = make_room(audit, len, err);
	if (!ret)
		ret = store_put(audit->store, key_of(key, seq), text, len, err);
	if (!ret)
		count(audit, seq, len);
	return ret;
}

struct listing {
	const struct audit_filter *filter;
	json_t *items;
};

static bool passes(json_t *entry, const char *key, const char *wanted)
{
	const char *value = json_string_value(json_object_get(entry, key));

	return !wanted || (value && !strcmp(value, wanted));
}

static int list_one(const char *key, const uint8_t *value, size_t len, void *arg)
{
	struct listing *l = arg;
	json_t *entry;
	uint64_t seq;

	if (seq_of(key, &seq) && seq <= l->filter->since)
		return 0;
	entry = json_loadb((const char *)value, len, 0, NULL);
	if (passes(entry, "who", l->filter->who) && passes(entry, "object", l->filter->object))
		json_array_append(l->items, entry);
	json_decref(entry);
	return 0;
}

json_t *audit_list(struct audit *audit, const struct audit_filter *filter, struct err *err)
{
	struct listing l = { .filter = filter, .items = json_array() };

	if (!store_walk(audit->store, PREFIX, list_one, &l, err))
		return l.items;
	json_decref(l.items);
	return NULL;
}
