// SPDX-License-Identifier: GPL-2.0
/*
 * IP prefixes in few bytes; see db_ips.h.
 */
#include "db_ips.h"

#include <string.h>

static size_t length(uint8_t first)
{
	return first < DB_IPS_6 ? 4 : 16;
}

size_t db_ips_size(const struct db_ips *ips)
{
	size_t at = 0;
	int i;

	for (i = 0; i < ips->n; i++)
		at += 1 + length(ips->bytes[at]);
	return offsetof(struct db_ips, bytes) + at;
}

void db_ips_add(struct db_ips *ips, const struct ip_prefix *ip)
{
	uint8_t *to = (uint8_t *)ips + db_ips_size(ips);
	size_t len = ip_addr_len(&ip->addr);

	*to = ip->len + (len == 16 ? DB_IPS_6 : 0);
	memcpy(to + 1, ip->addr.b, len);
	ips->n++;
}

const uint8_t *db_ips_at(const struct db_ips *ips, int which, size_t *len)
{
	const uint8_t *at = ips->bytes;

	while (which--)
		at += 1 + length(*at);
	*len = length(*at);
	return at + 1;
}

bool db_ips_next(const struct db_ips *ips, size_t *at, struct ip_prefix *ret)
{
	const uint8_t *from = ips->bytes + *at;

	if (offsetof(struct db_ips, bytes) + *at >= db_ips_size(ips))
		return false;
	ret->addr = ip_addr_from(length(*from) == 4 ? AF_INET : AF_INET6, from + 1);
	ret->len = length(*from) == 4 ? *from : *from - DB_IPS_6;
	*at += 1 + length(*from);
	return true;
}

bool db_ips_equal(const struct db_ips *a, const struct db_ips *b)
{
	size_t size = db_ips_size(a);

	return size == db_ips_size(b) && !memcmp(a, b, size);
}
