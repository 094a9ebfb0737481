// SPDX-License-Identifier: GPL-2.0
/* Geneve, RFC 8926. See encap.h. */
#include <asm/byteorder.h>
#include <linux/if_ether.h>
#include "encap.h"

#define VERSION_MASK	0xc0	/* of optlen */
#define FLAG_O		0x80
#define FLAG_C		0x40

struct option {
	__be16 class;
	u8 type;
	u8 length;		/* 3 reserved bits, then 4-byte words behind this header */
};

#define TYPE_CRITICAL	0x80

void nvo3_geneve_build(struct nvo3_geneve *geneve, u32 vni)
{
	*geneve = (struct nvo3_geneve){ .proto = htons(ETH_P_TEB), .vni = htonl(vni << 8) };
}

/*
 * Options are a multiple of four bytes, and so is the space for them: there is
 * room for an option's header whenever there is room for anything. Section 3.5
 * wants the lengths to add up, whether or not an option is critical.
 */
static enum nvo3_drop check_options(const struct nvo3_geneve *geneve)
{
	const void *pos = geneve + 1, *end = (void *)geneve + nvo3_encap_hlen(NVO3_ENCAP_GENEVE,
									      geneve);
	const struct option *option;
	bool critical = false;

	for (; pos < end; pos += sizeof(*option) + 4 * (option->length & 0x1f)) {
		option = pos;
		critical |= option->type & TYPE_CRITICAL;
	}
	if (pos != end)
		return NVO3_DROP_TUNNEL_HEADER;
	if (critical)
		return NVO3_DROP_TUNNEL_OPTION;
	/* The header promises one. */
	return geneve->flags & FLAG_C ? NVO3_DROP_TUNNEL_HEADER : NVO3_DROP_NONE;
}

/* Reserved bits are to be ignored (section 3.4). */
enum nvo3_drop nvo3_geneve_parse(const struct nvo3_geneve *geneve, u32 *vni)
{
	if (geneve->optlen & VERSION_MASK)
		return NVO3_DROP_TUNNEL_HEADER;
	if (geneve->flags & FLAG_O)
		return NVO3_DROP_TUNNEL_OAM;
	if (geneve->proto != htons(ETH_P_TEB))
		return NVO3_DROP_TUNNEL_HEADER;
	*vni = ntohl(geneve->vni) >> 8;
	return check_options(geneve);
}

#ifdef DEBUG
#include "selftest/encap_geneve.c"
#endif
