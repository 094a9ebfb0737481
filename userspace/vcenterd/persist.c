// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "lib/cleanup.h"
#include "lib/msg.h"
#include "persist.h"
#include "record.h"
#include "vcenter.h"

#define KEY_SIZE	64

static const char *key_uuid(char key[KEY_SIZE], const char *table, const struct uuid *uuid)
{
	char text[UUID_STRLEN];

	snprintf(key, KEY_SIZE, "%s/%s", table, uuid_format(uuid, text));
	return key;
}

static const char *key_event(char key[KEY_SIZE], uint64_t seq)
{
	snprintf(key, KEY_SIZE, "event/%016llx", (unsigned long long)seq);
	return key;
}

/* Takes @data. */
static int put(struct store *store, const char *key, uint8_t *data, size_t len, struct err *err)
{
	_cleanup_free_ uint8_t *owned = data;

	return store_put(store, key, owned, len, err);
}

/* One key goes and another comes, both or none, also inside the caller's transaction. */
static int put_gone(struct store *store, const char *table, const struct uuid *uuid,
		    struct err *err)
{
	char key[KEY_SIZE];
	uint8_t *data;
	size_t len;

	data = gone_pack(wall_ms(), &len);
	return put(store, key_uuid(key, table, uuid), data, len, err);
}

int persist_vn(struct store *store, const struct vn *vn, struct err *err)
{
	char key[KEY_SIZE];
	uint8_t *data;
	size_t len;

	data = vn_pack(vn, &len);
	return put(store, key_uuid(key, "vn", &vn->uuid), data, len, err);
}

int persist_vn_del(struct store *store, const struct uuid *uuid, bool remember,
		   struct err *err)
{
	char key[KEY_SIZE];
	int ret = 0;

	/* first remembered: a crash in between leaves a VN that can be deleted again */
	if (remember)
		ret = put_gone(store, "vngone", uuid, err);
	return ret ? ret : store_del(store, key_uuid(key, "vn", uuid), err);
}

int persist_profile(struct store *store, const struct profile *p, struct err *err)
{
	char key[KEY_SIZE];
	uint8_t *data;
	size_t len;

	data = msg_encode(&p->msg->base, &len);
	return put(store, key_uuid(key, "profile", &p->uuid), data, len, err);
}

int persist_profile_del(struct store *store, const struct uuid *uuid, bool ours,
			struct err *err)
{
	char key[KEY_SIZE];
	int ret;

	/* first remembered, as a VN */
	ret = put_gone(store, ours ? "profilegone" : "profilelost", uuid, err);
	return ret ? ret : store_del(store, key_uuid(key, "profile", uuid), err);
}

int persist_server(struct store *store, const struct server *server, struct err *err)
{
	char key[KEY_SIZE + VC_NAME_SIZE];
	uint8_t *data;
	size_t len;

	snprintf(key, sizeof(key), "server/%s", server->name);
	data = server_pack(server, &len);
	return put(store, key, data, len, err);
}

int persist_vm(struct store *store, const struct vm *vm, struct err *err)
{
	char key[KEY_SIZE];
	uint8_t *data;
	size_t len;

	data = vm_pack(vm, &len);
	return put(store, key_uuid(key, "vm", &vm->uuid), data, len, err);
}

int persist_vm_del(struct store *store, const struct uuid *uuid, struct err *err)
{
	char key[KEY_SIZE];
	int ret;

	/* first remembered: a crash in between leaves a VM whose removal goes on */
	ret = put_gone(store, "gone", uuid, err);
	return ret ? ret : store_del(store, key_uuid(key, "vm", uuid), err);
}

int persist_placed(struct store *store, const struct uuid *vm, const char *dc, struct err *err)
{
	char key[KEY_SIZE];
	uint8_t *data;
	size_t len;

	data = placed_pack(wall_ms(), dc, &len);
	return put(store, key_uuid(key, "placed", vm), data, len, err);
}

int persist_placed_del(struct store *store, const struct uuid *vm, struct err *err)
{
	char key[KEY_SIZE];

	return store_del(store, key_uuid(key, "placed", vm), err);
}

bool persist_placed_dc(struct store *store, const struct uuid *vm, char dc[VC_DC_SIZE])
{
	_cleanup_free_ uint8_t *data = NULL;
	char key[KEY_SIZE];
	size_t len;

	return !store_get(store, key_uuid(key, "placed", vm), &data, &len, NULL) &&
	       !placed_unpack(data, len, dc, NULL);
}

int persist_move(struct store *store, const struct move *m, struct err *err)
{
	char key[KEY_SIZE];
	uint8_t *data;
	size_t len;

	data = move_pack(m, &len);
	return put(store, key_uuid(key, "move", &m->id), data, len, err);
}

int persist_move_del(struct store *store, const struct uuid *id, struct err *err)
{
	char key[KEY_SIZE];

	return store_del(store, key_uuid(key, "move", id), err);
}

int persist_incoming(struct store *store, const struct incoming *in, struct err *err)
{
	char key[KEY_SIZE];
	uint8_t *data;
	size_t len;

	data = incoming_pack(in, &len);
	return put(store, key_uuid(key, "in", &in->move), data, len, err);
}

int persist_event(struct store *store, const struct event *event, uint64_t evicted,
		  struct err *err)
{
	char key[KEY_SIZE];
	uint8_t *data;
	size_t len;
	int ret;

	data = event_pack(event, &len);
	ret = put(store, key_event(key, event->seq), data, len, err);
	if (!ret && evicted)
		ret = store_del(store, key_event(key, evicted), err);
	return ret;
}

bool persist_is_gone(struct store *store, const struct uuid *vm)
{
	_cleanup_free_ uint8_t *data = NULL;
	char key[KEY_SIZE];
	size_t len;

	return !store_get(store, key_uuid(key, "gone", vm), &data, &len, NULL);
}

struct walk_gone {
	void (*cb)(const struct uuid *uuid, void *arg);
	void *arg;
};

static int walk_gone_one(const char *key, const uint8_t *value, size_t len, void *arg)
{
	struct walk_gone *walk = arg;
	struct uuid uuid;

	if (!uuid_parse(&uuid, strchr(key, '/') + 1, NULL))
		walk->cb(&uuid, walk->arg);
	return 0;
}

int persist_walk_vn_gone(struct store *store, void (*cb)(const struct uuid *vn, void *arg),
			 void *arg, struct err *err)
{
	struct walk_gone walk = { cb, arg };

	return store_walk(store, "vngone/", walk_gone_one, &walk, err);
}

int persist_walk_profile_gone(struct store *store, bool ours,
			      void (*cb)(const struct uuid *profile, void *arg), void *arg,
			      struct err *err)
{
	struct walk_gone walk = { cb, arg };

	return store_walk(store, ours ? "profilegone/" : "profilelost/", walk_gone_one, &walk, err);
}
