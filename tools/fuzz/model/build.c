// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <sys/socket.h>
#include "build.h"

void put(struct bytes *b, const void *data, uint32_t len)
{
	if (b->len + len > FRAME_ROOM)
		len = FRAME_ROOM - b->len;
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

void put_zero(struct bytes *b, uint32_t len)
{
	if (b->len + len > FRAME_ROOM)
		len = FRAME_ROOM - b->len;
	memset(b->data + b->len, 0, len);
	b->len += len;
}

void put8(struct bytes *b, uint8_t value)
{
	put(b, &value, 1);
}

void put16(struct bytes *b, uint16_t value)
{
	put8(b, value >> 8);
	put8(b, value);
}

void put32(struct bytes *b, uint32_t value)
{
	put16(b, value >> 16);
	put16(b, value);
}

void set16(struct bytes *b, uint32_t at, uint16_t value)
{
	b->data[at] = value >> 8;
	b->data[at + 1] = value;
}

uint16_t get16(const uint8_t *data)
{
	return data[0] << 8 | data[1];
}

uint32_t get32(const uint8_t *data)
{
	return (uint32_t)get16(data) << 16 | get16(data + 2);
}

uint32_t sum_of(const uint8_t *data, uint32_t len, uint32_t sum)
{
	uint32_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += get16(data + i);
	return len & 1 ? sum + (data[len - 1] << 8) : sum;
}

uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

uint16_t udp_checksum(const uint8_t *ip, int family, const uint8_t *udp, uint32_t len)
{
	uint32_t sum = family == AF_INET ? sum_of(ip + 12, 8, 0) : sum_of(ip + 8, 32, 0);

	return fold(sum_of(udp, len, sum + len + 17));
}
