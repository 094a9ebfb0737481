/* SPDX-License-Identifier: GPL-2.0 */
/* Handlers of api.c; arg is the struct director. */
#ifndef NDIRECTORD_API_BIND_H
#define NDIRECTORD_API_BIND_H

#include "director.h"

void api_binding_set(struct http_request *req, void *arg);
void api_binding_delete(struct http_request *req, void *arg);
void api_thaw(struct http_request *req, void *arg);

#endif /* NDIRECTORD_API_BIND_H */
