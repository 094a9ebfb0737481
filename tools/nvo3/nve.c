// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "cmd.h"
#include "print.h"

static enum status parse(struct ctx *ctx, int argc, char *const *argv, const char **dev,
			 struct link_nve *nve)
{
	struct arg args[] = {
		ARG(DEV, "dev", dev, .must = true),
		ARG(IP4, "local", &nve->local4),
		ARG(IP6, "local6", &nve->local6),
		ARG_NUMBER("dstport", &nve->dstport, 1, UINT16_MAX),
		ARG(SWITCH, "csum", &nve->csum),
		ARG_CHOICE("fastpath", &nve->fastpath, words_fastpath, &nve->has,
			   LINK_NVE_FASTPATH),
		{},
	};

	return ctx_args(ctx, args, argc, argv);
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

static void print_drops(struct ctx *ctx, const struct nvo3_nve *nve)
{
	struct out *o = &ctx->out;
	size_t i;

	out_group_start(o, "drops");
	for (i = 0; i < __NVO3_DROP_MAX; i++)
		if (nve->drops[i])
			out_u64(o, words_drop[i], nve->drops[i]);
	out_group_end(o);
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
	out_group_end(o);
	print_reasons(ctx, "tx_bypass", nve->tx_bypass);
	print_reasons(ctx, "rx_bypass", nve->rx_bypass);
}

static void print_addr(struct out *o, const char *key, const struct ip_addr *ip)
{
	char text[IP_ADDR_STRLEN];

	if (ip->family)
		out_str(o, key, ip_addr_format(ip, text));
}

static void print_nve(struct ctx *ctx, const struct link_info *link, const struct nvo3_nve *nve)
{
	struct out *o = &ctx->out;

	out_row_start(o);
	out_str(o, "dev", link->name);
	print_addr(o, "local", &nve->local4);
	print_addr(o, "local6", &nve->local6);
	out_u64(o, "dstport", nve->dstport);
	out_bool(o, "csum", nve->csum);
	out_str(o, "fastpath", args_word(words_fastpath, nve->fastpath));
	out_bool(o, "up", link->up);
	out_u64(o, "mtu", link->mtu);
	out_u64(o, "vns", nve->vns);
	out_u64(o, "ports", nve->ports);
	out_u64(o, "maps", nve->maps);
	out_u64(o, "remotes", nve->remotes);
	if (ctx->stats) {
		out_group_start(o, "table");
		out_u64(o, "slots", nve->table_slots);
		out_u64(o, "bytes", nve->table_bytes);
		out_group_end(o);
		print_drops(ctx, nve);
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
	"                              [ csum { on | off } ] [ fastpath { auto | on | off } ]\n"
	"       nvo3 nve del dev NVE\n"
	"       nvo3 nve [ show ] [ dev NVE ]\n",
};
