/* SPDX-License-Identifier: GPL-2.0 */
/*
 * May the NVE that a packet came from have sent it? Decided from what is known of the sender,
 * the inner source and the inner destination, and nothing else.
 */
#ifndef _NVO3_VERIFY_H
#define _NVO3_VERIFY_H

#include <linux/nvo3.h>
#include <linux/types.h>
#include "map.h"

struct nvo3_evidence {
	enum nvo3_map_kind source;	/* what the inner source's mapping leads to */
	bool home;			/* by one of its paths to the sender */
	bool relay;			/* the sender is a relay of the VN */
	bool left;			/* the inner destination was at the sender until lately */
};

/* NVO3_DROP_NONE, _TUNNEL_SOURCE or _TUNNEL_SOURCE_UNKNOWN. */
enum nvo3_drop nvo3_verify(const struct nvo3_evidence *evidence);

#ifdef DEBUG
bool nvo3_verify_selftest(void);
#endif

#endif /* _NVO3_VERIFY_H */
