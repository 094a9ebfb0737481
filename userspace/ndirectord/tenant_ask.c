// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tenant_ask.h"

#define ALL_MS	40000u	/* all vCenters together: a client waits for a minute */

static int http_status(uint32_t code, const char **word)
{
	switch (code) {
	case CODE(BAD_MESSAGE):
		*word = "bad-request";
		return 400;
	case CODE(DENIED):
		*word = "denied";
		return 403;
	case CODE(NOT_FOUND):
		*word = "not-found";
		return 404;
	case CODE(EXISTS):
	case CODE(BUSY):
	case CODE(BAD_STATE):
		*word = "conflict";
		return 409;
	case CODE(FULL):
		*word = "full";
		return 507;
	default:
		*word = "unavailable";
		return 503;
	}
}

static void refuse(struct tenant_ask *ask)
{
	const char *word;
	int status = http_status(ask->code, &word);

	http_error(ask->req, status, word, "%s", ask->text);
	free(ask);
}

/* Another vCenter may know it. */
static bool is_open(uint32_t code)
{
	return code == CODE(NOT_FOUND) || code == CODE(UNAVAILABLE) || code == CODE(TIMEOUT);
}

static void ask_next(struct tenant_ask *ask)
{
	uint64_t now = loop_now_ms(), left = ask->until > now ? ask->until - now : 0;
	struct chan *chan = ask->d->stopping ? NULL : center_chan(ask->d, ask->asked);

	if (!chan || !left) {
		refuse(ask);
		return;
	}
	ask->asked++;
	ask->put(ask, chan, left < ask->ms ? left : ask->ms);
}

void tenant_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct tenant_ask *ask = arg;

	if (ask->d->stopping)
		code = CODE(UNAVAILABLE);
	if (code == CODE(OK) && ask->take(ask, body)) {
		free(ask);
		return;
	}
	if (code == CODE(OK)) {
		code = CODE(FAILED);
		text = "the vCenter's answer is not complete";
	}
	/* One of several vCenters has it, and what that one says counts */
	if (code != CODE(NOT_FOUND)) {
		ask->code = code;
		snprintf(ask->text, sizeof(ask->text), "%s", text);
	}
	if (is_open(ask->code))
		ask_next(ask);
	else
		refuse(ask);
}

/* A tenant is who his certificate says; an operator says for whom he asks. */
static int take_tenant(struct tenant_ask *ask, const char *tenant, struct err *err)
{
	const struct identity *client = http_client(ask->req);

	if (client->role != ROLE_OPERATOR) {
		if (tenant)
			return err_set(err, EINVAL, "tenant: your certificate says who you are");
		tenant = client->name;
	} else if (!tenant) {
		return err_set(err, EINVAL, "tenant is missing: for whom do you ask?");
	}
	if (!*tenant || strlen(tenant) >= sizeof(ask->tenant))
		return err_set(err, EINVAL, "tenant: must have 1 to %zu characters",
			       sizeof(ask->tenant) - 1);
	snprintf(ask->tenant, sizeof(ask->tenant), "%s", tenant);
	return 0;
}

int tenant_ask_init(struct tenant_ask *ask, struct director *d, struct http_request *req,
		    const char *tenant, struct err *err)
{
	ask->d = d;
	ask->req = req;
	ask->code = CODE(NOT_FOUND);
	return take_tenant(ask, tenant, err);
}

void tenant_ask_begin(struct tenant_ask *ask)
{
	ask->until = loop_now_ms() + ALL_MS;
	if (!center_chan(ask->d, 0)) {
		ask->code = CODE(UNAVAILABLE);
		snprintf(ask->text, sizeof(ask->text), "no vCenter of %s has a session",
			 ask->d->self.dc);
	}
	ask_next(ask);
}
