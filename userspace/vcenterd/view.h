/* SPDX-License-Identifier: GPL-2.0 */
/* Objects as the API shows them: Documentation/protocols/api.rst. Pure. */
#ifndef VCENTERD_VIEW_H
#define VCENTERD_VIEW_H

#include "inventory.h"
#include "lib/json.h"
#include "lookup.h"
#include "move.h"

json_t *view_vn(const struct vn *vn);
json_t *view_capacity(const struct capacity *c);
json_t *view_server(const struct server *server);
/* Adds what the server's machine does, if that is known. */
void view_set_host(json_t *obj, const struct server *server);
/* @inv: that it is in */
json_t *view_vm(const struct vm *vm, const struct inventory *inv);
json_t *view_move(const struct move *m);
json_t *view_lookup(const struct lookup_result *res);

#endif
