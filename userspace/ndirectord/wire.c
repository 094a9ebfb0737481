// SPDX-License-Identifier: GPL-2.0
/*
 * Between the database and the messages of the protocol; see wire.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "wire.h"

static int get_text(const char *in, const char *what, char *ret, size_t size, struct err *err)
{
	const char *c;

	if (strlen(in) >= size)
		return err_set(err, EINVAL, "%s of a VN is longer than %zu characters", what,
			       size - 1);
	for (c = in; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return err_set(err, EINVAL, "%s of a VN has a control character", what);
	snprintf(ret, size, "%s", in);
	return 0;
}

int wire_get_vn(const Nvo3__VnInfo *in, struct db_vn_info *ret, struct err *err)
{
	struct db_vn_info vn = { };
	int code;

	if (!in || !msg_get_uuid(&in->uuid, &vn.uuid))
		return err_set(err, EINVAL, "VN without a UUID");
	if (in->vni < 1 || in->vni > 16777215)
		return err_set(err, EINVAL, "VNI %u of VN %s is not from 1 to 16777215", in->vni,
			       in->name);
	if (in->unknown > VN_UNKNOWN_MAX || in->bum > 1 || in->arp > VN_ARP_MAX ||
	    in->arp_unknown > VN_ARP_UNKNOWN_MAX ||
	    in->distribution > NVO3__DISTRIBUTION__DISTRIBUTION_AUTO ||
	    in->claims > NVO3__CLAIMS__CLAIMS_OPEN)
		return err_set(err, EINVAL, "VN %s has a policy that is not known here", in->name);
	if (in->addressing.len > SUBNETS_BYTES_MAX)
		return err_set(err, EINVAL, "subnets of VN %s take %zu bytes, at most %zu are kept",
			       in->name, in->addressing.len, (size_t)SUBNETS_BYTES_MAX);
	if (!in->name[0])
		return err_set(err, EINVAL, "VN without name");
	code = get_text(in->name, "name", vn.name, sizeof(vn.name), err);
	if (!code)
		code = get_text(in->tenant, "tenant", vn.tenant, sizeof(vn.tenant), err);
	if (!code)
		code = get_text(in->home_dc, "home DC", vn.home_dc, sizeof(vn.home_dc), err);
	if (code)
		return code;
	vn.vni = in->vni;
	vn.unknown = in->unknown;
	vn.bum = in->bum;
	vn.distribution = in->distribution;
	vn.arp = in->arp;
	vn.arp_unknown = in->arp_unknown;
	vn.claims = in->claims;
	vn.n_addressing = in->addressing.len;
	vn.addressing = in->addressing.len ? in->addressing.data : NULL;
	*ret = vn;
	return 0;
}

int wire_get_ips(Nvo3__IpPrefix *const *in, size_t n, struct db_ips *ret, struct err *err)
{
	char text[IP_ADDR_STRLEN];
	struct db_ips ips = { };
	struct ip_prefix ip;
	size_t i;

	if (n > DB_IPS)
		return err_set(err, EINVAL, "%zu IPs for one MAC, at most %d are kept", n, DB_IPS);
	for (i = 0; i < n; i++) {
		if (!msg_get_ip(&in[i]->addr, &ip.addr))
			return err_set(err, EINVAL, "IP address of %zu bytes", in[i]->addr.len);
		if (ip_addr_is_zero(&ip.addr) || ip_addr_is_multicast(&ip.addr))
			return err_set(err, EINVAL, "%s is not the IP of a single station",
				       ip_addr_format(&ip.addr, text));
		if (in[i]->len > 8 * ip_addr_len(&ip.addr))
			return err_set(err, EINVAL, "prefix length %u", in[i]->len);
		ip.len = in[i]->len;
		db_ips_add(&ips, &ip);
	}
	*ret = ips;
	return 0;
}

/* What an NVE may call its locator: traffic will be sent there. */
static bool usable(const struct ip_addr *ip)
{
	return !ip_addr_is_zero(ip) && !ip_addr_is_multicast(ip) && !ip_addr_is_loopback(ip) &&
	       !ip_addr_is_linklocal(ip);
}

int wire_get_locators(const ProtobufCBinaryData *in, size_t n, struct ip_addr *ret, int *ret_n,
		      struct err *err)
{
	struct ip_addr found[DB_LOCATORS];
	char text[IP_ADDR_STRLEN];
	size_t i;

	if (!n || n > DB_LOCATORS)
		return err_set(err, EINVAL, "%zu locators, 1 to %d are possible", n, DB_LOCATORS);
	memset(found, 0, sizeof(found));
	for (i = 0; i < n; i++) {
		if (!msg_get_ip(&in[i], &found[i]))
			return err_set(err, EINVAL, "locator of %zu bytes", in[i].len);
		if (!usable(&found[i]))
			return err_set(err, EINVAL, "%s cannot be a locator",
				       ip_addr_format(&found[i], text));
	}
	memcpy(ret, found, n * sizeof(*found));
	*ret_n = n;
	return 0;
}

void wire_put_vn(const struct db_vn_info *vn, Nvo3__VnInfo *ret)
{
	*ret = (Nvo3__VnInfo)NVO3__VN_INFO__INIT;
	ret->uuid = msg_put_uuid(&vn->uuid);
	ret->name = (char *)vn->name;
	ret->vni = vn->vni;
	ret->unknown = vn->unknown;
	ret->bum = vn->bum;
	ret->distribution = vn->distribution;
	ret->arp = vn->arp;
	ret->arp_unknown = vn->arp_unknown;
	ret->claims = vn->claims;
	ret->addressing.len = vn->n_addressing;
	ret->addressing.data = (uint8_t *)vn->addressing;
	ret->tenant = (char *)vn->tenant;
	ret->home_dc = (char *)vn->home_dc;
}

Nvo3__IpPrefix **wire_put_ips(const struct db_ips *ips, struct wire_item *room)
{
	struct ip_prefix *addr = room->addrs;
	size_t at = 0;
	int i;

	for (i = 0; db_ips_next(ips, &at, addr); i++, addr++) {
		room->ip[i] = (Nvo3__IpPrefix)NVO3__IP_PREFIX__INIT;
		room->ip[i].addr = msg_put_ip(&addr->addr);
		room->ip[i].len = addr->len;
		room->ips[i] = &room->ip[i];
	}
	return room->ips;
}

static ProtobufCBinaryData *put_locators(struct db_nve *nve, struct wire_item *room)
{
	int i;

	for (i = 0; i < nve->n_locators; i++)
		room->locators[i] = msg_put_ip(&nve->locators[i]);
	return room->locators;
}

Nvo3__Mapping *wire_put_map(struct db_map *map, struct wire_item *room)
{
	struct db_nve *nve = db_item_nve(&map->item);
	Nvo3__Mapping *m = &room->map;

	*m = (Nvo3__Mapping)NVO3__MAPPING__INIT;
	m->vn = msg_put_uuid(&db_item_vn(&map->item)->info.uuid);
	m->mac = msg_put_mac(&map->mac);
	m->ips = wire_put_ips(&map->ips, room);
	m->n_ips = map->ips.n;
	m->epoch = map->epoch;
	m->nve = nve->name;
	m->locators = put_locators(nve, room);
	m->n_locators = nve->n_locators;
	m->stale = nve->stale;
	return m;
}

Nvo3__Member *wire_put_member(struct db_nve *nve, struct wire_item *room)
{
	Nvo3__Member *m = &room->member;

	*m = (Nvo3__Member)NVO3__MEMBER__INIT;
	m->nve = nve->name;
	m->locators = put_locators(nve, room);
	m->n_locators = nve->n_locators;
	m->stale = nve->stale;
	m->relay = nve->relay;
	return m;
}
