/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which server takes a VM. Pure.
 */
#ifndef VCENTERD_PLACEMENT_H
#define VCENTERD_PLACEMENT_H

#include "inventory.h"

/* Room for @size? -ENOSPC with a sentence that names the server and the resource. */
int placement_fits(const struct server *server, const struct capacity *size, struct err *err);
/*
 * The server @name, or the one with the most memory left when @name is empty; up, with room,
 * and not @except. NULL with *ret_err: -ENOENT no such server, -EHOSTUNREACH it is down,
 * -ENOSPC full.
 */
struct server *placement_choose(struct inventory *inv, const char *name,
				const struct capacity *size, const struct server *except,
				int *ret_err, struct err *err);

#endif
