/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Members of the objects that the API shows. What a peer has said need not be UTF-8, and is shown
 * all the same. Pure.
 */
#ifndef VCENTERD_VIEW_SET_H
#define VCENTERD_VIEW_SET_H

#include "lib/json.h"
#include "lib/uuid.h"

json_t *view_text(const char *s);	/* every byte that could break it is a question mark */
void view_set(json_t *obj, const char *key, const char *value);
void view_set_int(json_t *obj, const char *key, json_int_t value);
void view_set_uuid(json_t *obj, const char *key, const struct uuid *uuid);

#endif
