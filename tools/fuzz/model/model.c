// SPDX-License-Identifier: GPL-2.0
/* A frame's life, as dataplane.rst tells it. */
#include <string.h>
#include <sys/socket.h>
#include "model.h"

struct arrival {
	struct address from, to;
	int encap;
	uint8_t ds;
	bool checksum;
	uint32_t header;	/* where the encapsulation's begins */
};

const struct map *model_map(const struct world *w, int vn, const uint8_t *mac)
{
	int i;

	for (i = 0; i < w->n_maps; i++)
		if (w->maps[i].vn == vn && !memcmp(w->maps[i].mac, mac, MAC_LEN))
			return &w->maps[i];
	return NULL;
}

static void drop(struct fate *fate, int reason)
{
	fate->drops[fate->n_drops++] = reason;
}

static void to_port(const struct world *w, int nr, const struct facts *f, struct fate *fate)
{
	const struct port *port = &w->ports[nr];
	int reason;

	if (!port->active) {
		drop(fate, NVO3_DROP_PORT_INACTIVE);
		return;
	}
	if (!w->up[port->dev]) {
		drop(fate, NVO3_DROP_PORT_DOWN);
		return;
	}
	if (f->len > w->mtu[port->dev] + 14) {
		drop(fate, NVO3_DROP_TOO_BIG);
		return;
	}
	reason = model_profile(w, port, NVO3_RULE_DIR_TO_VM, f);
	if (reason)
		drop(fate, reason);
	else
		fate->copies[fate->n++] = (struct copy){ .port = nr };
}

/* To the other active ports of the VN; were there any? */
static bool to_ports(const struct world *w, int vn, int except, const struct facts *f,
		     struct fate *fate)
{
	bool any = false;
	int i;

	for (i = 0; i < w->n_ports; i++) {
		if (w->ports[i].vn != vn || i == except || !w->ports[i].active)
			continue;
		any = true;
		to_port(w, i, f, fate);
	}
	return any;
}

/* RFC 6040: the ECN bits are the inner ones. */
static uint8_t outer_ds(const struct world *w, const struct port *from, const struct facts *f)
{
	int dscp = w->nve.tos < 0 ? f->ds & 0xfc : w->nve.tos;

	if (from->profile >= 0 && w->profiles[from->profile].dscp >= 0)
		dscp = w->profiles[from->profile].dscp << 2;
	return dscp | (f->ds & 3);
}

static void to_remotes(const struct world *w, const struct port *from, const int *remotes, int n,
		       const struct facts *f, struct fate *fate)
{
	struct copy copy = {
		.port = -1,
		.tos = outer_ds(w, from, f),
		.ttl = w->nve.ttl < 0 ? f->family ? f->ttl : 64 : w->nve.ttl,
		.df = w->nve.df == NVO3_DF_INHERIT ? f->df : w->nve.df == NVO3_DF_SET,
	};
	int i;

	for (i = 0; i < n; i++)
		if (!w->remotes[remotes[i]].down)
			copy.remotes[copy.n_remotes++] = remotes[i];
	if (!copy.n_remotes) {
		drop(fate, NVO3_DROP_REMOTE_DOWN);
		return;
	}
	/* Only a mapping with one path leads nowhere: the last address has no route. */
	if (w->remotes[copy.remotes[0]].nr == ADDRS) {
		drop(fate, NVO3_DROP_NO_ROUTE);
		return;
	}
	copy.vni = w->remotes[copy.remotes[0]].vni;
	if (!copy.vni)
		copy.vni = w->vns[from->vn].vni;
	fate->copies[fate->n++] = copy;
}

static void flood(const struct world *w, int from, const struct facts *f, struct fate *fate)
{
	int vn = w->ports[from].vn, i;
	bool any = to_ports(w, vn, from, f, fate);

	if (w->vns[vn].bum == NVO3_BUM_NONE) {
		if (!any)
			drop(fate, NVO3_DROP_BUM_NONE);
		return;
	}
	for (i = 0; i < w->n_members; i++)
		if (w->members[i].vn == vn)
			to_remotes(w, &w->ports[from], &w->members[i].remote, 1, f, fate);
}

static void forward(const struct world *w, int from, const struct facts *f, struct fate *fate)
{
	const struct port *port = &w->ports[from];
	const struct map *map;

	if (f->data[0] & 1) {
		flood(w, from, f, fate);
		return;
	}
	map = model_map(w, port->vn, f->data);
	if (!map) {
		if (w->vns[port->vn].unknown == NVO3_UNKNOWN_FLOOD)
			flood(w, from, f, fate);
		else
			drop(fate, NVO3_DROP_UNKNOWN_DST);
	} else if (map->port < 0) {
		to_remotes(w, port, map->paths, map->n_paths, f, fate);
	} else if (map->port == from) {
		drop(fate, NVO3_DROP_HAIRPIN);
	} else {
		to_port(w, map->port, f, fate);
	}
}

static bool is_unicast(const uint8_t *mac)
{
	static const uint8_t zero[MAC_LEN];

	return !(mac[0] & 1) && memcmp(mac, zero, MAC_LEN);
}

static int find_port(const struct world *w, int dev, int vlan)
{
	int i;

	for (i = 0; i < w->n_ports; i++)
		if (w->ports[i].dev == dev && w->ports[i].vlan == vlan)
			return i;
	return -1;
}

/* Takes a tag off; returns the port, or -1 after a drop. */
static int enter(const struct world *w, const struct frame *frame, struct fate *fate)
{
	const uint8_t *data = frame->bytes.data;
	uint32_t type = get16(data + 12), skip = 0;
	int vlan = 0, port;

	if (type == 0x8100 || type == 0x88a8) {
		vlan = get16(data + 14) & 0xfff;
		skip = 4;
	}
	put(&fate->frame, data, 12);
	put(&fate->frame, data + 12 + skip, frame->bytes.len - 12 - skip);
	if (skip && (type == 0x88a8 || get16(data + 16) == 0x8100 || get16(data + 16) == 0x88a8)) {
		drop(fate, NVO3_DROP_PORT_VLAN);
		return -1;
	}
	port = find_port(w, frame->dev, vlan);
	if (port < 0)
		drop(fate, vlan ? NVO3_DROP_PORT_VLAN : NVO3_DROP_PORT_UNBOUND);
	return port;
}

static void from_port(const struct world *w, const struct frame *frame, struct fate *fate)
{
	static const uint8_t reserved[] = { 0x01, 0x80, 0xc2, 0, 0 };
	int port = enter(w, frame, fate), reason;
	const uint8_t *data = fate->frame.data;
	struct facts f;

	if (port < 0)
		return;
	if (!w->ports[port].active)
		reason = NVO3_DROP_PORT_INACTIVE;
	else if (!is_unicast(data + 6))
		reason = NVO3_DROP_BAD_SRC;
	else if (!memcmp(data, reserved, sizeof(reserved)) && data[5] < 16)
		reason = NVO3_DROP_RESERVED_DST;
	else
		reason = NVO3_DROP_NONE;
	facts_read(&f, data, fate->frame.len);
	if (!reason)
		reason = model_speak(&w->ports[port], &f);
	if (!reason)
		reason = model_profile(w, &w->ports[port], NVO3_RULE_DIR_FROM_VM, &f);
	if (reason)
		drop(fate, reason);
	else
		forward(w, port, &f, fate);
}

/* The outer headers, which the fuzzer has made right: up to where the packet ends. */
static uint32_t read_outer(const struct bytes *b, struct arrival *a)
{
	const uint8_t *ip = b->data + 14;
	bool ip4 = get16(b->data + 12) == 0x800;
	uint32_t l4 = ip4 ? 34 : 54;

	memset(a, 0, sizeof(*a));
	a->from.family = ip4 ? AF_INET : AF_INET6;
	a->to.family = a->from.family;
	memcpy(a->from.byte, ip + (ip4 ? 12 : 8), ip4 ? 4 : 16);
	memcpy(a->to.byte, ip + (ip4 ? 16 : 24), ip4 ? 4 : 16);
	a->ds = ip4 ? ip[1] : get16(ip) >> 4;
	a->encap = NVO3_ENCAP_NVGRE;
	a->header = l4;
	if (ip[ip4 ? 9 : 6] == 17) {
		a->encap = get16(b->data + l4 + 2) == 4789 ? NVO3_ENCAP_VXLAN : NVO3_ENCAP_GENEVE;
		a->checksum = get16(b->data + l4 + 6);
		a->header = l4 + 8;
	}
	return ip4 ? 14 + get16(ip + 2) : 54 + get16(ip + 4);
}

static int judge_geneve(const uint8_t *header, uint32_t *len)
{
	uint32_t at = 8, end = 8 + (header[0] & 0x3f) * 4;
	bool critical = false;

	*len = end;
	if (header[0] & 0xc0)
		return NVO3_DROP_TUNNEL_HEADER;
	if (header[1] & 0x80)
		return NVO3_DROP_TUNNEL_OAM;
	if (get16(header + 2) != 0x6558)
		return NVO3_DROP_TUNNEL_HEADER;
	while (at < end) {
		critical |= header[at + 2] & 0x80;
		at += 4 + (header[at + 3] & 0x1f) * 4;
	}
	if (at != end || (!critical && header[1] & 0x40))
		return NVO3_DROP_TUNNEL_HEADER;
	return critical ? NVO3_DROP_TUNNEL_OPTION : NVO3_DROP_NONE;
}

static int judge_header(const struct world *w, const struct arrival *a, const uint8_t *header,
			int *vn, uint32_t *len)
{
	int reason = NVO3_DROP_NONE, i;

	*len = 8;
	if (a->encap == NVO3_ENCAP_GENEVE)
		reason = judge_geneve(header, len);
	else if (a->encap == NVO3_ENCAP_VXLAN && (get32(header) != 0x08000000 || header[7]))
		reason = NVO3_DROP_TUNNEL_HEADER;
	for (i = 0; i < VNS && !reason; i++) {
		if (w->vns[i].vni == get32(header + 4) >> 8) {
			*vn = i;
			return NVO3_DROP_NONE;
		}
	}
	return reason ? reason : NVO3_DROP_TUNNEL_VNI;
}

static bool is_relay(const struct world *w, int vn, const struct address *sender)
{
	int i;

	for (i = 0; i < w->n_members; i++)
		if (w->members[i].vn == vn && w->members[i].relay &&
		    address_equal(&w->remotes[w->members[i].remote].addr, sender))
			return true;
	return false;
}

static bool has_left(const struct world *w, const struct map *dst, const uint8_t *mac,
		     const struct address *sender)
{
	const struct port *port = dst && dst->port >= 0 ? &w->ports[dst->port] : NULL;

	return port && port->moved && !memcmp(port->mac, mac, MAC_LEN) &&
	       address_equal(&port->left, sender);
}

static int verify(const struct world *w, int vn, const struct arrival *a, const uint8_t *frame)
{
	const struct map *src = model_map(w, vn, frame + 6);
	int i;

	if (w->nve.verify != NVO3_VERIFY_DROP)
		return NVO3_DROP_NONE;
	if (src && src->port >= 0)
		return NVO3_DROP_TUNNEL_SOURCE;
	for (i = 0; src && i < src->n_paths; i++)
		if (address_equal(&w->remotes[src->paths[i]].addr, &a->from))
			return NVO3_DROP_NONE;
	if (is_relay(w, vn, &a->from) || has_left(w, model_map(w, vn, frame), frame, &a->from))
		return NVO3_DROP_NONE;
	return src ? NVO3_DROP_TUNNEL_SOURCE : NVO3_DROP_TUNNEL_SOURCE_UNKNOWN;
}

/* RFC 6040, figure 4; -1: the packet is dropped. */
static int combined_ecn(int inner, int outer)
{
	static const int8_t figure[4][4] = {
		/* outer: not-ECT, ECT(1), ECT(0), CE */
		[0] = { 0, 0, 0, -1 },
		[1] = { 1, 1, 1, 3 },
		[2] = { 2, 1, 2, 3 },
		[3] = { 3, 3, 3, 3 },
	};

	return figure[inner][outer];
}

static int combine_ecn(struct bytes *b, uint8_t ds)
{
	uint32_t type = get16(b->data + 12);
	bool ip4 = type == 0x800;
	int inner, ecn;

	if ((!ip4 && type != 0x86dd) || !(ds & 3))
		return NVO3_DROP_NONE;
	if (b->len < (ip4 ? 34 : 54))
		return NVO3_DROP_TUNNEL_INNER;
	inner = ip4 ? b->data[15] & 3 : b->data[15] >> 4 & 3;
	ecn = combined_ecn(inner, ds & 3);
	if (ecn < 0)
		return NVO3_DROP_TUNNEL_ECN;
	if (!ip4) {
		b->data[15] = (b->data[15] & ~0x30) | ecn << 4;
	} else if (ecn != inner) {
		b->data[15] = (b->data[15] & ~3) | ecn;
		/* RFC 1624. */
		set16(b, 24, fold((uint16_t)~get16(b->data + 24) + (uint16_t)~inner + ecn));
	}
	return NVO3_DROP_NONE;
}

static void deliver(const struct world *w, int vn, struct fate *fate)
{
	const uint8_t *data = fate->frame.data;
	const struct map *map = data[0] & 1 ? NULL : model_map(w, vn, data);
	struct facts f;

	facts_read(&f, data, fate->frame.len);
	if (map && map->port >= 0)
		to_port(w, map->port, &f, fate);
	else if (map)
		drop(fate, NVO3_DROP_TUNNEL_REMOTE);
	else if (data[0] & 1 || w->vns[vn].unknown == NVO3_UNKNOWN_FLOOD)
		to_ports(w, vn, -1, &f, fate);
	else
		drop(fate, NVO3_DROP_UNKNOWN_DST);
}

static int unpack(const struct world *w, const struct bytes *b, struct fate *fate, int *vn)
{
	struct arrival a;
	uint32_t end = read_outer(b, &a), len;
	struct bytes *inner = &fate->frame;
	int reason;

	if (w->nve.locals && a.to.byte[a.to.family == AF_INET ? 3 : 15] != 1)
		return NVO3_DROP_TUNNEL_ADDR;
	if (a.encap != NVO3_ENCAP_NVGRE && w->nve.csum_require && !a.checksum)
		return NVO3_DROP_TUNNEL_CSUM;
	reason = judge_header(w, &a, b->data + a.header, vn, &len);
	if (reason)
		return reason;
	if (a.header + len > end)
		return NVO3_DROP_TUNNEL_HEADER;
	put(inner, b->data + a.header + len, end - a.header - len);
	if (inner->len < 14 || !is_unicast(inner->data + 6))
		return NVO3_DROP_TUNNEL_INNER;
	if (get16(inner->data + 12) == 0x8100 || get16(inner->data + 12) == 0x88a8)
		return NVO3_DROP_TUNNEL_VLAN;
	reason = verify(w, *vn, &a, inner->data);
	return reason ? reason : combine_ecn(inner, a.ds);
}

void model_judge(const struct world *w, const struct frame *frame, struct fate *fate)
{
	int vn, reason;

	fate->n = 0;
	fate->n_drops = 0;
	fate->frame.len = 0;
	if (frame->dev >= 0) {
		from_port(w, frame, fate);
		return;
	}
	reason = unpack(w, &frame->bytes, fate, &vn);
	if (reason)
		drop(fate, reason);
	else
		deliver(w, vn, fate);
}

uint16_t model_tcp(const struct world *w, const struct frame *frame)
{
	static struct fate fate;
	uint32_t from;
	struct facts f;

	model_judge(w, frame, &fate);
	if (fate.frame.len < 14 || fate.frame.len > frame->bytes.len)
		return 0;
	facts_read(&f, fate.frame.data, fate.frame.len);
	if (f.proto != 6 || !f.has_ports || f.bad || f.l4 + 21 > f.len)
		return 0;
	/* Tags and tunnels are in front; padding, which is behind, would be in the way. */
	from = frame->bytes.len - fate.frame.len;
	if (memcmp(frame->bytes.data + from + 14, fate.frame.data + 14, fate.frame.len - 14))
		return 0;
	return from + f.l4;
}
