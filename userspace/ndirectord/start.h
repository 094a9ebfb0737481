/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The director as a whole: made from its settings, and taken apart.
 */
#ifndef NDIRECTORD_START_H
#define NDIRECTORD_START_H

#include "director.h"

struct settings_peer {
	const char *dc;
	const char *const *addrs;
	int n_addrs;
};

/* As the configuration has them, which they borrow from. */
struct settings {
	const char *dc, *name, *store, *listen, *api, *socket;
	struct tls_files tls;
	long dc_id;
	long forget;			/* s: after that an NVE without anything goes */
	long absent;			/* s: how long an address counts as not there */
	long moves, moves_time, freeze;	/* dup.h; s */
	long lease;			/* s: how long silence means nothing */
	long grace;			/* s: how long after a start silence means nothing */
	long alone;			/* s: alone.h */
	struct settings_peer *peers;
	int n_peers;
};

/*
 * NULL with a sentence; nothing is left of what had been made. May stand by for the store, and has
 * no sentence when the loop was stopped in that.
 */
struct director *director_start(struct loop *loop, const struct settings *s, struct err *err);
void director_stop(struct director *d);

#endif /* NDIRECTORD_START_H */
