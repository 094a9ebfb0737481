// SPDX-License-Identifier: GPL-2.0
#include <linux/in.h>
#include <net/ipv6.h>
#include "addr.h"

static const char *fault4(__be32 v4)
{
	/* 0/8 is "this network" (RFC 1122). */
	if (!(v4 & htonl(0xff000000)))
		return "the unspecified address";
	if (ipv4_is_multicast(v4))
		return "a multicast address";
	if (ipv4_is_lbcast(v4))
		return "a broadcast address";
	if (ipv4_is_loopback(v4))
		return "a loopback address";
	return NULL;
}

static const char *fault6(const struct in6_addr *v6)
{
	if (ipv6_addr_any(v6))
		return "the unspecified address";
	if (ipv6_addr_is_multicast(v6))
		return "a multicast address";
	if (ipv6_addr_loopback(v6))
		return "a loopback address";
	if (ipv6_addr_v4mapped(v6))
		return "an IPv4 address in IPv6 form";
	return NULL;
}

const char *nvo3_addr_host_fault(const struct nvo3_addr *addr)
{
	return addr->family == AF_INET ? fault4(addr->v4) : fault6(&addr->v6);
}

const char *nvo3_addr_fault(const struct nvo3_addr *addr)
{
	const char *fault = nvo3_addr_host_fault(addr);

	/* Without an interface beside it, it names no single host. */
	if (!fault && addr->family == AF_INET6 &&
	    ipv6_addr_type(&addr->v6) & IPV6_ADDR_LINKLOCAL)
		fault = "a link-local address";
	return fault;
}

const char *nvo3_addr_str(const struct nvo3_addr *addr, char *buf)
{
	if (addr->family == AF_INET)
		snprintf(buf, NVO3_ADDR_STRLEN, "%pI4", &addr->v4);
	else
		snprintf(buf, NVO3_ADDR_STRLEN, "%pI6c", &addr->v6);
	return buf;
}

#ifdef DEBUG
#include "selftest/addr.c"
#endif
