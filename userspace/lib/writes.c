// SPDX-License-Identifier: GPL-2.0
/*
 * What a transaction writes; see writes.h.
 */
#include "writes.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "mem.h"

#define HEAD	9	/* bytes before each key */

struct writes *writes_new(void)
{
	return mem_zalloc(sizeof(struct writes));
}

static void drop(struct writes *writes, struct write *write)
{
	HASH_DEL(writes->all, write);
	writes->bytes -= strlen(write->key) + write->value.len;
	free(write->value.data);
	free(write);
}

void writes_free(struct writes *writes)
{
	struct write *write, *next;

	if (!writes)
		return;
	HASH_ITER(hh, writes->all, write, next)
		drop(writes, write);
	free(writes);
}

unsigned int writes_count(const struct writes *writes)
{
	return HASH_COUNT(writes->all);
}

void writes_set(struct writes *writes, const char *key, struct kv_value value)
{
	size_t len = strlen(key);
	struct write *write;

	HASH_FIND(hh, writes->all, key, len, write);
	if (write) {
		writes->bytes -= write->value.len;
		free(write->value.data);
	} else {
		write = mem_zalloc(sizeof(*write) + len + 1);
		memcpy(write->key, key, len);
		HASH_ADD_KEYPTR(hh, writes->all, write->key, len, write);
		writes->bytes += len;
	}
	write->value = value;
	writes->bytes += value.len;
}

void writes_add(struct writes *writes, struct writes *from)
{
	struct write *write;

	for (write = from->all; write; write = write->hh.next) {
		writes_set(writes, write->key, write->value);
		from->bytes -= write->value.len;
		write->value = (struct kv_value){ };
	}
	writes_free(from);
}

static uint8_t *put_length(uint8_t *at, size_t len)
{
	uint32_t be = htonl(len);

	memcpy(at, &be, sizeof(be));
	return at + sizeof(be);
}

static uint32_t get_length(const uint8_t *at)
{
	uint32_t be;

	memcpy(&be, at, sizeof(be));
	return ntohl(be);
}

uint8_t *writes_encode(const struct writes *writes, size_t *len)
{
	const struct write *write;
	uint8_t *data, *at;
	size_t key_len;

	*len = writes->bytes + (size_t)HEAD * writes_count(writes);
	data = mem_check(malloc(*len + 1));
	at = data;
	for (write = writes->all; write; write = write->hh.next) {
		key_len = strlen(write->key);
		*at++ = !!write->value.data;
		at = put_length(at, key_len);
		at = put_length(at, write->value.len);
		memcpy(at, write->key, key_len);
		at += key_len;
		if (write->value.len)
			memcpy(at, write->value.data, write->value.len);
		at += write->value.len;
	}
	return data;
}

int writes_decode(struct writes *writes, const uint8_t *data, size_t len, struct err *err)
{
	struct kv_value value;
	size_t key_len;
	char *key;

	while (len) {
		if (len < HEAD || data[0] > 1 || len - HEAD < get_length(data + 1) ||
		    len - HEAD - get_length(data + 1) < get_length(data + 5))
			return err_set(err, EBADMSG, "is damaged");
		key_len = get_length(data + 1);
		value = (struct kv_value){ .len = get_length(data + 5) };
		if (data[0])
			value = kv_value_copy(data + HEAD + key_len, value.len);
		else if (value.len)
			return err_set(err, EBADMSG, "is damaged");
		key = mem_check(strndup((const char *)data + HEAD, key_len));
		writes_set(writes, key, value);
		free(key);
		data += HEAD + key_len + value.len;
		len -= HEAD + key_len + value.len;
	}
	return 0;
}
