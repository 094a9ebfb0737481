// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lib/mem.h"
#include "proto/placement.pb-c.h"
#include "tenant_ask.h"

#define ASK_MS	20000u

/* One request, while the vCenters are asked, one after the other */
struct wish {
	struct director *d;
	struct http_request *req;
	char tenant[65], vm[65], location[65];
	struct uuid move;
	unsigned int asked;		/* vCenters */
	uint32_t code;			/* of the last that knew better than NOT_FOUND */
	char text[256];
};

static void ask_next(struct wish *w);

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

static void refuse(struct wish *w)
{
	const char *word;
	int status = http_status(w->code, &word);

	http_error(w->req, status, word, "%s", w->text);
	free(w);
}

static void accepted(struct wish *w, const Nvo3__TenantReplicateReply *reply)
{
	char move[UUID_STRLEN];

	uuid_format(&w->move, move);
	director_note(w->d, "tenant-wish", w->tenant, "VM %s goes near to %s: move %s of %s", w->vm,
		      w->location, move, reply->dc);
	http_reply(w->req, 202, json_pack("{s:s, s:s, s:s}", "id", move, "vm_name", w->vm, "dc",
					  reply->dc));
	free(w);
}

static void answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__TenantReplicateReply *reply = NULL;
	struct wish *w = arg;

	if (w->d->stopping)
		code = CODE(UNAVAILABLE);
	if (code == CODE(OK))
		reply = msg_decode(body, &nvo3__tenant_replicate_reply__descriptor, NULL);
	if (reply) {
		accepted(w, reply);
		msg_free(reply);
		return;
	}
	if (code == CODE(OK))
		code = CODE(FAILED);
	/* One of several vCenters has it, and what that one says counts */
	if (code != CODE(NOT_FOUND)) {
		w->code = code;
		snprintf(w->text, sizeof(w->text), "%s", text);
	}
	if (w->code != CODE(NOT_FOUND) && w->code != CODE(UNAVAILABLE))
		refuse(w);
	else
		ask_next(w);
}

static void ask_next(struct wish *w)
{
	Nvo3__TenantReplicate msg = NVO3__TENANT_REPLICATE__INIT;
	struct chan *chan = w->d->stopping ? NULL : center_chan(w->d, w->asked);

	if (!chan) {
		refuse(w);
		return;
	}
	w->asked++;
	msg.tenant = w->tenant;
	msg.vm = w->vm;
	msg.location = w->location;
	msg.move = msg_put_uuid(&w->move);
	chan_request(chan, MSG(TENANT_REPLICATE), &msg.base, ASK_MS, answered, w);
}

/* A tenant is who his certificate says; an operator says for whom he asks. */
static int take_tenant(json_t *body, const struct identity *client, struct wish *w,
		       struct err *err)
{
	const char *tenant = client->name;

	if (client->role == ROLE_OPERATOR && json_get_str(body, "tenant", &tenant, err))
		return -EINVAL;
	if (client->role != ROLE_OPERATOR && json_object_get(body, "tenant"))
		return err_set(err, EINVAL, "tenant: your certificate says who you are");
	if (!*tenant || strlen(tenant) >= sizeof(w->tenant))
		return err_set(err, EINVAL, "tenant: must have 1 to %zu characters",
			       sizeof(w->tenant) - 1);
	snprintf(w->tenant, sizeof(w->tenant), "%s", tenant);
	return 0;
}

static int parse(json_t *body, const struct identity *client, struct wish *w, struct err *err)
{
	static const char *const known[] = { "tenant", "location", "id", NULL };
	const char *location, *id = NULL;

	if (json_only(body, known, err) || take_tenant(body, client, w, err) ||
	    json_get_str(body, "location", &location, err) || json_opt_str(body, "id", &id, err))
		return -EINVAL;
	if (!*location || strlen(location) >= sizeof(w->location))
		return err_set(err, EINVAL, "location: must have 1 to %zu characters",
			       sizeof(w->location) - 1);
	snprintf(w->location, sizeof(w->location), "%s", location);
	w->move = uuid_new();
	if (!id)
		return 0;
	if (uuid_parse(&w->move, id, err))
		return err_prefix(err, -EINVAL, "id");
	return uuid_is_zero(&w->move) ? err_set(err, EINVAL, "id: must not be zero") : 0;
}

void api_tenant_replicate(struct http_request *req, void *arg)
{
	const char *vm = http_param(req, "id");
	struct director *d = arg;
	struct err err = { "" };
	struct wish *w;
	json_t *body;

	body = http_body(req);
	if (!body)
		return;
	w = mem_zalloc(sizeof(*w));
	if (parse(body, http_client(req), w, &err) || strlen(vm) >= sizeof(w->vm)) {
		http_error(req, 400, "bad-request", "%s",
			   *err.text ? err.text : "the VM's name is too long");
		free(w);
		return;
	}
	w->d = d;
	w->req = req;
	snprintf(w->vm, sizeof(w->vm), "%s", vm);
	w->code = CODE(NOT_FOUND);
	snprintf(w->text, sizeof(w->text), "tenant %s has no VM %s", w->tenant, w->vm);
	if (!center_chan(d, 0)) {
		w->code = CODE(UNAVAILABLE);
		snprintf(w->text, sizeof(w->text), "no vCenter of %s has a session", d->self.dc);
	}
	ask_next(w);
}
