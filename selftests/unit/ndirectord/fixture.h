/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the director's unit tests have in common: a database of DC dc1 with one VN.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "ndirectord/db.h"

static inline struct mac_addr fix_mac(uint8_t last)
{
	return (struct mac_addr){ { 2, 0, 0, 0, 0, last } };
}

static inline struct ip_prefix fix_ip(const char *text)
{
	struct ip_prefix ip;

	assert_int_equal(ip_prefix_parse(&ip, text, NULL), 0);
	return ip;
}

static inline struct db_ips fix_ips(const char *text)
{
	struct ip_prefix ip = fix_ip(text);
	struct db_ips ips = { };

	db_ips_add(&ips, &ip);
	return ips;
}

static inline struct db_vn *fix_vn(struct db *db, uint32_t vni, const char *name)
{
	struct db_vn_info info = { .uuid = { { vni } }, .vni = vni };

	snprintf(info.name, sizeof(info.name), "%s", name);
	assert_int_equal(db_vn_set(db, &info, true, NULL), 0);
	return db_vn_find(db, &info.uuid);
}

static inline struct db_vn *fix_db(struct db *db)
{
	db_init(db, "dc1", 1);
	return fix_vn(db, 100, "blue");
}

static inline struct db_placement fix_placement(struct db_vn *vn, uint8_t mac, const char *ip,
						const char *nve)
{
	struct db_placement p = { .vn = vn, .vm = { { mac } }, .mac = fix_mac(mac),
				  .ips = fix_ips(ip), .nve = nve };

	return p;
}

#endif /* FIXTURE_H */
