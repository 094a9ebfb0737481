/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Building and reading netlink messages, without any socket. The library that
 * does it (libmnl) is seen in nlbuf.c and nl.c only.
 */
#ifndef NVO3_LIB_NLBUF_H
#define NVO3_LIB_NLBUF_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One message in memory of the caller's; what does not fit sets full, and is not put */
struct nlbuf {
	struct nlmsghdr *nlh;
	size_t cap;
	bool full;
};

/* Enough for any request but those with a repeated object */
#define NLBUF_SMALL 1024
#define NLBUF_MEM(name, size) char name[size] __attribute__((aligned(NLMSG_ALIGNTO)))

/* @mem is a NLBUF_MEM() or from malloc(), @cap at least NLMSG_HDRLEN */
void nlbuf_init(struct nlbuf *b, void *mem, size_t cap, uint16_t type, uint16_t flags);
/* Zeroed bytes behind the header (struct genlmsghdr, ifinfomsg...); NULL if full */
void *nlbuf_put_header(struct nlbuf *b, size_t size);

void nlbuf_put(struct nlbuf *b, uint16_t type, const void *data, size_t len);
void nlbuf_put_u8(struct nlbuf *b, uint16_t type, uint8_t v);
void nlbuf_put_u16(struct nlbuf *b, uint16_t type, uint16_t v);
void nlbuf_put_u32(struct nlbuf *b, uint16_t type, uint32_t v);
void nlbuf_put_u64(struct nlbuf *b, uint16_t type, uint64_t v);
/* With its final zero byte */
void nlbuf_put_str(struct nlbuf *b, uint16_t type, const char *s);

/* Pass the value of start to end; NULL (full) is allowed */
struct nlattr *nlbuf_nest_start(struct nlbuf *b, uint16_t type);
void nlbuf_nest_end(struct nlbuf *b, struct nlattr *nest);

/* A point to go back to, for objects that are put wholly or not at all */
size_t nlbuf_mark(const struct nlbuf *b);
void nlbuf_rewind(struct nlbuf *b, size_t mark);

/*
 * Index attributes by type: tb[type], for types up to and with @max; tb has
 * max + 1 places. Unknown types are skipped (a newer kernel may send them), of
 * a repeated one the last counts. -EBADMSG when a length runs over the end.
 */
int nlattr_index(const void *data, size_t len, const struct nlattr **tb, uint16_t max);
/* The same for the attributes behind a message's @header bytes, and inside a nest */
int nlmsg_index(const struct nlmsghdr *nlh, size_t header, const struct nlattr **tb, uint16_t max);
int nlattr_index_nest(const struct nlattr *nest, const struct nlattr **tb, uint16_t max);

/* Walk what may repeat: @pos NULL for the first; NULL after the last */
const struct nlattr *nlattr_next(const void *data, size_t len, const struct nlattr *pos);
uint16_t nlattr_type(const struct nlattr *a);
const void *nlattr_data(const struct nlattr *a);
size_t nlattr_len(const struct nlattr *a);
/* Copy exactly @size bytes; -EBADMSG when the attribute has another length */
int nlattr_copy(const struct nlattr *a, void *ret, size_t size);

#endif
