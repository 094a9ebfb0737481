// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "cleanup.h"
#include "cmd.h"
#include "netns.h"

#define NVO3_VERSION "0.1.0"

struct options {
	enum out_mode mode;
	const char *netns;
	const char *batch;
};

/* Value is STATUS_OK and *ret_done when there is nothing left to do */
static enum status parse_options(struct ctx *ctx, int argc, char **argv, struct options *opt,
				 bool *ret_done)
{
	int c;

	opterr = 0;
	while ((c = getopt(argc, argv, "+:jpsn:b:Vh")) != -1) {
		switch (c) {
		case 'j':
			opt->mode = opt->mode == OUT_PRETTY ? OUT_PRETTY : OUT_JSON;
			break;
		case 'p':
			opt->mode = OUT_PRETTY;
			break;
		case 's':
			ctx->stats = true;
			break;
		case 'n':
			opt->netns = optarg;
			break;
		case 'b':
			opt->batch = optarg;
			break;
		case 'V':
			puts("nvo3 " NVO3_VERSION);
			*ret_done = true;
			return STATUS_OK;
		case 'h':
			cmd_usage(stdout);
			*ret_done = true;
			return STATUS_OK;
		case ':':
			return ctx_usage(ctx, "option \"-%c\" needs a value", optopt);
		default:
			return ctx_usage(ctx,
					 "option \"-%c\" is unknown; expected -j, -p, -s, -n, -b, -V or -h",
					 optopt);
		}
	}
	return STATUS_OK;
}

static enum status enter_netns(struct ctx *ctx, const char *name)
{
	_cleanup_close_ int fd = netns_open(name, &ctx->err);
	int r = fd;

	if (r >= 0)
		r = netns_enter(fd, &ctx->err);
	return ctx_result(ctx, r);
}

static enum status run(struct ctx *ctx, const struct options *opt, int argc, char **argv)
{
	enum status status = STATUS_OK;

	out_init(&ctx->out, stdout, opt->mode);
	if (opt->batch && argc)
		return ctx_usage(ctx, "\"%s\" is one word too many beside -b", argv[0]);
	if (!opt->batch && !argc) {
		cmd_usage(stderr);
		return STATUS_USAGE;
	}
	if (opt->netns)
		status = enter_netns(ctx, opt->netns);
	if (status)
		return status;
	return opt->batch ? batch_run(ctx, opt->batch) : cmd_run(ctx, argc, argv);
}

int main(int argc, char **argv)
{
	struct ctx ctx = { .out.file = stdout };
	struct options opt = {};
	enum status status;
	bool done = false;

	status = parse_options(&ctx, argc, argv, &opt, &done);
	if (!status && !done)
		status = run(&ctx, &opt, argc - optind, argv + optind);
	/* A full disk behind a redirection must not look like a success */
	if (fflush(stdout) || ferror(stdout)) {
		err_sys(&ctx.err, errno, "cannot write");
		status = ctx_error(&ctx, STATUS_FAILED);
	}
	ctx_uninit(&ctx);
	return status;
}
