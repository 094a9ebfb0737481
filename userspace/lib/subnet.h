/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The subnets of a VN: where its addresses come from and what its guests are told. Pure.
 * See protocols/dhcp.rst.
 */
#ifndef NVO3_LIB_SUBNET_H
#define NVO3_LIB_SUBNET_H

#include "addr.h"
#include "errs.h"
#include "msg.h"

#define SUBNETS_MAX		4
#define SUBNET_DNS_MAX		4
#define SUBNET_RESERVED_MAX	4
#define SUBNET_DOMAIN_SIZE	64	/* with its final zero byte */
#define SUBNET_RANGE_MAX	(1u << 24)	/* addresses */
#define SUBNET_LEASE_MIN	60	/* seconds */
#define SUBNET_LEASE_MAX	(365 * 86400)
#define SUBNET_LEASE_DEFAULT	3600
#define SUBNETS_BYTES_MAX	2048	/* as a message */

struct ip_range {
	struct ip_addr first, last;	/* of one family; both included */
};

struct subnet {
	struct ip_prefix prefix;	/* without host bits */
	struct ip_addr gateway;		/* family 0: none */
	struct ip_addr dns[SUBNET_DNS_MAX];
	int n_dns;
	char domain[SUBNET_DOMAIN_SIZE];
	uint32_t lease_s;
	struct ip_range range;
	struct ip_range reserved[SUBNET_RESERVED_MAX];
	int n_reserved;
};

struct subnets {
	struct subnet v[SUBNETS_MAX];
	int n;
};

/* As the bytes of a message Addressing */
struct subnets_packed {
	uint16_t len;
	uint8_t b[SUBNETS_BYTES_MAX];
};

/* "10.0.0.5-10.0.0.9", or one address */
int ip_range_parse(struct ip_range *ret, const char *text, struct err *err);
#define IP_RANGE_STRLEN (2 * IP_ADDR_STRLEN)
const char *ip_range_format(const struct ip_range *r, char buf[IP_RANGE_STRLEN]);
bool ip_range_has(const struct ip_range *r, const struct ip_addr *a);
/* How far @a, which is in it, is from its first */
uint32_t ip_range_index(const struct ip_range *r, const struct ip_addr *a);
/* The address at that distance */
struct ip_addr ip_range_at(const struct ip_range *r, uint32_t index);

/* Is the prefix good? It must be for what follows. */
int subnet_check_prefix(const struct subnet *s, struct err *err);

/* Complete a subnet that has no range: all that its prefix has to give */
void subnet_default_range(struct subnet *s);
bool subnet_has(const struct subnet *s, const struct ip_addr *a);
/* In the range and yet not to be given: reserved, the gateway's, the network's own */
bool subnet_is_reserved(const struct subnet *s, const struct ip_addr *a);
/* The one that @a is in, or NULL */
const struct subnet *subnets_find(const struct subnets *s, const struct ip_addr *a);

/* 0, or -EINVAL with a sentence that names the subnet and what is wrong with it */
int subnets_check(const struct subnets *s, struct err *err);
int subnets_unpack(const ProtobufCBinaryData *data, struct subnets *ret, struct err *err);
/* What was checked; always fits */
void subnets_pack(const struct subnets *s, struct subnets_packed *ret);

#endif
