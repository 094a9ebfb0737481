/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For how long the registration of an NVE without a session is good: until nothing has been heard
 * of it for the time of the lease, by this session or another one. Then it is silent:
 * nve_silent(). An NVE whose program is started anew, or whose connection breaks, is no news to
 * anybody.
 *
 * Not over a restart of the director: then its NVEs have the time of "grace".
 */
#ifndef NDIRECTORD_LEASE_H
#define NDIRECTORD_LEASE_H

#include "director.h"

struct lease;

struct leases {
	struct director *d;
	unsigned int ms;		/* 0: who has no session is silent */
	struct lease *list;
};

/* session_nve.c: nothing is heard of it, because of @why. */
void nve_silent(struct director *d, struct db_nve *nve, const char *why);

void leases_init(struct leases *leases, struct director *d, unsigned int s);
void leases_uninit(struct leases *leases);
/* The last session of @nve has ended because of @why; it was heard @ago ms ago. */
void lease_begin(struct leases *leases, struct db_nve *nve, uint64_t ago, const char *why);

#endif /* NDIRECTORD_LEASE_H */
