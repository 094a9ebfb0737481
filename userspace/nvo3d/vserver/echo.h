/* SPDX-License-Identifier: GPL-2.0 */
/* Echo requests and replies of ICMP and ICMPv6, as raw sockets have them. Pure. */
#ifndef NVO3D_VSERVER_ECHO_H
#define NVO3D_VSERVER_ECHO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ECHO_LEN	32	/* of a request */

/* The request, of family AF_INET or AF_INET6; the latter's checksum is the kernel's to fill in. */
void echo_build(uint8_t buf[ECHO_LEN], int family, uint16_t id, uint16_t seq);
/*
 * Is this a reply, as long as the request, and to which one? Of AF_INET it begins with the IP
 * header, and its checksum is looked at; of AF_INET6 the kernel has done that.
 */
bool echo_parse(const uint8_t *data, size_t len, int family, uint16_t *id, uint16_t *seq);

#endif
