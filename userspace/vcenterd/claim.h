/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a vServer may say about VMs on its own (V3, V4, reports at session start). Pure.
 */
#ifndef VCENTERD_CLAIM_H
#define VCENTERD_CLAIM_H

#include "inventory.h"

struct grant {
	char server[VC_NAME_SIZE];
	char tenant[VC_NAME_SIZE];
	char vn[VC_NAME_SIZE];
};

struct grants {
	struct grant *items;
	int n;
};

bool grants_have(const struct grants *grants, const char *server, const char *tenant,
		 const char *vn);

enum claim {
	CLAIM_REFUSED,
	CLAIM_UPDATE,	/* of the VM that we know there */
	CLAIM_CREATE,
};

/*
 * V3: @server registers @vm. Refused with -EACCES (no grant, or not what was placed) or
 * -EEXIST (lives elsewhere, or a name or address is taken) in *ret_err.
 */
enum claim claim_register(struct inventory *inv, const struct grants *grants,
			  const struct server *server, const struct vm *vm, int *ret_err,
			  struct err *err);

/* V4: 0, -ENOENT (unknown), -EACCES (not on this server) or -EBUSY. */
int claim_unregister(struct inventory *inv, const struct server *server,
		     const struct uuid *uuid, struct err *err);

enum report {
	REPORT_OURS,	/* take its state */
	REPORT_LEAVE,	/* a job or a move looks after it */
	REPORT_FORGET,	/* it lives elsewhere or was deleted */
	REPORT_UNKNOWN,	/* never heard of it: to be judged as a registration */
};

/* The server reports that it holds this VM; @gone: we remember that it was deleted or left. */
enum report claim_report(struct inventory *inv, const struct server *server,
			 const struct uuid *uuid, bool gone);
/* The server does not report this VM of its own: is it lost? */
bool claim_missing(const struct vm *vm);

#endif
