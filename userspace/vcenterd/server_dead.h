/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The verdict that a server is gone: an operator's, or of what fences hosts in his name. The
 * nDirector withdraws then what is behind its NVE (Documentation/distribution.rst, "When a whole
 * NVE is gone"). It holds, over restarts too, until the server registers again.
 */
#ifndef VCENTERD_SERVER_DEAD_H
#define VCENTERD_SERVER_DEAD_H

#include "vcenter.h"

/* Pure. 0, or -EBUSY and who speaks against it: itself, or another server behind its NVE. */
int server_may_be_dead(const struct inventory *inv, const struct server *server, struct err *err);
/* Stored, then told. 0, also if it is dead already; -EBUSY, or an errno of the store. */
int server_declare_dead(struct vcenter *vc, struct server *server, struct err *err);

#endif
