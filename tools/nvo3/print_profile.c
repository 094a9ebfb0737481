// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "ctx.h"
#include "print.h"

const char *const words_verdict[] = { "deny", "permit", NULL };
const char *const words_spoof[] = { "auto", "off", "on", NULL };
const char *const words_dir[] = { "from-vm", "to-vm", NULL };

void print_profile(struct ctx *ctx, uint32_t nve, const struct nvo3_profile *profile)
{
	struct out *o = &ctx->out;

	out_str(o, "dev", ctx_dev_name(ctx, nve));
	out_u64(o, "id", profile->id);
	out_str(o, "default", args_word(words_verdict, profile->otherwise));
	if (profile->rate) {
		out_u64(o, "rate", profile->rate);
		out_u64(o, "burst", profile->burst);
	}
	if (profile->pps)
		out_u64(o, "pps", profile->pps);
	if (profile->vlan)
		out_u64(o, "vlan", profile->vlan);
	if (profile->has & NVO3_HAS(PROFILE_DSCP))
		out_u64(o, "dscp", profile->dscp);
	out_u64(o, "ports", profile->ports);
}

/* A word by itself in text, a value with a name in JSON */
static void print_word(struct out *o, const char *key, const char *word)
{
	if (o->mode == OUT_TEXT)
		out_word(o, word);
	else
		out_str(o, key, word);
}

static void print_prefix(struct out *o, const char *key, const struct ip_addr *ip, uint8_t plen)
{
	char addr[IP_ADDR_STRLEN], text[IP_ADDR_STRLEN + 4];

	snprintf(text, sizeof(text), "%s/%u", ip_addr_format(ip, addr), plen);
	out_str(o, key, text);
}

static void print_end(struct out *o, const char *key, const struct ip_addr *ip, uint8_t plen,
		      uint32_t group)
{
	char text[32];

	if (ip->family)
		print_prefix(o, key, ip, plen);
	if (!group)
		return;
	snprintf(text, sizeof(text), "%s%s", key, o->mode == OUT_TEXT ? " group" : "_group");
	out_u64(o, text, group);
}

static void print_ports(struct out *o, const char *key, uint16_t first, uint16_t last)
{
	char text[16];

	snprintf(text, sizeof(text), first == last ? "%u" : "%u-%u", first, last);
	out_str(o, key, text);
}

void print_rule(struct ctx *ctx, const struct nvo3_rule *rule)
{
	struct out *o = &ctx->out;
	char type[8];

	print_word(o, "verdict", args_word(words_verdict, rule->verdict));
	print_word(o, "dir", args_word(words_dir, rule->dir));
	if (rule->has & NVO3_HAS(RULE_ETHERTYPE)) {
		snprintf(type, sizeof(type), "0x%04x", rule->ethertype);
		out_str(o, "ethertype", type);
	}
	if (rule->has & NVO3_HAS(RULE_PROTO))
		out_u64(o, "proto", rule->proto);
	print_end(o, "src", &rule->src, rule->src_plen, rule->src_group);
	print_end(o, "dst", &rule->dst, rule->dst_plen, rule->dst_group);
	if (rule->has & NVO3_HAS(RULE_SPORT))
		print_ports(o, "sport", rule->sport, rule->sport_last);
	if (rule->has & NVO3_HAS(RULE_DPORT))
		print_ports(o, "dport", rule->dport, rule->dport_last);
}
