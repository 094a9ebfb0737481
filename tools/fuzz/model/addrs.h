/* SPDX-License-Identifier: GPL-2.0 */
/* Who there is: other NVEs in the underlay, and tenant systems, by number. */
#ifndef _MODEL_ADDRS_H
#define _MODEL_ADDRS_H

#include <stdbool.h>
#include <stdint.h>

#define MAC_LEN		6
/* Of the underlay, in each family: 1 and 2 are ours, the last has no route. */
#define ADDRS		14

struct address {
	int family;		/* AF_INET or AF_INET6, 0: none */
	uint8_t byte[16];
};

/* The underlay's addresses by number, 1 to ADDRS. */
struct address underlay_addr(int family, int nr);
bool address_equal(const struct address *a, const struct address *b);

/* Are the first @plen bits those of @prefix? Of one family only. */
bool address_in(const struct address *prefix, int plen, const struct address *addr);

#define TENANTS		14

/* Tenant systems' addresses, out of few. */
struct address tenant_addr(int family, int nr);
void tenant_mac(uint8_t *mac, int nr);

#endif /* _MODEL_ADDRS_H */
