// SPDX-License-Identifier: GPL-2.0
/* Anti-spoof: may the tenant system say this? */
#include <string.h>
#include <sys/socket.h>
#include "model.h"

static bool mac_equal(const uint8_t *a, const uint8_t *b)
{
	return !memcmp(a, b, MAC_LEN);
}

static bool may_use_mac(const struct port *port, const uint8_t *mac)
{
	int i;

	if (mac_equal(port->mac, mac))
		return true;
	for (i = 0; i < port->n_pairs; i++)
		if (!port->pairs[i].own && mac_equal(port->pairs[i].mac, mac))
			return true;
	return false;
}

static bool may_use(const struct port *port, const uint8_t *mac, const struct address *addr)
{
	int i;

	if (!port->n_pairs)
		return true;
	for (i = 0; i < port->n_pairs; i++) {
		const struct pair *pair = &port->pairs[i];

		if (mac_equal(pair->own ? port->mac : pair->mac, mac) &&
		    address_in(&pair->addr, pair->plen, addr))
			return true;
	}
	return false;
}

static bool is_zero(const struct address *addr)
{
	static const uint8_t zero[16];

	return !memcmp(addr->byte, zero, sizeof(zero));
}

/* The link-local address made of the MAC is always right. */
static bool may_use6(const struct port *port, const uint8_t *mac, const struct address *addr)
{
	const uint8_t own[16] = { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, mac[0] ^ 2, mac[1], mac[2], 0xff,
				  0xfe, mac[3], mac[4], mac[5] };

	return !memcmp(own, addr->byte, sizeof(own)) || may_use(port, mac, addr);
}

static int speak_arp(const struct port *port, const uint8_t *mac, const struct facts *f)
{
	const uint8_t *arp = f->data + 14;
	bool probe = is_zero(&f->src) && get16(arp + 6) == 1;

	if (!mac_equal(arp + 8, mac) || !(probe || may_use(port, mac, &f->src)))
		return NVO3_DROP_SPOOF_ARP;
	return NVO3_DROP_NONE;
}

static int speak_ip4(const struct port *port, const uint8_t *mac, const struct facts *f)
{
	bool request = is_zero(&f->src) && f->has_ports && f->proto == 17 && f->sport == 68 &&
		       f->dport == 67;

	if (!request && !may_use(port, mac, &f->src))
		return NVO3_DROP_SPOOF_IP4;
	/* ICMP's redirect and router advertisement. */
	if (!port->router && f->has_icmp && (f->icmp == 5 || f->icmp == 9))
		return NVO3_DROP_SPOOF_RA;
	return NVO3_DROP_NONE;
}

/* From @at to the end of the packet; link-layer addresses in them are the sender's. */
static bool options_right(const struct facts *f, uint32_t at, uint32_t end, const uint8_t *mac)
{
	uint32_t len;

	while (at < end) {
		if (end - at < 8)
			return false;
		len = f->data[at + 1] * 8;
		if (!len || at + len > end)
			return false;
		if ((f->data[at] == 1 || f->data[at] == 2) &&
		    (len != 8 || !mac_equal(f->data + at + 2, mac)))
			return false;
		at += len;
	}
	return true;
}

/* RFC 4861: lengths of the messages before their options. */
static bool discovery_right(const struct port *port, const uint8_t *mac, const struct facts *f)
{
	static const uint8_t lengths[] = { 8, 16, 24, 24, 40 };
	uint32_t end = 54 + get16(f->data + 18), options = f->l4 + lengths[f->icmp - 133];
	struct address target = { .family = AF_INET6 };

	if (f->first || f->later || end > f->len || options > end)
		return false;
	if (f->icmp == 136 || (f->icmp == 135 && is_zero(&f->src))) {
		memcpy(target.byte, f->data + f->l4 + 8, 16);
		if (!may_use6(port, mac, &target))
			return false;
	}
	return f->icmp == 137 || options_right(f, options, end, mac);
}

static int speak_ip6(const struct port *port, const uint8_t *mac, const struct facts *f)
{
	/* Before a system has an address: RS, NS, MLD. */
	bool early = is_zero(&f->src) && f->has_icmp &&
		     (f->icmp == 133 || f->icmp == 135 || f->icmp == 131 || f->icmp == 132 ||
		      f->icmp == 143);

	if (!early && !may_use6(port, mac, &f->src))
		return NVO3_DROP_SPOOF_IP6;
	if (!f->has_icmp || f->icmp < 133 || f->icmp > 137)
		return NVO3_DROP_NONE;
	if (!port->router && (f->icmp == 134 || f->icmp == 137))
		return NVO3_DROP_SPOOF_RA;
	return discovery_right(port, mac, f) ? NVO3_DROP_NONE : NVO3_DROP_SPOOF_ND;
}

int model_speak(const struct port *port, const struct facts *f)
{
	const uint8_t *mac = f->data + 6;
	int drop = NVO3_DROP_NONE;

	if (port->spoof == NVO3_SOURCE_CHECK_OFF || !port->has_mac)
		return NVO3_DROP_NONE;
	if (!may_use_mac(port, mac))
		return NVO3_DROP_SPOOF_MAC;
	if (f->bad)
		return NVO3_DROP_MALFORMED;
	if (f->arp)
		return speak_arp(port, mac, f);
	if (f->family == AF_INET)
		drop = speak_ip4(port, mac, f);
	else if (f->family == AF_INET6)
		drop = speak_ip6(port, mac, f);
	if (!drop && !port->dhcp && f->has_ports && f->proto == 17 &&
	    f->dport == (f->family == AF_INET ? 68 : 546))
		return NVO3_DROP_SPOOF_DHCP;
	return drop;
}
