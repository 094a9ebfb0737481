// SPDX-License-Identifier: GPL-2.0
#include <linux/siphash.h>
#include <linux/string.h>
#include "digest.h"

/* The bytes "nvo3 map digest1", as two little-endian words. */
static const siphash_key_t key = { { 0x70616d20336f766e, 0x3174736567696420 } };

/* Of the locators as many as there are. */
struct text {
	u8 mac[ETH_ALEN];
	__be64 epoch;
	u8 count;
	u8 addr[NVO3_PATHS_MAX][sizeof(struct in6_addr)];
} __packed;

/* IPv4 in IPv6 form: ::ffff:a.b.c.d */
static void write_addr(u8 *to, const struct nvo3_addr *addr)
{
	if (addr->family == AF_INET6) {
		memcpy(to, &addr->v6, sizeof(addr->v6));
		return;
	}
	memset(to, 0, 10);
	memset(to + 10, 0xff, 2);
	memcpy(to + 12, &addr->v4, sizeof(addr->v4));
}

/* Insert it among those before it, which ascend. */
static void insert_addr(struct text *text, const struct nvo3_addr *addr, u8 i)
{
	u8 bytes[sizeof(text->addr[0])];

	write_addr(bytes, addr);
	for (; i && memcmp(text->addr[i - 1], bytes, sizeof(bytes)) > 0; i--)
		memcpy(text->addr[i], text->addr[i - 1], sizeof(bytes));
	memcpy(text->addr[i], bytes, sizeof(bytes));
}

u64 nvo3_digest_hash(const struct nvo3_digest_entry *entry)
{
	struct text text __aligned(SIPHASH_ALIGNMENT);
	u8 i;

	ether_addr_copy(text.mac, entry->mac);
	text.epoch = cpu_to_be64(entry->epoch);
	text.count = entry->count;
	for (i = 0; i < entry->count; i++)
		insert_addr(&text, &entry->addr[i], i);
	return siphash(&text, offsetof(struct text, addr) + i * sizeof(text.addr[0]), &key);
}

u8 nvo3_digest_bucket(const u8 *mac)
{
	return siphash(mac, ETH_ALEN, &key);
}

#ifdef DEBUG
#include "selftest/digest.c"
#endif
