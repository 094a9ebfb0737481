/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Encapsulation headers, pure on their bytes: what follows the outer UDP header
 * and comes before the inner Ethernet frame.
 */
#ifndef _NVO3_ENCAP_H
#define _NVO3_ENCAP_H

#include <linux/types.h>

/* RFC 7348 section 5. Reserved bits are sent as zero. */
struct nvo3_vxlan {
	__be32 flags;		/* the I bit alone */
	__be32 vni;		/* 24 bits, then 8 reserved */
};

#define NVO3_VXLAN_FLAG_I	0x08000000
#define NVO3_VXLAN_HLEN		sizeof(struct nvo3_vxlan)

static inline void nvo3_vxlan_build(struct nvo3_vxlan *vxlan, u32 vni)
{
	vxlan->flags = htonl(NVO3_VXLAN_FLAG_I);
	vxlan->vni = htonl(vni << 8);
}

/*
 * Read the VNI into @vni. False if the I flag is not set, or a reserved bit is:
 * then it is an extension of VXLAN that we do not speak, and its payload may
 * not be Ethernet.
 */
bool nvo3_vxlan_parse(const struct nvo3_vxlan *vxlan, u32 *vni);

#ifdef DEBUG
bool nvo3_vxlan_selftest(void);
#endif

#endif /* _NVO3_ENCAP_H */
