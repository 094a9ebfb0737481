/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The IP prefixes of an address, in as few bytes as they have. Pure.
 */
#ifndef NDIRECTORD_DB_IPS_H
#define NDIRECTORD_DB_IPS_H

#include <stdbool.h>
#include <stddef.h>
#include "lib/addr.h"

#define DB_IPS		8	/* per address */

/*
 * All zero is none. Each has 5 or 17 bytes: the prefix's length, which with IPv6 counts from
 * DB_IPS_6 on, and the address. Where the database keeps it there is room for what is used only.
 */
#define DB_IPS_6	64
struct db_ips {
	uint8_t n;
	uint8_t bytes[DB_IPS * 17];
};

/* Another one behind them; there is room. */
void db_ips_add(struct db_ips *ips, const struct ip_prefix *ip);
/* The next one, from *@at 0 on; false at the end. */
bool db_ips_next(const struct db_ips *ips, size_t *at, struct ip_prefix *ret);
/* The @which one's address, of @len bytes; there are more than that. */
const uint8_t *db_ips_at(const struct db_ips *ips, int which, size_t *len);
size_t db_ips_size(const struct db_ips *ips);	/* in bytes, with n */
bool db_ips_equal(const struct db_ips *a, const struct db_ips *b);	/* in the same order */

#endif /* NDIRECTORD_DB_IPS_H */
