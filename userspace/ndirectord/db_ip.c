// SPDX-License-Identifier: GPL-2.0
/*
 * Who has which IP in a VN; see db.h.
 */
#include "db_item.h"

static const struct table_key by_ip = { offsetof(struct db_ip, ip), sizeof(struct ip_addr) };

const struct db_ip *db_ip_find(struct db_vn *vn, const struct ip_addr *ip)
{
	return table_find(&vn->ips, &by_ip, ip);
}

void db_ips_hold(struct db_vn *vn, const struct db_ips *ips, const struct mac_addr *mac)
{
	struct db_ip *entry;
	struct ip_prefix ip;
	size_t at = 0;

	while (db_ips_next(ips, &at, &ip)) {
		entry = table_find(&vn->ips, &by_ip, &ip.addr);
		if (!entry) {
			entry = pool_zalloc(sizeof(*entry));
			entry->ip = ip.addr;
			entry->mac = *mac;
			table_add(&vn->ips, &by_ip, entry);
		}
		if (mac_addr_equal(&entry->mac, mac))
			entry->refs++;
	}
}

void db_ips_drop(struct db_vn *vn, const struct db_ips *ips, const struct mac_addr *mac)
{
	struct db_ip *entry;
	struct ip_prefix ip;
	size_t at = 0;

	while (db_ips_next(ips, &at, &ip)) {
		entry = table_find(&vn->ips, &by_ip, &ip.addr);
		if (!entry || !mac_addr_equal(&entry->mac, mac) || --entry->refs)
			continue;
		table_del(&vn->ips, &by_ip, entry);
		pool_free(entry, sizeof(*entry));
	}
}

void db_ips_uninit(struct db_vn *vn)
{
	struct db_ip *entry;
	uint32_t at = 0;

	while ((entry = table_walk(&vn->ips, &at)))
		pool_free(entry, sizeof(*entry));
	table_uninit(&vn->ips);
}
