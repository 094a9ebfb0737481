/* SPDX-License-Identifier: GPL-2.0 */
/*
 * jansson, and checked access to members of objects that came from outside.
 */
#ifndef JSON_H
#define JSON_H

#include <jansson.h>
#include <stdbool.h>
#include "addr.h"
#include "errs.h"

/*
 * Fetch member @key of @obj: 0, or -EINVAL with a sentence naming the key ("vni: must be a
 * number from 1 to 16777215"). The _opt forms leave *ret alone when it is absent.
 */
int json_get_str(json_t *obj, const char *key, const char **ret, struct err *err);
int json_opt_str(json_t *obj, const char *key, const char **ret, struct err *err);
int json_get_int(json_t *obj, const char *key, long long min, long long max, long long *ret,
		 struct err *err);
int json_opt_int(json_t *obj, const char *key, long long min, long long max, long long *ret,
		 struct err *err);
int json_opt_bool(json_t *obj, const char *key, bool *ret, struct err *err);
/* Refuse members that are not in the NULL-terminated list @known. */
int json_only(json_t *obj, const char *const *known, struct err *err);

#endif /* JSON_H */
