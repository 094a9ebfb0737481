// SPDX-License-Identifier: GPL-2.0
#include "dhcp4.h"

#include <errno.h>
#include <string.h>

#include "errs.h"

/* A message begins so (RFC 2131 section 2); options follow the cookie. */
#define AT_HTYPE	1
#define AT_HLEN		2
#define AT_XID		4
#define AT_FLAGS	10
#define AT_CIADDR	12
#define AT_YIADDR	16
#define AT_GIADDR	24
#define AT_CHADDR	28
#define AT_COOKIE	236
#define AT_OPTIONS	240

#define BOOT_REQUEST	1
#define BOOT_REPLY	2
#define ETHERNET	1
#define BROADCAST	0x8000
#define SIZE_LEAST	300	/* of BOOTP: some discard what is shorter */
#define SIZE_MOST	548	/* what everyone takes: 576 with IP and UDP */

enum option {
	OPT_PAD = 0, OPT_MASK = 1, OPT_ROUTER = 3, OPT_DNS = 6, OPT_DOMAIN = 15, OPT_MTU = 26,
	OPT_REQUESTED = 50, OPT_LEASE = 51, OPT_TYPE = 53, OPT_SERVER = 54,
	OPT_RENEW = 58, OPT_REBIND = 59, OPT_CLIENT_ID = 61, OPT_RAPID_COMMIT = 80,
	OPT_ROUTES = 121, OPT_END = 255,
};

static const uint8_t cookie[4] = { 99, 130, 83, 99 };

static int bad(struct err *err, const char *what)
{
	return err_set(err, EBADMSG, "DHCP: %s", what);
}

static uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

/* --- questions */

static bool get_ip(const uint8_t *data, uint8_t len, struct ip_addr *ret)
{
	if (len != 4)
		return false;
	*ret = ip_addr_from(AF_INET, data);
	return true;
}

/* False: it has a length that it cannot have */
static bool parse_option(uint8_t code, const uint8_t *data, uint8_t len, struct dhcp_question *q)
{
	switch (code) {
	case OPT_TYPE:
		if (len == 1)
			q->type = *data;
		return len == 1;
	case OPT_REQUESTED:
		return get_ip(data, len, &q->requested);
	case OPT_SERVER:
		return get_ip(data, len, &q->server);
	case OPT_RAPID_COMMIT:
		q->rapid_commit = true;
		return !len;
	case OPT_CLIENT_ID:
		q->client_id = data;
		q->client_id_len = len;
		return len >= 2 && len <= DHCP_CLIENT_ID_MAX;
	default:
		return true;
	}
}

static int parse_options(const uint8_t *p, const uint8_t *end, struct dhcp_question *q,
			 struct err *err)
{
	while (p < end && *p != OPT_END) {
		if (*p == OPT_PAD) {
			p++;
			continue;
		}
		if (end - p < 2 || end - p - 2 < p[1])
			return bad(err, "an option runs over the end");
		if (!parse_option(p[0], p + 2, p[1], q))
			return err_set(err, EBADMSG, "DHCP: option %u with %u bytes", p[0], p[1]);
		p += 2 + p[1];
	}
	return 0;
}

int dhcp_parse(const uint8_t *msg, size_t len, struct dhcp_question *ret, struct err *err)
{
	struct dhcp_question q = { .type = 0 };

	if (len < AT_OPTIONS || memcmp(msg + AT_COOKIE, cookie, sizeof(cookie)))
		return bad(err, "cut short, or plain BOOTP");
	if (msg[0] != BOOT_REQUEST || msg[AT_HTYPE] != ETHERNET || msg[AT_HLEN] != 6)
		return bad(err, "not a request of an Ethernet client");
	memcpy(q.xid, msg + AT_XID, sizeof(q.xid));
	q.flags = get16(msg + AT_FLAGS);
	q.broadcast = q.flags & BROADCAST;
	q.client = ip_addr_from(AF_INET, msg + AT_CIADDR);
	q.relayed = memcmp(msg + AT_GIADDR, "\0\0\0", 4);
	memcpy(q.mac.b, msg + AT_CHADDR, sizeof(q.mac.b));
	if (parse_options(msg + AT_OPTIONS, msg + len, &q, err))
		return -EBADMSG;
	if (q.type < DHCP_DISCOVER || q.type > DHCP_INFORM)
		return bad(err, "no message type that is known");
	*ret = q;
	return 0;
}

/* --- answers */

static void put(struct guest_answer *a, uint8_t code, const void *data, uint8_t len)
{
	uint8_t option[2 + 255] = { code, len };

	if (len)
		memcpy(option + 2, data, len);
	guest_put(a, option, 2 + len);
}

static void put_u32(struct guest_answer *a, uint8_t code, uint32_t v)
{
	uint8_t b[4] = { v >> 24, v >> 16, v >> 8, v };

	put(a, code, b, sizeof(b));
}

static void put_lease(struct guest_answer *a, uint32_t lease)
{
	put_u32(a, OPT_LEASE, lease);
	put_u32(a, OPT_RENEW, lease / 2);
	put_u32(a, OPT_REBIND, lease - lease / 8);
}

static uint32_t mask_of(const struct ip_prefix *p)
{
	return p->len ? UINT32_MAX << (32 - p->len) : 0;
}

/* To the gateway, which the mask does not say is on the link, and by it to everywhere (RFC 3442) */
static void put_routes(struct guest_answer *a, const struct ip_addr *gateway)
{
	uint8_t routes[9 + 5] = { 32 };

	memcpy(routes + 1, gateway->b, 4);
	memcpy(routes + 10, gateway->b, 4);
	put(a, OPT_ROUTES, routes, sizeof(routes));
}

static void put_dns(struct guest_answer *a, const struct subnet *s)
{
	uint8_t dns[4 * SUBNET_DNS_MAX];

	for (int i = 0; i < s->n_dns; i++)
		memcpy(dns + 4 * i, s->dns[i].b, 4);
	if (s->n_dns)
		put(a, OPT_DNS, dns, 4 * s->n_dns);
}

static void put_subnet(struct guest_answer *a, const struct dhcp_told *told)
{
	const struct subnet *s = told->subnet;
	uint8_t mtu[2] = { told->mtu >> 8, told->mtu };

	put_u32(a, OPT_MASK, mask_of(&s->prefix));
	/* Whoever reads the routes does not read the router */
	if (s->gateway.family && s->prefix.len >= 31)
		put_routes(a, &s->gateway);
	if (s->gateway.family)
		put(a, OPT_ROUTER, s->gateway.b, 4);
	put_dns(a, s);
	if (told->mtu)
		put(a, OPT_MTU, mtu, sizeof(mtu));
	if (*s->domain)
		put(a, OPT_DOMAIN, s->domain, strlen(s->domain));
}

static void put_head(struct guest_answer *a, const struct dhcp_question *q,
		     const struct dhcp_told *told)
{
	uint8_t head[AT_OPTIONS] = { BOOT_REPLY, ETHERNET, 6 };

	memcpy(head + AT_XID, q->xid, sizeof(q->xid));
	head[AT_FLAGS] = q->flags >> 8;
	head[AT_FLAGS + 1] = q->flags;
	if (told->type == DHCP_ACK)
		memcpy(head + AT_CIADDR, q->client.b, 4);
	memcpy(head + AT_YIADDR, told->address.b, 4);
	memcpy(head + AT_CHADDR, q->mac.b, sizeof(q->mac.b));
	memcpy(head + AT_COOKIE, cookie, sizeof(cookie));
	guest_put(a, head, sizeof(head));
}

void dhcp_write(struct guest_answer *a, const struct dhcp_question *q,
		const struct dhcp_told *told)
{
	uint8_t type = told->type;

	/* One byte is kept for the end. Who says that he takes less than all must gets that. */
	guest_answer_begin(a, GUEST_DHCP, SIZE_MOST - 1);
	put_head(a, q, told);
	put(a, OPT_TYPE, &type, 1);
	put(a, OPT_SERVER, told->server.b, 4);
	if (told->address.family)
		put_lease(a, told->subnet->lease_s);
	if (told->rapid_commit)
		put(a, OPT_RAPID_COMMIT, NULL, 0);
	if (q->client_id)
		put(a, OPT_CLIENT_ID, q->client_id, q->client_id_len);
	if (told->subnet)
		put_subnet(a, told);
	a->max++;
	guest_put_u8(a, OPT_END);
	guest_pad(a, SIZE_LEAST);
}
