/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What another DC's director tells, into our database. Only NVEs of its own DC are believed.
 */
#ifndef NDIRECTORD_FED_MERGE_H
#define NDIRECTORD_FED_MERGE_H

#include "director.h"
#include "proto/federation.pb-c.h"

/*
 * @snapshot is the number of the peer's snapshot that @m is part of, another one for each; 0: of
 * none. Conflicts and lies become alerts.
 */
void fed_merge(struct director *d, const char *dc, const Nvo3__FedUpdate *m, uint32_t snapshot);
/* The snapshot is complete: what is held of the DC and was not named in it is gone. */
void fed_sweep(struct db *db, const char *dc, uint32_t snapshot);
void fed_set_stale(struct db *db, const char *dc, bool stale);

#endif /* NDIRECTORD_FED_MERGE_H */
