// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/string.h>

bool __init nvo3_vxlan_selftest(void)
{
	static const u8 wire[8] __initconst = { 0x08, 0, 0, 0, 0x12, 0x34, 0x56, 0 };
	struct nvo3_vxlan vxlan;
	u32 vni = 0;
	int bit;

	nvo3_vxlan_build(&vxlan, 0x123456);
	if (memcmp(&vxlan, wire, sizeof(wire)) || !nvo3_vxlan_parse(&vxlan, &vni) ||
	    vni != 0x123456) {
		pr_err("vxlan selftest: header %8ph, VNI %u\n", &vxlan, vni);
		return false;
	}
	/* Each bit outside the VNI matters, each inside does not. */
	for (bit = 0; bit < 64; bit++) {
		bool in_vni = bit >= 32 && bit < 56;

		memcpy(&vxlan, wire, sizeof(wire));
		((u8 *)&vxlan)[bit / 8] ^= 0x80 >> bit % 8;
		if (nvo3_vxlan_parse(&vxlan, &vni) != in_vni) {
			pr_err("vxlan selftest: bit %d\n", bit);
			return false;
		}
	}
	return true;
}
