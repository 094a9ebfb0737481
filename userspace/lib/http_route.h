/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Paths and queries of HTTP requests, decoded and compared with routes. Pure.
 */
#ifndef HTTP_ROUTE_H
#define HTTP_ROUTE_H

#include "errs.h"

#define HTTP_PARAMS_MAX 16

struct http_param {
	char *name;
	char *value;
};

struct http_params {
	struct http_param list[HTTP_PARAMS_MAX];
	int n;
};

void http_params_uninit(struct http_params *params);
const char *http_params_get(const struct http_params *params, const char *name);

/*
 * Does the raw @path fit @pattern ("/vms/{id}/start", "/dcs/{dc}/{rest...}")? 1 and its
 * parameters decoded, 0, or -EINVAL with a sentence when one is not properly encoded. *ret starts
 * empty.
 */
int http_route_match(const char *pattern, const char *path, struct http_params *ret,
		     struct err *err);
/* "vn=blue&name=a%20b"; @raw may be NULL. 0 or -EINVAL with a sentence; *ret starts empty. */
int http_query_parse(const char *raw, struct http_params *ret, struct err *err);
/* Only what @known names ("vn limit"; NULL: nothing), and each once? 0 or -EINVAL and why not. */
int http_query_only(const struct http_params *query, const char *known, struct err *err);

#endif /* HTTP_ROUTE_H */
