// SPDX-License-Identifier: GPL-2.0
#include "nlbuf.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <string.h>

void nlbuf_init(struct nlbuf *b, void *mem, size_t cap, uint16_t type, uint16_t flags)
{
	b->nlh = mnl_nlmsg_put_header(mem);
	b->nlh->nlmsg_type = type;
	b->nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	b->cap = cap;
	b->full = false;
}

void *nlbuf_put_header(struct nlbuf *b, size_t size)
{
	if (MNL_ALIGN(size) > b->cap - b->nlh->nlmsg_len) {
		b->full = true;
		return NULL;
	}
	return mnl_nlmsg_put_extra_header(b->nlh, size);
}

void nlbuf_put(struct nlbuf *b, uint16_t type, const void *data, size_t len)
{
	char *end;

	/* A length that does not fit in nla_len must not be cut */
	if (len > UINT16_MAX - MNL_ATTR_HDRLEN ||
	    !mnl_attr_put_check(b->nlh, b->cap, type, len, data)) {
		b->full = true;
		return;
	}
	/* Padding is sent too, and must not tell what the memory held before */
	end = mnl_nlmsg_get_payload_tail(b->nlh);
	memset(end - (MNL_ALIGN(len) - len), 0, MNL_ALIGN(len) - len);
}

void nlbuf_put_u8(struct nlbuf *b, uint16_t type, uint8_t v)
{
	nlbuf_put(b, type, &v, sizeof(v));
}

void nlbuf_put_u16(struct nlbuf *b, uint16_t type, uint16_t v)
{
	nlbuf_put(b, type, &v, sizeof(v));
}

void nlbuf_put_u32(struct nlbuf *b, uint16_t type, uint32_t v)
{
	nlbuf_put(b, type, &v, sizeof(v));
}

void nlbuf_put_u64(struct nlbuf *b, uint16_t type, uint64_t v)
{
	nlbuf_put(b, type, &v, sizeof(v));
}

void nlbuf_put_str(struct nlbuf *b, uint16_t type, const char *s)
{
	nlbuf_put(b, type, s, strlen(s) + 1);
}

struct nlattr *nlbuf_nest_start(struct nlbuf *b, uint16_t type)
{
	struct nlattr *nest = mnl_attr_nest_start_check(b->nlh, b->cap, type);

	if (!nest)
		b->full = true;
	return nest;
}

void nlbuf_nest_end(struct nlbuf *b, struct nlattr *nest)
{
	size_t len;

	if (!nest)
		return;
	len = (char *)mnl_nlmsg_get_payload_tail(b->nlh) - (char *)nest;
	if (len > UINT16_MAX) {
		b->full = true;
		return;
	}
	mnl_attr_nest_end(b->nlh, nest);
}

size_t nlbuf_mark(const struct nlbuf *b)
{
	return b->nlh->nlmsg_len;
}

void nlbuf_rewind(struct nlbuf *b, size_t mark)
{
	b->nlh->nlmsg_len = mark;
	b->full = false;
}

const struct nlattr *nlattr_next(const void *data, size_t len, const struct nlattr *pos)
{
	const char *end = (const char *)data + len;
	const struct nlattr *next = pos ? mnl_attr_next(pos) : data;

	return mnl_attr_ok(next, end - (const char *)next) ? next : NULL;
}

int nlattr_index(const void *data, size_t len, const struct nlattr **tb, uint16_t max)
{
	const struct nlattr *a, *last = NULL;
	size_t used;

	memset(tb, 0, sizeof(*tb) * (max + 1));
	for (a = nlattr_next(data, len, NULL); a; a = nlattr_next(data, len, a)) {
		if (nlattr_type(a) <= max)
			tb[nlattr_type(a)] = a;
		last = a;
	}
	used = last ? (const char *)mnl_attr_next(last) - (const char *)data : 0;
	return used < len ? -EBADMSG : 0;
}

int nlmsg_index(const struct nlmsghdr *nlh, size_t header, const struct nlattr **tb, uint16_t max)
{
	size_t skip = MNL_NLMSG_HDRLEN + MNL_ALIGN(header);

	if (nlh->nlmsg_len < skip)
		return -EBADMSG;
	return nlattr_index((const char *)nlh + skip, nlh->nlmsg_len - skip, tb, max);
}

int nlattr_index_nest(const struct nlattr *nest, const struct nlattr **tb, uint16_t max)
{
	return nlattr_index(nlattr_data(nest), nlattr_len(nest), tb, max);
}

uint16_t nlattr_type(const struct nlattr *a)
{
	return mnl_attr_get_type(a);
}

const void *nlattr_data(const struct nlattr *a)
{
	return mnl_attr_get_payload(a);
}

size_t nlattr_len(const struct nlattr *a)
{
	return mnl_attr_get_payload_len(a);
}

int nlattr_copy(const struct nlattr *a, void *ret, size_t size)
{
	if (nlattr_len(a) != size)
		return -EBADMSG;
	memcpy(ret, nlattr_data(a), size);
	return 0;
}
