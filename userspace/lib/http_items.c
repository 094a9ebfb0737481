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

static json_t *slice(json_t *items, size_t from, size_t to)
{
	json_t *page = json_array();

	for (size_t i = from; i < to; i++)
		json_array_append(page, json_array_get(items, i));
	json_decref(items);
	return page;
}

void http_reply_items(struct http_request *req, json_t *items)
{
	const char *limit_text = http_query(req, "limit"), *offset_text = http_query(req, "offset");
	size_t n = json_array_size(items);
	unsigned long limit = n, offset = 0;
	json_t *answer;

	if (!number(limit_text, 1, HTTP_LIMIT_MAX, &limit)) {
		json_decref(items);
		http_error(req, 400, "bad-request", "limit=%s is not a number from 1 to %d",
			   limit_text, HTTP_LIMIT_MAX);
		return;
	}
	if (!number(offset_text, 0, ULONG_MAX, &offset)) {
		json_decref(items);
		http_error(req, 400, "bad-request", "offset=%s is not a number", offset_text);
		return;
	}
	if (offset > n)
		offset = n;
	if (limit > n - offset)
		limit = n - offset;
	answer = json_object();
	if (offset + limit < n)
		json_object_set_new(answer, "next", json_integer(offset + limit));
	if (limit < n)
		items = slice(items, offset, offset + limit);
	json_object_set_new(answer, "items", items);
	http_reply(req, 200, answer);
}
