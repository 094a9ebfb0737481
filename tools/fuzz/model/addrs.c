// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <sys/socket.h>
#include "addrs.h"

struct address underlay_addr(int family, int nr)
{
	struct address a = { .family = family };

	if (family == AF_INET) {
		memcpy(a.byte, "\xc0\x00\x02", 3);
		if (nr == ADDRS)
			memcpy(a.byte, "\xcb\x00\x71", 3);
		a.byte[3] = nr;
		return a;
	}
	memcpy(a.byte, "\x20\x01\x0d\xb8", 4);
	if (nr == ADDRS)
		a.byte[4] = 0xff;
	a.byte[15] = nr;
	return a;
}

struct address tenant_addr(int family, int nr)
{
	struct address a = { .family = family };

	if (family == AF_INET) {
		memcpy(a.byte, "\x0a\x00\x00", 3);
		a.byte[3] = nr;
		return a;
	}
	a.byte[0] = 0xfd;
	a.byte[7] = nr & 1;
	a.byte[15] = nr;
	return a;
}

void tenant_mac(uint8_t *mac, int nr)
{
	memcpy(mac, "\x02\0\0\0\0", 5);
	mac[5] = nr;
}

bool address_equal(const struct address *a, const struct address *b)
{
	return a->family == b->family && !memcmp(a->byte, b->byte, sizeof(a->byte));
}

bool address_in(const struct address *prefix, int plen, const struct address *addr)
{
	int bit;

	if (prefix->family != addr->family)
		return false;
	for (bit = 0; bit < plen; bit++)
		if ((prefix->byte[bit / 8] ^ addr->byte[bit / 8]) & 0x80 >> bit % 8)
			return false;
	return true;
}
