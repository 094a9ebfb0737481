/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a command works with: connections to the kernel, the printer, and where
 * errors go. Functions that return enum status have told the error already.
 */
#ifndef NVO3_TOOL_CTX_H
#define NVO3_TOOL_CTX_H

#include "args.h"
#include "errs.h"
#include "nvo3_kernel.h"
#include "out.h"
#include "rtnl.h"

struct nvo3_batch;

/* Exit codes */
enum status {
	STATUS_OK = 0,
	STATUS_USAGE = 1,	/* the command line is wrong; nothing was done */
	STATUS_FAILED = 2,	/* the kernel or the system refused */
};

#define CTX_LINKS 8

struct ctx {
	struct out out;
	bool stats;
	const char *file;	/* of a batch, NULL outside one */
	size_t line;
	bool check;		/* judge the words, and do nothing */
	bool refused;		/* the kernel refused a request; stays so */
	struct err err;
	struct nlsock *rtnl;
	struct nvo3_kernel *kernel;
	struct nvo3_batch *batch;
	/* Lines of a batch mostly name the same devices */
	struct link_info links[CTX_LINKS];
	size_t nlinks;
	uint32_t named;		/* ifindex that name belongs to */
	char name[IFNAMSIZ];
};

void ctx_uninit(struct ctx *ctx);
/* Connect, when that was not done before; @link: to rtnetlink alone */
enum status ctx_open(struct ctx *ctx, bool link);

/* "Error: FILE:LINE: sentence." from ctx->err; value is @status */
enum status ctx_error(struct ctx *ctx, enum status status);
enum status ctx_usage(struct ctx *ctx, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* STATUS_OK for 0, otherwise the error is told */
enum status ctx_result(struct ctx *ctx, int r);
enum status ctx_args(struct ctx *ctx, struct arg *args, int argc, char *const *argv);
void ctx_warn_interrupted(const char *dev);

/* In a batch the request waits for others, and a refusal shows in ctx->refused alone */
enum status ctx_request(struct ctx *ctx, const struct nvo3_event *req, uint16_t flags);
/* Behind what waits, but not waiting itself */
enum status ctx_request_now(struct ctx *ctx, const struct nvo3_event *req, uint16_t flags);
/* Send what waits; the value is about the transport */
enum status ctx_flush(struct ctx *ctx);

/* A device by name, from memory inside a batch; valid until the next call */
enum status ctx_link(struct ctx *ctx, const char *name, const struct link_info **ret);
/* After devices were changed */
void ctx_forget_links(struct ctx *ctx);
/* The ifindex of a device that must be an NVE */
enum status ctx_nve(struct ctx *ctx, const char *name, uint32_t *ret);
/* The name of a device, or "if5" when there is none; valid until the next call */
const char *ctx_dev_name(struct ctx *ctx, uint32_t ifindex);
/* Call @fn for one NVE, or for all of the netns when @dev is NULL */
enum status ctx_each_nve(struct ctx *ctx, const char *dev,
			 enum status (*fn)(struct ctx *ctx, uint32_t nve, const char *name,
					   const void *data),
			 const void *data);
/* "show [ dev NVE [ vni VNI ] ]": the same with the VNI, 0 for all, as a list */
enum status ctx_show_vns(struct ctx *ctx, int argc, char *const *argv,
			 enum status (*fn)(struct ctx *ctx, uint32_t nve, const char *name,
					   const void *vni));

#endif
