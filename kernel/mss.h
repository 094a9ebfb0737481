/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The largest segment that two tenant systems agree upon, for those that do not
 * hear what ICMP tells them.
 */
#ifndef _NVO3_MSS_H
#define _NVO3_MSS_H

#include <linux/skbuff.h>

/*
 * Lower the MSS option of a SYN to @mss; any other segment stays as it is. The TCP
 * header begins @l4 bytes behind @skb's data. 0, or -ENOMEM with the frame
 * unchanged. May move the frame's head.
 */
int nvo3_mss_clamp(struct sk_buff *skb, u32 l4, u16 mss);

#ifdef DEBUG
bool nvo3_mss_selftest(void);
#endif

#endif /* _NVO3_MSS_H */
