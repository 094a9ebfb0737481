// SPDX-License-Identifier: GPL-2.0
#include "guest_frame.h"

#include <errno.h>
#include <string.h>

#include "errs.h"

#define ETH_LEN		14
#define IP4_LEN		20
#define IP6_LEN		40
#define UDP_LEN		8
#define ETHERTYPE_IP4	0x0800
#define ETHERTYPE_IP6	0x86dd
#define PROTO_UDP	17
#define PROTO_ICMP6	58
#define SOLICIT		133
#define DHCP_SERVER	67
#define DHCP_CLIENT	68
#define DHCP6_CLIENT	546
#define DHCP6_SERVER	547
#define FRAGMENT	0x3fff	/* more fragments, and the offset */

static uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static void set16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

/* --- questions */

static int bad(struct err *err, const char *what)
{
	return err_set(err, EBADMSG, "%s", what);
}

static int parse_udp(const uint8_t *p, size_t len, uint16_t server, struct guest_question *q,
		     struct err *err)
{
	size_t udp;

	if (len < UDP_LEN)
		return bad(err, "UDP cut short");
	udp = get16(p + 4);
	if (udp < UDP_LEN || udp > len)
		return bad(err, "UDP has another length than its packet");
	if (get16(p + 2) != server)
		return bad(err, "not to a DHCP server");
	q->body = p + UDP_LEN;
	q->len = udp - UDP_LEN;
	return 0;
}

static int parse_ip4(const uint8_t *p, size_t len, struct guest_question *q, struct err *err)
{
	size_t head, total;

	if (len < IP4_LEN || p[0] >> 4 != 4)
		return bad(err, "no IPv4 header");
	head = (p[0] & 15) * 4;
	total = get16(p + 2);
	if (head < IP4_LEN || total < head || total > len)
		return bad(err, "IPv4 has another length than its frame");
	if (get16(p + 6) & FRAGMENT)
		return bad(err, "a fragment");
	if (p[9] != PROTO_UDP)
		return bad(err, "neither UDP nor a solicitation");
	q->kind = GUEST_DHCP;
	q->ip_src = ip_addr_from(AF_INET, p + 12);
	q->ip_dst = ip_addr_from(AF_INET, p + 16);
	return parse_udp(p + head, total - head, DHCP_SERVER, q, err);
}

static int parse_ip6(const uint8_t *p, size_t len, struct guest_question *q, struct err *err)
{
	size_t payload;

	if (len < IP6_LEN || p[0] >> 4 != 6)
		return bad(err, "no IPv6 header");
	payload = get16(p + 4);
	if (payload > len - IP6_LEN)
		return bad(err, "IPv6 has another length than its frame");
	q->ip_src = ip_addr_from(AF_INET6, p + 8);
	q->ip_dst = ip_addr_from(AF_INET6, p + 24);
	p += IP6_LEN;
	if (p[6 - IP6_LEN] == PROTO_UDP) {
		q->kind = GUEST_DHCP6;
		return parse_udp(p, payload, DHCP6_SERVER, q, err);
	}
	if (p[6 - IP6_LEN] != PROTO_ICMP6 || payload < 8 || p[0] != SOLICIT || p[1])
		return bad(err, "neither DHCPv6 nor a solicitation, or behind extension headers");
	if (p[7 - IP6_LEN] != 255)
		return bad(err, "a solicitation from beyond the link");
	q->kind = GUEST_SOLICIT;
	q->body = p;
	q->len = payload;
	return 0;
}

int guest_frame_parse(const uint8_t *frame, size_t len, struct guest_question *ret,
		      struct err *err)
{
	struct guest_question q = { .body = NULL };
	int rc;

	if (len < ETH_LEN || len > GUEST_FRAME_MAX)
		return bad(err, "no Ethernet frame");
	memcpy(q.src.b, frame + 6, sizeof(q.src.b));
	if (get16(frame + 12) == ETHERTYPE_IP4)
		rc = parse_ip4(frame + ETH_LEN, len - ETH_LEN, &q, err);
	else if (get16(frame + 12) == ETHERTYPE_IP6)
		rc = parse_ip6(frame + ETH_LEN, len - ETH_LEN, &q, err);
	else
		rc = bad(err, "neither IPv4 nor IPv6");
	if (!rc)
		*ret = q;
	return rc;
}

/* --- answers */

static size_t head_len(enum guest_kind kind)
{
	switch (kind) {
	case GUEST_DHCP:
		return ETH_LEN + IP4_LEN + UDP_LEN;
	case GUEST_DHCP6:
		return ETH_LEN + IP6_LEN + UDP_LEN;
	case GUEST_SOLICIT:
		break;
	}
	return ETH_LEN + IP6_LEN;
}

void guest_answer_begin(struct guest_answer *a, enum guest_kind kind, size_t max)
{
	memset(a, 0, sizeof(*a));
	a->kind = kind;
	a->len = head_len(kind);
	a->max = a->len + max;
	if (a->max > sizeof(a->frame))
		a->max = sizeof(a->frame);
}

bool guest_put(struct guest_answer *a, const void *data, size_t len)
{
	if (len > a->max - a->len) {
		a->full = true;
		return false;
	}
	if (len)
		memcpy(a->frame + a->len, data, len);
	a->len += len;
	return true;
}

bool guest_put_u8(struct guest_answer *a, uint8_t v)
{
	return guest_put(a, &v, 1);
}

bool guest_put_u16(struct guest_answer *a, uint16_t v)
{
	uint8_t b[2] = { v >> 8, v };

	return guest_put(a, b, sizeof(b));
}

bool guest_put_u32(struct guest_answer *a, uint32_t v)
{
	uint8_t b[4] = { v >> 24, v >> 16, v >> 8, v };

	return guest_put(a, b, sizeof(b));
}

void guest_pad(struct guest_answer *a, size_t len)
{
	size_t want = head_len(a->kind) + len;

	/* What is not written is zero */
	if (a->len < want && want <= a->max)
		a->len = want;
}

size_t guest_body(struct guest_answer *a, uint8_t **ret)
{
	*ret = a->frame + head_len(a->kind);
	return a->len - head_len(a->kind);
}

/* RFC 1071; @sum is what was added before */
static uint32_t add(uint32_t sum, const uint8_t *p, size_t len)
{
	for (; len > 1; p += 2, len -= 2)
		sum += get16(p);
	return len ? sum + (*p << 8) : sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* Of the transport header at @p, with the pseudo header of both families */
static uint16_t transport_sum(const struct guest_route *r, uint8_t proto, const uint8_t *p,
			      size_t len)
{
	uint32_t sum = proto + len;
	uint16_t ret;

	sum = add(sum, r->ip_from.b, ip_addr_len(&r->ip_from));
	sum = add(sum, r->ip_to.b, ip_addr_len(&r->ip_to));
	ret = fold(add(sum, p, len));
	/* In UDP zero means none */
	return ret || proto != PROTO_UDP ? ret : 0xffff;
}

static void put_udp(uint8_t *p, size_t len, uint16_t from, uint16_t to,
		    const struct guest_route *r)
{
	set16(p, from);
	set16(p + 2, to);
	set16(p + 4, len);
	set16(p + 6, 0);
	set16(p + 6, transport_sum(r, PROTO_UDP, p, len));
}

static void put_ip4(uint8_t *p, size_t len, const struct guest_route *r)
{
	memset(p, 0, IP4_LEN);
	p[0] = 0x45;
	set16(p + 2, len);
	set16(p + 6, 0x4000);	/* do not fragment, so needs no id (RFC 6864) */
	p[8] = 64;
	p[9] = PROTO_UDP;
	memcpy(p + 12, r->ip_from.b, 4);
	memcpy(p + 16, r->ip_to.b, 4);
	set16(p + 10, fold(add(0, p, IP4_LEN)));
}

static void put_ip6(uint8_t *p, size_t payload, uint8_t next, const struct guest_route *r)
{
	memset(p, 0, IP6_LEN);
	p[0] = 0x60;
	set16(p + 4, payload);
	p[6] = next;
	p[7] = 255;
	memcpy(p + 8, r->ip_from.b, 16);
	memcpy(p + 24, r->ip_to.b, 16);
}

void guest_answer_end(struct guest_answer *a, const struct guest_route *r)
{
	uint8_t *ip = a->frame + ETH_LEN;
	size_t len = a->len - ETH_LEN;

	memcpy(a->frame, r->to.b, 6);
	memcpy(a->frame + 6, r->from.b, 6);
	set16(a->frame + 12, a->kind == GUEST_DHCP ? ETHERTYPE_IP4 : ETHERTYPE_IP6);
	switch (a->kind) {
	case GUEST_DHCP:
		put_ip4(ip, len, r);
		put_udp(ip + IP4_LEN, len - IP4_LEN, DHCP_SERVER, DHCP_CLIENT, r);
		break;
	case GUEST_DHCP6:
		put_ip6(ip, len - IP6_LEN, PROTO_UDP, r);
		put_udp(ip + IP6_LEN, len - IP6_LEN, DHCP6_SERVER, DHCP6_CLIENT, r);
		break;
	case GUEST_SOLICIT:
		put_ip6(ip, len - IP6_LEN, PROTO_ICMP6, r);
		set16(ip + IP6_LEN + 2, 0);
		set16(ip + IP6_LEN + 2,
		      transport_sum(r, PROTO_ICMP6, ip + IP6_LEN, len - IP6_LEN));
		break;
	}
}
