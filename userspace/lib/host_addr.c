// SPDX-License-Identifier: GPL-2.0
#include "host_addr.h"

#include <errno.h>
#include <string.h>

#include "errs.h"

/* IPv4 behind IPv6: ::a.b.c.d and ::ffff:a.b.c.d would be a way around all of this */
static bool is_mapped(const struct ip_addr *a)
{
	static const uint8_t zero[10];

	if (a->family != AF_INET6 || memcmp(a->b, zero, sizeof(zero)))
		return false;
	return (a->b[10] == 0xff && a->b[11] == 0xff) || (!a->b[10] && !a->b[11]);
}

/* 0.0.0.0/8, this network; 240.0.0.0/4, nobody's */
static bool is_reserved(const struct ip_addr *a)
{
	return a->family == AF_INET && (!a->b[0] || a->b[0] >= 240);
}

static bool is_broadcast(const struct ip_addr *a)
{
	static const uint8_t all[4] = { 255, 255, 255, 255 };

	return a->family == AF_INET && !memcmp(a->b, all, sizeof(all));
}

static const char *kind(const struct ip_addr *a)
{
	if (ip_addr_is_zero(a))
		return "the unspecified address";
	if (ip_addr_is_loopback(a))
		return "a loopback address";
	if (ip_addr_is_linklocal(a))
		return "a link-local address";
	if (ip_addr_is_multicast(a))
		return "a multicast address";
	if (is_broadcast(a))
		return "the broadcast address";
	if (is_reserved(a))
		return "a reserved address";
	return is_mapped(a) ? "an IPv4 address written as IPv6" : NULL;
}

int host_addr_check(const struct ip_addr *a, struct err *err)
{
	char text[IP_ADDR_STRLEN];
	const char *what = kind(a);

	if (!ip_addr_len(a))
		return err_set(err, EINVAL, "there is no address");
	if (what)
		return err_set(err, EINVAL, "%s is %s", ip_addr_format(a, text), what);
	return 0;
}
