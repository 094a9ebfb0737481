// SPDX-License-Identifier: GPL-2.0
/* NVGRE, RFC 7637. See encap.h. */
#include <asm/byteorder.h>
#include <linux/if_ether.h>
#include "encap.h"

/* K alone: no checksum, no sequence number, version 0. */
#define FLAGS	0x2000

void nvo3_nvgre_build(struct nvo3_nvgre *nvgre, u32 vni, u8 entropy)
{
	nvgre->flags = htons(FLAGS);
	nvgre->proto = htons(ETH_P_TEB);
	nvgre->vsid = htonl(vni << 8 | entropy);
}

bool nvo3_nvgre_parse(const struct nvo3_nvgre *nvgre, u32 *vni)
{
	if (nvgre->flags != htons(FLAGS) || nvgre->proto != htons(ETH_P_TEB))
		return false;
	*vni = ntohl(nvgre->vsid) >> 8;
	return true;
}

#ifdef DEBUG
#include "selftest/encap_nvgre.c"
#endif
