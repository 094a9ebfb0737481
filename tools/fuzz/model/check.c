// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <sys/socket.h>
#include "check.h"
#include "wire.h"

void print_hex(const char *what, const uint8_t *data, uint32_t len)
{
	uint32_t i;

	printf("%s %u bytes: ", what, len);
	for (i = 0; i < len; i++)
		printf("%02x", data[i]);
	putchar('\n');
}

void print_answers(const char *what, const struct fuzz_out *out)
{
	for (; out->dev; out = out_next(out)) {
		printf("%s: device %d ", what, wire_dev(out->dev));
		print_hex("", out_data(out), out->len);
	}
	printf("%s: %u drops\n", what, out->drops);
}

/* The copies that have not been seen yet. */
struct open_ends {
	const struct world *w;
	const struct fate *fate;
	bool seen[COPIES];
};

/* One's complement has two zeros: where a checksum was adapted, either is right. */
static bool same_frame(const struct bytes *frame, const uint8_t *data, uint32_t len)
{
	uint16_t ours, theirs;

	if (len != frame->len)
		return false;
	if (!memcmp(data, frame->data, len))
		return true;
	if (get16(data + 12) != 0x800 || len < 34)
		return false;
	ours = get16(frame->data + 24);
	theirs = get16(data + 24);
	return (uint16_t)(ours + theirs) == 0xffff && (!ours || !theirs) &&
	       !memcmp(data, frame->data, 24) && !memcmp(data + 26, frame->data + 26, len - 26);
}

/* Without its tag, which is told. */
static int untag(const struct fuzz_out *out, struct bytes *to)
{
	const uint8_t *data = out_data(out);
	int tagged = get16(data + 12) == 0x8100;

	to->len = 0;
	put(to, data, 12);
	put(to, data + 12 + 4 * tagged, out->len - 12 - 4 * tagged);
	return tagged ? get16(data + 14) : 0;
}

static const char *check_port(struct open_ends *ends, const struct fuzz_out *out, int dev)
{
	const struct fate *fate = ends->fate;
	static struct bytes frame;
	const struct port *port;
	int vlan, i;

	vlan = untag(out, &frame);
	for (i = 0; i < fate->n; i++) {
		if (ends->seen[i] || fate->copies[i].port < 0)
			continue;
		port = &ends->w->ports[fate->copies[i].port];
		if (port->dev != dev || port->vlan != vlan)
			continue;
		ends->seen[i] = true;
		return same_frame(&fate->frame, frame.data, frame.len) ? NULL :
			"a port got another frame";
	}
	return "a port got what is not for it";
}

static bool checksum_right(const struct nve *nve, const uint8_t *ip, int family, const uint8_t *udp,
			   uint32_t len)
{
	if (!nve->csum)
		return !get16(udp + 6);
	return get16(udp + 6) && udp_checksum(ip, family, udp, len) == 0;
}

static const char *check_udp(const struct nve *nve, const struct remote *remote, const uint8_t *ip,
			     int family, const uint8_t *udp, uint32_t len)
{
	int standard = remote->encap == NVO3_ENCAP_VXLAN ? 4789 : 6081;

	if (len < 8 || get16(udp + 4) != len)
		return "outer UDP length";
	if (get16(udp + 2) != (remote->dstport ? remote->dstport : standard))
		return "outer destination port";
	if (nve->sport[0] && (get16(udp) < nve->sport[0] || get16(udp) > nve->sport[1]))
		return "outer source port";
	return checksum_right(nve, ip, family, udp, len) ? NULL : "outer UDP checksum";
}

static const char *check_encap(const struct nve *nve, const struct remote *remote, uint32_t vni,
			       const uint8_t *header)
{
	uint32_t first = get32(header), second = get32(header + 4);

	switch (remote->encap) {
	case NVO3_ENCAP_VXLAN:
		return first == 0x08000000 && second == vni << 8 ? NULL : "VXLAN header";
	case NVO3_ENCAP_GENEVE:
		return first == 0x6558 && second == vni << 8 ? NULL : "Geneve header";
	}
	if (first != 0x20006558 || second >> 8 != vni || (!nve->flowid && second & 0xff))
		return "NVGRE header";
	return NULL;
}

static const char *check_ip4(const struct copy *copy, const struct remote *remote,
			     const uint8_t *ip, uint32_t len)
{
	if (ip[0] != 0x45 || get16(ip + 2) != len || fold(sum_of(ip, 20, 0)))
		return "outer IPv4 header";
	if (ip[1] != copy->tos)
		return "outer DS field";
	if (ip[8] != copy->ttl)
		return "outer TTL";
	if (get16(ip + 6) != (copy->df ? 0x4000 : 0))
		return "outer DF";
	if (ip[9] != (remote->encap == NVO3_ENCAP_NVGRE ? 47 : 17))
		return "outer protocol";
	return get32(ip + 12) == 0xc0000201 ? NULL : "outer source address";
}

static const char *check_ip6(const struct nve *nve, const struct copy *copy,
			     const struct remote *remote, const uint8_t *ip, uint32_t len)
{
	struct address us = underlay_addr(AF_INET6, 1);

	if (ip[0] >> 4 != 6 || get16(ip + 4) + 40 != len)
		return "outer IPv6 header";
	if ((uint8_t)(get16(ip) >> 4) != copy->tos)
		return "outer DS field";
	if (ip[7] != copy->ttl)
		return "outer hop limit";
	if (nve->label >= 0 && (get32(ip) & 0xfffff) != nve->label)
		return "outer flow label";
	if (ip[6] != (remote->encap == NVO3_ENCAP_NVGRE ? 47 : 17))
		return "outer protocol";
	return memcmp(ip + 8, us.byte, 16) ? "outer source address" : NULL;
}

static bool is_for(const struct remote *remote, const uint8_t *packet, uint32_t len)
{
	bool ip4 = remote->addr.family == AF_INET;

	if (len < (ip4 ? 42 : 62) || get16(packet + 12) != (ip4 ? 0x800 : 0x86dd))
		return false;
	return !memcmp(packet + (ip4 ? 30 : 38), remote->addr.byte, ip4 ? 4 : 16);
}

/* To whom, how, what: NULL if it is a right packet of the copy to the remote. */
static const char *check_packet(const struct open_ends *ends, const struct copy *copy,
				const struct remote *remote, const uint8_t *packet, uint32_t len)
{
	static const uint8_t us[] = { 2, 0, 0, 0, 0xaa, 1 };
	int family = remote->addr.family;
	uint32_t l4 = family == AF_INET ? 34 : 54;
	const uint8_t *ip = packet + 14, *header;
	const struct nve *nve = &ends->w->nve;
	const char *wrong;

	if (packet[5] != remote->nr || packet[4] != 0xbb || memcmp(packet + 6, us, MAC_LEN))
		return "outer MAC address";
	wrong = family == AF_INET ? check_ip4(copy, remote, ip, len - 14) :
				    check_ip6(nve, copy, remote, ip, len - 14);
	header = packet + l4;
	if (!wrong && remote->encap != NVO3_ENCAP_NVGRE) {
		wrong = check_udp(nve, remote, ip, family, header, len - l4);
		header += 8;
	}
	if (!wrong)
		wrong = check_encap(nve, remote, copy->vni, header);
	header += 8;
	if (!wrong && !same_frame(&ends->fate->frame, header, packet + len - header))
		wrong = "a remote got another frame";
	return wrong;
}

static const char *check_remote(struct open_ends *ends, const struct fuzz_out *out)
{
	const char *wrong = "a packet for nobody", *other;
	const struct fate *fate = ends->fate;
	const struct remote *remote;
	int i, j;

	for (i = 0; i < fate->n; i++) {
		if (ends->seen[i] || fate->copies[i].port >= 0)
			continue;
		for (j = 0; j < fate->copies[i].n_remotes; j++) {
			remote = &ends->w->remotes[fate->copies[i].remotes[j]];
			if (!is_for(remote, out_data(out), out->len))
				continue;
			other = check_packet(ends, &fate->copies[i], remote, out_data(out),
					     out->len);
			if (!other) {
				ends->seen[i] = true;
				return NULL;
			}
			wrong = other;
		}
	}
	return wrong;
}

const char *check_fate(const struct world *w, const struct fate *fate, const struct fuzz_out *out)
{
	struct open_ends ends = { .w = w, .fate = fate };
	const char *wrong;
	int dev, i;

	for (; out->dev; out = out_next(out)) {
		dev = wire_dev(out->dev);
		wrong = dev < 0 ? check_remote(&ends, out) : check_port(&ends, out, dev);
		if (wrong)
			return wrong;
	}
	for (i = 0; i < fate->n; i++)
		if (!ends.seen[i])
			return "somebody did not get it";
	return out->drops == fate->n_drops ? NULL : "number of drops";
}

/* Identifications, and so the IPv4 header's checksum, are of each packet. */
static bool same_packet(const struct fuzz_out *a, const struct fuzz_out *b)
{
	const uint8_t *x = out_data(a), *y = out_data(b);

	if (a->dev != b->dev || a->len != b->len)
		return false;
	if (wire_dev(a->dev) >= 0 || a->len < 34 || get16(x + 12) != 0x800)
		return !memcmp(x, y, a->len);
	return !memcmp(x, y, 18) && !memcmp(x + 20, y + 20, 4) &&
	       !memcmp(x + 26, y + 26, a->len - 26);
}

bool same_answers(const struct fuzz_out *a, const struct fuzz_out *b)
{
	for (; a->dev && b->dev; a = out_next(a), b = out_next(b))
		if (!same_packet(a, b))
			return false;
	return !a->dev && !b->dev && a->drops == b->drops;
}
