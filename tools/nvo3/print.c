// SPDX-License-Identifier: GPL-2.0
#include "print.h"

#include <inttypes.h>
#include <stdio.h>

#include "ctx.h"

const char *const words_unknown[] = { "drop", "ask", "flood", "relay", NULL };
const char *const words_arp[] = { "off", "answer", NULL };
const char *const words_arp_unknown[] = { "flood", "ask", "drop", NULL };
const char *const words_bum[] = { "none", "replicate", NULL };
const char *const words_state[] = { "associated", "active", "armed", NULL };
const char *const words_prov[] = { "static", "agent", "port", NULL };
const char *const words_encap[] = { "vxlan", "geneve", "nvgre", NULL };
const char *const words_drop[] = {
	"other", "nve-xmit", "port-unbound", "port-vlan", "port-inactive", "port-down",
	"bad-frame", "bad-src", "reserved-dst", "hairpin", "unknown-dst", "bum-none", "no-route",
	"loop", "too-big", "nomem", "tunnel-header", "tunnel-addr", "tunnel-vni", "tunnel-inner",
	"tunnel-vlan", "tunnel-ecn", "tunnel-remote", "malformed", "acl-from-vm", "acl-to-vm",
	"rate-from-vm", "rate-to-vm", "spoof-mac", "spoof-ip4", "spoof-ip6", "spoof-arp",
	"spoof-nd", "spoof-dhcp", "spoof-ra", "tunnel-oam", "tunnel-option", "tunnel-csum",
	"path-mtu", "remote-down", "tunnel-source", "tunnel-source-unknown", "hold-full",
	"miss-rate", "arp-unknown", "guest-lost", "guest-rate", NULL,
};

const char *const words_miss[] = { "asked", "absent", NULL };
const char *const words_verify[] = { "off", "log", "drop", NULL };
const char *const words_fastpath[] = { "auto", "on", "off", NULL };
const char *const words_bypass[] = {
	"fast", "off", "netfilter", "xfrm", "bpf", "socket", "rx-handler", "vrf", "device",
	"route", "neighbour", "mtu", "nomem", "source", "header", "frame", "checksum", "peer",
	"egress", "tap", "nested", "local", NULL,
};

_Static_assert(sizeof(words_bypass) / sizeof(words_bypass[0]) == __NVO3_BYPASS_MAX + 1,
	       "a reason for the compatible way has no word");
_Static_assert(sizeof(words_drop) / sizeof(words_drop[0]) == __NVO3_DROP_MAX + 1,
	       "a drop reason has no word");

static void print_dev(struct ctx *ctx, const char *key, uint32_t ifindex)
{
	out_str(&ctx->out, key, ctx_dev_name(ctx, ifindex));
}

static void print_mac(struct ctx *ctx, const char *key, const struct mac_addr *mac)
{
	char text[MAC_ADDR_STRLEN];

	out_str(&ctx->out, key, mac_addr_format(mac, text));
}

static void print_ip(struct ctx *ctx, const char *key, const struct ip_addr *ip)
{
	char text[IP_ADDR_STRLEN];

	out_str(&ctx->out, key, ip_addr_format(ip, text));
}

/* As text in JSON too, whose readers may have no numbers of 64 bits */
void print_hash(struct out *o, const char *key, uint64_t hash)
{
	char text[17];

	snprintf(text, sizeof(text), "%016" PRIx64, hash);
	out_str(o, key, text);
}

void print_stats(struct ctx *ctx, const struct nvo3_stats *stats)
{
	struct out *o = &ctx->out;

	out_group_start(o, "stats");
	out_u64(o, "rx_packets", stats->rx_packets);
	out_u64(o, "rx_bytes", stats->rx_bytes);
	out_u64(o, "tx_packets", stats->tx_packets);
	out_u64(o, "tx_bytes", stats->tx_bytes);
	out_u64(o, "encap_packets", stats->encap_packets);
	out_u64(o, "encap_bytes", stats->encap_bytes);
	out_u64(o, "decap_packets", stats->decap_packets);
	out_u64(o, "decap_bytes", stats->decap_bytes);
	out_u64(o, "dropped", stats->dropped);
	out_group_end(o);
}

/* Milliseconds; by default, so not told */
#define HOLD_DEFAULT 1000

static void print_waits(struct out *o, const struct nvo3_vn *vn)
{
	out_u64(o, "pending", vn->pending);
	out_u64(o, "held", vn->held);
	out_u64(o, "absent", vn->absent);
	out_u64(o, "released", vn->released);
}

void print_vn(struct ctx *ctx, uint32_t nve, const struct nvo3_vn *vn)
{
	struct out *o = &ctx->out;

	print_dev(ctx, "dev", nve);
	out_u64(o, "vni", vn->vni);
	out_str(o, "unknown", args_word(words_unknown, vn->unknown));
	out_str(o, "bum", args_word(words_bum, vn->bum));
	if (vn->arp) {
		out_str(o, "arp", args_word(words_arp, vn->arp));
		out_str(o, "arp-unknown", args_word(words_arp_unknown, vn->arp_unknown));
	}
	out_u64(o, "limit", vn->limit);
	if (vn->has & NVO3_HAS(VN_HOLD) && vn->hold != HOLD_DEFAULT)
		out_u64(o, "hold", vn->hold);
	if (vn->track)
		out_bool(o, "track", true);
	if (vn->has & NVO3_HAS(VN_PORTS))
		out_u64(o, "ports", vn->ports);
	if (vn->has & NVO3_HAS(VN_MAPS))
		out_u64(o, "maps", vn->maps);
	if (vn->ip_maps)
		out_u64(o, "ip-maps", vn->ip_maps);
	if (vn->has & NVO3_HAS(VN_MEMBERS))
		out_u64(o, "members", vn->members);
	if (!ctx->stats)
		return;
	if (vn->has & NVO3_HAS(VN_MISSES))
		out_u64(o, "misses", vn->misses);
	if (vn->has & NVO3_HAS(VN_PENDING))
		print_waits(o, vn);
	if (vn->has & NVO3_HAS(VN_REDIRECTED))
		out_u64(o, "redirected", vn->redirected);
	if (vn->has & NVO3_HAS(VN_RELAYED))
		out_u64(o, "relayed", vn->relayed);
	if (vn->has & NVO3_HAS(VN_ARP_ANSWERED))
		out_u64(o, "arp_answered", vn->arp_answered);
	if (vn->has & NVO3_HAS(VN_DIGEST)) {
		print_hash(o, "digest", vn->digest);
		out_u64(o, "digest_maps", vn->digest_maps);
	}
	if (vn->has & NVO3_HAS(VN_STATS))
		print_stats(ctx, &vn->stats);
}

/* Only what is not the NVE's own was told */
static void print_path(struct ctx *ctx, const char *encap, uint16_t dstport, uint32_t remote_vni)
{
	struct out *o = &ctx->out;

	if (encap)
		out_str(o, "encap", encap);
	if (dstport)
		out_u64(o, "dstport", dstport);
	if (remote_vni)
		out_u64(o, "remote-vni", remote_vni);
}

/* "192.0.2.2/3,192.0.2.3/1", and how they are reached if all are the same way */
static void print_paths(struct ctx *ctx, const struct nvo3_map *map)
{
	char text[NVO3_PATHS_MAX * (IP_ADDR_STRLEN + 8)] = "", addr[IP_ADDR_STRLEN];
	const struct nvo3_path *first = &map->paths[0];
	bool mixed = false;
	size_t i, len = 0;

	for (i = 0; i < map->npaths; i++) {
		const struct nvo3_path *path = &map->paths[i];

		len += snprintf(text + len, sizeof(text) - len, "%s%s/%u", i ? "," : "",
				ip_addr_format(&path->addr, addr), path->weight);
		mixed |= path->encap != first->encap || path->dstport != first->dstport ||
			 path->remote_vni != first->remote_vni ||
			 (path->has ^ first->has) & NVO3_HAS(PATH_ENCAP);
	}
	out_str(&ctx->out, "nve", text);
	if (mixed)
		out_str(&ctx->out, "encap", "mixed");
	else
		print_path(ctx, first->has & NVO3_HAS(PATH_ENCAP) ?
			   args_word(words_encap, first->encap) : NULL, first->dstport,
			   first->remote_vni);
}

void print_member(struct ctx *ctx, uint32_t nve, const struct nvo3_member *member)
{
	print_dev(ctx, "dev", nve);
	out_u64(&ctx->out, "vni", member->vni);
	print_ip(ctx, "nve", &member->addr);
	print_path(ctx, member->has & NVO3_HAS(MEMBER_ENCAP) ?
		   args_word(words_encap, member->encap) : NULL, member->dstport,
		   member->remote_vni);
	if (member->relay)
		out_bool(&ctx->out, "relay", true);
}

static void print_allow(struct out *o, const struct nvo3_allow *allow)
{
	char ip[IP_ADDR_STRLEN], mac[MAC_ADDR_STRLEN], text[IP_ADDR_STRLEN + MAC_ADDR_STRLEN + 6];
	bool other = allow->has & NVO3_HAS(ALLOW_MAC);

	snprintf(text, sizeof(text), "%s/%u%s%s", ip_addr_format(&allow->ip, ip), allow->plen,
		 other ? "@" : "", other ? mac_addr_format(&allow->mac, mac) : "");
	out_str(o, o->mode == OUT_TEXT ? "ip" : NULL, text);
}

/* What the port's tenant system may call itself; what is by default is not told */
static void print_sources(struct ctx *ctx, const struct nvo3_port *port)
{
	struct out *o = &ctx->out;
	uint8_t i;

	if (port->nallow)
		out_array_start(o, "ip");
	for (i = 0; i < port->nallow; i++)
		print_allow(o, &port->allow[i]);
	if (port->nallow)
		out_array_end(o);
	if (port->spoof != NVO3_SOURCE_CHECK_AUTO)
		out_str(o, "spoof", args_word(words_spoof, port->spoof));
	if (port->dhcp_server)
		out_bool(o, "dhcp-server", true);
	if (port->router)
		out_bool(o, "router", true);
}

static void print_stamps(struct out *o, const struct nvo3_port *port)
{
	if (port->stamp)
		out_bool(o, "stamp", true);
	if (port->last_out)
		out_u64(o, "last-out", port->last_out);
	if (port->first_in)
		out_u64(o, "first-in", port->first_in);
}

void print_port(struct ctx *ctx, uint32_t nve, const struct nvo3_port *port)
{
	struct out *o = &ctx->out;

	print_dev(ctx, "dev", port->dev);
	if (port->vlan)
		out_u64(o, "vlan", port->vlan);
	print_dev(ctx, "nve", nve);
	out_u64(o, "vni", port->vni);
	if (port->has & NVO3_HAS(PORT_MAC))
		print_mac(ctx, "mac", &port->mac);
	if (port->has & NVO3_HAS(PORT_STATE))
		out_str(o, "state", args_word(words_state, port->state));
	if (port->epoch)
		out_u64(o, "epoch", port->epoch);
	if (port->profile)
		out_u64(o, "profile", port->profile);
	if (port->group)
		out_u64(o, "group", port->group);
	print_sources(ctx, port);
	if (port->guest)
		out_bool(o, "guest", true);
	print_stamps(o, port);
	if (ctx->stats && port->has & NVO3_HAS(PORT_SUPPRESSED))
		out_u64(o, "suppressed", port->suppressed);
	if (ctx->stats && port->has & NVO3_HAS(PORT_STATS))
		print_stats(ctx, &port->stats);
}

void print_map(struct ctx *ctx, uint32_t nve, const struct nvo3_map *map)
{
	struct out *o = &ctx->out;

	print_dev(ctx, "dev", nve);
	out_u64(o, "vni", map->vni);
	if (map->ip.family)
		print_ip(ctx, "ip", &map->ip);
	print_mac(ctx, "mac", &map->mac);
	if (map->npaths)
		print_paths(ctx, map);
	if (map->addr.family)
		print_ip(ctx, "nve", &map->addr);
	print_path(ctx, map->has & NVO3_HAS(MAP_ENCAP) ? args_word(words_encap, map->encap) : NULL,
		   map->dstport, map->remote_vni);
	if (map->dev)
		print_dev(ctx, "port", map->dev);
	if (map->vlan)
		out_u64(o, "vlan", map->vlan);
	if (map->epoch)
		out_u64(o, "epoch", map->epoch);
	if (map->has & NVO3_HAS(MAP_PROV))
		out_str(o, "prov", args_word(words_prov, map->prov));
	if (map->group)
		out_u64(o, "group", map->group);
	if (map->generation)
		out_u64(o, "generation", map->generation);
	if (map->router)
		out_bool(o, "router", true);
}

void print_miss(struct ctx *ctx, uint32_t nve, const struct nvo3_miss *miss)
{
	struct out *o = &ctx->out;

	print_dev(ctx, "dev", nve);
	out_u64(o, "vni", miss->vni);
	if (miss->addr.family)
		print_ip(ctx, "ip", &miss->addr);
	else
		print_mac(ctx, "dst", &miss->dst);
	if (miss->has & NVO3_HAS(MISS_SRC))
		print_mac(ctx, "src", &miss->src);
	if (miss->dev)
		print_dev(ctx, "port", miss->dev);
	if (miss->suppressed)
		out_u64(o, "suppressed", miss->suppressed);
	if (!(miss->has & NVO3_HAS(MISS_STATE)))
		return;
	out_str(o, "state", args_word(words_miss, miss->state));
	out_u64(o, "lifetime", miss->lifetime);
	out_u64(o, "held", miss->held);
}

void print_source(struct ctx *ctx, uint32_t nve, const struct nvo3_source *source)
{
	struct out *o = &ctx->out;

	print_dev(ctx, "dev", nve);
	out_u64(o, "vni", source->vni);
	print_mac(ctx, "src", &source->src);
	if (source->has & NVO3_HAS(SOURCE_DST))
		print_mac(ctx, "dst", &source->dst);
	print_ip(ctx, "nve", &source->addr);
	if (source->suppressed)
		out_u64(o, "suppressed", source->suppressed);
}
