// SPDX-License-Identifier: GPL-2.0
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include "fuzz.h"

/* Beyond the headers a byte is like any other. */
#define MUTATED		160

static u8 other_byte(u8 byte, struct rnd_state *rnd)
{
	static const u8 edges[] = { 0, 1, 0x7f, 0x80, 0xff };
	u32 kind = fuzz_below(rnd, 8);

	if (kind < ARRAY_SIZE(edges))
		return edges[kind];
	return kind & 1 ? prandom_u32_state(rnd) : byte ^ 1 << fuzz_below(rnd, 8);
}

u32 fuzz_mutate(u8 *data, u32 len, u32 keep, struct rnd_state *rnd)
{
	static const u8 times[] = { 0, 1, 1, 1, 2, 2, 4, 9 };
	u32 n = times[fuzz_below(rnd, ARRAY_SIZE(times))], at;

	if (keep > len)
		keep = len;
	while (n-- && keep < len) {
		at = keep + fuzz_below(rnd, min_t(u32, len - keep, MUTATED));
		data[at] = other_byte(data[at], rnd);
	}
	switch (fuzz_below(rnd, 16)) {
	case 0:
		return keep + fuzz_below(rnd, len - keep + 1);
	case 1:
		return keep + fuzz_below(rnd, min_t(u32, len - keep, MUTATED) + 1);
	case 2:
		n = fuzz_below(rnd, min_t(u32, 64, FUZZ_FRAME_MAX - len) + 1);
		memset(data + len, prandom_u32_state(rnd), n);
		return len + n;
	}
	return len;
}

void fuzz_mend_outer(u8 *data, u32 len)
{
	struct ethhdr *eth = (struct ethhdr *)data;
	struct ipv6hdr *ip6 = (struct ipv6hdr *)(eth + 1);
	struct iphdr *ip = (struct iphdr *)(eth + 1);
	struct udphdr *udp = NULL;

	if (eth->h_proto == htons(ETH_P_IP)) {
		ip->tot_len = htons(len - ETH_HLEN);
		ip->check = 0;
		ip->check = ip_fast_csum(ip, sizeof(*ip) / 4);
		if (ip->protocol == IPPROTO_UDP)
			udp = (struct udphdr *)(ip + 1);
	} else {
		ip6->payload_len = htons(len - ETH_HLEN - sizeof(*ip6));
		if (ip6->nexthdr == IPPROTO_UDP)
			udp = (struct udphdr *)(ip6 + 1);
	}
	if (udp) {
		udp->len = htons(len - ((u8 *)udp - data));
		/* The NIC vouches for it, or there is none. */
		udp->check = 0;
	}
}
