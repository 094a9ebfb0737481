// SPDX-License-Identifier: GPL-2.0
/*
 * Who has which IP in a VN; see db.h.
 */
#include <stdlib.h>
#include "db.h"

static struct db_ip *find(struct db_vn *vn, const struct ip_addr *ip)
{
	struct db_ip *entry;

	HASH_FIND(hh, vn->ips, ip, sizeof(*ip), entry);
	return entry;
}

const struct db_ip *db_ip_find(struct db_vn *vn, const struct ip_addr *ip)
{
	return find(vn, ip);
}

void db_ips_hold(struct db_vn *vn, const struct db_ips *ips, const struct mac_addr *mac)
{
	struct db_ip *entry;
	int i;

	for (i = 0; i < ips->n; i++) {
		entry = find(vn, &ips->ip[i].addr);
		if (!entry) {
			entry = calloc(1, sizeof(*entry));
			entry->ip = ips->ip[i].addr;
			entry->mac = *mac;
			HASH_ADD(hh, vn->ips, ip, sizeof(entry->ip), entry);
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
		entry = find(vn, &ips->ip[i].addr);
		if (!entry || !mac_addr_equal(&entry->mac, mac) || --entry->refs)
			continue;
		HASH_DEL(vn->ips, entry);
		free(entry);
	}
}
