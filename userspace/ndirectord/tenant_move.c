// SPDX-License-Identifier: GPL-2.0
/* What has become of his wish, and that he gives it up */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lib/mem.h"
#include "proto/placement.pb-c.h"
#include "tenant_ask.h"

#define MOVE_MS	5000u	/* the vCenter asks its peers, for 3 s */

static void put(struct tenant_ask *ask, struct chan *chan, uint32_t type, uint32_t ms)
{
	Nvo3__TenantMove msg = NVO3__TENANT_MOVE__INIT;

	msg.tenant = ask->tenant;
	msg.move = msg_put_uuid(&ask->move);
	chan_request(chan, type, &msg.base, ms, tenant_answered, ask);
}

static void put_show(struct tenant_ask *ask, struct chan *chan, uint32_t ms)
{
	put(ask, chan, MSG(TENANT_MOVE), ms);
}

static void put_abort(struct tenant_ask *ask, struct chan *chan, uint32_t ms)
{
	put(ask, chan, MSG(TENANT_MOVE_ABORT), ms);
}

static json_t *view(const char *id, const Nvo3__TenantMoveReply *m)
{
	json_t *obj;

	obj = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:{s:I, s:I}, s:I}", "id", id, "vm_name",
			m->vm_name, "from", m->from_dc, "to", m->to_dc, "step", m->step, "state",
			m->state, "image", "done", (json_int_t)m->done, "total",
			(json_int_t)m->total, "started", (json_int_t)m->started);
	if (m->ended)
		json_object_set_new(obj, "ended", json_integer(m->ended));
	if (*m->error)
		json_object_set_new(obj, "error", json_string(m->error));
	return obj;
}

static bool take(struct tenant_ask *ask, int status, const struct msg *body)
{
	Nvo3__TenantMoveReply *reply;
	char id[UUID_STRLEN];

	reply = msg_decode(body, &nvo3__tenant_move_reply__descriptor, NULL);
	if (!reply)
		return false;
	uuid_format(&ask->move, id);
	if (status == 202)
		director_note(ask->d, "tenant-abort", ask->tenant, "move %s of VM %s is given up",
			      id, reply->vm_name);
	http_reply(ask->req, status, view(id, reply));
	msg_free(reply);
	return true;
}

static bool take_show(struct tenant_ask *ask, const struct msg *body)
{
	return take(ask, 200, body);
}

static bool take_abort(struct tenant_ask *ask, const struct msg *body)
{
	return take(ask, 202, body);
}

/* NULL: the answer is given. */
static struct tenant_ask *begin(struct http_request *req, struct director *d)
{
	const char *id = http_param(req, "id");
	struct tenant_ask *ask = mem_zalloc(sizeof(*ask));
	struct err err;

	if (tenant_ask_init(ask, d, req, http_query(req, "tenant"), &err)) {
		http_error(req, 400, "bad-request", "%s", err.text);
	} else if (uuid_parse(&ask->move, id, NULL) || uuid_is_zero(&ask->move)) {
		http_error(req, 404, "not-found", "tenant %s has no move %s", ask->tenant, id);
	} else {
		snprintf(ask->text, sizeof(ask->text), "tenant %s has no move %s", ask->tenant,
			 id);
		ask->ms = MOVE_MS;
		return ask;
	}
	free(ask);
	return NULL;
}

void api_tenant_move(struct http_request *req, void *arg)
{
	struct tenant_ask *ask = begin(req, arg);

	if (!ask)
		return;
	ask->put = put_show;
	ask->take = take_show;
	tenant_ask_begin(ask);
}

void api_tenant_abort(struct http_request *req, void *arg)
{
	struct tenant_ask *ask = begin(req, arg);

	if (!ask)
		return;
	ask->put = put_abort;
	ask->take = take_abort;
	tenant_ask_begin(ask);
}
