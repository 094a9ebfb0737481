/* SPDX-License-Identifier: GPL-2.0 */
/* Consoles in the API. */
#ifndef VCENTERD_API_CONSOLE_H
#define VCENTERD_API_CONSOLE_H

#include "console.h"
#include "lib/json.h"

json_t *view_console(const struct console *c);

/* Handlers; arg is the struct vcenter. */
void api_vm_console(struct http_request *req, void *arg);
void api_console_list(struct http_request *req, void *arg);
void api_console_show(struct http_request *req, void *arg);

#endif
