// SPDX-License-Identifier: GPL-2.0
#include <asm/byteorder.h>
#include "encap.h"

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
