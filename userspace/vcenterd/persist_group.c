// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lib/cleanup.h"
#include "persist_group.h"
#include "record_group.h"

#define OP	"group/"
#define MEMBER	"groupvm/"
#define KEY_SIZE (sizeof(MEMBER) + UUID_STRLEN + 10)

static const char *key_op(char key[KEY_SIZE], const struct group_op *op)
{
	char text[UUID_STRLEN];

	snprintf(key, KEY_SIZE, OP "%s", uuid_format(&op->id, text));
	return key;
}

static const char *key_member(char key[KEY_SIZE], const struct group_op *op, uint32_t member)
{
	char text[UUID_STRLEN];

	snprintf(key, KEY_SIZE, MEMBER "%s/%08x", uuid_format(&op->id, text), member);
	return key;
}

int persist_group_key(const char *key, struct uuid *op, uint32_t *member, struct err *err)
{
	char text[UUID_STRLEN] = "";
	const char *slash = strrchr(key, '/');
	size_t len = slash - key - strlen(MEMBER);

	if (len == UUID_STRLEN - 1 && slash[1]) {
		memcpy(text, key + strlen(MEMBER), len);
		*member = strtoul(slash + 1, NULL, 16);
		if (!uuid_parse(op, text, NULL))
			return 0;
	}
	return err_set(err, EINVAL, "%s: no key of a group's member", key);
}

int persist_group(struct store *store, const struct group_op *op, struct err *err)
{
	_cleanup_free_ uint8_t *data = NULL;
	char key[KEY_SIZE];
	size_t len;

	data = group_op_pack(op, &len);
	return store_put(store, key_op(key, op), data, len, err);
}

int persist_group_member(struct store *store, const struct group_op *op, uint32_t member,
			 struct err *err)
{
	_cleanup_free_ uint8_t *data = NULL;
	char key[KEY_SIZE];
	size_t len;

	data = group_member_pack(&op->members[member], &len);
	return store_put(store, key_member(key, op, member), data, len, err);
}

static int end(struct store *store, int ret, struct err *err)
{
	if (!ret)
		return store_commit(store, err);
	store_rollback(store);
	return ret;
}

int persist_group_new(struct store *store, const struct group_op *op, struct err *err)
{
	int ret = store_begin(store, err);

	if (ret)
		return ret;
	ret = persist_group(store, op, err);
	for (uint32_t i = 0; !ret && i < op->n; i++)
		ret = persist_group_member(store, op, i, err);
	return end(store, ret, err);
}

int persist_group_del(struct store *store, const struct group_op *op, struct err *err)
{
	int ret = store_begin(store, err);
	char key[KEY_SIZE];

	if (ret)
		return ret;
	for (uint32_t i = 0; !ret && i < op->n; i++)
		ret = store_del(store, key_member(key, op, i), err);
	if (!ret)
		ret = store_del(store, key_op(key, op), err);
	return end(store, ret, err);
}
