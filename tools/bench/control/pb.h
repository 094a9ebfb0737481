/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Just enough of the protobuf wire format, without allocations: the generator must not be what
 * a server waits for. Numbers and bytes; a field of another kind is skipped.
 */
#ifndef CONTROL_PB_H
#define CONTROL_PB_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct field {
	uint32_t number;
	uint64_t value;
	const uint8_t *data;		/* NULL: a number */
	size_t len;
};

static inline uint8_t *pb_varint(uint8_t *at, uint64_t value)
{
	for (; value > 127; value >>= 7)
		*at++ = value | 128;
	*at++ = value;
	return at;
}

static inline uint8_t *pb_number(uint8_t *at, uint32_t field, uint64_t value)
{
	return pb_varint(pb_varint(at, field << 3), value);
}

static inline uint8_t *pb_bytes(uint8_t *at, uint32_t field, const void *data, size_t len)
{
	at = pb_varint(pb_varint(at, field << 3 | 2), len);
	memcpy(at, data, len);
	return at + len;
}

static inline bool pb_read(const uint8_t **at, const uint8_t *end, uint64_t *value)
{
	unsigned int shift = 0;

	for (*value = 0; *at < end && shift < 64; shift += 7) {
		*value |= (uint64_t)(**at & 127) << shift;
		if (!(*(*at)++ & 128))
			return true;
	}
	return false;
}

/* The next one; false at the end, and where it makes no sense. */
static inline bool pb_next(const uint8_t **at, const uint8_t *end, struct field *f)
{
	uint64_t key, len;

	if (!pb_read(at, end, &key))
		return false;
	f->number = key >> 3;
	f->value = 0;
	f->data = NULL;
	f->len = 0;
	if ((key & 7) == 0)
		return pb_read(at, end, &f->value);
	if ((key & 7) != 2 || !pb_read(at, end, &len) || len > (uint64_t)(end - *at))
		return false;
	f->data = *at;
	f->len = len;
	*at += len;
	return true;
}

static inline uint64_t be_get(const uint8_t *at, unsigned int bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | *at++;
	return value;
}

static inline void be_put(uint8_t *at, uint64_t value, unsigned int bytes)
{
	while (bytes--) {
		at[bytes] = value;
		value >>= 8;
	}
}

#endif /* CONTROL_PB_H */
