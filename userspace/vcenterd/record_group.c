// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include "lib/mem.h"
#include "lib/msg.h"
#include "proto/vcenter_store.pb-c.h"
#include "record_group.h"

#define MEMBERS_MAX	(1u << 24)

uint8_t *group_op_pack(const struct group_op *op, size_t *len)
{
	Nvo3__StoredGroupOp msg = NVO3__STORED_GROUP_OP__INIT;

	msg.id = msg_put_uuid(&op->id);
	msg.tenant = (char *)op->tenant;
	msg.group = (char *)op->group;
	msg.action = op->action;
	msg.dc = (char *)op->dc;
	msg.server = (char *)op->server;
	msg.parallel = op->parallel;
	msg.state = op->state;
	msg.started = op->started;
	msg.ended = op->ended;
	msg.members = op->n;
	return msg_encode(&msg.base, len);
}

static bool is_valid(const Nvo3__StoredGroupOp *msg, struct uuid *id)
{
	return msg_get_uuid(&msg->id, id) && msg->action <= GROUP_ACTION_LAST &&
	       msg->state <= GROUP_STATE_LAST && msg->parallel &&
	       msg->parallel <= GROUP_PARALLEL_MAX && msg->members <= MEMBERS_MAX;
}

int group_op_unpack(const uint8_t *data, size_t len, struct group_op *ret, struct err *err)
{
	Nvo3__StoredGroupOp *msg = nvo3__stored_group_op__unpack(NULL, len, data);
	struct group_op op = { .id = { } };

	if (!msg || !is_valid(msg, &op.id)) {
		if (msg)
			msg_free(msg);
		return err_set(err, EINVAL, "a stored operation on a group is not valid");
	}
	snprintf(op.tenant, sizeof(op.tenant), "%s", msg->tenant);
	snprintf(op.group, sizeof(op.group), "%s", msg->group);
	snprintf(op.dc, sizeof(op.dc), "%s", msg->dc);
	snprintf(op.server, sizeof(op.server), "%s", msg->server);
	op.action = msg->action;
	op.parallel = msg->parallel;
	op.state = msg->state;
	op.started = msg->started;
	op.ended = msg->ended;
	group_op_init(&op, msg->members);
	*ret = op;
	msg_free(msg);
	return 0;
}

uint8_t *group_member_pack(const struct group_member *m, size_t *len)
{
	Nvo3__StoredGroupMember msg = NVO3__STORED_GROUP_MEMBER__INIT;

	msg.vm = msg_put_uuid(&m->vm);
	if (!uuid_is_zero(&m->move))
		msg.move = msg_put_uuid(&m->move);
	msg.name = m->name;
	/* under way it is only as long as this process is there */
	msg.state = m->state == MEMBER_RUNNING ? MEMBER_WAITING : m->state;
	msg.error = m->error ? m->error : "";
	return msg_encode(&msg.base, len);
}

int group_member_unpack(const uint8_t *data, size_t len, struct group_member *ret,
			struct err *err)
{
	Nvo3__StoredGroupMember *msg = nvo3__stored_group_member__unpack(NULL, len, data);
	struct group_member m = { .state = MEMBER_WAITING };

	if (!msg || !msg_get_uuid(&msg->vm, &m.vm) || msg->state >= MEMBER_STATES ||
	    msg->state == MEMBER_RUNNING) {
		if (msg)
			msg_free(msg);
		return err_set(err, EINVAL, "a stored member of an operation is not valid");
	}
	msg_get_uuid(&msg->move, &m.move);
	m.state = msg->state;
	m.name = mem_strdup(msg->name);
	m.error = *msg->error ? mem_strdup(msg->error) : NULL;
	*ret = m;
	msg_free(msg);
	return 0;
}
