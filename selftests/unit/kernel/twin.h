/* SPDX-License-Identifier: GPL-2.0 */
/* What user space says of the same mapping. Locators are 16 bytes behind 0 or 1 for IPv6. */
#ifndef TWIN_H
#define TWIN_H

#include <stdint.h>

#define TWIN_ADDRS	4

struct twin_map {
	uint64_t epoch;
	uint8_t mac[6];
	uint8_t count;
	uint8_t addr[TWIN_ADDRS][17];
};

uint64_t twin_hash(const struct twin_map *map);
uint8_t twin_bucket(const uint8_t *mac);

#endif
