// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "api.h"
#include "lib/mem.h"
#include "lib/msg.h"
#include "profile_ops.h"
#include "profile_spec.h"

struct profile *api_find_profile(struct vcenter *vc, const char *id, struct err *err)
{
	struct profile *p;
	struct uuid uuid;

	if (!uuid_parse(&uuid, id, NULL))
		p = inventory_profile(vc->inv, &uuid);
	else
		p = inventory_profile_by_name(vc->inv, id);
	if (!p)
		err_set(err, ENOENT, "profile %s is not known in %s", id, vc->inv->dc);
	return p;
}

void api_profile_list(struct http_request *req, void *arg)
{
	struct vcenter *vc = arg;
	json_t *items = json_array();
	struct profile *p;

	for (p = vc->inv->profiles; p; p = p->hh.next)
		json_array_append_new(items, profile_spec_view(p->msg));
	api_reply_items(req, items);
}

void api_profile_show(struct http_request *req, void *arg)
{
	struct err err;
	struct profile *p = api_find_profile(arg, http_param(req, "id"), &err);

	if (p)
		http_reply(req, 200, profile_spec_view(p->msg));
	else
		api_refuse(req, -ENOENT, &err);
}

static Nvo3__Profile *profile_new(const char *dc)
{
	Nvo3__Profile *msg = mem_zalloc(sizeof(*msg));
	struct uuid uuid = uuid_new();

	nvo3__profile__init(msg);
	msg->uuid.len = sizeof(uuid);
	msg->uuid.data = mem_zalloc(sizeof(uuid));
	memcpy(msg->uuid.data, &uuid, sizeof(uuid));
	msg->home_dc = mem_strdup(dc);
	msg->version = 1;
	msg->verdict = 1;
	return msg;
}

void api_profile_create(struct http_request *req, void *arg)
{
	struct vcenter *vc = arg;
	json_t *body = http_body(req);
	struct profile *p = NULL;
	Nvo3__Profile *msg;
	struct err err;
	int ret;

	if (!body)
		return;
	msg = profile_new(vc->conf.dc);
	ret = profile_spec_parse(msg, body, true, &err);
	if (ret)
		msg_free(msg);
	else
		ret = profile_ops_create(vc, msg, &p, &err);
	if (ret)
		api_refuse(req, ret, &err);
	else
		http_reply(req, 201, profile_spec_view(p->msg));
}

void api_profile_set(struct http_request *req, void *arg)
{
	struct vcenter *vc = arg;
	json_t *body = http_body(req);
	Nvo3__Profile *msg;
	struct profile *p;
	struct err err;
	int ret;

	if (!body)
		return;
	p = api_find_profile(vc, http_param(req, "id"), &err);
	if (!p) {
		api_refuse(req, -ENOENT, &err);
		return;
	}
	msg = profile_copy(p->msg);
	ret = profile_spec_parse(msg, body, false, &err);
	if (ret)
		msg_free(msg);
	else
		ret = profile_ops_set(vc, p, msg, &err);
	if (ret)
		api_refuse(req, ret, &err);
	else
		http_reply(req, 200, profile_spec_view(p->msg));
}

void api_profile_delete(struct http_request *req, void *arg)
{
	struct vcenter *vc = arg;
	struct err err;
	struct profile *p = api_find_profile(vc, http_param(req, "id"), &err);
	int ret = p ? profile_ops_delete(vc, p, &err) : -ENOENT;

	if (ret)
		api_refuse(req, ret, &err);
	else
		http_reply(req, 200, json_object());
}
