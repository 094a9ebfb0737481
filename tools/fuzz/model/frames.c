// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <sys/socket.h>
#include "frames.h"
#include "inner.h"
#include "rnd.h"

struct outer {
	struct address from, to;
	int encap;
	uint32_t vni;
};

static void put_options(struct bytes *b, uint32_t len)
{
	uint32_t words;

	while (len) {
		words = below(len / 4 > 4 ? 4 : len / 4);
		put16(b, below(65536));
		put8(b, one_in(3) ? below(256) : below(128));
		put8(b, words | (one_in(8) ? below(8) << 5 : 0));
		put_zero(b, words * 4);
		len -= 4 + words * 4;
	}
}

static void put_geneve(struct bytes *b, uint32_t vni)
{
	uint32_t words = one_in(3) ? below(12) : 0, at;

	put8(b, (one_in(40) ? below(4) << 6 : 0) | words);
	put8(b, one_in(20) ? below(256) : 0);
	put16(b, one_in(40) ? 0x800 : 0x6558);
	put32(b, vni << 8 | (one_in(20) ? below(256) : 0));
	at = b->len;
	put_options(b, words * 4);
	/* Lengths that do not add up. */
	if (words && one_in(10))
		b->data[at + 3] += 1 + below(9);
}

static void put_vxlan(struct bytes *b, uint32_t vni)
{
	put32(b, one_in(30) ? rnd() : 0x08000000);
	put32(b, vni << 8 | (one_in(40) ? below(256) : 0));
}

static void put_encap(struct bytes *b, const struct outer *outer)
{
	if (outer->encap == NVO3_ENCAP_VXLAN) {
		put_vxlan(b, outer->vni);
	} else if (outer->encap == NVO3_ENCAP_GENEVE) {
		put_geneve(b, outer->vni);
	} else {
		put32(b, 0x20006558);
		put32(b, outer->vni << 8 | below(256));
	}
}

static void put_outer_ip(struct bytes *b, const struct outer *outer)
{
	int proto = outer->encap == NVO3_ENCAP_NVGRE ? 47 : 17;
	uint8_t ds = one_in(2) ? below(256) : 0;

	if (outer->from.family == AF_INET) {
		put16(b, 0x4500 | ds);
		put16(b, 0);
		put16(b, below(65536));
		put16(b, one_in(2) ? 0x4000 : 0);
		put8(b, 2 + below(200));
		put8(b, proto);
		put16(b, 0);
		put(b, outer->from.byte, 4);
		put(b, outer->to.byte, 4);
		return;
	}
	put32(b, 0x60000000 | ds << 20 | (one_in(2) ? below(1 << 20) : 0));
	put16(b, 0);
	put8(b, proto);
	put8(b, 2 + below(200));
	put(b, outer->from.byte, 16);
	put(b, outer->to.byte, 16);
}

static void put_udp_head(struct bytes *b, const struct outer *outer)
{
	if (outer->encap == NVO3_ENCAP_NVGRE)
		return;
	put16(b, 1024 + below(60000));
	put16(b, outer->encap == NVO3_ENCAP_VXLAN ? 4789 : 6081);
	put32(b, 0);
}

/* Lengths, and checksums where there shall be some. */
static void finish(struct bytes *b, const struct outer *outer)
{
	bool ip4 = outer->from.family == AF_INET;
	uint32_t l4 = 14 + (ip4 ? 20 : 40);
	uint16_t sum;

	if (ip4) {
		set16(b, 16, b->len - 14);
		set16(b, 24, fold(sum_of(b->data + 14, 20, 0)));
	} else {
		set16(b, 18, b->len - 54);
	}
	if (outer->encap == NVO3_ENCAP_NVGRE)
		return;
	set16(b, l4 + 4, b->len - l4);
	if (one_in(2))
		return;
	sum = udp_checksum(b->data + 14, outer->from.family, b->data + l4, b->len - l4);
	set16(b, l4 + 6, sum ? sum : 0xffff);
}

/* Who sends: somebody that the world knows of, mostly. */
static void choose_outer(const struct world *w, struct outer *outer)
{
	int family = one_in(2) ? AF_INET : AF_INET6, vn = below(VNS);

	if (w->n_remotes && !one_in(6))
		outer->from = w->remotes[below(w->n_remotes)].addr;
	else
		outer->from = underlay_addr(family, 3 + below(8));
	outer->to = underlay_addr(outer->from.family, 1);
	outer->vni = w->vns[vn].vni;
	outer->encap = below(3);
	/* The hook for NVGRE takes only what is surely ours; the rest is for IP. */
	if (outer->encap == NVO3_ENCAP_NVGRE)
		return;
	if (one_in(30))
		outer->to = underlay_addr(outer->from.family, 2);
	if (one_in(30))
		outer->vni = below(1 << 24);
}

static void make_tunnel(const struct world *w, struct frame *frame)
{
	struct bytes *b = &frame->bytes;
	uint32_t before;
	struct outer outer;

	frame->dev = -1;
	choose_outer(w, &outer);
	put(b, "\2\0\0\0\xaa\1\2\0\0\0\xbb\1", 12);
	put16(b, outer.from.family == AF_INET ? 0x800 : 0x86dd);
	put_outer_ip(b, &outer);
	put_udp_head(b, &outer);
	frame->keep = b->len;
	put_encap(b, &outer);
	if (outer.encap == NVO3_ENCAP_NVGRE)
		frame->keep = b->len;
	before = b->len;
	inner_make(w, w->n_ports && one_in(4) ? &w->ports[below(w->n_ports)] : NULL,
		   one_in(60) ? (int)below(4096) : -1, b);
	/* The shortest inner frames, which are too short. */
	if (one_in(100))
		b->len = before + below(20);
	finish(b, &outer);
	/* Padding of Ethernet, which is no part of the packet. */
	if (one_in(20))
		put_zero(b, below(40));
}

static void make_access(const struct world *w, struct frame *frame)
{
	const struct port *port = w->n_ports ? &w->ports[below(w->n_ports)] : NULL;
	int vlan = -1;

	if (port && w->up[port->dev] && !one_in(20)) {
		frame->dev = port->dev;
		vlan = port->vlan ? port->vlan : one_in(8) ? 0 : -1;
	} else {
		port = NULL;
		frame->dev = below(2);
		vlan = one_in(2) ? -1 : (int)below(5);
	}
	frame->keep = 0;
	inner_make(w, port, vlan, &frame->bytes);
}

void frame_make(const struct world *w, struct frame *frame)
{
	frame->bytes.len = 0;
	if (one_in(2))
		make_access(w, frame);
	else
		make_tunnel(w, frame);
}
