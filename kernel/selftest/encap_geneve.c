// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/string.h>

/* The space for options is this long at most, and a header a bit longer. */
#define SPACE		(4 * 63)

struct packet {
	struct nvo3_geneve geneve;
	u8 options[SPACE];
};

static void __init packet_init(struct packet *packet, u32 words)
{
	memset(packet, 0, sizeof(*packet));
	nvo3_geneve_build(&packet->geneve, 0x123456);
	packet->geneve.optlen = words;
}

static bool __init gives(const struct packet *packet, enum nvo3_drop want, const char *what)
{
	enum nvo3_drop got;
	u32 vni = 0;

	got = nvo3_geneve_parse(&packet->geneve, &vni);
	if (got == want && (got || vni == 0x123456))
		return true;
	pr_err("geneve selftest, %s: %u instead of %u, VNI %u\n", what, got, want, vni);
	return false;
}

static bool __init base_header(void)
{
	static const u8 wire[8] __initconst = { 0, 0, 0x65, 0x58, 0x12, 0x34, 0x56, 0 };
	struct packet packet;
	enum nvo3_drop want;
	bool ok = true;
	int bit;

	packet_init(&packet, 0);
	ok &= !memcmp(&packet.geneve, wire, sizeof(wire)) && gives(&packet, NVO3_DROP_NONE, "base");
	/* Each bit outside VNI, reserved ones and the length of (empty) options matters. */
	for (bit = 0; bit < 32; bit++) {
		if (bit >= 2 && bit < 8)
			continue;
		want = bit == 8 ? NVO3_DROP_TUNNEL_OAM : NVO3_DROP_TUNNEL_HEADER;
		if (bit >= 10 && bit < 16)
			want = NVO3_DROP_NONE;
		packet_init(&packet, 0);
		((u8 *)&packet)[bit / 8] ^= 0x80 >> bit % 8;
		ok &= gives(&packet, want, "one bit");
	}
	packet_init(&packet, 0);
	packet.geneve.vni |= htonl(0xff);
	return ok && gives(&packet, NVO3_DROP_NONE, "reserved byte");
}

/* One option of each length in a space of each length: only what fits exactly does. */
static bool __init option_lengths(void)
{
	struct packet packet;
	u32 space, words;
	bool ok = true;

	for (space = 1; space < 64; space++) {
		for (words = 0; words < 32; words++) {
			packet_init(&packet, space);
			/* What it leaves is filled by empty options: zeroes. */
			packet.options[3] = 0xe0 | words;
			ok &= gives(&packet, words + 1 <= space ? NVO3_DROP_NONE :
				    NVO3_DROP_TUNNEL_HEADER, "lengths");
		}
	}
	return ok;
}

/* The last of many is too long, or critical. */
static bool __init last_option(void)
{
	struct packet packet;
	bool ok = true;
	u32 space;

	for (space = 1; space < 64; space++) {
		u8 *last = packet.options + 4 * (space - 1);

		packet_init(&packet, space);
		last[3] = 1;
		ok &= gives(&packet, NVO3_DROP_TUNNEL_HEADER, "last too long");
		last[2] = TYPE_CRITICAL;
		ok &= gives(&packet, NVO3_DROP_TUNNEL_HEADER, "last critical and too long");
		last[3] = 0;
		ok &= gives(&packet, NVO3_DROP_TUNNEL_OPTION, "last critical, C clear");
		packet.geneve.flags = FLAG_C;
		ok &= gives(&packet, NVO3_DROP_TUNNEL_OPTION, "last critical, C set");
		last[2] = TYPE_CRITICAL - 1;
		ok &= gives(&packet, NVO3_DROP_TUNNEL_HEADER, "C set without cause");
	}
	return ok;
}

bool __init nvo3_geneve_selftest(void)
{
	return base_header() & option_lengths() & last_option();
}
