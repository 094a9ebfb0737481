/* SPDX-License-Identifier: GPL-2.0 */
/* The API and the audit log. */
#ifndef VCENTERD_API_AUDIT_H
#define VCENTERD_API_AUDIT_H

#include "lib/http.h"

extern const struct http_observer api_observer;

void api_audit_list(struct http_request *req, void *arg);

#endif
