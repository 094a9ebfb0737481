// SPDX-License-Identifier: GPL-2.0
#include "nvo3_batch.h"

#include <errno.h>

#include "errs.h"
#include "nl.h"
#include "nvo3_nl.h"
#include "nvo3_req.h"

/* At least what a datagram holds; the tag of each request in it */
#define TAGS_MAX 1024

struct nvo3_batch {
	struct nvo3_kernel *k;
	struct nlbatch *nl;
	void (*failed)(size_t tag, int code, const char *text, void *data);
	void *data;
	size_t tags[TAGS_MAX];
};

struct nvo3_batch *nvo3_batch_new(struct nvo3_kernel *k,
				  void (*failed)(size_t tag, int code, const char *text,
						 void *data),
				  void *data)
{
	struct nvo3_batch *b = calloc(1, sizeof(*b));
	struct nlbatch *nl = nlbatch_new();

	if (!b || !nl) {
		nlbatch_free(nl);
		free(b);
		return NULL;
	}
	b->k = k;
	b->nl = nl;
	b->failed = failed;
	b->data = data;
	return b;
}

void nvo3_batch_free(struct nvo3_batch *b)
{
	if (!b)
		return;
	nlbatch_free(b->nl);
	free(b);
}

static void tell(size_t index, int code, const char *text, void *data)
{
	struct nvo3_batch *b = data;

	b->failed(b->tags[index], code, text, b->data);
}

int nvo3_batch_send(struct nvo3_batch *b, struct err *err)
{
	return nlbatch_send(b->nl, b->k->sock, tell, b, err);
}

int nvo3_batch_add(struct nvo3_batch *b, const struct nvo3_event *req, uint16_t flags, size_t tag,
		   struct err *err)
{
	struct nlbuf msg;
	NLBUF_MEM(mem, NLBUF_SMALL);
	int r;

	req_init(b->k, &msg, mem, sizeof(mem), req->cmd, flags, req->ifindex);
	nvo3_event_put(&msg, req);
	r = nlbatch_add(b->nl, &msg);
	if (r == -ENOSPC) {
		r = nvo3_batch_send(b, err);
		if (r < 0)
			return r;
		r = nlbatch_add(b->nl, &msg);
	}
	if (r < 0)
		return err_set(err, r, "the request is too long");
	b->tags[nlbatch_count(b->nl) - 1] = tag;
	return 0;
}
