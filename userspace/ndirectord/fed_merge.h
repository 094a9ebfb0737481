/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What another DC's director tells, into our database. Only NVEs of its own DC are believed.
 */
#ifndef NDIRECTORD_FED_MERGE_H
#define NDIRECTORD_FED_MERGE_H

#include "director.h"
#include "proto/federation.pb-c.h"

/* A snapshot of the DC begins, if need be again: from now on what is told of it is noted. */
void fed_begin(struct db *db, const char *dc);
/* Conflicts and lies become alerts. */
void fed_merge(struct director *d, const char *dc, const Nvo3__FedUpdate *m);
/* The snapshot is complete: what is held of the DC and was not told since it began is gone. */
void fed_sweep(struct db *db, const char *dc);
void fed_set_stale(struct db *db, const char *dc, bool stale);

#endif /* NDIRECTORD_FED_MERGE_H */
