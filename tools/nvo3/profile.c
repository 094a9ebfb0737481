// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/netlink.h>
#include <string.h>

#include "cmd.h"
#include "nvo3_profile.h"
#include "print.h"
#include "rule.h"

static enum status parse(struct ctx *ctx, int argc, char *const *argv, const char **dev,
			 struct nvo3_profile *profile)
{
	struct arg args[] = {
		ARG(DEV, "dev", dev, .must = true),
		ARG_NUMBER("id", &profile->id, 1, UINT32_MAX, .must = true),
		ARG_CHOICE("default", &profile->otherwise, words_verdict, &profile->has,
			   NVO3_HAS(PROFILE_DEFAULT)),
		ARG_NUMBER("rate", &profile->rate, 8, UINT64_MAX),
		ARG_NUMBER("burst", &profile->burst, 1, UINT32_MAX),
		ARG_NUMBER("pps", &profile->pps, 1, UINT32_MAX),
		ARG_NUMBER("vlan", &profile->vlan, 1, 4094),
		ARG_NUMBER("dscp", &profile->dscp, 0, 63,
			   .has = &profile->has, .bit = NVO3_HAS(PROFILE_DSCP)),
		{},
	};
	enum status status = ctx_args(ctx, args, argc, argv);

	if (!status && !profile->rate != !profile->burst)
		return ctx_usage(ctx, "\"%s\" needs \"%s\" beside it",
				 profile->rate ? "rate" : "burst",
				 profile->rate ? "burst" : "rate");
	return status;
}

static enum status change(struct ctx *ctx, uint16_t flags, int argc, char *const *argv)
{
	_cleanup_free_ struct nvo3_rule *rules = NULL;
	struct nvo3_profile profile = {};
	const char *dev = NULL;
	enum status status;
	int head = 0, n;
	uint32_t nve;

	while (head < argc && strcmp(argv[head], "rule"))
		head++;
	status = parse(ctx, head, argv, &dev, &profile);
	if (status)
		return status;
	n = rules_parse(&rules, argc - head, argv + head, &ctx->err);
	if (n < 0)
		return ctx_error(ctx, STATUS_USAGE);
	if (ctx->check)
		return STATUS_OK;
	status = ctx_nve(ctx, dev, &nve);
	if (status)
		return status;
	return ctx_result(ctx, kernel_profile_add(ctx->kernel, nve, &profile, rules, n, flags,
						  &ctx->err));
}

static enum status profile_add(struct ctx *ctx, int argc, char *const *argv)
{
	return change(ctx, 0, argc, argv);
}

static enum status profile_replace(struct ctx *ctx, int argc, char *const *argv)
{
	return change(ctx, NLM_F_REPLACE, argc, argv);
}

static enum status profile_del(struct ctx *ctx, int argc, char *const *argv)
{
	const char *dev = NULL;
	uint32_t id = 0, nve;
	struct arg args[] = {
		ARG(DEV, "dev", &dev, .must = true),
		ARG_NUMBER("id", &id, 1, UINT32_MAX, .must = true),
		{},
	};
	enum status status = ctx_args(ctx, args, argc, argv);

	if (status || ctx->check)
		return status;
	status = ctx_nve(ctx, dev, &nve);
	if (status)
		return status;
	return ctx_result(ctx, kernel_profile_del(ctx->kernel, nve, id, &ctx->err));
}

/* A listing in the making: a profile may come in several parts */
struct listing {
	struct ctx *ctx;
	uint32_t nve;
	bool open;
};

static void close_row(struct listing *l)
{
	if (!l->open)
		return;
	out_array_end(&l->ctx->out);
	out_row_end(&l->ctx->out);
	l->open = false;
}

static int take(const struct nvo3_profile *profile, const struct nvo3_rule *rules, size_t n,
		void *data)
{
	struct listing *l = data;
	size_t i;

	if (!profile->first) {
		close_row(l);
		out_row_start(&l->ctx->out);
		print_profile(l->ctx, l->nve, profile);
		out_array_start(&l->ctx->out, "rules");
		l->open = true;
	}
	for (i = 0; i < n; i++) {
		out_item_start(&l->ctx->out, "rule");
		print_rule(l->ctx, &rules[i]);
		out_item_end(&l->ctx->out);
	}
	return 0;
}

static enum status show(struct ctx *ctx, uint32_t nve, const char *name, const void *data)
{
	struct listing l = { .ctx = ctx, .nve = nve };
	const uint32_t *id = data;
	int r;

	r = kernel_profile_each(ctx->kernel, nve, *id, take, &l, &ctx->err);
	close_row(&l);
	if (r == -EINTR) {
		ctx_warn_interrupted(name);
		r = 0;
	}
	return ctx_result(ctx, r);
}

static enum status profile_show(struct ctx *ctx, int argc, char *const *argv)
{
	const char *dev = NULL;
	uint32_t id = 0;
	struct arg args[] = {
		ARG(DEV, "dev", &dev),
		ARG_NUMBER("id", &id, 1, UINT32_MAX),
		{},
	};
	enum status status = ctx_args(ctx, args, argc, argv);

	if (!status && id && !dev)
		return ctx_usage(ctx, "\"id\" needs \"dev\" beside it");
	if (status || ctx->check)
		return status;
	out_list_start(&ctx->out);
	status = ctx_each_nve(ctx, dev, show, &id);
	out_list_end(&ctx->out);
	return status;
}

static const struct verb verbs[] = {
	{ .name = "show", .run = profile_show },
	{ .name = "add", .run = profile_add },
	{ .name = "replace", .run = profile_replace },
	{ .name = "del", .run = profile_del },
	{},
};

const struct command profile_command = {
	"profile", verbs,
	"usage: nvo3 profile { add | replace } dev NVE id ID [ default { permit | deny } ]\n"
	"                     [ rate BPS burst BYTES ] [ pps NUMBER ] [ vlan VID ]\n"
	"                     [ dscp NUMBER ] [ RULE ]...\n"
	"       nvo3 profile del dev NVE id ID\n"
	"       nvo3 profile [ show ] [ dev NVE [ id ID ] ]\n"
	"RULE := rule { permit | deny } { from-vm | to-vm } [ ethertype TYPE ] [ proto PROTO ]\n"
	"        [ src { PREFIX | group NUMBER } ] [ dst { PREFIX | group NUMBER } ]\n"
	"        [ sport PORT[-PORT] ] [ dport PORT[-PORT] ]\n",
};
