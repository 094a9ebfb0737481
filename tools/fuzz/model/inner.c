// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <sys/socket.h>
#include "inner.h"
#include "rnd.h"

/* Whose frame it is: mostly what the port may say, now and then not. */
struct speaker {
	uint8_t mac[MAC_LEN];
	struct address addr4, addr6;
};

static void link_local(struct address *addr, const uint8_t *mac)
{
	const uint8_t own[16] = { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, mac[0] ^ 2, mac[1], mac[2], 0xff,
				  0xfe, mac[3], mac[4], mac[5] };

	addr->family = AF_INET6;
	memcpy(addr->byte, own, sizeof(own));
}

static void choose_speaker(const struct port *port, struct speaker *s)
{
	int i;

	tenant_mac(s->mac, 1 + below(TENANTS));
	s->addr4 = tenant_addr(AF_INET, 1 + below(TENANTS));
	s->addr6 = tenant_addr(AF_INET6, 1 + below(TENANTS));
	if (!port || one_in(12))
		goto odd;
	if (port->has_mac && !one_in(6))
		memcpy(s->mac, port->mac, MAC_LEN);
	for (i = 0; i < port->n_pairs; i++) {
		const struct pair *pair = &port->pairs[i];
		struct address *to = pair->addr.family == AF_INET ? &s->addr4 : &s->addr6;

		if (one_in(4))
			continue;
		*to = pair->addr;
		if (one_in(3))
			to->byte[to->family == AF_INET ? 3 : 15] ^= below(40);
		if (!pair->own && !one_in(4))
			memcpy(s->mac, pair->mac, MAC_LEN);
	}
odd:
	if (one_in(8))
		link_local(&s->addr6, s->mac);
	if (one_in(60))
		memset(s->mac, one_in(2) ? 0 : 0xff, MAC_LEN);
	if (one_in(60))
		s->mac[0] |= 1;
	if (one_in(30))
		s->addr4 = (struct address){ .family = AF_INET };
	if (one_in(20))
		s->addr6 = (struct address){ .family = AF_INET6 };
}

static void put_dst(struct bytes *b)
{
	static const uint8_t groups[][MAC_LEN] = {
		{ 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, { 0x33, 0x33, 0, 0, 0, 1 },
		{ 1, 0, 0x5e, 0, 0, 5 }, { 1, 0x80, 0xc2, 0, 0, 2 }, { 1, 0x80, 0xc2, 0, 0, 0x0f },
		{ 1, 0x80, 0xc2, 0, 0, 0x10 },
	};
	uint8_t mac[MAC_LEN];

	if (one_in(8)) {
		put(b, groups[one_in(3) ? below(6) : below(3)], MAC_LEN);
		return;
	}
	tenant_mac(mac, 1 + below(TENANTS + 1));
	put(b, mac, MAC_LEN);
}

static void put_udp(struct bytes *b, uint32_t payload)
{
	static const uint16_t ports[] = { 67, 68, 546, 547, 53, 4789 };
	bool known = one_in(4);

	put16(b, known ? PICK(ports) : 1 + below(5));
	put16(b, known ? PICK(ports) : 1 + below(8));
	put16(b, 8 + payload);
	put16(b, 0);
	put_zero(b, payload);
}

static void put_tcp(struct bytes *b)
{
	put16(b, 1 + below(5));
	put16(b, 1 + below(8));
	put_zero(b, 8);
	put16(b, 0x5000 | (one_in(2) ? 2 : 0x10));
	put_zero(b, 6 + below(40));
}

static void put_option(struct bytes *b, const struct speaker *s)
{
	static const uint8_t types[] = { 1, 2, 5, 14 };
	uint32_t words = one_in(10) ? below(4) : 1;
	uint8_t mac[MAC_LEN];

	put8(b, PICK(types));
	put8(b, words);
	tenant_mac(mac, 1 + below(TENANTS));
	put(b, one_in(4) ? mac : s->mac, MAC_LEN);
	if (words > 1)
		put_zero(b, words * 8 - 8);
}

static void put_icmp6(struct bytes *b, const struct speaker *s)
{
	static const uint8_t types[] = { 128, 131, 132, 133, 134, 135, 135, 136, 136, 137, 143, 1 };
	static const uint8_t lengths[] = { [133 - 133] = 8, 16, 24, 24, 40 };
	struct address target = one_in(3) ? tenant_addr(AF_INET6, 1 + below(TENANTS)) : s->addr6;
	uint8_t type = PICK(types);
	uint32_t len = type >= 133 && type <= 137 ? lengths[type - 133] : 8 + below(20), n;

	if (one_in(8))
		link_local(&target, s->mac);
	put8(b, type);
	put_zero(b, 7);
	if (len >= 24) {
		put(b, target.byte, 16);
		put_zero(b, len - 24);
	} else {
		put_zero(b, len - 8);
	}
	for (n = below(3); n; n--)
		put_option(b, s);
	if (one_in(20))
		put_zero(b, below(7));
}

static void put_icmp4(struct bytes *b)
{
	static const uint8_t types[] = { 0, 3, 5, 8, 8, 9, 10 };

	put8(b, PICK(types));
	put_zero(b, 7 + below(30));
}

static void put_transport(struct bytes *b, int proto, const struct speaker *s)
{
	switch (proto) {
	case 17:
		put_udp(b, one_in(30) ? below(8000) : one_in(6) ? 1380 + below(120) : below(60));
		break;
	case 6:
	case 132:
		put_tcp(b);
		break;
	case 58:
		put_icmp6(b, s);
		break;
	case 1:
		put_icmp4(b);
		break;
	default:
		put_zero(b, below(60));
	}
}

static int any_proto(int family)
{
	static const int protos[] = { 17, 17, 17, 6, 6, 132, 47, 89 };
	int icmp = family == AF_INET ? 1 : 58;

	if (one_in(4))
		return one_in(8) ? 59 - icmp : icmp;
	return PICK(protos);
}

static void put_ip4(struct bytes *b, const struct speaker *s)
{
	uint32_t at = b->len, words = one_in(8) ? below(10) : 0;
	struct address dst = tenant_addr(AF_INET, 1 + below(TENANTS));
	uint16_t frag = one_in(2) ? 0x4000 : 0;
	int proto = any_proto(AF_INET);

	if (one_in(10))
		frag = one_in(2) ? 0x2000 : 1 + below(0x1fff);
	put8(b, one_in(60) ? below(256) : 0x45 + words);
	put8(b, one_in(2) ? below(256) : 0);
	put16(b, 0);
	put16(b, below(65536));
	put16(b, frag);
	put8(b, 1 + below(255));
	put8(b, proto);
	put16(b, 0);
	put(b, s->addr4.byte, 4);
	put(b, dst.byte, 4);
	put_zero(b, words * 4);
	put_transport(b, proto, s);
	set16(b, at + 2, b->len - at);
	set16(b, at + 10, fold(sum_of(b->data + at, 20 + words * 4, 0)));
}

/* Extension headers; returns what the header before the first is to say of it. */
static int put_exts(struct bytes *b, int proto)
{
	static const uint8_t kinds[] = { 0, 43, 60, 60, 44, 51 };
	uint8_t chain[12], first;
	uint32_t i, n;

	if (!one_in(5))
		return proto;
	n = one_in(10) ? 7 + below(5) : 1 + below(3);
	for (i = 0; i < n; i++)
		chain[i] = PICK(kinds);
	first = chain[0];
	for (i = 0; i < n; i++) {
		put8(b, i + 1 < n ? chain[i + 1] : proto);
		if (chain[i] == 44) {
			put8(b, 0);
			put16(b, one_in(2) ? 0 : one_in(2) ? 1 : below(65536));
			put32(b, 7);
		} else if (chain[i] == 51) {
			put8(b, 4);
			put_zero(b, 22);
		} else {
			put8(b, one_in(4));
			put_zero(b, b->data[b->len - 1] * 8 + 6);
		}
	}
	return first;
}

static void put_ip6(struct bytes *b, const struct speaker *s)
{
	struct address dst = tenant_addr(AF_INET6, 1 + below(TENANTS));
	int proto = any_proto(AF_INET6);
	uint32_t at = b->len;

	if (one_in(8))
		memcpy(dst.byte, "\xff\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	put32(b, (one_in(60) ? rnd() & 0xf0000000 : 0x60000000) | (one_in(2) ? below(1 << 28) : 0));
	put16(b, 0);
	put8(b, 0);
	put8(b, 1 + below(255));
	put(b, s->addr6.byte, 16);
	put(b, dst.byte, 16);
	b->data[at + 6] = put_exts(b, proto);
	put_transport(b, proto, s);
	set16(b, at + 4, b->len - at - 40);
	if (one_in(40))
		set16(b, at + 4, b->len - at - 40 + below(9) - 4);
}

static void put_arp(struct bytes *b, const struct speaker *s)
{
	struct address target = tenant_addr(AF_INET, 1 + below(TENANTS));
	uint8_t mac[MAC_LEN];

	put16(b, one_in(30) ? 6 : 1);
	put16(b, one_in(30) ? 0x806 : 0x800);
	put8(b, one_in(30) ? 8 : 6);
	put8(b, one_in(30) ? 16 : 4);
	put16(b, one_in(10) ? below(5) : 1 + below(2));
	tenant_mac(mac, 1 + below(TENANTS));
	put(b, one_in(5) ? mac : s->mac, MAC_LEN);
	put(b, s->addr4.byte, 4);
	put_zero(b, MAC_LEN);
	put(b, target.byte, 4);
}

static void put_payload(struct bytes *b, const struct speaker *s)
{
	static const uint16_t others[] = { 0x88b5, 0x6558, 0x88cc, 46, 0x8847, 0x600 };

	switch (below(10)) {
	case 0:
		put16(b, 0x806);
		put_arp(b, s);
		break;
	case 1:
		put16(b, PICK(others));
		put_zero(b, below(60));
		break;
	case 2:
	case 3:
	case 4:
	case 5:
		put16(b, 0x86dd);
		put_ip6(b, s);
		break;
	default:
		put16(b, 0x800);
		put_ip4(b, s);
	}
}

void inner_make(const struct world *w, const struct port *port, int vlan, struct bytes *b)
{
	struct speaker s;
	uint32_t begin = b->len;

	(void)w;
	choose_speaker(port, &s);
	put_dst(b);
	put(b, s.mac, MAC_LEN);
	if (vlan >= 0) {
		put16(b, one_in(20) ? 0x88a8 : 0x8100);
		put16(b, below(8) << 13 | vlan);
	}
	if (one_in(60)) {
		put16(b, 0x8100);
		put16(b, below(4096));
	}
	put_payload(b, &s);
	/* The receive path loses a tag that has nothing behind it. */
	if (b->len < begin + 20)
		put_zero(b, begin + 20 - b->len);
	/* Cut short somewhere, padded, or neither. */
	if (one_in(20) && b->len > begin + 20)
		b->len = begin + 20 + below(b->len - begin - 20);
	else if (one_in(10))
		put_zero(b, below(20));
}
