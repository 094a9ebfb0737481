// SPDX-License-Identifier: GPL-2.0

#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <string.h>
#include <sys/socket.h>

#include "echo.h"

#define IP4_HEADER_MIN	20u

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

/* Of the internet: 0 when it is over a message with its checksum in it. @len is even. */
static uint16_t checksum(const uint8_t *p, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i += 2)
		sum += get16(p + i);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

void echo_build(uint8_t buf[ECHO_LEN], int family, uint16_t id, uint16_t seq)
{
	memset(buf, 0, ECHO_LEN);
	buf[0] = family == AF_INET ? ICMP_ECHO : ICMP6_ECHO_REQUEST;
	put16(buf + 4, id);
	put16(buf + 6, seq);
	if (family == AF_INET)
		put16(buf + 2, checksum(buf, ECHO_LEN));
}

/* False: there is none, or it is not whole. */
static bool skip_ip4(const uint8_t **data, size_t *len)
{
	size_t header;

	if (*len < IP4_HEADER_MIN || (*data)[0] >> 4 != 4 || (*data)[9] != IPPROTO_ICMP)
		return false;
	header = ((*data)[0] & 15) * 4u;
	if (header < IP4_HEADER_MIN || header > *len)
		return false;
	*data += header;
	*len -= header;
	return true;
}

bool echo_parse(const uint8_t *data, size_t len, int family, uint16_t *id, uint16_t *seq)
{
	if (family == AF_INET && !skip_ip4(&data, &len))
		return false;
	if (len != ECHO_LEN)
		return false;
	if (data[0] != (family == AF_INET ? ICMP_ECHOREPLY : ICMP6_ECHO_REPLY) || data[1])
		return false;
	if (family == AF_INET && checksum(data, len))
		return false;
	*id = get16(data + 4);
	*seq = get16(data + 6);
	return true;
}
