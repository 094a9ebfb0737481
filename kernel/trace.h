/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints: nvo3:nvo3_drop, for each frame dropped, with the frame still whole.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM nvo3

#if !defined(_NVO3_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _NVO3_TRACE_H

#include <linux/skbuff.h>
#include <linux/tracepoint.h>

TRACE_EVENT(nvo3_drop,
	TP_PROTO(const struct sk_buff *skb, u32 nve, u32 vni, u32 port, u32 reason),
	TP_ARGS(skb, nve, vni, port, reason),
	TP_STRUCT__entry(
		__field(const void *, skb)
		__field(u32, nve)	/* ifindex */
		__field(u32, vni)	/* 0: not known yet */
		__field(u32, port)	/* ifindex of its device, 0 likewise */
		__field(u32, reason)	/* enum nvo3_drop */
	),
	TP_fast_assign(
		__entry->skb = skb;
		__entry->nve = nve;
		__entry->vni = vni;
		__entry->port = port;
		__entry->reason = reason;
	),
	TP_printk("skb=%p nve=%u vni=%u port=%u reason=%u", __entry->skb, __entry->nve,
		  __entry->vni, __entry->port, __entry->reason)
);

#endif /* _NVO3_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
