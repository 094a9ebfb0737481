/* SPDX-License-Identifier: GPL-2.0 */
/* Generic netlink: families and their multicast groups by name */
#ifndef NVO3_LIB_NLGENL_H
#define NVO3_LIB_NLGENL_H

#include <linux/genetlink.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct nlbuf;
struct nlsock;

#define NLGENL_GROUPS_MAX 16

struct nlgenl_family {
	uint16_t id;
	uint8_t version;
	size_t ngroups;
	struct {
		char name[GENL_NAMSIZ];
		uint32_t id;
	} groups[NLGENL_GROUPS_MAX];
};

/* -ENOENT when no module offers the family */
int nlgenl_resolve(struct nlsock *s, const char *name, struct nlgenl_family *ret, struct err *err);
/* 0 when the family has no such group */
uint32_t nlgenl_group(const struct nlgenl_family *f, const char *name);

/* Start a request in @mem (see nlbuf_init()) */
void nlgenl_init(struct nlbuf *b, void *mem, size_t cap, const struct nlgenl_family *f,
		 uint8_t cmd, uint16_t flags);

#endif
