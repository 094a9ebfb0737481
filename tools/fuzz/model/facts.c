// SPDX-License-Identifier: GPL-2.0
/* See flow.h of the kernel for what may be believed. */
#include <string.h>
#include <sys/socket.h>
#include "model.h"

#define EXTS_MAX	8

static bool there(const struct facts *f, uint32_t at, uint32_t len)
{
	return at + len <= f->len;
}

static void read_addr(struct address *addr, int family, const uint8_t *from)
{
	*addr = (struct address){ .family = family };
	memcpy(addr->byte, from, family == AF_INET ? 4 : 16);
}

static bool has_ports(int proto)
{
	return proto == 6 || proto == 17 || proto == 132 || proto == 33 || proto == 136;
}

static void read_transport(struct facts *f, uint32_t at)
{
	f->l4 = at;
	if (f->later)
		return;
	if (has_ports(f->proto)) {
		f->has_ports = there(f, at, 4);
		if (!f->has_ports) {
			f->bad = true;
			return;
		}
		f->sport = get16(f->data + at);
		f->dport = get16(f->data + at + 2);
	}
	if (f->proto == (f->family == AF_INET ? 1 : 58)) {
		f->has_icmp = there(f, at, 1);
		if (f->has_icmp)
			f->icmp = f->data[at];
		else
			f->bad = true;
	}
}

static void read_ip4(struct facts *f)
{
	const uint8_t *ip = f->data + 14;
	uint32_t hlen, frag;

	f->bad = !there(f, 14, 20) || ip[0] >> 4 != 4 || (ip[0] & 15) < 5 ||
		 !there(f, 14, (ip[0] & 15) * 4);
	if (f->bad)
		return;
	hlen = (ip[0] & 15) * 4;
	frag = get16(ip + 6);
	f->family = AF_INET;
	read_addr(&f->src, AF_INET, ip + 12);
	read_addr(&f->dst, AF_INET, ip + 16);
	f->proto = ip[9];
	f->ds = ip[1];
	f->ttl = ip[8];
	f->df = frag & 0x4000;
	f->later = frag & 0x1fff;
	f->first = !f->later && frag & 0x2000;
	read_transport(f, 14 + hlen);
}

/* The length of the extension header at @at, 0 if there is none, -1 if it is not to be read. */
static int read_ext(struct facts *f, uint32_t at)
{
	const uint8_t *ext = f->data + at;
	int len;

	switch (f->proto) {
	case 44:
		if (!there(f, at, 8) || f->first || f->later)
			return -1;
		f->later = get16(ext + 2) & 0xfff8;
		f->first = !f->later && ext[3] & 1;
		f->proto = ext[0];
		return 8;
	case 0:
	case 43:
	case 60:
	case 51:
		if (!there(f, at, 2))
			return -1;
		len = f->proto == 51 ? (ext[1] + 2) * 4 : (ext[1] + 1) * 8;
		f->proto = ext[0];
		return there(f, at, len) ? len : -1;
	}
	return 0;
}

static void read_ip6(struct facts *f)
{
	const uint8_t *ip = f->data + 14;
	uint32_t at = 54;
	int len, n = 0;

	f->bad = !there(f, 14, 40) || ip[0] >> 4 != 6;
	if (f->bad)
		return;
	f->family = AF_INET6;
	read_addr(&f->src, AF_INET6, ip + 8);
	read_addr(&f->dst, AF_INET6, ip + 24);
	f->proto = ip[6];
	f->ds = get16(ip) >> 4;
	f->ttl = ip[7];
	f->df = true;
	while (!f->later) {
		len = read_ext(f, at);
		if (len < 0 || (len && ++n > EXTS_MAX)) {
			f->bad = true;
			return;
		}
		if (!len)
			break;
		at += len;
	}
	read_transport(f, at);
}

static void read_arp(struct facts *f)
{
	const uint8_t *arp = f->data + 14;

	if (!there(f, 14, 28) || get16(arp) != 1 || get16(arp + 2) != 0x800 || arp[4] != 6 ||
	    arp[5] != 4) {
		f->bad = true;
		return;
	}
	f->arp = true;
	read_addr(&f->src, AF_INET, arp + 14);
	read_addr(&f->dst, AF_INET, arp + 24);
}

void facts_read(struct facts *f, const uint8_t *data, uint32_t len)
{
	memset(f, 0, sizeof(*f));
	f->data = data;
	f->len = len;
	f->type = get16(data + 12);
	if (f->type < 1536)
		f->type = 0;
	if (f->type == 0x800)
		read_ip4(f);
	else if (f->type == 0x86dd)
		read_ip6(f);
	else if (f->type == 0x806)
		read_arp(f);
}
