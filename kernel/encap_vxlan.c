// SPDX-License-Identifier: GPL-2.0
/* VXLAN, RFC 7348. See encap.h. */
#include <asm/byteorder.h>
#include "encap.h"

void nvo3_vxlan_build(struct nvo3_vxlan *vxlan, u32 vni)
{
	vxlan->flags = htonl(NVO3_VXLAN_FLAG_I);
	vxlan->vni = htonl(vni << 8);
}

bool nvo3_vxlan_parse(const struct nvo3_vxlan *vxlan, u32 *vni)
{
	u32 word = ntohl(vxlan->vni);

	if (vxlan->flags != htonl(NVO3_VXLAN_FLAG_I) || word & 0xff)
		return false;
	*vni = word >> 8;
	return true;
}

#ifdef DEBUG
#include "selftest/encap_vxlan.c"
#endif
