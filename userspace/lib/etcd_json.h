/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The JSON of etcd's gateway: bytes in base64, 64-bit numbers as text, and zeroes and falses left
 * out. Pure. What is built belongs to the caller, who mostly hands it on.
 */
#ifndef ETCD_JSON_H
#define ETCD_JSON_H

#include "errs.h"
#include "json.h"
#include "kvmap.h"

/* Operations of a transaction, of which etcd takes at most 128 by default. */
#define ETCD_OPS_MAX	128

json_t *etcd_number(int64_t number);

/* @end NULL: the one key; else all from @key up to and without @end */
json_t *etcd_range(const char *key, const char *end, unsigned int limit, int64_t revision);

json_t *etcd_op_put(const char *key, const void *value, size_t len, int64_t lease);
json_t *etcd_op_del(const char *key, const char *end);
json_t *etcd_op_get(const char *key);

/* Revisions of creation or last change, 0: the key is absent */
json_t *etcd_if_created(const char *key, int64_t revision);
json_t *etcd_if_changed(const char *key, int64_t revision);

/* Takes all three; @otherwise may be NULL. */
json_t *etcd_txn(json_t *compare, json_t *then, json_t *otherwise);

/* A member of an answer, 0 if it is left out; -EPROTO if it is no number */
int etcd_get_number(json_t *obj, const char *name, int64_t *ret, struct err *err);

struct etcd_kv {
	char *key;			/* for etcd_kv_uninit() */
	struct kv_value value;
	int64_t created, changed, lease;
};

int etcd_get_kv(json_t *kv, struct etcd_kv *ret, struct err *err);
void etcd_kv_uninit(struct etcd_kv *kv);
/* The first key of a range's answer; -ENOENT if it has none */
int etcd_first_kv(json_t *range, struct etcd_kv *ret, struct err *err);
/* The answer to the transaction's range with this number; NULL if it is no such thing */
json_t *etcd_txn_range(json_t *answer, unsigned int which);

#endif /* ETCD_JSON_H */
