/* SPDX-License-Identifier: GPL-2.0 */
/* Bytes one after the other, and the checksums over them. */
#ifndef _MODEL_BUILD_H
#define _MODEL_BUILD_H

#include <stddef.h>
#include <stdint.h>
#include "world.h"

#define FRAME_ROOM	8900

struct bytes {
	uint32_t len;
	uint8_t data[FRAME_ROOM];
};

void put(struct bytes *b, const void *data, uint32_t len);
void put_zero(struct bytes *b, uint32_t len);
void put8(struct bytes *b, uint8_t value);
void put16(struct bytes *b, uint16_t value);
void put32(struct bytes *b, uint32_t value);
void set16(struct bytes *b, uint32_t at, uint16_t value);

/* The Internet checksum of the bytes from @at on, with @sum before them. */
uint32_t sum_of(const uint8_t *data, uint32_t len, uint32_t sum);
uint16_t fold(uint32_t sum);

/* Of a UDP packet at @at of an IP packet at @ip, pseudo header included. */
uint16_t udp_checksum(const uint8_t *ip, int family, const uint8_t *udp, uint32_t len);

uint16_t get16(const uint8_t *data);
uint32_t get32(const uint8_t *data);

#endif /* _MODEL_BUILD_H */
