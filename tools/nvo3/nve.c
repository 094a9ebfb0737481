// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "print.h"

static const char *const words_switch[] = { "off", "on", NULL };
static const char *const words_df[] = { "unset", "set", "inherit", NULL };
static const char *const words_csum_rx[] = { "any", "require", NULL };

static enum status parse(struct ctx *ctx, int argc, char *const *argv, const char **dev,
			 struct link_nve *nve)
{
	const char *underlay = NULL;
	uint16_t sports[2];
	struct arg args[] = {
		ARG(DEV, "dev", dev, .must = true),
		ARG(IP4, "local", &nve->local4),
		ARG(IP6, "local6", &nve->local6),
		ARG_NUMBER("dstport", &nve->dstport, 1, UINT16_MAX),
		ARG(SWITCH, "csum", &nve->csum),
		ARG_CHOICE("encap", &nve->encap, words_encap, &nve->has, LINK_HAS(ENCAP)),
		ARG_WORDS("accept", &nve->accept, words_encap, &nve->has, LINK_HAS(ACCEPT)),
		ARG_NUMBER("geneve-port", &nve->geneve_port, 1, UINT16_MAX),
		ARG_CHOICE("flowid", &nve->flowid, words_switch, &nve->has, LINK_HAS(FLOWID)),
		ARG_NUMBER("ttl", &nve->ttl, 1, UINT8_MAX, .word = "inherit",
			   .word_is = NVO3_TTL_INHERIT, .has = &nve->has, .bit = LINK_HAS(TTL)),
		ARG_NUMBER("tos", &nve->tos, 0, UINT8_MAX, .word = "inherit",
			   .word_is = NVO3_TOS_INHERIT, .has = &nve->has, .bit = LINK_HAS(TOS)),
		ARG_CHOICE("df", &nve->df, words_df, &nve->has, LINK_HAS(DF)),
		ARG_NUMBER("label", &nve->label, 0, NVO3_LABEL_FLOW - 1, .word = "flow",
			   .word_is = NVO3_LABEL_FLOW, .has = &nve->has, .bit = LINK_HAS(LABEL)),
		ARG(RANGE, "sport", sports, .min = 1, .max = UINT16_MAX, .word = "any",
		    .has = &nve->has, .bit = LINK_HAS(SPORT_MIN)),
		ARG_CHOICE("csum-rx", &nve->csum_rx, words_csum_rx, &nve->has, LINK_HAS(CSUM_RX)),
		ARG_CHOICE("mss-clamp", &nve->mss_clamp, words_switch, &nve->has,
			   LINK_HAS(MSS_CLAMP)),
		ARG(DEV, "underlay", &underlay),
		ARG_CHOICE("fastpath", &nve->fastpath, words_fastpath, &nve->has,
			   LINK_HAS(FASTPATH)),
		ARG_CHOICE("verify", &nve->verify, words_verify, &nve->has, LINK_HAS(VERIFY)),
		ARG_NUMBER("redirect", &nve->redirect, 0, UINT32_MAX, .has = &nve->has,
			   .bit = LINK_HAS(REDIRECT)),
		ARG_CHOICE("relay", &nve->relay, words_switch, &nve->has, LINK_HAS(RELAY)),
		{},
	};
	const struct link_info *link;
	enum status status = ctx_args(ctx, args, argc, argv);

	if (!status && nve->has & LINK_HAS(SPORT_MIN)) {
		nve->sport_min = sports[0];
		nve->sport_max = sports[1];
	}
	if (status || ctx->check || !underlay)
		return status;
	status = ctx_link(ctx, underlay, &link);
	if (!status)
		nve->underlay = link->ifindex;
	return status;
}

static enum status nve_add(struct ctx *ctx, int argc, char *const *argv)
{
	struct link_nve nve = { .csum = -1 };
	const char *dev;
	enum status status = parse(ctx, argc, argv, &dev, &nve);

	if (status || ctx->check)
		return status;
	ctx_forget_links(ctx);
	return ctx_result(ctx, link_nve_add(ctx->rtnl, dev, &nve, &ctx->err));
}

static enum status nve_set(struct ctx *ctx, int argc, char *const *argv)
{
	struct link_nve nve = { .csum = -1 };
	const char *dev;
	uint32_t ifindex;
	enum status status = parse(ctx, argc, argv, &dev, &nve);

	if (status || ctx->check)
		return status;
	status = ctx_nve(ctx, dev, &ifindex);
	if (status)
		return status;
	return ctx_result(ctx, link_nve_set(ctx->rtnl, ifindex, &nve, &ctx->err));
}

static enum status nve_del(struct ctx *ctx, int argc, char *const *argv)
{
	const char *dev;
	struct arg args[] = { ARG(DEV, "dev", &dev, .must = true), {} };
	enum status status = ctx_args(ctx, args, argc, argv);
	uint32_t ifindex;

	if (status || ctx->check)
		return status;
	status = ctx_nve(ctx, dev, &ifindex);
	ctx_forget_links(ctx);
	if (status)
		return status;
	return ctx_result(ctx, link_del(ctx->rtnl, ifindex, &ctx->err));
}

static void print_drops(struct ctx *ctx, const char *name, const uint64_t *counts)
{
	struct out *o = &ctx->out;
	size_t i;

	out_group_start(o, name);
	for (i = 0; i < __NVO3_DROP_MAX; i++)
		if (counts[i])
			out_u64(o, words_drop[i], counts[i]);
	out_group_end(o);
}

static bool has_any(const uint64_t *counts)
{
	size_t i;

	for (i = 0; i < __NVO3_DROP_MAX; i++)
		if (counts[i])
			return true;
	return false;
}

static void print_reasons(struct ctx *ctx, const char *name, const uint64_t *counts)
{
	struct out *o = &ctx->out;
	size_t i;

	out_group_start(o, name);
	for (i = 0; i < __NVO3_BYPASS_MAX; i++)
		if (counts[i])
			out_u64(o, words_bypass[i], counts[i]);
	out_group_end(o);
}

/* Frames by the way that they took, and why not the fast one */
static void print_ways(struct ctx *ctx, const struct nvo3_nve *nve)
{
	struct out *o = &ctx->out;

	out_group_start(o, "ways");
	out_u64(o, "tx_fast", nve->tx_fast);
	out_u64(o, "tx_compat", nve->tx_compat);
	out_u64(o, "rx_fast", nve->rx_fast);
	out_u64(o, "rx_compat", nve->rx_compat);
	out_u64(o, "port_fast", nve->port_fast);
	out_u64(o, "port_queue", nve->port_queue);
	out_group_end(o);
	print_reasons(ctx, "tx_bypass", nve->tx_bypass);
	print_reasons(ctx, "rx_bypass", nve->rx_bypass);
	print_reasons(ctx, "port_bypass", nve->port_bypass);
}

static void print_addr(struct out *o, const char *key, const struct ip_addr *ip)
{
	char text[IP_ADDR_STRLEN];

	if (ip->family)
		out_str(o, key, ip_addr_format(ip, text));
}

static void print_accept(struct out *o, uint8_t accept)
{
	char text[64] = "";
	size_t i;

	for (i = 0; words_encap[i]; i++) {
		if (!(accept & 1u << i))
			continue;
		if (*text)
			strcat(text, ",");
		strcat(text, words_encap[i]);
	}
	out_str(o, "accept", text);
}

/* A number, or the word for a value that is none */
static void print_or(struct out *o, const char *key, uint32_t v, uint32_t word_is, const char *word)
{
	if (v == word_is)
		out_str(o, key, word);
	else
		out_u64(o, key, v);
}

/* What is not as it is without being told */
static void print_header(struct ctx *ctx, const struct link_nve *nve)
{
	struct out *o = &ctx->out;
	char text[16];

	if (!nve->flowid)
		out_bool(o, "flowid", false);
	if (nve->ttl != 64)
		print_or(o, "ttl", nve->ttl, NVO3_TTL_INHERIT, "inherit");
	if (nve->tos)
		print_or(o, "tos", nve->tos, NVO3_TOS_INHERIT, "inherit");
	if (nve->df)
		out_str(o, "df", args_word(words_df, nve->df));
	if (nve->label != NVO3_LABEL_FLOW)
		out_u64(o, "label", nve->label);
	if (nve->sport_min) {
		snprintf(text, sizeof(text), "%u-%u", nve->sport_min, nve->sport_max);
		out_str(o, "sport", text);
	}
	if (nve->csum_rx)
		out_str(o, "csum-rx", args_word(words_csum_rx, nve->csum_rx));
	if (nve->mss_clamp)
		out_bool(o, "mss-clamp", true);
	if (nve->underlay)
		out_str(o, "underlay", ctx_dev_name(ctx, nve->underlay));
}

static void print_nve(struct ctx *ctx, const struct link_info *link, const struct nvo3_nve *nve)
{
	struct out *o = &ctx->out;

	out_row_start(o);
	out_str(o, "dev", link->name);
	print_addr(o, "local", &nve->local4);
	print_addr(o, "local6", &nve->local6);
	out_str(o, "encap", args_word(words_encap, nve->encap));
	if (nve->accept != 1u << nve->encap)
		print_accept(o, nve->accept);
	out_u64(o, "dstport", nve->dstport);
	if ((nve->accept | 1u << nve->encap) & 1u << NVO3_ENCAP_GENEVE)
		out_u64(o, "geneve-port", nve->geneve_port);
	out_bool(o, "csum", nve->csum);
	print_header(ctx, &link->nve);
	out_str(o, "fastpath", args_word(words_fastpath, nve->fastpath));
	if (nve->verify)
		out_str(o, "verify", args_word(words_verify, nve->verify));
	if (link->nve.redirect != NVO3_REDIRECT_DEFAULT)
		out_u64(o, "redirect", link->nve.redirect);
	if (link->nve.relay)
		out_bool(o, "relay", true);
	out_bool(o, "up", link->up);
	out_u64(o, "mtu", link->mtu);
	out_u64(o, "vns", nve->vns);
	out_u64(o, "ports", nve->ports);
	out_u64(o, "maps", nve->maps);
	out_u64(o, "remotes", nve->remotes);
	if (ctx->stats) {
		out_u64(o, "redirected", nve->redirected);
		out_u64(o, "relayed", nve->relayed);
		out_group_start(o, "table");
		out_u64(o, "slots", nve->table_slots);
		out_u64(o, "bytes", nve->table_bytes);
		out_group_end(o);
		print_drops(ctx, "drops", nve->drops);
		if (has_any(nve->logged))
			print_drops(ctx, "logged", nve->logged);
		print_ways(ctx, nve);
	}
	out_row_end(o);
}

static enum status show_one(struct ctx *ctx, uint32_t ifindex, const char *name, const void *data)
{
	struct link_info link;
	struct nvo3_nve nve;
	int r;

	r = kernel_nve_get(ctx->kernel, ifindex, &nve, &ctx->err);
	if (!r)
		r = link_get(ctx->rtnl, name, &link, &ctx->err);
	if (!r)
		print_nve(ctx, &link, &nve);
	return ctx_result(ctx, r);
}

static enum status nve_show(struct ctx *ctx, int argc, char *const *argv)
{
	const char *dev = NULL;
	struct arg args[] = { ARG(DEV, "dev", &dev), {} };
	enum status status = ctx_args(ctx, args, argc, argv);

	if (status || ctx->check)
		return status;
	out_list_start(&ctx->out);
	status = ctx_each_nve(ctx, dev, show_one, NULL);
	out_list_end(&ctx->out);
	return status;
}

static const struct verb verbs[] = {
	{ .name = "show", .run = nve_show },
	{ .name = "add", .run = nve_add, .link = true },
	{ .name = "set", .run = nve_set, .link = true },
	{ .name = "del", .run = nve_del, .link = true },
	{},
};

const struct command nve_command = {
	"nve", verbs,
	"usage: nvo3 nve { add | set } dev NVE [ local IPV4 ] [ local6 IPV6 ] [ dstport PORT ]\n"
	"                              [ csum { on | off } ] [ encap ENCAP ]\n"
	"                              [ accept ENCAP[,ENCAP]... ] [ geneve-port PORT ]\n"
	"                              [ flowid { on | off } ] [ ttl { NUMBER | inherit } ]\n"
	"                              [ tos { NUMBER | inherit } ] [ df { unset | set | inherit } ]\n"
	"                              [ label { NUMBER | flow } ] [ sport { MIN-MAX | any } ]\n"
	"                              [ csum-rx { any | require } ] [ mss-clamp { on | off } ]\n"
	"                              [ underlay DEV ] [ fastpath { auto | on | off } ]\n"
	"                              [ verify { off | log | drop } ] [ redirect MS ]\n"
	"                              [ relay { on | off } ]\n"
	"       nvo3 nve del dev NVE\n"
	"       nvo3 nve [ show ] [ dev NVE ]\n"
	"       ENCAP := { vxlan | geneve | nvgre }\n",
};
