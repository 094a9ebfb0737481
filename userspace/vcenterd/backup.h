/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All that is in the store as one JSON object, as of one moment: {"format": 1, "program":
 * "vcenterd", "dc": "dc1", "time": ms, "items": [[key, value in base64], ...]}. It goes into an
 * empty store of any kind, of the same data centre.
 */
#ifndef VCENTERD_BACKUP_H
#define VCENTERD_BACKUP_H

#include "lib/json.h"
#include "lib/store.h"

json_t *backup_make(struct store *store, const char *dc, uint64_t now, struct err *err);
/*
 * 0, and how many items there were; an error whose sentence says what is wrong with the backup, in
 * which case nothing was written, or with the store, which may then have a part of it.
 */
int backup_restore(struct store *store, const char *dc, json_t *backup, size_t *n, struct err *err);
/* Is all of it there? Else an error with a sentence: a restore was interrupted. */
int backup_check(struct store *store, struct err *err);

#endif
