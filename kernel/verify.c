// SPDX-License-Identifier: GPL-2.0
#include "verify.h"

/*
 * What one of our own ports sends comes by no tunnel, whoever passes it on. A relay may send
 * for all others, and so may the NVE that the destination has left, which sends on what came
 * there too late. Everyone else sends for those who are behind it.
 */
enum nvo3_drop nvo3_verify(const struct nvo3_evidence *evidence)
{
	if (evidence->source == NVO3_MAP_PORT)
		return NVO3_DROP_TUNNEL_SOURCE;
	if (evidence->relay || evidence->left)
		return NVO3_DROP_NONE;
	if (evidence->source == NVO3_MAP_NONE)
		return NVO3_DROP_TUNNEL_SOURCE_UNKNOWN;
	return evidence->home ? NVO3_DROP_NONE : NVO3_DROP_TUNNEL_SOURCE;
}

#ifdef DEBUG
#include "selftest/verify.c"
#endif
