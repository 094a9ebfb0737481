/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between the database and the messages of the protocol. Pure.
 *
 * The _put functions fill messages that borrow from the database: they live until the next
 * change of it. The _get functions check everything that came from outside.
 */
#ifndef NDIRECTORD_WIRE_H
#define NDIRECTORD_WIRE_H

#include "db.h"
#include "lib/msg.h"
#include "proto/control.pb-c.h"

/* Borrows from @in. */
int wire_get_vn(const Nvo3__VnInfo *in, struct db_vn_info *ret, struct err *err);
int wire_get_ips(Nvo3__IpPrefix *const *in, size_t n, struct db_ips *ret, struct err *err);
int wire_get_locators(const ProtobufCBinaryData *in, size_t n, struct ip_addr *ret, int *ret_n,
		      struct err *err);

void wire_put_vn(const struct db_vn_info *vn, Nvo3__VnInfo *ret);

/* Room for one mapping or member and what it points to. */
struct wire_item {
	Nvo3__Mapping map;
	Nvo3__Member member;
	struct ip_prefix addrs[DB_IPS];
	Nvo3__IpPrefix ip[DB_IPS];
	Nvo3__IpPrefix *ips[DB_IPS];
	ProtobufCBinaryData locators[DB_LOCATORS];
};

Nvo3__IpPrefix **wire_put_ips(const struct db_ips *ips, struct wire_item *room);
Nvo3__Mapping *wire_put_map(struct db_map *map, struct wire_item *room);
Nvo3__Member *wire_put_member(struct db_nve *nve, struct wire_item *room);

#endif /* NDIRECTORD_WIRE_H */
