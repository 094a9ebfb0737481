// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "errs.h"
#include "nl.h"
#include "nlbuf.h"

/*
 * If all requests fail, all errors wait in the socket's queue until the
 * datagram is done; each takes up to about 1.3 KB of it, so these still fit in
 * the default limit of 208 KB of who may not raise it.
 */
#define BATCH_MSGS 128
#define BATCH_BYTES 65536

struct nlbatch {
	size_t len;
	size_t n;
	uint8_t mem[BATCH_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
};

struct nlbatch *nlbatch_new(void)
{
	return calloc(1, sizeof(struct nlbatch));
}

void nlbatch_free(struct nlbatch *b)
{
	free(b);
}

size_t nlbatch_count(const struct nlbatch *b)
{
	return b->n;
}

int nlbatch_add(struct nlbatch *b, const struct nlbuf *req)
{
	size_t len = NLMSG_ALIGN(req->nlh->nlmsg_len);

	if (req->full || len > sizeof(b->mem))
		return -EMSGSIZE;
	if (b->n == BATCH_MSGS || len > sizeof(b->mem) - b->len)
		return -ENOSPC;
	memcpy(b->mem + b->len, req->nlh, req->nlh->nlmsg_len);
	b->len += len;
	b->n++;
	return 0;
}

int nlbatch_send(struct nlbatch *b, struct nlsock *s,
		 void (*failed)(size_t index, int code, const char *text, void *data), void *data,
		 struct err *err)
{
	int r = b->n ? nlsock_exchange(s, b->mem, b->len, b->n, failed, data, err) : 0;

	b->len = 0;
	b->n = 0;
	return r;
}
