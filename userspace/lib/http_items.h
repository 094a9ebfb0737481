/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lists as answers, whole or page by page: ?limit=N and ?offset=M. {"items": [...], "next": M}, the
 * latter if there is more. What changes between two pages may come twice or not at all:
 * http_watch.h is for who must not miss anything.
 */
#ifndef HTTP_ITEMS_H
#define HTTP_ITEMS_H

#include "http.h"

#define HTTP_LIMIT_MAX	10000

void http_reply_items(struct http_request *req, json_t *items);		/* takes @items */

#endif
