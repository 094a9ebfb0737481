// SPDX-License-Identifier: GPL-2.0
#include "cmd.h"
#include "print.h"

static void print_row(struct ctx *ctx, uint32_t nve, const struct nvo3_remote *remote)
{
	struct out *o = &ctx->out;
	char text[IP_ADDR_STRLEN];

	out_row_start(o);
	out_str(o, "dev", ctx_dev_name(ctx, nve));
	out_str(o, "nve", ip_addr_format(&remote->addr, text));
	out_u64(o, "refs", remote->refs);
	if (ctx->stats) {
		out_u64(o, "packets", remote->packets);
		out_u64(o, "bytes", remote->bytes);
		if (remote->has & NVO3_HAS(REMOTE_BYPASS))
			out_str(o, "way", args_word(words_bypass, remote->bypass));
	}
	out_row_end(o);
}

static enum status show(struct ctx *ctx, uint32_t nve, const char *name, const void *data)
{
	_cleanup_free_ struct nvo3_remote *remotes = NULL;
	bool interrupted = false;
	size_t i, n = 0;
	int r;

	r = kernel_remote_list(ctx->kernel, nve, &remotes, &n, &interrupted, &ctx->err);
	for (i = 0; i < n; i++)
		print_row(ctx, nve, &remotes[i]);
	if (interrupted)
		ctx_warn_interrupted(name);
	return ctx_result(ctx, r);
}

static enum status remote_show(struct ctx *ctx, int argc, char *const *argv)
{
	const char *dev = NULL;
	struct arg args[] = { ARG(DEV, "dev", &dev), {} };
	enum status status = ctx_args(ctx, args, argc, argv);

	if (status || ctx->check)
		return status;
	out_list_start(&ctx->out);
	status = ctx_each_nve(ctx, dev, show, NULL);
	out_list_end(&ctx->out);
	return status;
}

static const struct verb verbs[] = {
	{ .name = "show", .run = remote_show },
	{},
};

const struct command remote_command = {
	"remote", verbs,
	"usage: nvo3 remote [ show ] [ dev NVE ]\n",
};
