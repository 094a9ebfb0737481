// SPDX-License-Identifier: GPL-2.0
/*
 * What a store in etcd has; see etcd_load.h.
 */
#include "etcd_load.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "etcd_json.h"
#include "mem.h"
#include "uuid.h"

/*
 * etcd counts all keys that are behind a page for each page, so the pages of a large store are
 * large; but of large values it makes JSON slowly. So they grow while they are light.
 */
#define PAGE_FIRST	32u
#define PAGE_MAX	8192u
#define PAGE_MIN	2u	/* as each begins with the last key of the one before */
#define PAGE_BYTES	(2u * 1024 * 1024)
#define PAGE_MS		20000u
#define TRIES		5	/* at a revision that is compacted while we read */
#define KEY_ROOM	256

static int ask(struct etcd_client *client, const char *from, const char *end, unsigned int limit,
	       int64_t revision, json_t **answer, struct err *err)
{
	json_t *body = etcd_range(from, end, limit, revision);
	struct etcd_patience patience = { .attempt_ms = limit ? PAGE_MS : 0 };
	int r;

	r = etcd_post(client, "kv/range", body, &patience, answer, err);
	json_decref(body);
	return r;
}

static int get_meta(struct etcd_client *client, const char *prefix, const char *name,
		    struct etcd_kv *kv, struct err *err)
{
	json_t *answer = NULL;
	char key[KEY_ROOM];
	int r;

	snprintf(key, sizeof(key), "%s/meta/%s", prefix, name);
	r = ask(client, key, NULL, 0, 0, &answer, err);
	if (!r)
		r = etcd_first_kv(answer, kv, err);
	json_decref(answer);
	return r;
}

static int damaged(int r, const char *name, struct err *err)
{
	return r && r != -ENOENT ? r : err_set(err, EBADMSG, "its %s is damaged", name);
}

static int check_format(struct etcd_client *client, const char *prefix, struct err *err)
{
	struct etcd_kv kv = { };
	int r = get_meta(client, prefix, "format", &kv, err);

	if (r)
		return damaged(r, "format", err);
	if (atoi((char *)kv.value.data) != STORE_FORMAT)
		r = err_set(err, EINVAL, "has format %s, this program knows %d",
			    (char *)kv.value.data, STORE_FORMAT);
	etcd_kv_uninit(&kv);
	return r;
}

static int get_id(struct etcd_client *client, const char *prefix, uint8_t id[STORE_ID_LEN],
		  struct err *err)
{
	struct etcd_kv kv = { };
	struct uuid uuid = { };
	int r;

	r = get_meta(client, prefix, "id", &kv, err);
	if (r || uuid_parse(&uuid, (char *)kv.value.data, NULL) < 0)
		r = damaged(r, "id", err);
	memcpy(id, uuid.b, STORE_ID_LEN);
	etcd_kv_uninit(&kv);
	return r;
}

int etcd_load_meta(struct etcd_client *client, const char *prefix, const char *program,
		   uint8_t id[STORE_ID_LEN], struct err *err)
{
	struct etcd_kv kv = { };
	int r;

	r = get_meta(client, prefix, "program", &kv, err);
	if (r)
		return r;
	if (strcmp((char *)kv.value.data, program) != 0)
		r = err_set(err, EINVAL, "belongs to %s, not to %s", (char *)kv.value.data,
			    program);
	etcd_kv_uninit(&kv);
	if (!r)
		r = check_format(client, prefix, err);
	return r ?: get_id(client, prefix, id, err);
}

/* What an owner has is there already; anything else is somebody else's. */
static int is_empty(struct etcd_client *client, const char *prefix, struct err *err)
{
	char from[KEY_ROOM], end[KEY_ROOM];
	struct etcd_kv kv = { };
	json_t *answer = NULL, *one;
	const char *name;
	size_t i;
	int r;

	snprintf(from, sizeof(from), "%s/", prefix);
	snprintf(end, sizeof(end), "%s0", prefix);
	r = ask(client, from, end, 3, 0, &answer, err);
	json_array_foreach(json_object_get(answer, "kvs"), i, one) {
		if (!r)
			r = etcd_get_kv(one, &kv, err);
		if (r)
			break;
		name = kv.key + strlen(from);
		if (strcmp(name, "owner") != 0 && strcmp(name, "seq") != 0)
			r = err_set(err, EINVAL, "not a store of this system: it has %s", kv.key);
		etcd_kv_uninit(&kv);
	}
	json_decref(answer);
	return r;
}

int etcd_make_meta(struct etcd_client *client, struct etcd_owner *owner, const char *prefix,
		   const char *program, struct err *err)
{
	const char *const names[] = { "program", "format", "id" };
	char uuid_text[UUID_STRLEN], format[16], key[KEY_ROOM];
	const char *values[3] = { program, format, uuid_text };
	json_t *ops = NULL;
	struct uuid uuid = uuid_new();
	int i, r;

	r = is_empty(client, prefix, err);
	if (r)
		return r;
	uuid_format(&uuid, uuid_text);
	snprintf(format, sizeof(format), "%d", STORE_FORMAT);
	ops = mem_check(json_array());
	for (i = 0; i < 3; i++) {
		snprintf(key, sizeof(key), "%s/meta/%s", prefix, names[i]);
		json_array_append_new(ops, etcd_op_put(key, values[i], strlen(values[i]), 0));
	}
	return etcd_owner_write(owner, ops, err);
}

struct loading {
	struct etcd_client *client;
	struct kvmap *map;
	size_t skip;			/* what stands before our keys */
	char from[KEY_ROOM + 1024], end[KEY_ROOM];
	unsigned int limit;
	size_t bytes;			/* of the last page */
	int64_t revision;		/* 0: that of the first page */
	bool more;
};

static int keep_page(struct loading *l, json_t *answer, struct err *err)
{
	struct kv_value old;
	struct etcd_kv kv;
	json_t *one;
	size_t i;
	int r;

	json_array_foreach(json_object_get(answer, "kvs"), i, one) {
		r = etcd_get_kv(one, &kv, err);
		if (r)
			return r;
		if (strlen(kv.key) < l->skip || strlen(kv.key) >= sizeof(l->from)) {
			r = err_set(err, EBADMSG, "has a key that we did not write: %s", kv.key);
			etcd_kv_uninit(&kv);
			return r;
		}
		old = kvmap_set(l->map, kv.key + l->skip, kv.value);
		free(old.data);
		snprintf(l->from, sizeof(l->from), "%s", kv.key);
		l->bytes += strlen(kv.key) + kv.value.len;
		kv.value = (struct kv_value){ };
		etcd_kv_uninit(&kv);
	}
	return 0;
}

static void next_limit(struct loading *l)
{
	size_t fits = l->bytes ? (size_t)l->limit * PAGE_BYTES / l->bytes : PAGE_MAX;

	l->limit *= 2;
	if (l->limit > fits)
		l->limit = fits;
	if (l->limit > PAGE_MAX)
		l->limit = PAGE_MAX;
	if (l->limit < PAGE_MIN)
		l->limit = PAGE_MIN;
	l->bytes = 0;
}

static int load_page(struct loading *l, struct err *err)
{
	json_t *answer = NULL;
	int64_t revision;
	int r;

	r = ask(l->client, l->from, l->end, l->limit, l->revision, &answer, err);
	/* Too much for us, or for a member within the time */
	if ((r == -EOVERFLOW || r == -EAGAIN) && l->limit > PAGE_MIN) {
		l->limit = l->limit > PAGE_FIRST ? PAGE_FIRST : PAGE_MIN;
		return 0;
	}
	if (!r)
		r = etcd_get_number(json_object_get(answer, "header"), "revision", &revision, err);
	if (!r)
		r = keep_page(l, answer, err);
	if (!r && !l->revision)
		l->revision = revision;
	if (!r)
		l->more = json_is_true(json_object_get(answer, "more"));
	if (!r)
		next_limit(l);
	json_decref(answer);
	return r;
}

static int load_at_one_revision(struct loading *l, const char *prefix, struct err *err)
{
	int r = 0;

	l->skip = snprintf(l->from, sizeof(l->from), "%s/kv/", prefix);
	snprintf(l->end, sizeof(l->end), "%s/kv0", prefix);
	l->limit = PAGE_FIRST;
	l->revision = 0;
	l->more = true;
	while (l->more && !r)
		r = load_page(l, err);
	return r;
}

int etcd_load_all(struct etcd_client *client, const char *prefix, struct kvmap *map,
		  int64_t *revision, struct err *err)
{
	struct loading l = { .client = client, .map = map };
	int tries, r = -ERANGE;

	for (tries = 0; tries < TRIES && r == -ERANGE; tries++) {
		kvmap_uninit(map);
		r = load_at_one_revision(&l, prefix, err);
	}
	*revision = l.revision;
	return r;
}
