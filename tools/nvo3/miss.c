// SPDX-License-Identifier: GPL-2.0
#include "cmd.h"
#include "print.h"

static enum status change(struct ctx *ctx, uint8_t cmd, int argc, char *const *argv)
{
	struct nvo3_event req = { .cmd = cmd };
	const char *dev;
	struct arg args[] = {
		ARG(DEV, "dev", &dev, .must = true),
		ARG_NUMBER("vni", &req.miss.vni, 1, NVO3_VNI_MAX, .must = true),
		ARG(MAC, "mac", &req.miss.dst, .has = &req.miss.has, .bit = NVO3_HAS(MISS_DST)),
		ARG(IP, "ip", &req.miss.addr),
		/* To forget one, the words end here */
		ARG_NUMBER(cmd == NVO3_CMD_MISS_SET ? "lifetime" : NULL, &req.miss.lifetime, 1,
			   NVO3_LIFETIME_MAX, .must = true),
		{},
	};
	enum status status = ctx_args(ctx, args, argc, argv);

	if (status)
		return status;
	if (!(req.miss.has & NVO3_HAS(MISS_DST)) == !req.miss.addr.family)
		return ctx_usage(ctx, "expected either \"mac\" or \"ip\" of who is missing");
	if (ctx->check)
		return STATUS_OK;
	status = ctx_nve(ctx, dev, &req.ifindex);
	return status ? status : ctx_request(ctx, &req, 0);
}

static enum status miss_absent(struct ctx *ctx, int argc, char *const *argv)
{
	return change(ctx, NVO3_CMD_MISS_SET, argc, argv);
}

static enum status miss_forget(struct ctx *ctx, int argc, char *const *argv)
{
	return change(ctx, NVO3_CMD_MISS_DEL, argc, argv);
}

static enum status show(struct ctx *ctx, uint32_t nve, const char *name, const void *data)
{
	_cleanup_free_ struct nvo3_miss *misses = NULL;
	const uint32_t *vni = data;
	size_t i, n = 0;
	int r;

	r = kernel_miss_list(ctx->kernel, nve, *vni, &misses, &n, NULL, &ctx->err);
	for (i = 0; i < n; i++) {
		out_row_start(&ctx->out);
		print_miss(ctx, nve, &misses[i]);
		out_row_end(&ctx->out);
	}
	return ctx_result(ctx, r);
}

static enum status miss_show(struct ctx *ctx, int argc, char *const *argv)
{
	return ctx_show_vns(ctx, argc, argv, show);
}

static const struct verb verbs[] = {
	{ .name = "show", .run = miss_show },
	{ .name = "absent", .run = miss_absent, .queued = true },
	{ .name = "forget", .run = miss_forget, .queued = true },
	{},
};

const struct command miss_command = {
	"miss", verbs,
	"usage: nvo3 miss absent dev NVE vni VNI { mac MAC | ip IP } lifetime MS\n"
	"       nvo3 miss forget dev NVE vni VNI { mac MAC | ip IP }\n"
	"       nvo3 miss [ show ] [ dev NVE [ vni VNI ] ]\n",
};
