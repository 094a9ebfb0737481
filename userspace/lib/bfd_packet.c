// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <string.h>

#include "bfd_packet.h"

#define VERSION 1
#define LEN_WITH_AUTH 26

/* The second byte, below the state */
enum {
	FLAG_MULTIPOINT = 1,
	FLAG_DEMAND = 2,
	FLAG_AUTH = 4,
	FLAG_INDEPENDENT = 8,
	FLAG_FINAL = 16,
	FLAG_POLL = 32,
};

static uint32_t get_u32(const uint8_t *b)
{
	uint32_t be;

	memcpy(&be, b, sizeof(be));
	return ntohl(be);
}

static void put_u32(uint8_t *b, uint32_t v)
{
	uint32_t be = htonl(v);

	memcpy(b, &be, sizeof(be));
}

enum bfd_refusal bfd_packet_decode(struct bfd_packet *ret, const void *datagram, size_t len)
{
	const uint8_t *b = datagram;

	if (len && b[0] >> 5 != VERSION)
		return BFD_VERSION;
	/* The length field is the fourth byte */
	if (len < 4)
		return BFD_TRUNCATED;
	if (b[3] < (b[1] & FLAG_AUTH ? LEN_WITH_AUTH : BFD_PACKET_LEN))
		return BFD_SHORT;
	if (b[3] > len)
		return BFD_TRUNCATED;
	if (!b[2])
		return BFD_NO_MULT;
	if (b[1] & FLAG_MULTIPOINT)
		return BFD_MULTIPOINT;
	if (!get_u32(b + 4))
		return BFD_NO_MY;
	*ret = (struct bfd_packet){
		.diag = b[0] & 31,
		.state = b[1] >> 6,
		.poll = b[1] & FLAG_POLL,
		.final = b[1] & FLAG_FINAL,
		.independent = b[1] & FLAG_INDEPENDENT,
		.auth = b[1] & FLAG_AUTH,
		.demand = b[1] & FLAG_DEMAND,
		.mult = b[2],
		.my = get_u32(b + 4),
		.your = get_u32(b + 8),
		.min_tx = get_u32(b + 12),
		.min_rx = get_u32(b + 16),
		.min_echo = get_u32(b + 20),
	};
	return BFD_TAKEN;
}

void bfd_packet_encode(const struct bfd_packet *p, uint8_t ret[BFD_PACKET_LEN])
{
	ret[0] = VERSION << 5 | (p->diag & 31);
	ret[1] = p->state << 6;
	if (p->poll)
		ret[1] |= FLAG_POLL;
	if (p->final)
		ret[1] |= FLAG_FINAL;
	if (p->independent)
		ret[1] |= FLAG_INDEPENDENT;
	if (p->demand)
		ret[1] |= FLAG_DEMAND;
	ret[2] = p->mult;
	ret[3] = BFD_PACKET_LEN;
	put_u32(ret + 4, p->my);
	put_u32(ret + 8, p->your);
	put_u32(ret + 12, p->min_tx);
	put_u32(ret + 16, p->min_rx);
	put_u32(ret + 20, p->min_echo);
}

const char *bfd_state_name(uint8_t state)
{
	static const char *const names[] = { "admin-down", "down", "init", "up" };

	return names[state & 3];
}

const char *bfd_diag_name(uint8_t diag)
{
	static const char *const names[__BFD_DIAG_MAX] = {
		[BFD_DIAG_NONE] = "no reason given",
		[BFD_DIAG_EXPIRED] = "nothing heard in the detection time",
		[BFD_DIAG_ECHO] = "the echo function failed",
		[BFD_DIAG_NEIGHBOR] = "the neighbor says that the session is down",
		[BFD_DIAG_FORWARDING] = "the forwarding plane was reset",
		[BFD_DIAG_PATH] = "the path is down",
		[BFD_DIAG_CONCATENATED] = "a concatenated path is down",
		[BFD_DIAG_ADMIN] = "switched off by the administrator",
		[BFD_DIAG_REVERSE] = "a concatenated path is down in reverse",
	};

	return diag < __BFD_DIAG_MAX ? names[diag] : "a reason that RFC 5880 does not know";
}

const char *bfd_refusal_name(enum bfd_refusal refusal)
{
	static const char *const names[__BFD_REFUSAL_MAX] = {
		[BFD_TAKEN] = "taken",
		[BFD_VERSION] = "not version 1",
		[BFD_SHORT] = "the length field is below the minimum",
		[BFD_TRUNCATED] = "the length field is beyond the datagram",
		[BFD_NO_MULT] = "the detection multiplier is 0",
		[BFD_MULTIPOINT] = "the multipoint bit is set",
		[BFD_NO_MY] = "the sender's discriminator is 0",
		[BFD_NO_SESSION] = "of no session here",
		[BFD_NO_YOUR] = "our discriminator is 0 in state init or up",
		[BFD_AUTH] = "authenticated, which is not configured here",
		[BFD_TTL] = "its TTL is not 255, so it is not from the next hop",
		[BFD_SOURCE] = "from another address than its session's",
	};

	return names[refusal];
}
