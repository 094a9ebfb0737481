// SPDX-License-Identifier: GPL-2.0
/* /dcs: a root and its children (Documentation/hierarchy.rst) */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "api.h"
#include "forward.h"
#include "hier_run.h"
#include "lib/cleanup.h"

#define DCS	"/api/v1/dcs/"

void api_dc_list(struct http_request *req, void *arg)
{
	/* it would be asked of children */
	if (hier_may_forward(arg, req))
		hier_list(arg, req);
}

static void answered(struct vcenter *vc, uint32_t code, int status, json_t *answer, void *arg)
{
	http_reply(arg, status, json_incref(answer));
}

/* What follows the DC, as it came, with the query */
static char *target_of(struct http_request *req)
{
	const char *rest = strchr(http_path(req) + strlen(DCS), '/');
	const char *query = http_query_raw(req);
	char *target;

	if (asprintf(&target, "%s%s%s", rest, query ? "?" : "", query ?: "") < 0)
		abort();
	return target;
}

void api_dc_any(struct http_request *req, void *arg)
{
	struct forward_ask ask = { .dc = http_param(req, "dc"), .who = http_client(req),
				   .method = http_method(req) };
	_cleanup_free_ char *target = NULL;
	struct vcenter *vc = arg;

	if (!hier_may_forward(vc, req))
		return;
	ask.body = http_body_raw(req, &ask.len);
	if (ask.len > FORWARD_BODY_MAX) {
		http_error(req, 413, "too-large", FORWARD_TOO_LONG, FORWARD_BODY_MAX);
		return;
	}
	target = target_of(req);
	ask.target = target;
	forward(vc, &ask, answered, req);
}
