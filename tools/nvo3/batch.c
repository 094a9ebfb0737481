// SPDX-License-Identifier: GPL-2.0
/*
 * A batch is read wholly and checked before its first line is done, so that a
 * misspelt word leaves everything as it was. Lines that the kernel refuses are
 * told one by one, and do not keep the others from being done.
 */
#include <errno.h>
#include <string.h>

#include "cmd.h"
#include "line.h"

struct lines {
	char *text;		/* all lines, each with a final zero byte */
	size_t len, cap;
};

static int lines_add(struct lines *l, const char *text, size_t len, struct err *err)
{
	if (len + 1 > l->cap - l->len) {
		size_t cap = (l->cap + len + 1) * 2;
		char *p = realloc(l->text, cap);

		if (!p)
			return err_set(err, ENOMEM, "out of memory");
		l->text = p;
		l->cap = cap;
	}
	memcpy(l->text + l->len, text, len + 1);
	l->len += len + 1;
	return 0;
}

static enum status run_line(struct ctx *ctx, char *text, size_t len)
{
	char *words[LINE_WORDS_MAX];
	int n = line_split(text, len, words, &ctx->err);

	if (n < 0)
		return ctx_error(ctx, STATUS_USAGE);
	if (n && !strcmp(words[0], "monitor"))
		return ctx_usage(ctx, "monitor cannot be in a batch");
	return n ? cmd_run(ctx, n, words) : STATUS_OK;
}

/* Splitting writes into the line, so the copy is made first */
static enum status read_and_check(struct ctx *ctx, FILE *f, struct lines *l)
{
	_cleanup_free_ char *text = NULL;
	enum status worst = STATUS_OK;
	size_t cap = 0;
	ssize_t len;

	ctx->check = true;
	for (ctx->line = 1; (len = getline(&text, &cap, f)) >= 0; ctx->line++) {
		if (lines_add(l, text, len, &ctx->err) < 0)
			return ctx_error(ctx, STATUS_FAILED);
		if (run_line(ctx, text, len))
			worst = STATUS_USAGE;
	}
	ctx->check = false;
	if (ferror(f))
		return ctx_result(ctx, err_sys(&ctx->err, errno, "cannot read"));
	return worst;
}

static enum status do_lines(struct ctx *ctx, struct lines *l)
{
	enum status worst = STATUS_OK;
	size_t at, len;

	ctx->line = 1;
	for (at = 0; at < l->len; at += len + 1, ctx->line++) {
		len = strlen(l->text + at);
		if (run_line(ctx, l->text + at, len))
			worst = STATUS_FAILED;
	}
	ctx->line--;
	if (ctx->batch && (ctx_flush(ctx) || ctx->refused))
		worst = STATUS_FAILED;
	return worst;
}

enum status batch_run(struct ctx *ctx, const char *file)
{
	_cleanup_fclose_ FILE *opened = NULL;
	struct lines lines = {};
	enum status status;
	FILE *f = stdin;

	if (strcmp(file, "-")) {
		opened = fopen(file, "re");
		f = opened;
	}
	if (!f)
		return ctx_result(ctx, err_sys(&ctx->err, errno, "cannot open %s", file));
	ctx->file = strcmp(file, "-") ? file : "stdin";
	status = read_and_check(ctx, f, &lines);
	if (!status)
		status = do_lines(ctx, &lines);
	free(lines.text);
	return status;
}
