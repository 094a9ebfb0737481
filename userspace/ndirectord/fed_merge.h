/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What another DC's director tells, into our database. Only NVEs of its own DC are believed.
 */
#ifndef NDIRECTORD_FED_MERGE_H
#define NDIRECTORD_FED_MERGE_H

#include "director.h"
#include "proto/federation.pb-c.h"

/* What was known of the DC when a snapshot began; what the snapshot does not name is gone. */
struct fed_sweep;

struct fed_sweep *fed_sweep_new(const char *dc);
void fed_sweep_end(struct db *db, struct fed_sweep *sweep);
void fed_sweep_free(struct fed_sweep *sweep);

/* @sweep is NULL outside of snapshots. Conflicts and lies become alerts. */
void fed_merge(struct director *d, const char *dc, const Nvo3__FedUpdate *m,
	       struct fed_sweep *sweep);
void fed_set_stale(struct db *db, const char *dc, bool stale);

#endif /* NDIRECTORD_FED_MERGE_H */
