// SPDX-License-Identifier: GPL-2.0
/* userspace/lib/digest.c among the kernel's leaves, whose headers have names of its own. */
#include "../../../userspace/lib/addr.c"
#include "../../../userspace/lib/digest.c"
#include "../../../userspace/lib/errs.c"
#include "twin.h"

uint64_t twin_hash(const struct twin_map *map)
{
	struct ip_addr addrs[TWIN_ADDRS];
	struct mac_addr mac;
	size_t i;

	memcpy(mac.b, map->mac, sizeof(mac.b));
	for (i = 0; i < map->count; i++)
		addrs[i] = ip_addr_from(map->addr[i][0] ? AF_INET6 : AF_INET, map->addr[i] + 1);
	return digest_map(&mac, map->epoch, addrs, map->count);
}

uint8_t twin_bucket(const uint8_t *mac)
{
	struct mac_addr m;

	memcpy(m.b, mac, sizeof(m.b));
	return digest_bucket(&m);
}

/* For the shim. */
unsigned long long siphash(const void *data, size_t len, const unsigned long long *words)
{
	uint8_t bytes[SIPHASH_KEY_LEN];
	int i;

	for (i = 0; i < SIPHASH_KEY_LEN; i++)
		bytes[i] = words[i / 8] >> i % 8 * 8;
	return siphash24(bytes, data, len);
}
