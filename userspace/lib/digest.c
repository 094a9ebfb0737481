// SPDX-License-Identifier: GPL-2.0
#include "digest.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#define IP6_LEN 16
#define TEXT_HEAD (6 + 8 + 1)

static const uint8_t key[SIPHASH_KEY_LEN] = "nvo3 map digest1";

static uint64_t rotate(uint64_t x, int by)
{
	return x << by | x >> (64 - by);
}

static void rounds(uint64_t v[4], int n)
{
	while (n--) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] = rotate(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] = rotate(v[2], 32);
	}
}

/* @n bytes, at most 8, as a little-endian number */
static uint64_t read_le(const uint8_t *p, size_t n)
{
	uint64_t x = 0;

	if (n == 8) {
		memcpy(&x, p, 8);
		return le64toh(x);
	}
	while (n--)
		x = x << 8 | p[n];
	return x;
}

static void compress(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	rounds(v, 2);
	v[0] ^= word;
}

uint64_t siphash24(const uint8_t secret[SIPHASH_KEY_LEN], const void *data, size_t len)
{
	uint64_t k0 = read_le(secret, 8), k1 = read_le(secret + 8, 8);
	uint64_t v[4] = {
		k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d,
		k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573,
	};
	const uint8_t *p = data;
	size_t left;

	for (left = len; left >= 8; left -= 8, p += 8)
		compress(v, read_le(p, 8));
	compress(v, read_le(p, left) | (uint64_t)len << 56);
	v[2] ^= 0xff;
	rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* IPv4 in IPv6 form: ::ffff:a.b.c.d */
static void write_addr(uint8_t *to, const struct ip_addr *addr)
{
	size_t len = ip_addr_len(addr);

	memset(to, 0, IP6_LEN);
	if (len == 4)
		memset(to + 10, 0xff, 2);
	memcpy(to + IP6_LEN - len, addr->b, len);
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, IP6_LEN);
}

uint64_t digest_map(const struct mac_addr *mac, uint64_t epoch, const struct ip_addr *addrs,
		    size_t n)
{
	uint8_t text[TEXT_HEAD + DIGEST_ADDRS_MAX * IP6_LEN];
	size_t i;

	if (n > DIGEST_ADDRS_MAX)
		n = DIGEST_ADDRS_MAX;
	memcpy(text, mac->b, 6);
	for (i = 0; i < 8; i++)
		text[6 + i] = epoch >> (56 - 8 * i);
	text[TEXT_HEAD - 1] = n;
	for (i = 0; i < n; i++)
		write_addr(text + TEXT_HEAD + i * IP6_LEN, &addrs[i]);
	if (n > 1)
		qsort(text + TEXT_HEAD, n, IP6_LEN, compare);
	return siphash24(key, text, TEXT_HEAD + n * IP6_LEN);
}

uint8_t digest_bucket(const struct mac_addr *mac)
{
	return siphash24(key, mac->b, sizeof(mac->b));
}
