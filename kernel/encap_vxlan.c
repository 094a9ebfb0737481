// SPDX-License-Identifier: GPL-2.0
/* VXLAN, RFC 7348. See encap.h. */
#include "encap.h"

void nvo3_vxlan_build(struct nvo3_vxlan *vxlan, u32 vni)
{
	vxlan->flags = htonl(NVO3_VXLAN_FLAG_I);
	vxlan->vni = htonl(vni << 8);
}

#ifdef DEBUG
#include "selftest/encap_vxlan.c"
#endif
