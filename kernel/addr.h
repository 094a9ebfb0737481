/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Locators: the IPv4 or IPv6 address of an NVE in the underlay.
 */
#ifndef _NVO3_ADDR_H
#define _NVO3_ADDR_H

#include <linux/in6.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/types.h>

#define NVO3_ADDR_STRLEN	40

/* Unused bytes are zero, so that two of them compare by memcmp(). */
struct nvo3_addr {
	u32 family;		/* AF_INET or AF_INET6 */
	union {
		struct in6_addr v6;	/* first, so that {} is zero in all of it */
		__be32 v4;
	};
};

/* In place: a copy would be read before the processor has put its parts together. */
static inline void nvo3_addr_set4(struct nvo3_addr *addr, __be32 v4)
{
	addr->family = AF_INET;
	addr->v6.s6_addr32[0] = v4;
	addr->v6.s6_addr32[1] = 0;
	addr->v6.s6_addr32[2] = 0;
	addr->v6.s6_addr32[3] = 0;
}

static inline void nvo3_addr_set6(struct nvo3_addr *addr, const struct in6_addr *v6)
{
	addr->family = AF_INET6;
	addr->v6 = *v6;
}

static inline struct nvo3_addr nvo3_addr_from4(__be32 v4)
{
	struct nvo3_addr addr = {};

	addr.family = AF_INET;
	addr.v4 = v4;
	return addr;
}

static inline struct nvo3_addr nvo3_addr_from6(const struct in6_addr *v6)
{
	struct nvo3_addr addr = {};

	addr.family = AF_INET6;
	addr.v6 = *v6;
	return addr;
}

static inline bool nvo3_addr_equal(const struct nvo3_addr *a, const struct nvo3_addr *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* What the address is, if no single host can have it ("a multicast address"), else NULL. */
const char *nvo3_addr_host_fault(const struct nvo3_addr *addr);

/* Likewise if no NVE can have it. */
const char *nvo3_addr_fault(const struct nvo3_addr *addr);

/* Write the address into @buf of NVO3_ADDR_STRLEN bytes, and return @buf. */
const char *nvo3_addr_str(const struct nvo3_addr *addr, char *buf);

#ifdef DEBUG
bool nvo3_addr_selftest(void);
#endif

#endif /* _NVO3_ADDR_H */
