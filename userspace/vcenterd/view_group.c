// SPDX-License-Identifier: GPL-2.0
#include "view_group.h"

static void set(json_t *obj, const char *key, const char *text)
{
	json_object_set_new(obj, key, json_string(text));
}

static void set_int(json_t *obj, const char *key, uint64_t value)
{
	json_object_set_new(obj, key, json_integer(value));
}

static void set_uuid(json_t *obj, const char *key, const struct uuid *uuid)
{
	char text[UUID_STRLEN];

	set(obj, key, uuid_format(uuid, text));
}

static json_t *view_counts(const struct group_op *op)
{
	json_t *obj = json_object();

	set_int(obj, "total", op->n);
	for (int state = 0; state < MEMBER_STATES; state++)
		set_int(obj, group_member_word(op, state), op->counts[state]);
	return obj;
}

json_t *view_group_op(const struct group_op *op)
{
	json_t *obj = json_object();

	set_uuid(obj, "id", &op->id);
	set(obj, "tenant", op->tenant);
	set(obj, "group", op->group);
	set(obj, "action", group_action_word(op->action));
	if (*op->dc)
		set(obj, "dc", op->dc);
	if (*op->server)
		set(obj, "server", op->server);
	set_int(obj, "parallel", op->parallel);
	set(obj, "state", group_state_word(op->state));
	json_object_set_new(obj, "vms", view_counts(op));
	set_int(obj, "started", op->started);
	if (op->ended)
		set_int(obj, "ended", op->ended);
	return obj;
}

json_t *view_group_member(const struct group_op *op, uint32_t member)
{
	const struct group_member *m = &op->members[member];
	json_t *obj = json_object();

	set_uuid(obj, "vm", &m->vm);
	set(obj, "name", m->name);
	set(obj, "state", group_member_word(op, m->state));
	if (m->error)
		set(obj, "error", m->error);
	if (!uuid_is_zero(&m->move))
		set_uuid(obj, "move", &m->move);
	return obj;
}
