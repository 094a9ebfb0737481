// SPDX-License-Identifier: GPL-2.0
/* Every case there is, written down as a table. */
#include <linux/kernel.h>

#define FINE	NVO3_DROP_NONE
#define FORGED	NVO3_DROP_TUNNEL_SOURCE
#define UNKNOWN	NVO3_DROP_TUNNEL_SOURCE_UNKNOWN

/* By kind of mapping; then nobody special, home, relay, home relay, left, home left, ... */
static const u8 test_verdicts[][8] = {
	[NVO3_MAP_NONE] = { UNKNOWN, UNKNOWN, FINE, FINE, FINE, FINE, FINE, FINE },
	[NVO3_MAP_PORT] = { FORGED, FORGED, FORGED, FORGED, FORGED, FORGED, FORGED, FORGED },
	[NVO3_MAP_REMOTE] = { FORGED, FINE, FINE, FINE, FINE, FINE, FINE, FINE },
	[NVO3_MAP_GROUP] = { FORGED, FINE, FINE, FINE, FINE, FINE, FINE, FINE },
};

bool nvo3_verify_selftest(void)
{
	struct nvo3_evidence e;
	enum nvo3_drop reason;
	int i;

	for (e.source = NVO3_MAP_NONE; e.source <= NVO3_MAP_GROUP; e.source++) {
		for (i = 0; i < 8; i++) {
			e.home = i & 1;
			e.relay = i & 2;
			e.left = i & 4;
			reason = nvo3_verify(&e);
			if (reason == test_verdicts[e.source][i])
				continue;
			pr_err("selftest verify: kind %d, case %d gave %d\n", e.source, i, reason);
			return false;
		}
	}
	return true;
}
