// SPDX-License-Identifier: GPL-2.0
/*
 * The JSON of etcd's gateway; see etcd_json.h.
 */
#include "etcd_json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "b64.h"
#include "cleanup.h"
#include "mem.h"

static json_t *bytes(const void *data, size_t len)
{
	_cleanup_free_ char *text = b64_encode(data, len);

	return mem_check(json_string_nocheck(text));
}

static json_t *text_bytes(const char *text)
{
	return bytes(text, strlen(text));
}

json_t *etcd_number(int64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, number);
	return mem_check(json_string_nocheck(text));
}

static json_t *keys(const char *key, const char *end)
{
	json_t *obj = mem_check(json_object());

	json_object_set_new(obj, "key", text_bytes(key));
	if (end)
		json_object_set_new(obj, "range_end", text_bytes(end));
	return obj;
}

static json_t *wrap(const char *name, json_t *obj)
{
	json_t *outer = mem_check(json_object());

	json_object_set_new(outer, name, obj);
	return outer;
}

json_t *etcd_range(const char *key, const char *end, unsigned int limit, int64_t revision)
{
	json_t *obj = keys(key, end);

	if (limit)
		json_object_set_new(obj, "limit", etcd_number(limit));
	if (revision)
		json_object_set_new(obj, "revision", etcd_number(revision));
	return obj;
}

json_t *etcd_op_put(const char *key, const void *value, size_t len, int64_t lease)
{
	json_t *obj = keys(key, NULL);

	json_object_set_new(obj, "value", bytes(value, len));
	if (lease)
		json_object_set_new(obj, "lease", etcd_number(lease));
	return wrap("request_put", obj);
}

json_t *etcd_op_del(const char *key, const char *end)
{
	return wrap("request_delete_range", keys(key, end));
}

json_t *etcd_op_get(const char *key)
{
	return wrap("request_range", keys(key, NULL));
}

static json_t *compare(const char *key, const char *target, const char *name, int64_t revision)
{
	json_t *obj = keys(key, NULL);

	json_object_set_new(obj, "target", json_string(target));
	json_object_set_new(obj, "result", json_string("EQUAL"));
	json_object_set_new(obj, name, etcd_number(revision));
	return obj;
}

json_t *etcd_if_created(const char *key, int64_t revision)
{
	return compare(key, "CREATE", "create_revision", revision);
}

json_t *etcd_if_changed(const char *key, int64_t revision)
{
	return compare(key, "MOD", "mod_revision", revision);
}

json_t *etcd_txn(json_t *compare, json_t *then, json_t *otherwise)
{
	json_t *obj = mem_check(json_object());

	json_object_set_new(obj, "compare", compare);
	json_object_set_new(obj, "success", then);
	if (otherwise)
		json_object_set_new(obj, "failure", otherwise);
	return obj;
}

int etcd_get_number(json_t *obj, const char *name, int64_t *ret, struct err *err)
{
	json_t *json = json_object_get(obj, name);
	const char *text = json_string_value(json);
	long long number = 0;
	char *end;

	if (json && !text)
		return err_set(err, EPROTO, "etcd: its %s is no number", name);
	if (text) {
		errno = 0;
		number = strtoll(text, &end, 10);
		if (errno || end == text || *end)
			return err_set(err, EPROTO, "etcd: its %s is no number", name);
	}
	*ret = number;
	return 0;
}

static int get_bytes(json_t *obj, const char *name, uint8_t **ret, size_t *len, struct err *err)
{
	json_t *json = json_object_get(obj, name);

	if (json && !json_is_string(json))
		return err_set(err, EPROTO, "etcd: a %s is no text", name);
	if (b64_decode(json ? json_string_value(json) : "", ret, len) < 0)
		return err_set(err, EPROTO, "etcd: a %s is no base64", name);
	return 0;
}

int etcd_get_kv(json_t *kv, struct etcd_kv *ret, struct err *err)
{
	struct etcd_kv got = { };
	size_t len = 0;
	int r;

	r = get_bytes(kv, "key", (uint8_t **)&got.key, &len, err);
	if (!r && strlen(got.key) != len)
		r = err_set(err, EPROTO, "etcd: a key has a zero byte: %s", got.key);
	if (!r)
		r = get_bytes(kv, "value", &got.value.data, &got.value.len, err);
	if (!r)
		r = etcd_get_number(kv, "create_revision", &got.created, err);
	if (!r)
		r = etcd_get_number(kv, "mod_revision", &got.changed, err);
	if (!r)
		r = etcd_get_number(kv, "lease", &got.lease, err);
	if (r)
		etcd_kv_uninit(&got);
	else
		*ret = got;
	return r;
}

void etcd_kv_uninit(struct etcd_kv *kv)
{
	free(kv->key);
	free(kv->value.data);
	*kv = (struct etcd_kv){ };
}

int etcd_first_kv(json_t *range, struct etcd_kv *ret, struct err *err)
{
	json_t *kv = json_array_get(json_object_get(range, "kvs"), 0);

	if (!kv)
		return err_set(err, ENOENT, "etcd: there is no such key");
	return etcd_get_kv(kv, ret, err);
}

json_t *etcd_txn_range(json_t *answer, unsigned int which)
{
	json_t *one = json_array_get(json_object_get(answer, "responses"), which);

	return json_object_get(one, "response_range");
}
