// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "lib/msg.h"
#include "persist.h"
#include "persist_group.h"
#include "record.h"
#include "record_group.h"
#include "vcenter.h"

struct loading {
	const struct persist_load *to;
	struct store *store;
	uint64_t oldest;	/* ms of CLOCK_REALTIME: what ended before is dropped */
	struct err *err;
};

static int load_vn(const char *key, const uint8_t *value, size_t len, void *arg)
{
	struct loading *l = arg;
	struct vn vn;
	int ret = vn_unpack(value, len, &vn, l->err);

	if (ret)
		return ret;
	return inventory_vn_add(l->to->inv, &vn, l->err) ? 0 : -EEXIST;
}

static int load_profile(const char *key, const uint8_t *value, size_t len, void *arg)
{
	struct loading *l = arg;
	Nvo3__Profile *msg = nvo3__profile__unpack(NULL, len, value);
	struct uuid uuid;

	if (msg && msg_get_uuid(&msg->uuid, &uuid)) {
		inventory_profile_set(l->to->inv, msg);
		return 0;
	}
	msg_free(msg);
	return err_set(l->err, EINVAL, "%s: a stored Profile does not decode", key);
}

static int load_server(const char *key, const uint8_t *value, size_t len, void *arg)
{
	struct loading *l = arg;

	return server_unpack(l->to->inv, value, len, l->err);
}

static int load_vm(const char *key, const uint8_t *value, size_t len, void *arg)
{
	struct loading *l = arg;

	return vm_unpack(l->to->inv, value, len, l->err);
}

static int load_move(const char *key, const uint8_t *value, size_t len, void *arg)
{
	struct loading *l = arg;
	struct move m;
	int ret = move_unpack(value, len, &m, l->err);

	if (ret)
		return ret;
	if (m.state != MOVE_RUNNING && m.ended < l->oldest)
		return store_del(l->store, key, l->err);
	l->to->move(&m, l->to->arg);
	return 0;
}

static int load_incoming(const char *key, const uint8_t *value, size_t len, void *arg)
{
	struct loading *l = arg;
	struct incoming in;
	int ret = incoming_unpack(value, len, &in, l->err);

	if (ret)
		return ret;
	if (incoming_is_over(&in) && in.ended < l->oldest)
		return store_del(l->store, key, l->err);
	l->to->incoming(&in, l->to->arg);
	return 0;
}

static int load_group(const char *key, const uint8_t *value, size_t len, void *arg)
{
	struct loading *l = arg;
	struct group_op op;
	int ret = group_op_unpack(value, len, &op, l->err);

	if (!ret)
		l->to->group(&op, l->to->arg);
	return ret;
}

static int load_member(const char *key, const uint8_t *value, size_t len, void *arg)
{
	struct loading *l = arg;
	struct group_member m;
	struct uuid op;
	uint32_t n;
	int ret = persist_group_key(key, &op, &n, l->err) ?:
		  group_member_unpack(value, len, &m, l->err);

	if (ret)
		return ret;
	l->to->member(&op, n, &m, l->to->arg);
	group_member_uninit(&m);
	return 0;
}

static int load_event(const char *key, const uint8_t *value, size_t len, void *arg)
{
	struct loading *l = arg;
	struct event event;
	int ret = event_unpack(value, len, &event, l->err);

	if (!ret)
		events_load(l->to->events, &event);
	return ret;
}

static int prune_gone(const char *key, const uint8_t *value, size_t len, void *arg)
{
	struct loading *l = arg;
	uint64_t time;
	int ret = gone_unpack(value, len, &time, l->err);

	if (!ret && time < l->oldest)
		ret = store_del(l->store, key, l->err);
	return ret;
}

int persist_load(struct store *store, const struct persist_load *to, struct err *err)
{
	/* VMs name VNs and servers, moves name VMs, groups' members moves */
	static const struct {
		const char *prefix;
		int (*cb)(const char *key, const uint8_t *value, size_t len, void *arg);
	} tables[] = {
		{ "vn/", load_vn },
		{ "profile/", load_profile },
		{ "server/", load_server },
		{ "vm/", load_vm },
		{ "move/", load_move },
		{ "in/", load_incoming },
		{ "group/", load_group },
		{ "groupvm/", load_member },
		{ "event/", load_event },
		{ "gone/", prune_gone },
		{ "placed/", prune_gone },
		{ "vngone/", prune_gone },
		{ "profilegone/", prune_gone },
		{ "profilelost/", prune_gone },
	};
	struct loading l = { .to = to, .store = store, .err = err };
	uint64_t now = wall_ms();
	int ret;

	if (now > MOVE_MEMORY_S * 1000ull)
		l.oldest = now - MOVE_MEMORY_S * 1000ull;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		ret = store_walk(store, tables[i].prefix, tables[i].cb, &l, err);
		if (ret)
			return ret;
	}
	return 0;
}
