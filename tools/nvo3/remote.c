// SPDX-License-Identifier: GPL-2.0
#include "cmd.h"
#include "print.h"

static const char *const words_remote[] = { "up", "down", NULL };

static void print_row(struct ctx *ctx, uint32_t nve, const struct nvo3_remote *remote)
{
	struct out *o = &ctx->out;
	char text[IP_ADDR_STRLEN];

	out_row_start(o);
	out_str(o, "dev", ctx_dev_name(ctx, nve));
	out_str(o, "nve", ip_addr_format(&remote->addr, text));
	out_str(o, "encap", args_word(words_encap, remote->encap));
	if (remote->dstport)
		out_u64(o, "dstport", remote->dstport);
	if (remote->remote_vni)
		out_u64(o, "remote-vni", remote->remote_vni);
	out_str(o, "state", args_word(words_remote, remote->state));
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

static enum status remote_set(struct ctx *ctx, int argc, char *const *argv)
{
	struct nvo3_event req = { .cmd = NVO3_CMD_REMOTE_SET };
	struct nvo3_remote *remote = &req.remote;
	const char *dev;
	struct arg args[] = {
		ARG(DEV, "dev", &dev, .must = true),
		ARG(IP, "nve", &remote->addr, .must = true),
		ARG_CHOICE("encap", &remote->encap, words_encap, &remote->has,
			   NVO3_HAS(REMOTE_ENCAP)),
		ARG_NUMBER("dstport", &remote->dstport, 1, UINT16_MAX),
		ARG_NUMBER("remote-vni", &remote->remote_vni, 1, NVO3_VNI_MAX),
		{ .key = "state", .type = ARG_ENUM, .dst = &remote->state, .words = words_remote,
		  .has = &remote->has, .bit = NVO3_HAS(REMOTE_STATE), .must = true },
		{},
	};
	enum status status = ctx_args(ctx, args, argc, argv);

	if (status || ctx->check)
		return status;
	status = ctx_nve(ctx, dev, &req.ifindex);
	return status ? status : ctx_request(ctx, &req, 0);
}

static const struct verb verbs[] = {
	{ .name = "show", .run = remote_show },
	{ .name = "set", .run = remote_set, .queued = true },
	{},
};

const struct command remote_command = {
	"remote", verbs,
	"usage: nvo3 remote set dev NVE nve IP [ encap ENCAP ] [ dstport PORT ] [ remote-vni VNI ]\n"
	"                       state { up | down }\n"
	"       nvo3 remote [ show ] [ dev NVE ]\n"
	"       ENCAP := { vxlan | geneve | nvgre }\n",
};
