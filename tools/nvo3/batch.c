// SPDX-License-Identifier: GPL-2.0
/*
 * A batch is read wholly and checked before its first line is done, so that a
 * misspelt word leaves everything as it was. Lines that the kernel refuses are
 * told one by one, and do not keep the others from being done.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "line.h"

#define READ_FIRST 65536

/* All of the file, and a zero byte behind it: in few reads, since it may be a million lines. */
struct text {
	char *at;
	size_t len;
};

static int make_room(struct text *t, size_t *cap, struct err *err)
{
	char *p;

	if (*cap - t->len > 1)
		return 0;
	*cap = *cap ? *cap * 2 : READ_FIRST;
	p = realloc(t->at, *cap);
	if (!p)
		return err_set(err, ENOMEM, "out of memory");
	t->at = p;
	return 0;
}

static int read_all(int fd, struct text *t, struct err *err)
{
	size_t cap = 0;
	ssize_t n;

	do {
		if (make_room(t, &cap, err) < 0)
			return -ENOMEM;
		n = read(fd, t->at + t->len, cap - t->len - 1);
		if (n > 0)
			t->len += n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	t->at[t->len] = '\0';
	return n < 0 ? err_sys(err, errno, "cannot read") : 0;
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

/* With its newline, if it has one */
static size_t line_len(const struct text *t, size_t at)
{
	const char *end = memchr(t->at + at, '\n', t->len - at);

	return end ? (size_t)(end + 1 - (t->at + at)) : t->len - at;
}

/* Splitting writes into the line, so it is done in a copy. */
static enum status check_lines(struct ctx *ctx, const struct text *t)
{
	_cleanup_free_ char *copy = NULL;
	enum status worst = STATUS_OK;
	size_t at, len, cap = 0;

	ctx->check = true;
	ctx->line = 1;
	for (at = 0; at < t->len; at += len, ctx->line++) {
		len = line_len(t, at);
		if (len >= cap) {
			free(copy);
			cap = 2 * len + 256;
			copy = malloc(cap);
			if (!copy)
				return ctx_result(ctx, err_set(&ctx->err, ENOMEM, "out of memory"));
		}
		memcpy(copy, t->at + at, len);
		copy[len] = '\0';
		if (run_line(ctx, copy, len))
			worst = STATUS_USAGE;
	}
	ctx->check = false;
	return worst;
}

/* Now the zero byte may take the newline's place. */
static enum status do_lines(struct ctx *ctx, struct text *t)
{
	enum status worst = STATUS_OK;
	size_t at, len;

	ctx->line = 1;
	for (at = 0; at < t->len; at += len, ctx->line++) {
		len = line_len(t, at);
		if (t->at[at + len - 1] == '\n')
			t->at[at + len - 1] = '\0';
		if (run_line(ctx, t->at + at, strlen(t->at + at)))
			worst = STATUS_FAILED;
	}
	ctx->line--;
	if (ctx->batch && (ctx_flush(ctx) || ctx->refused))
		worst = STATUS_FAILED;
	return worst;
}

enum status batch_run(struct ctx *ctx, const char *file)
{
	int fd = strcmp(file, "-") ? open(file, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	struct text text = {};
	enum status status;

	if (fd < 0)
		return ctx_result(ctx, err_sys(&ctx->err, errno, "cannot open %s", file));
	ctx->file = strcmp(file, "-") ? file : "stdin";
	status = ctx_result(ctx, read_all(fd, &text, &ctx->err));
	if (!status)
		status = check_lines(ctx, &text);
	if (!status)
		status = do_lines(ctx, &text);
	free(text.at);
	if (fd != STDIN_FILENO)
		close(fd);
	return status;
}
