// SPDX-License-Identifier: GPL-2.0
#include "nd_ra.h"

#include <errno.h>
#include <string.h>

#include "dhcp6.h"
#include "errs.h"

#define BODY_MAX	1240	/* of IPv6's least MTU */
#define ADVERT		134
#define HOPS		64
#define MANAGED		0x80	/* addresses by DHCPv6 */
#define OTHER		0x40	/* and the rest */
#define ON_LINK		0x80

enum option { OPT_SOURCE = 1, OPT_PREFIX = 3, OPT_MTU = 5, OPT_DNS = 25, OPT_DOMAINS = 31 };

int nd_solicit_check(const uint8_t *msg, size_t len, const struct ip_addr *src, struct err *err)
{
	if (len < 8)
		return err_set(err, EBADMSG, "a solicitation cut short");
	for (size_t at = 8, size; at < len; at += size) {
		if (len - at < 8 || !msg[at + 1])
			return err_set(err, EBADMSG, "a solicitation with a malformed option");
		size = msg[at + 1] * 8;
		if (size > len - at)
			return err_set(err, EBADMSG, "a solicitation's option runs over the end");
		if (msg[at] == OPT_SOURCE && ip_addr_is_zero(src))
			return err_set(err, EBADMSG, "a solicitation of nobody with an address");
	}
	return 0;
}

/* Advertisements come more seldom than a short lease ends */
static uint32_t lifetime(const struct subnet *s)
{
	return s->lease_s > ND_ROUTER_LIFETIME ? s->lease_s : ND_ROUTER_LIFETIME;
}

static void put_prefix(struct guest_answer *a, const struct subnet *s)
{
	guest_put_u8(a, OPT_PREFIX);
	guest_put_u8(a, 4);
	guest_put_u8(a, s->prefix.len);
	guest_put_u8(a, ON_LINK);
	guest_put_u32(a, lifetime(s));
	guest_put_u32(a, lifetime(s));
	guest_put_u32(a, 0);
	guest_put(a, s->prefix.addr.b, 16);
}

static void put_dns(struct guest_answer *a, const struct subnet *s)
{
	if (!s->n_dns)
		return;
	guest_put_u8(a, OPT_DNS);
	guest_put_u8(a, 1 + 2 * s->n_dns);
	guest_put_u16(a, 0);
	guest_put_u32(a, lifetime(s));
	for (int i = 0; i < s->n_dns; i++)
		guest_put(a, s->dns[i].b, 16);
}

static void put_domain(struct guest_answer *a, const struct subnet *s)
{
	/* Up to a multiple of 8 with zero bytes */
	uint8_t labels[(SUBNET_DOMAIN_SIZE + 1 + 7) / 8 * 8] = { 0 };
	size_t len;

	if (!*s->domain)
		return;
	len = (dns_labels(s->domain, labels) + 7) / 8 * 8;
	guest_put_u8(a, OPT_DOMAINS);
	guest_put_u8(a, 1 + len / 8);
	guest_put_u16(a, 0);
	guest_put_u32(a, lifetime(s));
	guest_put(a, labels, len);
}

void nd_advertise(struct guest_answer *a, const struct nd_told *told)
{
	guest_answer_begin(a, GUEST_SOLICIT, BODY_MAX);
	guest_put_u8(a, ADVERT);
	guest_put_u8(a, 0);
	guest_put_u16(a, 0);
	guest_put_u8(a, HOPS);
	guest_put_u8(a, MANAGED | OTHER);
	guest_put_u16(a, told->router ? ND_ROUTER_LIFETIME : 0);
	guest_put_u32(a, 0);
	guest_put_u32(a, 0);
	if (told->mtu) {
		guest_put_u8(a, OPT_MTU);
		guest_put_u8(a, 1);
		guest_put_u16(a, 0);
		guest_put_u32(a, told->mtu);
	}
	for (int i = 0; i < told->n; i++) {
		put_prefix(a, told->subnets[i]);
		put_dns(a, told->subnets[i]);
		put_domain(a, told->subnets[i]);
	}
}
