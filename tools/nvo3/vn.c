// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "cmd.h"
#include "print.h"

static const char *const words_switch[] = { "off", "on", NULL };

static enum status change(struct ctx *ctx, uint8_t cmd, int argc, char *const *argv)
{
	struct nvo3_event req = { .cmd = cmd };
	struct nvo3_vn *vn = &req.vn;
	const char *dev;
	struct arg args[] = {
		ARG(DEV, "dev", &dev, .must = true),
		ARG_NUMBER("vni", &vn->vni, 1, NVO3_VNI_MAX, .must = true),
		ARG_CHOICE("unknown", &vn->unknown, words_unknown, &vn->has, NVO3_HAS(VN_UNKNOWN)),
		ARG_CHOICE("bum", &vn->bum, words_bum, &vn->has, NVO3_HAS(VN_BUM)),
		ARG_CHOICE("arp", &vn->arp, words_arp, &vn->has, NVO3_HAS(VN_ARP)),
		ARG_CHOICE("arp-unknown", &vn->arp_unknown, words_arp_unknown, &vn->has,
			   NVO3_HAS(VN_ARP_UNKNOWN)),
		ARG_NUMBER("limit", &vn->limit, 0, UINT32_MAX,
			   .has = &vn->has, .bit = NVO3_HAS(VN_LIMIT)),
		ARG_NUMBER("hold", &vn->hold, 1, NVO3_HOLD_MAX,
			   .has = &vn->has, .bit = NVO3_HAS(VN_HOLD)),
		ARG_CHOICE("track", &vn->track, words_switch, &vn->has, NVO3_HAS(VN_TRACK)),
		{},
	};
	enum status status = ctx_args(ctx, args, argc, argv);

	if (status)
		return status;
	if (cmd == NVO3_CMD_VN_SET && !vn->has)
		return ctx_usage(ctx, "nothing to set; expected unknown, bum, arp, arp-unknown, limit, hold or track");
	if (ctx->check)
		return STATUS_OK;
	status = ctx_nve(ctx, dev, &req.ifindex);
	return status ? status : ctx_request(ctx, &req, 0);
}

static enum status vn_add(struct ctx *ctx, int argc, char *const *argv)
{
	return change(ctx, NVO3_CMD_VN_ADD, argc, argv);
}

static enum status vn_set(struct ctx *ctx, int argc, char *const *argv)
{
	return change(ctx, NVO3_CMD_VN_SET, argc, argv);
}

static enum status vn_del(struct ctx *ctx, int argc, char *const *argv)
{
	struct nvo3_event req = { .cmd = NVO3_CMD_VN_DEL };
	const char *dev;
	struct arg args[] = {
		ARG(DEV, "dev", &dev, .must = true),
		ARG_NUMBER("vni", &req.vn.vni, 1, NVO3_VNI_MAX, .must = true),
		{},
	};
	enum status status = ctx_args(ctx, args, argc, argv);

	if (status || ctx->check)
		return status;
	status = ctx_nve(ctx, dev, &req.ifindex);
	return status ? status : ctx_request(ctx, &req, 0);
}

static void print_row(struct ctx *ctx, uint32_t nve, const struct nvo3_vn *vn)
{
	out_row_start(&ctx->out);
	print_vn(ctx, nve, vn);
	out_row_end(&ctx->out);
}

static enum status show_all(struct ctx *ctx, uint32_t nve, const char *name)
{
	_cleanup_free_ struct nvo3_vn *vns = NULL;
	bool interrupted = false;
	size_t i, n = 0;
	int r;

	r = kernel_vn_list(ctx->kernel, nve, &vns, &n, &interrupted, &ctx->err);
	for (i = 0; i < n; i++)
		print_row(ctx, nve, &vns[i]);
	if (interrupted)
		ctx_warn_interrupted(name);
	return ctx_result(ctx, r);
}

static enum status show(struct ctx *ctx, uint32_t nve, const char *name, const void *data)
{
	uint32_t vni = *(const uint32_t *)data;
	struct nvo3_vn vn;
	int r;

	if (!vni)
		return show_all(ctx, nve, name);
	r = kernel_vn_get(ctx->kernel, nve, vni, &vn, &ctx->err);
	if (!r)
		print_row(ctx, nve, &vn);
	return ctx_result(ctx, r);
}

static enum status vn_show(struct ctx *ctx, int argc, char *const *argv)
{
	return ctx_show_vns(ctx, argc, argv, show);
}

static void print_digest(struct ctx *ctx, uint32_t nve, const struct nvo3_digest *digest,
			 const uint64_t *buckets)
{
	struct out *o = &ctx->out;
	char bucket[4];
	size_t i;

	out_row_start(o);
	out_str(o, "dev", ctx_dev_name(ctx, nve));
	out_u64(o, "vni", digest->vni);
	print_hash(o, "digest", digest->sum);
	out_u64(o, "digest_maps", digest->maps);
	out_group_start(o, "buckets");
	for (i = 0; i < NVO3_DIGEST_BUCKETS; i++) {
		if (!buckets[i])
			continue;
		snprintf(bucket, sizeof(bucket), "%02zx", i);
		print_hash(o, bucket, buckets[i]);
	}
	out_group_end(o);
	out_row_end(o);
}

static enum status vn_digest(struct ctx *ctx, int argc, char *const *argv)
{
	uint64_t buckets[NVO3_DIGEST_BUCKETS];
	struct nvo3_digest digest;
	uint32_t vni = 0, nve;
	const char *dev;
	struct arg args[] = {
		ARG(DEV, "dev", &dev, .must = true),
		ARG_NUMBER("vni", &vni, 1, NVO3_VNI_MAX, .must = true),
		{},
	};
	enum status status = ctx_args(ctx, args, argc, argv);

	if (status || ctx->check)
		return status;
	status = ctx_nve(ctx, dev, &nve);
	if (status)
		return status;
	if (kernel_digest_get(ctx->kernel, nve, vni, &digest, buckets, &ctx->err) < 0)
		return ctx_error(ctx, STATUS_FAILED);
	out_list_start(&ctx->out);
	print_digest(ctx, nve, &digest, buckets);
	out_list_end(&ctx->out);
	return STATUS_OK;
}

static const struct verb verbs[] = {
	{ .name = "show", .run = vn_show },
	{ .name = "add", .run = vn_add, .queued = true },
	{ .name = "set", .run = vn_set, .queued = true },
	{ .name = "del", .run = vn_del, .queued = true },
	{ .name = "digest", .run = vn_digest },
	{},
};

const struct command vn_command = {
	"vn", verbs,
	"usage: nvo3 vn { add | set } dev NVE vni VNI [ unknown { drop | ask | flood | relay } ]\n"
	"                             [ hold MS ] [ bum { none | replicate } ] [ limit NUMBER ]\n"
	"                             [ track { on | off } ]\n"
	"                             [ arp { off | answer } ] [ arp-unknown { flood | ask | drop } ]\n"
	"       nvo3 vn del dev NVE vni VNI\n"
	"       nvo3 vn [ show ] [ dev NVE [ vni VNI ] ]\n"
	"       nvo3 vn digest dev NVE vni VNI\n",
};
