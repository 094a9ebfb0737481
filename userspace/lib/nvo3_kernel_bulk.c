// SPDX-License-Identifier: GPL-2.0
/* Requests that carry an object many times */
#include <stdio.h>

#include "errs.h"
#include "nl.h"
#include "nvo3_nl.h"
#include "nvo3_req.h"

/* About 500 mappings; the kernel checks all of a request before it does the first */
#define BULK_BYTES 32768

struct bulk {
	struct nvo3_kernel *k;
	uint32_t nve;
	uint8_t cmd;
	uint16_t flags;
	const char *name;
	void (*put)(struct nlbuf *b, const void *objects, size_t i);
	const void *objects;
	size_t n;
};

/* Which of the repeated nests lies at an offset from the start of the request */
static size_t nest_at(const struct nlmsghdr *nlh, uint32_t offset)
{
	const char *data = (const char *)nlh + NLMSG_HDRLEN + GENL_HDRLEN;
	size_t len = nlh->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN, i = 0;
	const struct nlattr *a = NULL;

	while ((a = nlattr_next(data, len, a))) {
		const char *end = (const char *)a + NLA_ALIGN(a->nla_len);

		if (end - (const char *)nlh > offset)
			break;
		if (nlattr_type(a) != NVO3_A_IFINDEX)
			i++;
	}
	return i;
}

static size_t put_some(struct nlbuf *b, const struct bulk *bulk, size_t from)
{
	size_t i, mark;

	for (i = from; i < bulk->n; i++) {
		mark = nlbuf_mark(b);
		bulk->put(b, bulk->objects, i);
		if (b->full) {
			nlbuf_rewind(b, mark);
			break;
		}
	}
	return i - from;
}

static int run(const struct bulk *bulk, size_t *ret_done, struct err *err)
{
	NLBUF_MEM(mem, BULK_BYTES);
	size_t done = 0, some;
	uint32_t offset;
	struct nlbuf b;
	int r = 0;

	while (done < bulk->n) {
		req_init(bulk->k, &b, mem, sizeof(mem), bulk->cmd, bulk->flags, bulk->nve);
		some = put_some(&b, bulk, done);
		r = nlsock_request(bulk->k->sock, &b, NULL, NULL, err);
		if (r < 0)
			break;
		done += some;
	}
	offset = nlsock_error_offset(bulk->k->sock);
	if (r < 0 && bulk->n > 1 && offset)
		err_prefix(err, r, "%s %zu of %zu", bulk->name, done + nest_at(b.nlh, offset) + 1,
			   bulk->n);
	if (ret_done)
		*ret_done = done;
	return r;
}

static void put_member(struct nlbuf *b, const void *objects, size_t i)
{
	nvo3_member_put(b, (const struct nvo3_member *)objects + i);
}

static void put_map(struct nlbuf *b, const void *objects, size_t i)
{
	nvo3_map_put(b, (const struct nvo3_map *)objects + i);
}

int kernel_member_add(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_member *members,
		      size_t n, size_t *ret_done, struct err *err)
{
	const struct bulk bulk = {
		k, nve, NVO3_CMD_MEMBER_ADD, 0, "member", put_member, members, n,
	};

	return run(&bulk, ret_done, err);
}

int kernel_member_del(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_member *members,
		      size_t n, size_t *ret_done, struct err *err)
{
	const struct bulk bulk = {
		k, nve, NVO3_CMD_MEMBER_DEL, 0, "member", put_member, members, n,
	};

	return run(&bulk, ret_done, err);
}

int kernel_map_add(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_map *maps, size_t n,
		   uint16_t flags, size_t *ret_done, struct err *err)
{
	const struct bulk bulk = {
		k, nve, NVO3_CMD_MAP_ADD, flags, "mapping", put_map, maps, n,
	};

	return run(&bulk, ret_done, err);
}

int kernel_map_del(struct nvo3_kernel *k, uint32_t nve, const struct nvo3_map *maps, size_t n,
		   size_t *ret_done, struct err *err)
{
	const struct bulk bulk = {
		k, nve, NVO3_CMD_MAP_DEL, 0, "mapping", put_map, maps, n,
	};

	return run(&bulk, ret_done, err);
}
