/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a store in etcd has, read when it is opened: PREFIX/meta/... says whose it is,
 * PREFIX/kv/KEY are its keys.
 */
#ifndef ETCD_LOAD_H
#define ETCD_LOAD_H

#include <stdint.h>
#include "errs.h"
#include "etcd_http.h"
#include "etcd_owner.h"
#include "kvmap.h"
#include "store_backend.h"

/* -ENOENT: there is no store; else refuses one of another program or format. */
int etcd_load_meta(struct etcd_client *client, const char *prefix, const char *program,
		   uint8_t id[STORE_ID_LEN], struct err *err);
/* Make one where there is nothing. */
int etcd_make_meta(struct etcd_client *client, struct etcd_owner *owner, const char *prefix,
		   const char *program, struct err *err);
/*
 * All keys, page by page, as they were at one revision, which is told. When that is compacted by
 * somebody meanwhile, it begins anew.
 */
int etcd_load_all(struct etcd_client *client, const char *prefix, struct kvmap *map,
		  int64_t *revision, struct err *err);

#endif /* ETCD_LOAD_H */
