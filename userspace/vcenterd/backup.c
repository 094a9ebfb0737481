// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "backup.h"
#include "lib/b64.h"
#include "lib/cleanup.h"

#define FORMAT		1
#define PROGRAM		"vcenterd"
#define MARK		"restoring"	/* a key that is there until all is */
#define AT_ONCE		100		/* items in a transaction; etcd takes 128 */

static int put_item(const char *key, const uint8_t *value, size_t len, void *arg)
{
	_cleanup_free_ char *text = b64_encode(value, len);

	return json_array_append_new(arg, json_pack("[s, s]", key, text)) ? -EINVAL : 0;
}

json_t *backup_make(struct store *store, const char *dc, uint64_t now, struct err *err)
{
	json_t *items = json_array();

	err_set(err, EINVAL, "a key of the store is no text");
	if (store_walk(store, "", put_item, items, err)) {
		json_decref(items);
		return NULL;
	}
	return json_pack("{s:i, s:s, s:s, s:I, s:o}", "format", FORMAT, "program", PROGRAM, "dc",
			 dc, "time", (json_int_t)now, "items", items);
}

static int check_head(json_t *backup, const char *dc, struct err *err)
{
	const char *program, *of;
	long long format;

	if (!json_is_object(backup))
		return err_set(err, EINVAL, "is no backup");
	if (json_get_int(backup, "format", 1, 1 << 30, &format, err) ||
	    json_get_str(backup, "program", &program, err) ||
	    json_get_str(backup, "dc", &of, err))
		return -EINVAL;
	if (format > FORMAT)
		return err_set(err, EINVAL, "is of format %lld, and this program knows %d", format,
			       FORMAT);
	if (strcmp(program, PROGRAM))
		return err_set(err, EINVAL, "is of %s, not of %s", program, PROGRAM);
	if (strcmp(of, dc))
		return err_set(err, EINVAL, "is of data centre %s, not of %s", of, dc);
	if (!json_is_array(json_object_get(backup, "items")))
		return err_set(err, EINVAL, "items: must be a list");
	return 0;
}

static int parse_item(json_t *item, size_t i, const char **key, uint8_t **value, size_t *len,
		      struct err *err)
{
	const char *text = json_string_value(json_array_get(item, 1));

	*key = json_string_value(json_array_get(item, 0));
	if (json_array_size(item) != 2 || !*key || !**key || !text)
		return err_set(err, EINVAL, "items[%zu]: must be a key and a value", i);
	if (b64_decode(text, value, len))
		return err_set(err, EINVAL, "items[%zu]: the value of %s is no base64", i, *key);
	return 0;
}

static int check_items(json_t *items, struct err *err)
{
	const char *key, *last = "";
	json_t *item;
	size_t i;

	json_array_foreach(items, i, item) {
		_cleanup_free_ uint8_t *value = NULL;
		size_t len;

		if (parse_item(item, i, &key, &value, &len, err))
			return -EINVAL;
		if (strcmp(key, last) <= 0)
			return err_set(err, EINVAL, "items[%zu]: %s does not follow %s", i, key,
				       last);
		last = key;
	}
	return 0;
}

static int find_any(const char *key, const uint8_t *value, size_t len, void *arg)
{
	return err_set(arg, EEXIST, "the store is not empty, it has %s", key);
}

static int put_some(struct store *store, json_t *items, size_t from, struct err *err)
{
	size_t n = json_array_size(items);
	int ret = store_begin(store, err);

	if (ret)
		return ret;
	for (size_t i = from; !ret && i < n && i < from + AT_ONCE; i++) {
		_cleanup_free_ uint8_t *value = NULL;
		const char *key;
		size_t len;

		ret = parse_item(json_array_get(items, i), i, &key, &value, &len, err);
		if (!ret)
			ret = store_put(store, key, value, len, err);
	}
	if (!ret)
		return store_commit(store, err);
	store_rollback(store);
	return ret;
}

int backup_restore(struct store *store, const char *dc, json_t *backup, size_t *n, struct err *err)
{
	json_t *items = json_object_get(backup, "items");
	int ret = check_head(backup, dc, err);

	if (!ret)
		ret = check_items(items, err);
	if (!ret)
		ret = store_walk(store, "", find_any, err, err);
	if (!ret)
		ret = store_put(store, MARK, "", 0, err);
	*n = json_array_size(items);
	for (size_t i = 0; !ret && i < *n; i += AT_ONCE)
		ret = put_some(store, items, i, err);
	return ret ? ret : store_del(store, MARK, err);
}

int backup_check(struct store *store, struct err *err)
{
	_cleanup_free_ uint8_t *value = NULL;
	size_t len;

	if (store_get(store, MARK, &value, &len, NULL))
		return 0;
	return err_set(err, EINVAL, "the store has a part of a backup only: empty it and restore again");
}
