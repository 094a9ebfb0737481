/* SPDX-License-Identifier: GPL-2.0 */
/* What the files of the NVE role share: one struct, owned by nve.c */
#ifndef NVO3D_NVE_STATE_H
#define NVO3D_NVE_STATE_H

#include "config.h"
#include "kern.h"
#include "loop.h"
#include "model.h"
#include "store.h"
#include "tls.h"
#include "tsi.h"

struct ask;
struct assoc;
struct audit;
struct departed;
struct director;
struct idle;
struct liveness;
struct nve_tsi;
struct nve_vn;
struct policy;
struct serve;
struct watch;

struct nve {
	const struct config *config;
	struct loop *loop;
	struct tls *tls;
	struct kern *kern;
	struct store *store;
	bool owner;			/* of both */
	struct model model;
	struct nve_vn *vns;		/* vn.h */
	struct nve_tsi *tsis;		/* port.h */
	unsigned int leaving;		/* so many of them; leave.h */
	struct departed *departed;	/* list */
	struct policy *policies;	/* policy.h */
	struct director *director;
	struct ask *asks;		/* ask.h */
	struct idle *idle;
	struct audit *audit;
	struct serve *serve;
	struct assoc *assoc;
	struct watch *watch;		/* NULL with the stub */
	struct liveness *liveness;	/* NULL: BFD is off */
};

/* How an asynchronous piece of work tells its end. @text is "" when @code is CODE(OK) */
typedef void (*nve_done_fn)(uint32_t code, const char *text, void *arg);

/* How long a request waits for a session to the director that is just being made */
#define NVE_DIRECTOR_WAIT_MS 5000

uint32_t nve_errno_code(int rc);	/* the kernel's errno as CODE() */

/* nve_start() with a kernel and a store of the caller's, which must outlive it */
int nve_start_with(struct nve **ret, const struct config *config, struct loop *loop,
		   struct tls *tls, struct kern *kern, struct store *store, struct err *err);

#endif
