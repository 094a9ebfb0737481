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
	int i;

	for (i = 0; i < ips->n; i++) {
		entry = table_find(&vn->ips, &by_ip, &ips->ip[i].addr);
		if (!entry) {
			entry = pool_zalloc(sizeof(*entry));
			entry->ip = ips->ip[i].addr;
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
	int i;

	for (i = 0; i < ips->n; i++) {
		entry = table_find(&vn->ips, &by_ip, &ips->ip[i].addr);
		if (!entry || !mac_addr_equal(&entry->mac, mac) || --entry->refs)
			continue;
		table_del(&vn->ips, &by_ip, entry);
		pool_free(entry, sizeof(*entry));
	}
}

void db_ips_uninit(struct db_vn *vn)
{
	struct db_ip *entry, *next;

	for (entry = table_first(&vn->ips); entry; entry = next) {
		next = table_next(&vn->ips, &by_ip, entry);
		pool_free(entry, sizeof(*entry));
	}
	table_uninit(&vn->ips);
}
