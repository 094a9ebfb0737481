// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include "http_items.h"

static bool number(const char *text, unsigned long min, unsigned long max, unsigned long *ret)
{
	char *end;

	if (!text)
		return true;
	errno = 0;
	*ret = strtoul(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno && *ret >= min && *ret <= max;
}

bool http_page_get(struct http_request *req, struct http_page *ret)
{
	const char *limit = http_query(req, "limit"), *offset = http_query(req, "offset");

	*ret = (struct http_page){ .limit = ULONG_MAX };
	if (!number(limit, 1, HTTP_LIMIT_MAX, &ret->limit)) {
		http_error(req, 400, "bad-request", "limit=%s is not a number from 1 to %d", limit,
			   HTTP_LIMIT_MAX);
		return false;
	}
	if (number(offset, 0, ULONG_MAX, &ret->offset))
		return true;
	http_error(req, 400, "bad-request", "offset=%s is not a number", offset);
	return false;
}

void http_page_part(const struct http_page *page, size_t first, size_t n, size_t *from, size_t *to)
{
	unsigned long last = page->limit > ULONG_MAX - page->offset ? ULONG_MAX :
								      page->offset + page->limit;

	*from = page->offset < first ? 0 : page->offset - first < n ? page->offset - first : n;
	*to = last < first ? 0 : last - first < n ? last - first : n;
}

void http_reply_page(struct http_request *req, const struct http_page *page, json_t *items,
		     size_t all)
{
	json_t *answer = json_object();
	size_t from, to;

	http_page_part(page, 0, all, &from, &to);
	if (to < all)
		json_object_set_new(answer, "next", json_integer(to));
	json_object_set_new(answer, "items", items);
	http_reply(req, 200, answer);
}

void http_reply_items(struct http_request *req, json_t *items)
{
	size_t all = json_array_size(items), from, to;
	struct http_page page;
	json_t *part;

	if (!http_page_get(req, &page)) {
		json_decref(items);
		return;
	}
	http_page_part(&page, 0, all, &from, &to);
	part = json_array();
	for (; from < to; from++)
		json_array_append(part, json_array_get(items, from));
	json_decref(items);
	http_reply_page(req, &page, part, all);
}
