/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Merging of what comes by the NVE's UDP sockets, on the underlay's NIC.
 */
#ifndef _NVO3_GRO_H
#define _NVO3_GRO_H

#include <linux/skbuff.h>

struct sock;

struct sk_buff *nvo3_gro_receive(struct sock *sk, struct list_head *head, struct sk_buff *skb);
int nvo3_gro_complete(struct sock *sk, struct sk_buff *skb, int nhoff);

#endif /* _NVO3_GRO_H */
