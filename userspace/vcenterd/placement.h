/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which server takes a VM (Documentation/placement.rst). Pure.
 *
 * The emptiest server that may is looked for in the order of the memory that is left, so that the
 * number of servers costs only where many of them may not.
 */
#ifndef VCENTERD_PLACEMENT_H
#define VCENTERD_PLACEMENT_H

#include "inventory.h"

struct place_req {
	const struct vm *vm;		/* of the inventory or not: its size, tenant and rules */
	const char *server;		/* this one; NULL or "": any */
	const struct server *except;	/* where it is now */
	const char *nearest;		/* to this location, as far as may be; NULL or "": any */
	bool together;			/* rather where VMs of its VNs are */
	bool keeps;			/* where its memory can be restored */
};

/* Of a tenant: at most so much altogether; 0 is no limit. */
struct entitlement {
	char tenant[VC_NAME_SIZE];
	struct capacity limit;
};

struct entitlements {
	struct entitlement *items;
	int n;
};

/* Room for @size? -ENOSPC with a sentence that names the server and the resource. */
int placement_fits(const struct server *server, const struct capacity *size, struct err *err);

/* Is the VM's tenant entitled to so much more for it? -ENOSPC with a sentence. */
int placement_entitled(struct inventory *inv, const struct entitlements *list,
		       const struct vm *vm, const struct capacity *more, struct err *err);

/*
 * NULL with *ret_err: -ENOENT no such server, -EHOSTUNREACH it is down, -EEXIST it is @except,
 * -ENOSPC it may not be there. With no server named the sentence counts the reasons, and names a
 * server for each.
 */
struct server *placement_choose(struct inventory *inv, const struct place_req *req, int *ret_err,
				struct err *err);

/*
 * Why each server may take the VM or not, the emptiest first: @ret 0, or -errno and a sentence.
 * Returns what placement_choose() does.
 */
typedef void (*placement_verdict_fn)(const struct server *server, int ret, const struct err *err,
				     void *arg);
struct server *placement_explain(struct inventory *inv, const struct place_req *req,
				 placement_verdict_fn verdict, void *arg, int *ret_err,
				 struct err *err);

#endif
