/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Encapsulation headers, pure on their bytes: what stands between the outer UDP
 * header (NVGRE: the outer IP header) and the inner Ethernet frame.
 *
 * All of them begin with NVO3_ENCAP_HLEN bytes, and no more are ever sent.
 */
#ifndef _NVO3_ENCAP_H
#define _NVO3_ENCAP_H

#include <linux/nvo3.h>
#include <linux/types.h>
#include <asm/byteorder.h>

#define NVO3_ENCAP_HLEN		8

/* RFC 7348 section 5. Reserved bits are sent as zero. */
struct nvo3_vxlan {
	__be32 flags;		/* the I bit alone */
	__be32 vni;		/* 24 bits, then 8 reserved */
};

#define NVO3_VXLAN_FLAG_I	0x08000000

/* RFC 8926 section 3.4. */
struct nvo3_geneve {
	u8 optlen;		/* version 0 in two bits, then 4-byte words of options */
	u8 flags;		/* O, C, then 6 reserved */
	__be16 proto;
	__be32 vni;		/* 24 bits, then 8 reserved */
};

/* RFC 7637 section 3.2: a GRE header with a key. */
struct nvo3_nvgre {
	__be16 flags;
	__be16 proto;
	__be32 vsid;		/* 24 bits, then 8 of the flow's entropy */
};

/*
 * Bytes of the header with its options, from its first NVO3_ENCAP_HLEN bytes.
 * What is no header of this kind has a length too; _parse judges it.
 */
static inline u32 nvo3_encap_hlen(enum nvo3_encap encap, const void *header)
{
	const struct nvo3_geneve *geneve = header;

	if (encap == NVO3_ENCAP_GENEVE)
		return sizeof(*geneve) + 4 * (geneve->optlen & 0x3f);
	return NVO3_ENCAP_HLEN;
}

void nvo3_vxlan_build(struct nvo3_vxlan *vxlan, u32 vni);
void nvo3_geneve_build(struct nvo3_geneve *geneve, u32 vni);
void nvo3_nvgre_build(struct nvo3_nvgre *nvgre, u32 vni, u8 entropy);

/*
 * False if the I flag is not set, or a reserved bit is: then it is an extension
 * of VXLAN that we do not speak, and its payload may not be Ethernet.
 */
static inline bool nvo3_vxlan_parse(const struct nvo3_vxlan *vxlan, u32 *vni)
{
	u32 word = ntohl(vxlan->vni);

	*vni = word >> 8;
	return vxlan->flags == htonl(NVO3_VXLAN_FLAG_I) && !(word & 0xff);
}

/* Options that are not critical are passed over: none is known here. */
enum nvo3_drop nvo3_geneve_parse(const struct nvo3_geneve *geneve, u32 *vni);

/* False if it is another kind of GRE, for others to receive. */
bool nvo3_nvgre_parse(const struct nvo3_nvgre *nvgre, u32 *vni);

/* Write the header for @vni. @entropy differs by flow; only NVGRE carries it. */
static inline void nvo3_encap_build(void *header, enum nvo3_encap encap, u32 vni, u8 entropy)
{
	if (encap == NVO3_ENCAP_VXLAN)
		nvo3_vxlan_build(header, vni);
	else if (encap == NVO3_ENCAP_GENEVE)
		nvo3_geneve_build(header, vni);
	else
		nvo3_nvgre_build(header, vni, entropy);
}

/* All of them have the VNI in the same place: fill it into a header built for another one. */
static inline void nvo3_encap_set_vni(void *header, u32 vni, u8 entropy)
{
	((struct nvo3_nvgre *)header)->vsid = htonl(vni << 8 | entropy);
}

/*
 * Read the VNI of a header of which nvo3_encap_hlen() bytes are there, or tell
 * what is wrong with it.
 */
static inline enum nvo3_drop nvo3_encap_parse(enum nvo3_encap encap, const void *header, u32 *vni)
{
	bool ok;

	if (encap == NVO3_ENCAP_GENEVE)
		return nvo3_geneve_parse(header, vni);
	if (encap == NVO3_ENCAP_VXLAN)
		ok = nvo3_vxlan_parse(header, vni);
	else
		ok = nvo3_nvgre_parse(header, vni);
	return ok ? NVO3_DROP_NONE : NVO3_DROP_TUNNEL_HEADER;
}

#ifdef DEBUG
bool nvo3_vxlan_selftest(void);
bool nvo3_geneve_selftest(void);
bool nvo3_nvgre_selftest(void);
#endif

#endif /* _NVO3_ENCAP_H */
