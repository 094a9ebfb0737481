// SPDX-License-Identifier: GPL-2.0
#include "nvo3_batch.h"

#include <errno.h>
#include <linux/genetlink.h>

#include "errs.h"
#include "nl.h"
#include "nvo3_nl.h"
#include "nvo3_req.h"

/* At least what a datagram holds; the tag of each request in it */
#define TAGS_MAX 1024
/* Requests alike in one message: as many as the kernel is asked to judge at a time */
#define GROUP_MAX 1024
#define GROUP_BYTES 60000

/*
 * Requests that differ only in their object travel in one message, which the kernel does wholly
 * or not at all. One that it refuses is sent again in pieces, so that each object has its own
 * result, as if it had been alone.
 */
struct group {
	struct nlbuf msg;
	struct nvo3_event like;		/* command and NVE of them all */
	uint16_t flags;
	size_t n;
	size_t tags[GROUP_MAX];
	uint8_t mem[GROUP_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
};

struct nvo3_batch {
	struct nvo3_kernel *k;
	struct nlbatch *nl;
	void (*failed)(size_t tag, int code, const char *text, void *data);
	void *data;
	size_t tags[TAGS_MAX];
	struct group group;
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

static int send_single(struct nvo3_batch *b, struct err *err)
{
	return nlbatch_send(b->nl, b->k->sock, tell, b, err);
}

static int add_single(struct nvo3_batch *b, const struct nlbuf *msg, size_t tag, struct err *err)
{
	int r = nlbatch_add(b->nl, msg);

	if (r == -ENOSPC) {
		r = send_single(b, err);
		if (r < 0)
			return r;
		r = nlbatch_add(b->nl, msg);
	}
	if (r < 0)
		return err_set(err, r, "the request is too long");
	b->tags[nlbatch_count(b->nl) - 1] = tag;
	return 0;
}

/* Can the command be about many objects? The attribute that is repeated then, or 0 */
static uint16_t repeated(uint8_t cmd)
{
	switch (cmd) {
	case NVO3_CMD_MAP_ADD:
	case NVO3_CMD_MAP_DEL:
		return NVO3_A_MAP;
	case NVO3_CMD_MEMBER_ADD:
	case NVO3_CMD_MEMBER_DEL:
		return NVO3_A_MEMBER;
	default:
		return 0;
	}
}

static void note_failure(size_t index, int code, const char *text, void *data)
{
	*(bool *)data = true;
}

static int add_piece(struct nvo3_batch *b, const struct nlattr *nest, size_t tag, struct err *err)
{
	struct group *g = &b->group;
	NLBUF_MEM(mem, NLBUF_SMALL);
	struct nlbuf msg;

	req_init(b->k, &msg, mem, sizeof(mem), g->like.cmd, g->flags, g->like.ifindex);
	nlbuf_put(&msg, nlattr_type(nest) | NLA_F_NESTED, nlattr_data(nest), nlattr_len(nest));
	return add_single(b, &msg, tag, err);
}

static int send_in_pieces(struct nvo3_batch *b, struct err *err)
{
	const uint8_t *attrs = (uint8_t *)b->group.msg.nlh + NLMSG_HDRLEN + GENL_HDRLEN;
	size_t len = b->group.msg.nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN, n = 0;
	const struct nlattr *a = NULL;
	int r = 0;

	while (!r && (a = nlattr_next(attrs, len, a)))
		if (nlattr_type(a) == repeated(b->group.like.cmd))
			r = add_piece(b, a, b->group.tags[n++], err);
	return r ? r : send_single(b, err);
}

/* What was added before goes before. */
static int send_group(struct nvo3_batch *b, struct err *err)
{
	struct group *g = &b->group;
	bool refused = false;
	size_t n = g->n;
	int r;

	g->n = 0;
	if (!n)
		return 0;
	if (n == 1)
		return add_single(b, &g->msg, g->tags[0], err);
	r = send_single(b, err);
	if (!r)
		r = nlbatch_add(b->nl, &g->msg);
	if (!r)
		r = nlbatch_send(b->nl, b->k->sock, note_failure, &refused, err);
	return refused && !r ? send_in_pieces(b, err) : r;
}

static bool joins(const struct group *g, const struct nvo3_event *req, uint16_t flags)
{
	return g->n && g->n < GROUP_MAX && g->like.cmd == req->cmd && g->flags == flags &&
	       g->like.ifindex == req->ifindex;
}

static bool group_put(struct group *g, const struct nvo3_event *req, size_t tag)
{
	size_t mark = nlbuf_mark(&g->msg);

	nvo3_event_put(&g->msg, req);
	if (g->msg.full) {
		nlbuf_rewind(&g->msg, mark);
		return false;
	}
	g->tags[g->n++] = tag;
	return true;
}

static int add_to_group(struct nvo3_batch *b, const struct nvo3_event *req, uint16_t flags,
			size_t tag, struct err *err)
{
	struct group *g = &b->group;
	int r;

	if (joins(g, req, flags) && group_put(g, req, tag))
		return 0;
	r = send_group(b, err);
	if (r < 0)
		return r;
	g->like.cmd = req->cmd;
	g->like.ifindex = req->ifindex;
	g->flags = flags;
	req_init(b->k, &g->msg, g->mem, sizeof(g->mem), req->cmd, flags, req->ifindex);
	if (!group_put(g, req, tag))
		return err_set(err, EMSGSIZE, "the request is too long");
	return 0;
}

int nvo3_batch_send(struct nvo3_batch *b, struct err *err)
{
	int r = send_group(b, err);

	return r < 0 ? r : send_single(b, err);
}

int nvo3_batch_add(struct nvo3_batch *b, const struct nvo3_event *req, uint16_t flags, size_t tag,
		   struct err *err)
{
	struct nlbuf msg;
	NLBUF_MEM(mem, NLBUF_SMALL);
	int r;

	if (repeated(req->cmd))
		return add_to_group(b, req, flags, tag, err);
	r = send_group(b, err);
	if (r < 0)
		return r;
	req_init(b->k, &msg, mem, sizeof(mem), req->cmd, flags, req->ifindex);
	nvo3_event_put(&msg, req);
	return add_single(b, &msg, tag, err);
}
