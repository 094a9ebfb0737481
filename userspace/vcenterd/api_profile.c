// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "api.h"
#include "lib/mem.h"
#include "lib/msg.h"
#include "persist.h"
#include "profile_spec.h"
#include "session_director.h"

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

static Nvo3__Profile *profile_new(void)
{
	Nvo3__Profile *msg = mem_zalloc(sizeof(*msg));
	struct uuid uuid = uuid_new();

	nvo3__profile__init(msg);
	msg->uuid.len = sizeof(uuid);
	msg->uuid.data = mem_zalloc(sizeof(uuid));
	memcpy(msg->uuid.data, &uuid, sizeof(uuid));
	msg->version = 1;
	msg->verdict = 1;
	return msg;
}

static int check_new(struct vcenter *vc, const Nvo3__Profile *msg, struct err *err)
{
	struct profile *p = inventory_profile_by_name(vc->inv, msg->name);

	if (p)
		return err_set(err, EEXIST, "the name %s is taken in %s by another profile",
			       msg->name, vc->inv->dc);
	return 0;
}

static int check_group(struct vcenter *vc, const Nvo3__Profile *msg, const struct profile *self,
		       struct err *err)
{
	struct profile *p = inventory_profile_of_group(vc->inv, msg->tenant, msg->group);

	if (!p || p == self)
		return 0;
	return err_set(err, EEXIST, "group %s has profile %s already", msg->group, p->msg->name);
}

/* Stored, then told; takes @msg. */
static int take(struct vcenter *vc, Nvo3__Profile *msg, struct profile **ret, struct err *err)
{
	struct profile tmp = { .msg = msg };
	int res;

	msg_get_uuid(&msg->uuid, &tmp.uuid);
	res = persist_profile(vc->store, &tmp, err);
	if (res) {
		msg_free(msg);
		return res;
	}
	*ret = inventory_profile_set(vc->inv, msg);
	session_director_profile_set(vc, *ret);
	return 0;
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
	msg = profile_new();
	ret = profile_spec_parse(msg, body, true, &err);
	if (!ret)
		ret = check_new(vc, msg, &err);
	if (!ret)
		ret = check_group(vc, msg, NULL, &err);
	if (ret)
		msg_free(msg);
	else
		ret = take(vc, msg, &p, &err);
	if (ret) {
		api_refuse(req, ret, &err);
		return;
	}
	note(vc, "profile-create", p->msg->name, "%zu rules", p->msg->n_rules);
	http_reply(req, 201, profile_spec_view(p->msg));
}

static Nvo3__Profile *copy_of(const Nvo3__Profile *msg)
{
	Nvo3__Profile *copy;
	uint8_t *data;
	size_t len;

	data = msg_encode(&msg->base, &len);
	copy = mem_check(nvo3__profile__unpack(NULL, len, data));
	free(data);
	return copy;
}

/* A version more, also when it says the same: it is what the operator wants now. */
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
	msg = copy_of(p->msg);
	ret = profile_spec_parse(msg, body, false, &err);
	if (!ret)
		ret = check_group(vc, msg, p, &err);
	msg->version++;
	if (ret)
		msg_free(msg);
	else
		ret = take(vc, msg, &p, &err);
	if (ret) {
		api_refuse(req, ret, &err);
		return;
	}
	note(vc, "profile-set", p->msg->name, "version %llu, %zu rules",
	     (unsigned long long)p->msg->version, p->msg->n_rules);
	http_reply(req, 200, profile_spec_view(p->msg));
}

void api_profile_delete(struct http_request *req, void *arg)
{
	struct vcenter *vc = arg;
	const struct vm *user;
	struct profile *p;
	struct uuid uuid;
	struct err err;
	int ret = -ENOENT;

	p = api_find_profile(vc, http_param(req, "id"), &err);
	user = p ? inventory_profile_user(vc->inv, p) : NULL;
	if (user)
		ret = err_set(&err, EBUSY, "profile %s is in use by VM %s", p->msg->name,
			      user->name);
	else if (p)
		ret = persist_profile_del(vc->store, &p->uuid, &err);
	if (ret) {
		api_refuse(req, ret, &err);
		return;
	}
	uuid = p->uuid;
	note(vc, "profile-delete", p->msg->name, "deleted");
	inventory_profile_del(vc->inv, p);
	session_director_profile_del(vc, &uuid);
	http_reply(req, 200, json_object());
}
