// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lib/addr.h"
#include "lib/cleanup.h"
#include "lib/mem.h"
#include "lib/msg.h"
#include "profile_spec.h"

static const struct {
	const char *name;
	uint32_t proto;
} protos[] = { { "tcp", 6 }, { "udp", 17 }, { "icmp", 1 }, { "icmpv6", 58 } };

static int parse_number(const char *key, const char *text, uint32_t max, uint32_t *ret,
			struct err *err)
{
	unsigned long n;
	char *end;

	n = *text >= '0' && *text <= '9' ? strtoul(text, &end, 0) : 0;
	if (!n || *end || n > max)
		return err_set(err, EINVAL, "%s \"%s\" is not from 1 to %u", key, text, max);
	*ret = n;
	return 0;
}

static int parse_proto(const char *text, uint32_t *ret, struct err *err)
{
	for (size_t i = 0; i < sizeof(protos) / sizeof(protos[0]); i++)
		if (!strcmp(text, protos[i].name)) {
			*ret = protos[i].proto;
			return 0;
		}
	return parse_number("proto", text, 255, ret, err);
}

static int parse_ports(const char *key, char *text, uint32_t *first, uint32_t *last,
		       struct err *err)
{
	char *dash = strchr(text, '-');
	int ret;

	if (dash)
		*dash++ = '\0';
	ret = parse_number(key, text, 65535, first, err);
	if (!ret)
		ret = parse_number(key, dash ? dash : text, 65535, last, err);
	if (!ret && *first > *last)
		ret = err_set(err, EINVAL, "%s: %u is above %u", key, *first, *last);
	return ret;
}

static int parse_prefix(const char *key, const char *text, Nvo3__IpPrefix **ret, struct err *err)
{
	struct ip_prefix p;

	if (*ret)
		return err_set(err, EINVAL, "%s is there twice", key);
	if (ip_prefix_parse(&p, text, err))
		return err_prefix(err, -EINVAL, "%s", key);
	*ret = mem_zalloc(sizeof(**ret));
	nvo3__ip_prefix__init(*ret);
	(*ret)->addr.len = ip_addr_len(&p.addr);
	(*ret)->addr.data = mem_zalloc((*ret)->addr.len);
	memcpy((*ret)->addr.data, p.addr.b, (*ret)->addr.len);
	(*ret)->len = p.len;
	return 0;
}

static int parse_item(Nvo3__ProfileRule *r, const char *key, char *value, struct err *err)
{
	if (!strcmp(key, "ethertype"))
		return parse_number(key, value, 65535, &r->ethertype, err);
	if (!strcmp(key, "proto"))
		return parse_proto(value, &r->proto, err);
	if (!strcmp(key, "src"))
		return parse_prefix(key, value, &r->src, err);
	if (!strcmp(key, "dst"))
		return parse_prefix(key, value, &r->dst, err);
	if (!strcmp(key, "sport"))
		return parse_ports(key, value, &r->sport, &r->sport_last, err);
	if (!strcmp(key, "dport"))
		return parse_ports(key, value, &r->dport, &r->dport_last, err);
	return err_set(err, EINVAL,
		       "\"%s\" is none of ethertype, proto, src, dst, sport, dport", key);
}

static int parse_head(Nvo3__ProfileRule *r, const char *verdict, const char *dir, struct err *err)
{
	if (!verdict || (strcmp(verdict, "permit") && strcmp(verdict, "deny")))
		return err_set(err, EINVAL, "must begin with permit or deny");
	if (!dir || (strcmp(dir, "from-vm") && strcmp(dir, "to-vm")))
		return err_set(err, EINVAL, "from-vm or to-vm must follow %s", verdict);
	r->verdict = !strcmp(verdict, "permit");
	r->dir = !strcmp(dir, "to-vm");
	return 0;
}

Nvo3__ProfileRule *profile_rule_parse(const char *line, struct err *err)
{
	_cleanup_free_ char *text = mem_strdup(line);
	Nvo3__ProfileRule *r = mem_zalloc(sizeof(*r));
	char *save, *key, *value;
	int ret;

	nvo3__profile_rule__init(r);
	key = strtok_r(text, " ", &save);
	ret = parse_head(r, key, key ? strtok_r(NULL, " ", &save) : NULL, err);
	while (!ret && (key = strtok_r(NULL, " ", &save))) {
		value = strtok_r(NULL, " ", &save);
		ret = value ? parse_item(r, key, value, err) :
			      err_set(err, EINVAL, "%s needs a value", key);
	}
	if (!ret)
		return r;
	err_prefix(err, ret, "rule \"%.80s\"", line);
	msg_free(r);
	return NULL;
}

static size_t put_prefix(char *buf, size_t size, const char *key, const Nvo3__IpPrefix *p)
{
	char text[IP_PREFIX_STRLEN];
	struct ip_prefix prefix;

	if (!p || !msg_get_ip(&p->addr, &prefix.addr))
		return 0;
	prefix.len = p->len;
	return snprintf(buf, size, " %s %s", key, ip_prefix_format(&prefix, text));
}

static size_t put_ports(char *buf, size_t size, const char *key, uint32_t first, uint32_t last)
{
	if (!first)
		return 0;
	if (last == first || !last)
		return snprintf(buf, size, " %s %u", key, first);
	return snprintf(buf, size, " %s %u-%u", key, first, last);
}

static size_t put_proto(char *buf, size_t size, uint32_t proto)
{
	for (size_t i = 0; i < sizeof(protos) / sizeof(protos[0]); i++)
		if (protos[i].proto == proto)
			return snprintf(buf, size, " proto %s", protos[i].name);
	return proto ? snprintf(buf, size, " proto %u", proto) : 0;
}

/* A rule is shorter than 256 bytes */
const char *profile_rule_format(const Nvo3__ProfileRule *r, char *buf, size_t size)
{
	size_t n;

	n = snprintf(buf, size, "%s %s", r->verdict ? "permit" : "deny",
		     r->dir ? "to-vm" : "from-vm");
	if (r->ethertype)
		n += snprintf(buf + n, size - n, " ethertype %#06x", r->ethertype);
	n += put_proto(buf + n, size - n, r->proto);
	n += put_prefix(buf + n, size - n, "src", r->src);
	n += put_prefix(buf + n, size - n, "dst", r->dst);
	n += put_ports(buf + n, size - n, "sport", r->sport, r->sport_last);
	put_ports(buf + n, size - n, "dport", r->dport, r->dport_last);
	return buf;
}
