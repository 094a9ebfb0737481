/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses as values: IP, IP prefix, MAC, and "host:port" of a socket.
 * All bytes are in network order. Parsers take the whole text or refuse it
 * (-EINVAL and a sentence), and leave *ret alone on failure. Formatters fill
 * the caller's buffer and return it.
 */
#ifndef NVO3_LIB_ADDR_H
#define NVO3_LIB_ADDR_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct err;

/* family is AF_INET (4 bytes of b, the rest zero), AF_INET6, or 0 for none */
struct ip_addr {
	uint8_t family;
	uint8_t b[16];
};

struct ip_prefix {
	struct ip_addr addr;	/* with its host bits */
	uint8_t len;
};

struct mac_addr {
	uint8_t b[6];
};

struct sock_addr {
	struct ip_addr ip;
	uint16_t port;		/* host byte order */
};

#define IP_ADDR_STRLEN INET6_ADDRSTRLEN
#define IP_PREFIX_STRLEN (IP_ADDR_STRLEN + 4)
#define MAC_ADDR_STRLEN 18
#define SOCK_ADDR_STRLEN (IP_ADDR_STRLEN + 9)

int ip_addr_parse(struct ip_addr *ret, const char *text, struct err *err);
const char *ip_addr_format(const struct ip_addr *a, char buf[IP_ADDR_STRLEN]);
/* @b has 4 bytes for AF_INET, 16 for AF_INET6 */
struct ip_addr ip_addr_from(int family, const void *b);
/* 4, 16, or 0 for none */
size_t ip_addr_len(const struct ip_addr *a);
bool ip_addr_equal(const struct ip_addr *a, const struct ip_addr *b);
bool ip_addr_is_zero(const struct ip_addr *a);
bool ip_addr_is_multicast(const struct ip_addr *a);
bool ip_addr_is_loopback(const struct ip_addr *a);
bool ip_addr_is_linklocal(const struct ip_addr *a);

/* "10.0.0.1/24", "fd00::1/64"; without a length it is a host (32, 128) */
int ip_prefix_parse(struct ip_prefix *ret, const char *text, struct err *err);
const char *ip_prefix_format(const struct ip_prefix *p, char buf[IP_PREFIX_STRLEN]);

/* Six pairs of hexadecimal digits with colons, nothing else */
int mac_addr_parse(struct mac_addr *ret, const char *text, struct err *err);
const char *mac_addr_format(const struct mac_addr *m, char buf[MAC_ADDR_STRLEN]);
bool mac_addr_equal(const struct mac_addr *a, const struct mac_addr *b);
bool mac_addr_is_zero(const struct mac_addr *m);
/* Not zero, and the group bit is clear */
bool mac_addr_is_unicast(const struct mac_addr *m);

/* "10.0.0.1:6641", "[fd00::1]:6641"; the port is 1 to 65535 */
int sock_addr_parse(struct sock_addr *ret, const char *text, struct err *err);
const char *sock_addr_format(const struct sock_addr *s, char buf[SOCK_ADDR_STRLEN]);
/* For bind() and connect(); value is the length to give them */
socklen_t sock_addr_to_native(const struct sock_addr *s, struct sockaddr_storage *ret);

#endif
