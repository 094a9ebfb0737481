// SPDX-License-Identifier: GPL-2.0
#include "view_group.h"
#include "view_set.h"

static json_t *view_counts(const struct group_op *op)
{
	json_t *obj = json_object();

	view_set_int(obj, "total", op->n);
	for (int state = 0; state < MEMBER_STATES; state++)
		view_set_int(obj, group_member_word(op, state), op->counts[state]);
	return obj;
}

json_t *view_group_op(const struct group_op *op)
{
	json_t *obj = json_object();

	view_set_uuid(obj, "id", &op->id);
	view_set(obj, "tenant", op->tenant);
	view_set(obj, "group", op->group);
	view_set(obj, "action", group_action_word(op->action));
	if (*op->dc)
		view_set(obj, "dc", op->dc);
	if (*op->server)
		view_set(obj, "server", op->server);
	view_set_int(obj, "parallel", op->parallel);
	view_set(obj, "state", group_state_word(op->state));
	json_object_set_new(obj, "vms", view_counts(op));
	view_set_int(obj, "started", op->started);
	if (op->ended)
		view_set_int(obj, "ended", op->ended);
	return obj;
}

json_t *view_group_member(const struct group_op *op, uint32_t member)
{
	const struct group_member *m = &op->members[member];
	json_t *obj = json_object();

	view_set_uuid(obj, "vm", &m->vm);
	view_set(obj, "name", m->name);
	view_set(obj, "state", group_member_word(op, m->state));
	if (m->error)
		view_set(obj, "error", m->error);
	if (!uuid_is_zero(&m->move))
		view_set_uuid(obj, "move", &m->move);
	return obj;
}
