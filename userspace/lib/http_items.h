/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lists as answers, whole or page by page: ?limit=N and ?offset=M. {"items": [...], "next": M}, the
 * latter if there is more. What changes between two pages may come twice or not at all:
 * http_watch.h is for who must not miss anything.
 */
#ifndef HTTP_ITEMS_H
#define HTTP_ITEMS_H

#include <stddef.h>
#include "http.h"

#define HTTP_LIMIT_MAX	10000

/* The whole list: short ones. Takes @items. */
void http_reply_items(struct http_request *req, json_t *items);

/* Or of a long one only what is asked for is made. */
struct http_page {
	unsigned long offset, limit;
};

/* False: the request made no sense, and is answered. */
bool http_page_get(struct http_request *req, struct http_page *ret);
/* Of the @n items that are the list's from @first on: from *@from to before *@to are wanted. */
void http_page_part(const struct http_page *page, size_t first, size_t n, size_t *from, size_t *to);
/* @items are the ones wanted, of @all; takes them. */
void http_reply_page(struct http_request *req, const struct http_page *page, json_t *items,
		     size_t all);

#endif
