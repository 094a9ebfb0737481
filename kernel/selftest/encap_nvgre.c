// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/string.h>

bool __init nvo3_nvgre_selftest(void)
{
	static const u8 wire[8] __initconst = { 0x20, 0, 0x65, 0x58, 0x12, 0x34, 0x56, 0xab };
	struct nvo3_nvgre nvgre;
	u32 vni = 0;
	int bit;

	nvo3_nvgre_build(&nvgre, 0x123456, 0xab);
	if (memcmp(&nvgre, wire, sizeof(wire)) || !nvo3_nvgre_parse(&nvgre, &vni) ||
	    vni != 0x123456) {
		pr_err("nvgre selftest: header %8ph, VNI %u\n", &nvgre, vni);
		return false;
	}
	/* Flags, version and protocol are one value each; the rest is free. */
	for (bit = 0; bit < 64; bit++) {
		memcpy(&nvgre, wire, sizeof(wire));
		((u8 *)&nvgre)[bit / 8] ^= 0x80 >> bit % 8;
		if (nvo3_nvgre_parse(&nvgre, &vni) != (bit >= 32)) {
			pr_err("nvgre selftest: bit %d\n", bit);
			return false;
		}
	}
	return true;
}
