// SPDX-License-Identifier: GPL-2.0
#include "ctx.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "nl.h"
#include "nvo3_batch.h"

void ctx_uninit(struct ctx *ctx)
{
	nvo3_batch_free(ctx->batch);
	kernel_close(ctx->kernel);
	nlsock_close(ctx->rtnl);
}

static void tell(const struct ctx *ctx, size_t line, const char *text)
{
	fflush(ctx->out.file);
	if (ctx->file)
		fprintf(stderr, "Error: %s:%zu: %s.\n", ctx->file, line, text);
	else
		fprintf(stderr, "Error: %s.\n", text);
}

enum status ctx_error(struct ctx *ctx, enum status status)
{
	tell(ctx, ctx->line, ctx->err.text);
	return status;
}

enum status ctx_usage(struct ctx *ctx, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(&ctx->err, EINVAL, fmt, ap);
	va_end(ap);
	return ctx_error(ctx, STATUS_USAGE);
}

enum status ctx_result(struct ctx *ctx, int r)
{
	return r < 0 ? ctx_error(ctx, STATUS_FAILED) : STATUS_OK;
}

enum status ctx_args(struct ctx *ctx, struct arg *args, int argc, char *const *argv)
{
	int r = args_parse(args, argc, argv, &ctx->err);

	return r < 0 ? ctx_error(ctx, STATUS_USAGE) : STATUS_OK;
}

void ctx_warn_interrupted(const char *dev)
{
	fprintf(stderr,
		"Warning: %s changed while it was read, so the list may miss or repeat entries.\n",
		dev);
}

static void refused(size_t tag, int code, const char *text, void *data)
{
	struct ctx *ctx = data;

	tell(ctx, tag, text);
	ctx->refused = true;
}

static int open_family(struct ctx *ctx)
{
	int r = kernel_open(&ctx->kernel, -1, &ctx->err);

	if (r < 0)
		return r;
	ctx->batch = nvo3_batch_new(ctx->kernel, refused, ctx);
	return ctx->batch ? 0 : err_set(&ctx->err, ENOMEM, "out of memory");
}

enum status ctx_open(struct ctx *ctx, bool link)
{
	int r = 0;

	if (!ctx->rtnl)
		r = nlsock_open(&ctx->rtnl, NETLINK_ROUTE, -1, &ctx->err);
	if (!r && !link && !ctx->kernel)
		r = open_family(ctx);
	return ctx_result(ctx, r);
}

enum status ctx_flush(struct ctx *ctx)
{
	return ctx->batch ? ctx_result(ctx, nvo3_batch_send(ctx->batch, &ctx->err)) : STATUS_OK;
}

static enum status add(struct ctx *ctx, const struct nvo3_event *req, uint16_t flags)
{
	return ctx_result(ctx, nvo3_batch_add(ctx->batch, req, flags, ctx->line, &ctx->err));
}

enum status ctx_request_now(struct ctx *ctx, const struct nvo3_event *req, uint16_t flags)
{
	enum status status = ctx_flush(ctx);
	bool before = ctx->refused;

	ctx->refused = false;
	if (!status)
		status = add(ctx, req, flags);
	if (!status)
		status = ctx_flush(ctx);
	if (!status && ctx->refused)
		status = STATUS_FAILED;
	ctx->refused |= before;
	return status;
}

enum status ctx_request(struct ctx *ctx, const struct nvo3_event *req, uint16_t flags)
{
	return ctx->file ? add(ctx, req, flags) : ctx_request_now(ctx, req, flags);
}

void ctx_forget_links(struct ctx *ctx)
{
	ctx->nlinks = 0;
	ctx->named = 0;
}

enum status ctx_link(struct ctx *ctx, const char *name, const struct link_info **ret)
{
	struct link_info info;
	size_t i;
	int r;

	for (i = 0; i < ctx->nlinks; i++) {
		if (!strcmp(ctx->links[i].name, name)) {
			*ret = &ctx->links[i];
			return STATUS_OK;
		}
	}
	r = link_get(ctx->rtnl, name, &info, &ctx->err);
	if (r < 0)
		return ctx_error(ctx, STATUS_FAILED);
	if (ctx->nlinks == CTX_LINKS)
		ctx->nlinks = 0;
	ctx->links[ctx->nlinks] = info;
	*ret = &ctx->links[ctx->nlinks++];
	return STATUS_OK;
}

enum status ctx_nve(struct ctx *ctx, const char *name, uint32_t *ret)
{
	const struct link_info *link;
	enum status status = ctx_link(ctx, name, &link);

	if (status)
		return status;
	if (strcmp(link->kind, "nvo3"))
		return ctx_result(ctx, err_set(&ctx->err, EINVAL,
					       "device \"%s\" is not an NVE", name));
	*ret = link->ifindex;
	return STATUS_OK;
}

const char *ctx_dev_name(struct ctx *ctx, uint32_t ifindex)
{
	if (ctx->named != ifindex && !if_indextoname(ifindex, ctx->name))
		snprintf(ctx->name, sizeof(ctx->name), "if%u", ifindex);
	ctx->named = ifindex;
	return ctx->name;
}

enum status ctx_each_nve(struct ctx *ctx, const char *dev,
			 enum status (*fn)(struct ctx *ctx, uint32_t nve, const char *name,
					   const void *data),
			 const void *data)
{
	_cleanup_free_ struct link_info *links = NULL;
	enum status status;
	size_t i, n;
	uint32_t nve;
	int r;

	if (dev) {
		status = ctx_nve(ctx, dev, &nve);
		return status ? status : fn(ctx, nve, dev, data);
	}
	r = link_list(ctx->rtnl, "nvo3", &links, &n, &ctx->err);
	status = ctx_result(ctx, r);
	for (i = 0; !status && i < n; i++)
		status = fn(ctx, links[i].ifindex, links[i].name, data);
	return status;
}

enum status ctx_show_vns(struct ctx *ctx, int argc, char *const *argv,
			 enum status (*fn)(struct ctx *ctx, uint32_t nve, const char *name,
					   const void *vni))
{
	const char *dev = NULL;
	uint32_t vni = 0;
	struct arg args[] = {
		ARG(DEV, "dev", &dev),
		ARG_NUMBER("vni", &vni, 1, NVO3_VNI_MAX),
		{},
	};
	enum status status = ctx_args(ctx, args, argc, argv);

	if (status)
		return status;
	if (vni && !dev)
		return ctx_usage(ctx, "\"vni\" needs \"dev\" beside it");
	if (ctx->check)
		return STATUS_OK;
	out_list_start(&ctx->out);
	status = ctx_each_nve(ctx, dev, fn, &vni);
	out_list_end(&ctx->out);
	return status;
}
