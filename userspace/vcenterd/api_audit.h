/* SPDX-License-Identifier: GPL-2.0 */
/* The API and the audit log. */
#ifndef VCENTERD_API_AUDIT_H
#define VCENTERD_API_AUDIT_H

#include "lib/http.h"

struct console;

extern const struct http_observer api_observer;

/* The end of a console, whose begin was a request; takes @was, how it was shown until then. */
void api_audit_console(const struct console *c, json_t *was);

void api_audit_list(struct http_request *req, void *arg);

#endif
