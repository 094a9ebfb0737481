/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The steps of the fast path, one file each. All run under RCU with bottom
 * halves off, on frames whose data begins at the Ethernet header.
 *
 * A step that returns NVO3_DROP_NONE has taken the frame; with any other reason
 * it is still the caller's, who counts and frees it in one place: nvo3_drop().
 *
 * @flow is what the frame is about, read once where it came in; NULL where nobody has read it.
 */
#ifndef _NVO3_FAST_H
#define _NVO3_FAST_H

#include "flow.h"
#include "nve.h"
#include "outer.h"
#include "port_state.h"

/* from_port.c: the rx_handler of slaves */
rx_handler_result_t nvo3_from_port(struct sk_buff **pskb);

/* from_tunnel.c: the encap_rcv of the NVE's sockets */
int nvo3_from_tunnel(struct sock *sk, struct sk_buff *skb);

/* from_gre.c: the hook for NVGRE. 0 or an error; _close does nothing if it is not open. */
int nvo3_gre_open(struct nvo3_nve *nve);
void nvo3_gre_close(struct nvo3_nve *nve);

/* guard.c: may it enter by the port, may it leave by it? The frame stays the caller's. */
enum nvo3_drop nvo3_guard_from_vm(struct nvo3_port *port, const struct nvo3_guard *guard,
				  const struct sk_buff *skb, const struct nvo3_flow *flow);
/* Once more when it has waited, but for the rate, which it has paid. */
enum nvo3_drop nvo3_guard_again(struct nvo3_port *port, const struct nvo3_guard *guard,
				const struct sk_buff *skb, const struct nvo3_flow *flow);
enum nvo3_drop nvo3_guard_to_vm(struct nvo3_port *port, const struct nvo3_guard *guard,
				const struct sk_buff *skb, const struct nvo3_flow *flow);

/*
 * from_outer.c: a packet whose data is at its transport header, as @outer says.
 * Fills @vn and @port as far as it finds them, for nvo3_drop().
 */
enum nvo3_drop nvo3_from_outer(struct nvo3_nve *nve, const struct nvo3_outer *outer,
			       struct sk_buff *skb, struct nvo3_vn **vn, struct nvo3_port **port);

/* to_port.c: out to a tenant system */
enum nvo3_drop nvo3_to_port(struct nvo3_port *port, struct sk_buff *skb,
			    const struct nvo3_flow *flow);

/* to_peer.c: may it go on at the other end of the port's link at once? True: it did and is gone. */
bool nvo3_to_peer(struct nvo3_port *port, struct sk_buff *skb);

/* What the NVE itself has to say to a tenant system. Takes @skb. */
void nvo3_answer(struct nvo3_nve *nve, struct nvo3_port *port, struct sk_buff *skb);

/* Its copies for all active ports of the VN but @except. True if there was one. */
bool nvo3_to_ports(struct nvo3_nve *nve, struct nvo3_vn *vn, const struct nvo3_port *except,
		   struct sk_buff *skb, const struct nvo3_flow *flow);

/* to_remote.c: encapsulated to another NVE */
enum nvo3_drop nvo3_to_remote(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nvo3_port *from,
			      struct nvo3_remote *remote, struct sk_buff *skb,
			      const struct nvo3_flow *flow);
enum nvo3_drop nvo3_to_group(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nvo3_port *from,
			     const struct nvo3_group *group, struct sk_buff *skb,
			     const struct nvo3_flow *flow);
enum nvo3_drop nvo3_to_members(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nvo3_port *from,
			       struct sk_buff *skb, const struct nvo3_flow *flow);

/* to_underlay.c: the outer headers, and out. @from hears of what is too large. */
enum nvo3_drop nvo3_to_underlay(struct nvo3_nve *nve, struct nvo3_port *from,
				struct nvo3_remote *remote, struct sk_buff *skb,
				const struct nvo3_flow *flow);

/* Likewise for what came as @outer says: with its DSCP, and its TTL less one, which is not 0. */
enum nvo3_drop nvo3_on_to_underlay(struct nvo3_nve *nve, const struct nvo3_vn *vn,
				   struct nvo3_remote *remote, struct sk_buff *skb,
				   const struct nvo3_flow *flow, const struct nvo3_outer *outer);

/*
 * redirect.c: a frame that came by a tunnel and is mapped to other NVEs by @value. It is late or
 * we are a relay, and it goes on there, or it goes nowhere (TUNNEL_REMOTE).
 */
enum nvo3_drop nvo3_redirect(struct nvo3_nve *nve, struct nvo3_vn *vn, u32 value,
			     const struct nvo3_outer *outer, struct sk_buff *skb);

/* from_port.c: a frame that has waited in nve->pendings; what may have changed is judged anew. */
enum nvo3_drop nvo3_from_hold(struct nvo3_nve *nve, struct nvo3_port *from, struct sk_buff *skb);

/*
 * miss.c: no mapping for the destination of a tenant system's frame. _miss tells of it; _ask lets
 * it wait, or go by a relay, and asks. _ask_denied does if the port's profile may yet permit it.
 */
void nvo3_miss(struct nvo3_nve *nve, struct nvo3_port *from, const struct ethhdr *eth);
enum nvo3_drop nvo3_ask(struct nvo3_nve *nve, struct nvo3_port *from, struct sk_buff *skb,
			const struct nvo3_flow *flow);
enum nvo3_drop nvo3_ask_denied(struct nvo3_nve *nve, struct nvo3_port *from, struct sk_buff *skb,
			       const struct nvo3_flow *flow);

/* Count and free what was taken out of nve->pendings. Under RCU or the mutex. */
void nvo3_miss_drop(struct nvo3_nve *nve, struct sk_buff_head *frames, enum nvo3_drop reason);
void nvo3_miss_expired(struct nvo3_pendings *pendings, struct sk_buff_head *frames);

/* The port is hidden: what waits of its frames is dropped, and no others get in. With the mutex. */
void nvo3_miss_close(struct nvo3_nve *nve, struct nvo3_port *port);
/* The mapping stands: what waits for it leaves. With the mutex, outside of the fast path. */
void nvo3_miss_answered(struct nvo3_nve *nve, u32 vni, const u8 *mac);

/*
 * source.c: may the sender of @outer have sent the frame, whose source has the key @source? NONE,
 * or why it is to be dropped. It begins at its Ethernet header and stays the caller's.
 */
enum nvo3_drop nvo3_check_source(struct nvo3_nve *nve, struct nvo3_vn *vn,
				 const struct nvo3_outer *outer, const struct sk_buff *skb,
				 struct nvo3_permuted source);

/* drop.c: @vn and @port as far as they are known, else NULL */
void __cold nvo3_drop(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nvo3_port *port,
		      struct sk_buff *skb, enum nvo3_drop reason);

#endif /* _NVO3_FAST_H */
