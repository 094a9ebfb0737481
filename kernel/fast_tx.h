/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fast way out: by a template, straight to the underlay device.
 */
#ifndef _NVO3_FAST_TX_H
#define _NVO3_FAST_TX_H

#include "nve.h"

/*
 * Send a frame to @remote with @tos as outer DS field. NONE: taken; else why it has
 * to go by IP, and it is as it was. In the fast path.
 */
enum nvo3_bypass nvo3_fast_send(struct nvo3_nve *nve, u32 vni, struct nvo3_remote *remote,
				struct sk_buff *skb, const struct nvo3_flow *flow, u8 tos);

#endif /* _NVO3_FAST_TX_H */
