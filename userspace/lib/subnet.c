// SPDX-License-Identifier: GPL-2.0
#include "subnet.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "proto/common.pb-c.h"

static int compare(const struct ip_addr *a, const struct ip_addr *b)
{
	return memcmp(a->b, b->b, sizeof(a->b));
}

int ip_range_parse(struct ip_range *ret, const char *text, struct err *err)
{
	const char *dash = strchr(text, '-');
	char first[IP_ADDR_STRLEN];
	struct ip_range r;

	if (!dash) {
		if (ip_addr_parse(&r.first, text, err))
			return -EINVAL;
		*ret = (struct ip_range){ r.first, r.first };
		return 0;
	}
	if ((size_t)(dash - text) >= sizeof(first))
		return err_set(err, EINVAL, "\"%.80s\" is not a range of IP addresses", text);
	memcpy(first, text, dash - text);
	first[dash - text] = '\0';
	if (ip_addr_parse(&r.first, first, err) || ip_addr_parse(&r.last, dash + 1, err))
		return -EINVAL;
	if (r.first.family != r.last.family || compare(&r.first, &r.last) > 0)
		return err_set(err, EINVAL, "%s: the first address is not before the last", text);
	*ret = r;
	return 0;
}

const char *ip_range_format(const struct ip_range *r, char buf[IP_RANGE_STRLEN])
{
	char first[IP_ADDR_STRLEN], last[IP_ADDR_STRLEN];

	ip_addr_format(&r->first, first);
	if (ip_addr_equal(&r->first, &r->last))
		snprintf(buf, IP_RANGE_STRLEN, "%s", first);
	else
		snprintf(buf, IP_RANGE_STRLEN, "%s-%s", first, ip_addr_format(&r->last, last));
	return buf;
}

bool ip_range_has(const struct ip_range *r, const struct ip_addr *a)
{
	return a->family == r->first.family && compare(&r->first, a) <= 0 &&
	       compare(a, &r->last) <= 0;
}

/* The last 8 bytes as a number: IPv4 has 4 of them */
static uint64_t low(const struct ip_addr *a)
{
	size_t end = ip_addr_len(a);
	uint64_t n = 0;

	for (size_t i = end == 4 ? 0 : 8; i < end; i++)
		n = n << 8 | a->b[i];
	return n;
}

/* False when it runs over the end of all addresses of these 64 bits */
static bool add(struct ip_addr *a, uint64_t by)
{
	size_t end = ip_addr_len(a);
	uint64_t n = low(a) + by;

	if (n < by || (end == 4 && n > UINT32_MAX))
		return false;
	for (size_t i = end; i > (end == 4 ? 0 : 8); i--, n >>= 8)
		a->b[i - 1] = n;
	return true;
}

uint32_t ip_range_index(const struct ip_range *r, const struct ip_addr *a)
{
	return low(a) - low(&r->first);
}

struct ip_addr ip_range_at(const struct ip_range *r, uint32_t index)
{
	struct ip_addr a = r->first;

	add(&a, index);
	return a;
}

static bool host_bit(const struct ip_prefix *p, unsigned int bit)
{
	return p->addr.b[bit / 8] & 0x80 >> bit % 8;
}

static bool in_prefix(const struct ip_prefix *p, const struct ip_addr *a)
{
	const struct ip_prefix other = { .addr = *a };

	if (a->family != p->addr.family)
		return false;
	for (unsigned int i = 0; i < p->len; i++)
		if (host_bit(p, i) != host_bit(&other, i))
			return false;
	return true;
}

bool subnet_has(const struct subnet *s, const struct ip_addr *a)
{
	return in_prefix(&s->prefix, a);
}

/* Of the addresses of a prefix the last; only of one that is 64 bits long or longer */
static struct ip_addr last_of(const struct ip_prefix *p)
{
	unsigned int bits = 8 * ip_addr_len(&p->addr) - p->len;
	struct ip_addr a = p->addr;

	add(&a, bits >= 64 ? UINT64_MAX : (1ull << bits) - 1);
	return a;
}

/* The network's address and broadcast; the anycast address of routers (RFC 4291 2.6.1) */
static bool is_special(const struct ip_prefix *p, const struct ip_addr *a)
{
	struct ip_addr last = last_of(p);

	if (p->addr.family == AF_INET)
		return p->len < 31 && (ip_addr_equal(a, &p->addr) || ip_addr_equal(a, &last));
	return ip_addr_equal(a, &p->addr);
}

void subnet_default_range(struct subnet *s)
{
	struct ip_addr last = last_of(&s->prefix);

	s->range.first = s->prefix.addr;
	if (is_special(&s->prefix, &s->range.first))
		add(&s->range.first, 1);
	if (is_special(&s->prefix, &last))
		last = ip_range_at(&(struct ip_range){ .first = s->prefix.addr },
				   low(&last) - low(&s->prefix.addr) - 1);
	s->range.last = last;
	if (low(&last) - low(&s->range.first) >= SUBNET_RANGE_MAX)
		s->range.last = ip_range_at(&s->range, SUBNET_RANGE_MAX - 1);
}

bool subnet_is_reserved(const struct subnet *s, const struct ip_addr *a)
{
	for (int i = 0; i < s->n_reserved; i++)
		if (ip_range_has(&s->reserved[i], a))
			return true;
	return ip_addr_equal(&s->gateway, a) || is_special(&s->prefix, a);
}

const struct subnet *subnets_find(const struct subnets *s, const struct ip_addr *a)
{
	for (int i = 0; i < s->n; i++)
		if (subnet_has(&s->v[i], a))
			return &s->v[i];
	return NULL;
}

/* --- is it good? */

static int bad(const struct subnet *s, struct err *err, const char *what)
{
	char text[IP_PREFIX_STRLEN];

	return err_set(err, EINVAL, "subnet %s: %s", ip_prefix_format(&s->prefix, text), what);
}

int subnet_check_prefix(const struct subnet *s, struct err *err)
{
	const struct ip_prefix *p = &s->prefix;
	bool is4 = p->addr.family == AF_INET;

	if (!p->addr.family)
		return err_set(err, EINVAL, "a subnet has no prefix");
	if (is4 ? p->len < 8 || p->len > 32 : p->len < 64 || p->len > 126)
		return bad(s, err, is4 ? "the prefix length is not from 8 to 32" :
					 "the prefix length is not from 64 to 126");
	for (unsigned int i = p->len; i < 8 * ip_addr_len(&p->addr); i++)
		if (host_bit(p, i))
			return bad(s, err, "the prefix has host bits");
	if (ip_addr_is_multicast(&p->addr) || ip_addr_is_loopback(&p->addr) ||
	    ip_addr_is_linklocal(&p->addr) || ip_addr_is_zero(&p->addr))
		return bad(s, err, "the prefix is not one of hosts");
	return 0;
}

static int check_gateway(const struct subnet *s, struct err *err)
{
	if (!s->gateway.family)
		return 0;
	if (s->prefix.addr.family == AF_INET6) {
		if (s->gateway.family != AF_INET6 || !ip_addr_is_linklocal(&s->gateway))
			return bad(s, err, "an IPv6 gateway is a link-local address (fe80::/10)");
		return 0;
	}
	/* A host route leads to one beside the subnet */
	if (s->gateway.family != AF_INET ||
	    (s->prefix.len < 31 && (!subnet_has(s, &s->gateway) ||
				    is_special(&s->prefix, &s->gateway))))
		return bad(s, err, "the gateway is not a host of the prefix");
	if (ip_addr_is_multicast(&s->gateway) || ip_addr_is_loopback(&s->gateway) ||
	    ip_addr_is_zero(&s->gateway))
		return bad(s, err, "the gateway is not the address of one host");
	return 0;
}

static int check_range(const struct subnet *s, const struct ip_range *r, const char *what,
		       struct err *err)
{
	char text[80];

	snprintf(text, sizeof(text), "the %srange is not in the prefix", what);
	if (!subnet_has(s, &r->first) || !subnet_has(s, &r->last) ||
	    compare(&r->first, &r->last) > 0)
		return bad(s, err, text);
	snprintf(text, sizeof(text), "the %srange has more than %u addresses", what,
		 SUBNET_RANGE_MAX);
	if (low(&r->last) - low(&r->first) >= SUBNET_RANGE_MAX)
		return bad(s, err, text);
	return 0;
}

/* Labels of letters, digits and hyphens (RFC 1123), with single dots between them */
static bool is_domain(const char *name)
{
	size_t len;

	for (;; name += len + 1) {
		len = 0;
		while (isalnum((unsigned char)name[len]) || name[len] == '-')
			len++;
		if (!len || len > 63 || *name == '-' || name[len - 1] == '-')
			return false;
		if (!name[len])
			return true;
		if (name[len] != '.')
			return false;
	}
}

static int check_told(const struct subnet *s, struct err *err)
{
	for (int i = 0; i < s->n_dns; i++)
		if (s->dns[i].family != s->prefix.addr.family || ip_addr_is_zero(&s->dns[i]) ||
		    ip_addr_is_multicast(&s->dns[i]))
			return bad(s, err, "a name server is not an address of its family");
	if (*s->domain && !is_domain(s->domain))
		return bad(s, err, "the domain is not a name of letters, digits, '-' and '.'");
	if (s->lease_s < SUBNET_LEASE_MIN || s->lease_s > SUBNET_LEASE_MAX)
		return bad(s, err, "the lease is not from 60 seconds to a year");
	return 0;
}

static int check_one(const struct subnet *s, struct err *err)
{
	int ret = subnet_check_prefix(s, err);

	if (!ret)
		ret = check_gateway(s, err);
	if (!ret)
		ret = check_range(s, &s->range, "", err);
	for (int i = 0; !ret && i < s->n_reserved; i++)
		ret = check_range(s, &s->reserved[i], "reserved ", err);
	return ret ? ret : check_told(s, err);
}

int subnets_check(const struct subnets *s, struct err *err)
{
	for (int i = 0; i < s->n; i++) {
		if (check_one(&s->v[i], err))
			return -EINVAL;
		for (int j = 0; j < i; j++)
			if (subnet_has(&s->v[i], &s->v[j].prefix.addr) ||
			    subnet_has(&s->v[j], &s->v[i].prefix.addr))
				return bad(&s->v[i], err, "it overlaps another one of the VN");
	}
	return 0;
}

/* --- as a message */

static bool get_range(const Nvo3__IpRange *msg, struct ip_range *ret)
{
	return msg && msg_get_ip(&msg->first, &ret->first) && msg_get_ip(&msg->last, &ret->last);
}

static bool get_subnet(const Nvo3__Subnet *msg, struct subnet *s)
{
	if (!msg->prefix || !msg_get_ip(&msg->prefix->addr, &s->prefix.addr) ||
	    msg->prefix->len > 128 || !get_range(msg->range, &s->range) ||
	    msg->n_dns > SUBNET_DNS_MAX || msg->n_reserved > SUBNET_RESERVED_MAX ||
	    strlen(msg->domain) >= sizeof(s->domain))
		return false;
	s->prefix.len = msg->prefix->len;
	if (msg->gateway.len && !msg_get_ip(&msg->gateway, &s->gateway))
		return false;
	for (size_t i = 0; i < msg->n_dns; i++)
		if (!msg_get_ip(&msg->dns[i], &s->dns[i]))
			return false;
	for (size_t i = 0; i < msg->n_reserved; i++)
		if (!get_range(msg->reserved[i], &s->reserved[i]))
			return false;
	s->n_dns = msg->n_dns;
	s->n_reserved = msg->n_reserved;
	strcpy(s->domain, msg->domain);
	s->lease_s = msg->lease_s;
	return true;
}

int subnets_unpack(const ProtobufCBinaryData *data, struct subnets *ret, struct err *err)
{
	struct subnets s = { .n = 0 };
	Nvo3__Addressing *msg = NULL;
	bool good = data->len <= SUBNETS_BYTES_MAX;

	if (good)
		msg = nvo3__addressing__unpack(NULL, data->len, data->data);
	good = msg && msg->n_subnets <= SUBNETS_MAX;
	for (size_t i = 0; good && i < msg->n_subnets; i++)
		good = get_subnet(msg->subnets[i], &s.v[s.n++]);
	msg_free(msg);
	if (!good)
		return err_set(err, EINVAL, "the subnets of a VN do not decode");
	if (subnets_check(&s, err))
		return -EINVAL;
	*ret = s;
	return 0;
}

/* What a message borrows from a subnet */
struct parts {
	Nvo3__IpPrefix prefix;
	Nvo3__IpRange range, reserved[SUBNET_RESERVED_MAX];
	Nvo3__IpRange *reserved_of[SUBNET_RESERVED_MAX];
	ProtobufCBinaryData dns[SUBNET_DNS_MAX];
};

static Nvo3__IpRange put_range(const struct ip_range *r)
{
	Nvo3__IpRange msg = NVO3__IP_RANGE__INIT;

	msg.first = msg_put_ip(&r->first);
	msg.last = msg_put_ip(&r->last);
	return msg;
}

static void put_subnet(const struct subnet *s, Nvo3__Subnet *msg, struct parts *parts)
{
	nvo3__subnet__init(msg);
	nvo3__ip_prefix__init(&parts->prefix);
	parts->prefix.addr = msg_put_ip(&s->prefix.addr);
	parts->prefix.len = s->prefix.len;
	msg->prefix = &parts->prefix;
	if (s->gateway.family)
		msg->gateway = msg_put_ip(&s->gateway);
	for (int i = 0; i < s->n_dns; i++)
		parts->dns[i] = msg_put_ip(&s->dns[i]);
	msg->dns = parts->dns;
	msg->n_dns = s->n_dns;
	msg->domain = (char *)s->domain;
	msg->lease_s = s->lease_s;
	parts->range = put_range(&s->range);
	msg->range = &parts->range;
	for (int i = 0; i < s->n_reserved; i++) {
		parts->reserved[i] = put_range(&s->reserved[i]);
		parts->reserved_of[i] = &parts->reserved[i];
	}
	msg->reserved = parts->reserved_of;
	msg->n_reserved = s->n_reserved;
}

void subnets_pack(const struct subnets *s, struct subnets_packed *ret)
{
	Nvo3__Addressing msg = NVO3__ADDRESSING__INIT;
	Nvo3__Subnet subnets[SUBNETS_MAX], *of[SUBNETS_MAX];
	struct parts parts[SUBNETS_MAX];

	for (int i = 0; i < s->n; i++) {
		put_subnet(&s->v[i], &subnets[i], &parts[i]);
		of[i] = &subnets[i];
	}
	msg.subnets = of;
	msg.n_subnets = s->n;
	memset(ret, 0, sizeof(*ret));
	ret->len = nvo3__addressing__pack(&msg, ret->b);
}
