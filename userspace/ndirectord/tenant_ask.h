/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a tenant asks of us with his own certificate (V10): that his VM be near to him. We know who
 * he is; whose VM it is, and whether it may be, is the vCenter's to say. Handler; arg is the struct
 * director.
 */
#ifndef NDIRECTORD_TENANT_ASK_H
#define NDIRECTORD_TENANT_ASK_H

#include "director.h"

void api_tenant_replicate(struct http_request *req, void *arg);

#endif /* NDIRECTORD_TENANT_ASK_H */
