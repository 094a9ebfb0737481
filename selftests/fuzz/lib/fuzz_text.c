// SPDX-License-Identifier: GPL-2.0
/* Short things that come as text, and a BFD packet. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../fuzz.h"
#include "lib/addr.h"
#include "lib/bfd_packet.h"
#include "lib/tls.h"
#include "lib/uuid.h"

static void text(const char *s)
{
	char buf[IDENTITY_STRLEN];
	struct ip_prefix prefix;
	struct sock_addr sa;
	struct identity id;
	struct mac_addr mac;
	struct ip_addr ip;
	struct uuid uuid;
	struct err err;

	ip_addr_parse(&ip, s, &err);
	ip_prefix_parse(&prefix, s, &err);
	mac_addr_parse(&mac, s, &err);
	sock_addr_parse(&sa, s, &err);
	uuid_parse(&uuid, s, &err);
	if (!identity_parse(s, &id, &err))
		identity_format(&id, buf, sizeof(buf));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = malloc(size + 1);
	struct bfd_packet packet;

	memcpy(s, data, size);
	s[size] = '\0';
	text(s);
	free(s);
	bfd_packet_decode(&packet, data, size);
	return 0;
}
