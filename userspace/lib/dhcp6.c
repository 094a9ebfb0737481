// SPDX-License-Identifier: GPL-2.0
#include "dhcp6.h"

#include <errno.h>
#include <string.h>

#include "errs.h"

#define BODY_MAX	1232	/* of IPv6's least MTU */
#define DUID_UUID	4

enum option {
	OPT_CLIENT = 1, OPT_SERVER = 2, OPT_IA_ADDR = 5, OPT_PREFERENCE = 7, OPT_STATUS = 13,
	OPT_RAPID_COMMIT = 14, OPT_DNS = 23, OPT_DOMAINS = 24,
};

struct cursor {
	const uint8_t *p, *end;
};

struct option_at {
	uint16_t code, len;
	const uint8_t *data;
};

static int bad(struct err *err, const char *what)
{
	return err_set(err, EBADMSG, "DHCPv6: %s", what);
}

static uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

/* --- questions */

/* 1: the next one, 0: the end, -EBADMSG */
static int next(struct cursor *c, struct option_at *ret, struct err *err)
{
	if (c->p == c->end)
		return 0;
	if (c->end - c->p < 4 || c->end - c->p - 4 < get16(c->p + 2))
		return bad(err, "an option runs over the end");
	ret->code = get16(c->p);
	ret->len = get16(c->p + 2);
	ret->data = c->p + 4;
	c->p += 4 + ret->len;
	return 1;
}

/* Addresses of an IA that are too many are not seen, as if they were not asked for */
static int parse_addrs(const uint8_t *p, size_t len, struct dhcp6_question_ia *ia,
		       struct err *err)
{
	struct cursor c = { p, p + len };
	struct option_at o = { 0 };
	int rc;

	while ((rc = next(&c, &o, err)) > 0) {
		if (o.code != OPT_IA_ADDR)
			continue;
		if (o.len < 24)
			return bad(err, "an address cut short");
		if (ia->n_addrs < DHCP6_ADDRS_MAX)
			ia->addrs[ia->n_addrs++] = ip_addr_from(AF_INET6, o.data);
	}
	return rc;
}

static int parse_ia(const struct option_at *o, struct dhcp6_question *q, struct err *err)
{
	size_t head = o->code == DHCP6_IA_TA ? 4 : 12;
	struct dhcp6_question_ia *ia;

	if (o->len < head)
		return bad(err, "an identity association cut short");
	if (q->n_ias == DHCP6_IAS_MAX)
		return 0;
	ia = &q->ias[q->n_ias++];
	ia->kind = o->code;
	memcpy(ia->id, o->data, sizeof(ia->id));
	if (o->code == DHCP6_IA_PD)
		return 0;
	return parse_addrs(o->data + head, o->len - head, ia, err);
}

static int parse_duid(const struct option_at *o, const uint8_t **ret, uint16_t *ret_len,
		      struct err *err)
{
	if (o->len < 3 || o->len > DHCP6_DUID_MAX)
		return err_set(err, EBADMSG, "DHCPv6: a DUID of %u bytes", o->len);
	if (*ret)
		return bad(err, "a second DUID");
	*ret = o->data;
	*ret_len = o->len;
	return 0;
}

static int parse_option(const struct option_at *o, struct dhcp6_question *q, struct err *err)
{
	switch (o->code) {
	case OPT_CLIENT:
		return parse_duid(o, &q->client, &q->client_len, err);
	case OPT_SERVER:
		return parse_duid(o, &q->server, &q->server_len, err);
	case DHCP6_IA_NA:
	case DHCP6_IA_TA:
	case DHCP6_IA_PD:
		return parse_ia(o, q, err);
	case OPT_RAPID_COMMIT:
		q->rapid_commit = true;
		return o->len ? bad(err, "rapid commit with content") : 0;
	default:
		return 0;
	}
}

int dhcp6_parse(const uint8_t *msg, size_t len, struct dhcp6_question *ret, struct err *err)
{
	struct dhcp6_question q = { .client = NULL };
	struct cursor c = { msg + 4, msg + len };
	struct option_at o = { 0 };
	int rc;

	if (len < 4)
		return bad(err, "cut short");
	q.type = msg[0];
	memcpy(q.xid, msg + 1, sizeof(q.xid));
	switch (q.type) {
	case DHCP6_SOLICIT:
	case DHCP6_REQUEST:
	case DHCP6_CONFIRM:
	case DHCP6_RENEW:
	case DHCP6_REBIND:
	case DHCP6_RELEASE:
	case DHCP6_DECLINE:
	case DHCP6_INFORMATION:
		break;
	default:
		return err_set(err, EBADMSG, "DHCPv6: a message of type %u is not a client's",
			       msg[0]);
	}
	while ((rc = next(&c, &o, err)) > 0) {
		rc = parse_option(&o, &q, err);
		if (rc)
			return rc;
	}
	if (!rc)
		*ret = q;
	return rc;
}

/* --- answers */

void dhcp6_duid(const struct uuid *uuid, uint8_t ret[DHCP6_DUID_UUID_LEN])
{
	ret[0] = 0;
	ret[1] = DUID_UUID;
	memcpy(ret + 2, uuid, 16);
}

static void put(struct guest_answer *a, uint16_t code, const void *data, uint16_t len)
{
	size_t before = a->len;

	if (!guest_put_u16(a, code) || !guest_put_u16(a, len) || !guest_put(a, data, len))
		a->len = before;
}

void dhcp6_begin(struct guest_answer *a, enum dhcp6_type type, const struct dhcp6_question *q,
		 const uint8_t server[DHCP6_DUID_UUID_LEN])
{
	guest_answer_begin(a, GUEST_DHCP6, BODY_MAX);
	guest_put_u8(a, type);
	guest_put(a, q->xid, sizeof(q->xid));
	put(a, OPT_SERVER, server, DHCP6_DUID_UUID_LEN);
	if (q->client)
		put(a, OPT_CLIENT, q->client, q->client_len);
}

void dhcp6_put_status(struct guest_answer *a, enum dhcp6_status status)
{
	uint8_t code[2] = { 0, status };

	put(a, OPT_STATUS, code, sizeof(code));
}

void dhcp6_put_rapid_commit(struct guest_answer *a)
{
	put(a, OPT_RAPID_COMMIT, NULL, 0);
}

void dhcp6_put_preference(struct guest_answer *a)
{
	const uint8_t highest = 255;

	put(a, OPT_PREFERENCE, &highest, 1);
}

static void set32(uint8_t *p, uint32_t v)
{
	p[0] = v >> 24;
	p[1] = v >> 16;
	p[2] = v >> 8;
	p[3] = v;
}

/* Preferred and valid for the lease; for none: not to be used any more */
static void put_addr(struct guest_answer *a, const struct ip_addr *addr, uint32_t lease)
{
	uint8_t data[24];

	memcpy(data, addr->b, 16);
	set32(data + 16, lease);
	set32(data + 20, lease);
	put(a, OPT_IA_ADDR, data, sizeof(data));
}

void dhcp6_put_ia(struct guest_answer *a, const struct dhcp6_question_ia *ia,
		  const struct ip_addr *given, uint32_t lease, enum dhcp6_status status)
{
	uint8_t times[8], *body;
	size_t at = a->len;

	set32(times, given ? lease / 2 : 0);
	set32(times + 4, given ? lease - lease / 5 : 0);
	guest_put_u16(a, ia->kind);
	guest_put_u16(a, 0);
	guest_put(a, ia->id, sizeof(ia->id));
	if (ia->kind != DHCP6_IA_TA)
		guest_put(a, times, sizeof(times));
	if (given)
		put_addr(a, given, lease);
	/* With a status it is about all of them */
	for (int i = 0; status == DHCP6_SUCCESS && i < ia->n_addrs; i++)
		if (!given || !ip_addr_equal(&ia->addrs[i], given))
			put_addr(a, &ia->addrs[i], 0);
	if (status != DHCP6_SUCCESS)
		dhcp6_put_status(a, status);
	if (a->full) {
		a->len = at;
		return;
	}
	body = a->frame + at;
	body[2] = (a->len - at - 4) >> 8;
	body[3] = a->len - at - 4;
}

size_t dns_labels(const char *domain, uint8_t *ret)
{
	uint8_t *p = ret;

	while (*domain) {
		size_t len = strcspn(domain, ".");

		*p++ = len;
		memcpy(p, domain, len);
		p += len;
		domain += len + (domain[len] == '.');
	}
	*p++ = 0;
	return p - ret;
}

void dhcp6_put_subnet(struct guest_answer *a, const struct subnet *s)
{
	uint8_t dns[16 * SUBNET_DNS_MAX], labels[SUBNET_DOMAIN_SIZE + 1];

	for (int i = 0; i < s->n_dns; i++)
		memcpy(dns + 16 * i, s->dns[i].b, 16);
	if (s->n_dns)
		put(a, OPT_DNS, dns, 16 * s->n_dns);
	if (*s->domain)
		put(a, OPT_DOMAINS, labels, dns_labels(s->domain, labels));
}
