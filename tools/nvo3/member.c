// SPDX-License-Identifier: GPL-2.0
#include "cmd.h"
#include "print.h"

static const char *const words_switch[] = { "off", "on", NULL };

static enum status change(struct ctx *ctx, uint8_t cmd, int argc, char *const *argv)
{
	struct nvo3_event req = { .cmd = cmd };
	const char *dev;
	struct arg args[] = {
		ARG(DEV, "dev", &dev, .must = true),
		ARG_NUMBER("vni", &req.member.vni, 1, NVO3_VNI_MAX, .must = true),
		ARG(IP, "nve", &req.member.addr, .must = true),
		ARG_CHOICE("encap", &req.member.encap, words_encap, &req.member.has,
			   NVO3_HAS(MEMBER_ENCAP)),
		ARG_NUMBER("dstport", &req.member.dstport, 1, UINT16_MAX),
		ARG_NUMBER("remote-vni", &req.member.remote_vni, 1, NVO3_VNI_MAX),
		/* For a del, the words end here */
		ARG_CHOICE(cmd == NVO3_CMD_MEMBER_ADD ? "relay" : NULL, &req.member.relay,
			   words_switch, &req.member.has, NVO3_HAS(MEMBER_RELAY)),
		{},
	};
	enum status status = ctx_args(ctx, args, argc, argv);

	if (status || ctx->check)
		return status;
	status = ctx_nve(ctx, dev, &req.ifindex);
	return status ? status : ctx_request(ctx, &req, 0);
}

static enum status member_add(struct ctx *ctx, int argc, char *const *argv)
{
	return change(ctx, NVO3_CMD_MEMBER_ADD, argc, argv);
}

static enum status member_del(struct ctx *ctx, int argc, char *const *argv)
{
	return change(ctx, NVO3_CMD_MEMBER_DEL, argc, argv);
}

static enum status show(struct ctx *ctx, uint32_t nve, const char *name, const void *data)
{
	_cleanup_free_ struct nvo3_member *members = NULL;
	const uint32_t *vni = data;
	bool interrupted = false;
	size_t i, n = 0;
	int r;

	r = kernel_member_list(ctx->kernel, nve, *vni, &members, &n, &interrupted, &ctx->err);
	for (i = 0; i < n; i++) {
		out_row_start(&ctx->out);
		print_member(ctx, nve, &members[i]);
		out_row_end(&ctx->out);
	}
	if (interrupted)
		ctx_warn_interrupted(name);
	return ctx_result(ctx, r);
}

static enum status member_show(struct ctx *ctx, int argc, char *const *argv)
{
	return ctx_show_vns(ctx, argc, argv, show);
}

static const struct verb verbs[] = {
	{ .name = "show", .run = member_show },
	{ .name = "add", .run = member_add, .queued = true },
	{ .name = "del", .run = member_del, .queued = true },
	{},
};

const struct command member_command = {
	"member", verbs,
	"usage: nvo3 member add dev NVE vni VNI nve IP [ encap ENCAP ] [ dstport PORT ]\n"
	"                       [ remote-vni VNI ] [ relay { on | off } ]\n"
	"       nvo3 member del dev NVE vni VNI nve IP [ encap ENCAP ] [ dstport PORT ]\n"
	"                       [ remote-vni VNI ]\n"
	"       nvo3 member [ show ] [ dev NVE [ vni VNI ] ]\n"
	"       ENCAP := { vxlan | geneve | nvgre }\n",
};
