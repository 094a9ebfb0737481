// SPDX-License-Identifier: GPL-2.0
#include "addr.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "errs.h"

struct ip_addr ip_addr_from(int family, const void *b)
{
	struct ip_addr a = { .family = family };

	memcpy(a.b, b, ip_addr_len(&a));
	return a;
}

size_t ip_addr_len(const struct ip_addr *a)
{
	if (a->family == AF_INET)
		return 4;
	return a->family == AF_INET6 ? 16 : 0;
}

int ip_addr_parse(struct ip_addr *ret, const char *text, struct err *err)
{
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;
	uint8_t b[16];

	if (inet_pton(family, text, b) != 1)
		return err_set(err, EINVAL, "\"%s\" is not an IP address", text);
	*ret = ip_addr_from(family, b);
	return 0;
}

const char *ip_addr_format(const struct ip_addr *a, char buf[IP_ADDR_STRLEN])
{
	if (!ip_addr_len(a) || !inet_ntop(a->family, a->b, buf, IP_ADDR_STRLEN))
		strcpy(buf, "none");
	return buf;
}

bool ip_addr_equal(const struct ip_addr *a, const struct ip_addr *b)
{
	return a->family == b->family && !memcmp(a->b, b->b, ip_addr_len(a));
}

bool ip_addr_is_zero(const struct ip_addr *a)
{
	static const uint8_t zero[16];

	return !memcmp(a->b, zero, ip_addr_len(a));
}

bool ip_addr_is_multicast(const struct ip_addr *a)
{
	if (a->family == AF_INET)
		return (a->b[0] & 0xf0) == 0xe0;
	return a->family == AF_INET6 && a->b[0] == 0xff;
}

bool ip_addr_is_loopback(const struct ip_addr *a)
{
	if (a->family == AF_INET)
		return a->b[0] == 127;
	return a->family == AF_INET6 && !memcmp(a->b, &in6addr_loopback, 16);
}

bool ip_addr_is_linklocal(const struct ip_addr *a)
{
	if (a->family == AF_INET)
		return a->b[0] == 169 && a->b[1] == 254;
	return a->family == AF_INET6 && a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

/* Digits only: no sign, no space, no leading zero but in "0" itself */
static bool decimal_parse(const char *text, unsigned int max, unsigned int *ret)
{
	unsigned long long v = 0;
	const char *p;

	if (!*text || (text[0] == '0' && text[1]))
		return false;
	for (p = text; *p; p++) {
		if (!isdigit((unsigned char)*p))
			return false;
		v = v * 10 + (*p - '0');
		if (v > max)
			return false;
	}
	*ret = v;
	return true;
}

int ip_prefix_parse(struct ip_prefix *ret, const char *text, struct err *err)
{
	const char *slash = strchr(text, '/');
	char host[IP_ADDR_STRLEN];
	struct ip_prefix p = {};
	unsigned int len;
	int r;

	if (slash && (size_t)(slash - text) >= sizeof(host))
		return err_set(err, EINVAL, "\"%s\" is not an IP prefix", text);
	if (slash) {
		memcpy(host, text, slash - text);
		host[slash - text] = 0;
	}
	r = ip_addr_parse(&p.addr, slash ? host : text, err);
	if (r < 0)
		return r;
	len = ip_addr_len(&p.addr) * 8;
	if (slash && !decimal_parse(slash + 1, len, &len))
		return err_set(err, EINVAL, "prefix length of \"%s\" is not 0 to %u", text, len);
	p.len = len;
	*ret = p;
	return 0;
}

const char *ip_prefix_format(const struct ip_prefix *p, char buf[IP_PREFIX_STRLEN])
{
	char host[IP_ADDR_STRLEN];

	snprintf(buf, IP_PREFIX_STRLEN, "%s/%u", ip_addr_format(&p->addr, host), p->len);
	return buf;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int mac_addr_parse(struct mac_addr *ret, const char *text, struct err *err)
{
	struct mac_addr m;
	size_t i;

	if (strlen(text) != MAC_ADDR_STRLEN - 1)
		return err_set(err, EINVAL, "\"%s\" is not a MAC address", text);
	for (i = 0; i < sizeof(m.b); i++) {
		int hi = hex_digit(text[3 * i]), lo = hex_digit(text[3 * i + 1]);

		if (hi < 0 || lo < 0 || text[3 * i + 2] != (i < sizeof(m.b) - 1 ? ':' : 0))
			return err_set(err, EINVAL, "\"%s\" is not a MAC address", text);
		m.b[i] = hi << 4 | lo;
	}
	*ret = m;
	return 0;
}

const char *mac_addr_format(const struct mac_addr *m, char buf[MAC_ADDR_STRLEN])
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	/* by hand: each change of a mapping is named several times */
	for (i = 0; i < sizeof(m->b); i++) {
		buf[3 * i] = digits[m->b[i] >> 4];
		buf[3 * i + 1] = digits[m->b[i] & 15];
		buf[3 * i + 2] = ':';
	}
	buf[3 * i - 1] = '\0';
	return buf;
}

bool mac_addr_equal(const struct mac_addr *a, const struct mac_addr *b)
{
	return !memcmp(a->b, b->b, sizeof(a->b));
}

bool mac_addr_is_zero(const struct mac_addr *m)
{
	static const struct mac_addr zero;

	return mac_addr_equal(m, &zero);
}

bool mac_addr_is_unicast(const struct mac_addr *m)
{
	return !(m->b[0] & 1) && !mac_addr_is_zero(m);
}

static int bad_sock_addr(struct err *err, const char *text)
{
	return err_set(err, EINVAL, "\"%s\" is not ADDRESS:PORT or [ADDRESS]:PORT", text);
}

/* Brackets belong to IPv6 and to nothing else */
int sock_addr_parse(struct sock_addr *ret, const char *text, struct err *err)
{
	const char *colon = strrchr(text, ':');
	bool bracket = text[0] == '[';
	char host[IP_ADDR_STRLEN];
	struct sock_addr s = {};
	const char *from, *end;
	unsigned int port;

	if (!colon || (bracket && colon[-1] != ']'))
		return bad_sock_addr(err, text);
	from = text + bracket;
	end = colon - bracket;
	if (end <= from || (size_t)(end - from) >= sizeof(host))
		return bad_sock_addr(err, text);
	memcpy(host, from, end - from);
	host[end - from] = 0;
	if (ip_addr_parse(&s.ip, host, NULL) < 0 ||
	    (s.ip.family == AF_INET6 ? !bracket : bracket))
		return bad_sock_addr(err, text);
	if (!decimal_parse(colon + 1, UINT16_MAX, &port) || !port)
		return err_set(err, EINVAL, "port of \"%s\" is not 1 to 65535", text);
	s.port = port;
	*ret = s;
	return 0;
}

const char *sock_addr_format(const struct sock_addr *s, char buf[SOCK_ADDR_STRLEN])
{
	char host[IP_ADDR_STRLEN];

	snprintf(buf, SOCK_ADDR_STRLEN, s->ip.family == AF_INET6 ? "[%s]:%u" : "%s:%u",
		 ip_addr_format(&s->ip, host), s->port);
	return buf;
}

socklen_t sock_addr_to_native(const struct sock_addr *s, struct sockaddr_storage *ret)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret;
	struct sockaddr_in *in = (struct sockaddr_in *)ret;

	memset(ret, 0, sizeof(*ret));
	if (s->ip.family == AF_INET6) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(s->port);
		memcpy(&in6->sin6_addr, s->ip.b, 16);
		return sizeof(*in6);
	}
	in->sin_family = AF_INET;
	in->sin_port = htons(s->port);
	memcpy(&in->sin_addr, s->ip.b, 4);
	return sizeof(*in);
}
