// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "log.h"
#include "msg.h"
#include "persist.h"

#define KEY_MAX 64
/* vCenter asks about a move for a day at most */
#define MOVE_MEMORY_S (24 * 3600)

static const char *key_of(char key[KEY_MAX], const char *kind, const struct uuid *id)
{
	char text[UUID_STRLEN];

	snprintf(key, KEY_MAX, "%s/%s", kind, uuid_format(id, text));
	return key;
}

static int put(struct vserver *vs, const char *kind, const struct uuid *id,
	       const ProtobufCMessage *msg, struct err *err)
{
	_cleanup_free_ uint8_t *value = NULL;
	char key[KEY_MAX];
	size_t len;

	value = msg_encode(msg, &len);
	return store_put(vs->store, key_of(key, kind, id), value, len, err);
}

static void del(struct vserver *vs, const char *kind, const struct uuid *id)
{
	char key[KEY_MAX];
	struct err err;

	if (store_del(vs->store, key_of(key, kind, id), &err))
		log_err("%s", err.text);
}

int persist_vm(struct vm *vm, Nvo3__VmState state, struct err *err)
{
	Nvo3__StoredHostVm msg = NVO3__STORED_HOST_VM__INIT;

	msg.profile = vm->profile;
	msg.state = state;
	msg.text = vm->text;
	msg.restart = vm->restart;
	return put(vm->vs, "vm", &vm->id, &msg.base, err);
}

void persist_vm_now(struct vm *vm)
{
	struct err err;

	if (persist_vm(vm, vm->fsm.state, &err))
		log_err("VM %s: %s", vm->profile->name, err.text);
}

void persist_vm_del(struct vserver *vs, const struct uuid *vm)
{
	del(vs, "vm", vm);
}

int persist_move(struct vserver *vs, const struct move *m, struct err *err)
{
	Nvo3__StoredHostMove msg = NVO3__STORED_HOST_MOVE__INIT;

	msg.move = msg_put_uuid(&m->id);
	msg.vm = msg_put_uuid(&m->vm);
	msg.phase = m->phase;
	msg.is_source = m->is_source;
	msg.token = (ProtobufCBinaryData){ TOKEN_LEN, (uint8_t *)m->token_value };
	msg.token_shown = m->token.shown || m->token.spent;
	msg.peer = (char *)m->peer;
	msg.peer_addr = (char *)m->peer_addr;
	msg.size = m->size;
	msg.sha256 = (ProtobufCBinaryData){ IMAGE_SHA256_LEN, (uint8_t *)m->sha256 };
	msg.was_running = m->was_running;
	msg.start = m->start;
	msg.ended = m->ended;
	msg.hold_s = m->hold_s;
	msg.live = m->live;
	msg.left = m->left;
	msg.keep = m->keep;
	msg.was_suspended = m->was_suspended;
	msg.saved_size = m->saved.size;
	msg.saved_sha256 = (ProtobufCBinaryData){ IMAGE_SHA256_LEN, (uint8_t *)m->saved.sha256 };
	msg.silent = m->silent;
	msg.last_out = m->last_out;
	msg.active = m->active;
	msg.first_in = m->first_in;
	msg.clock_error = m->clock_error;
	return put(vs, "move", &m->id, &msg.base, err);
}

void persist_move_now(struct vserver *vs, const struct move *m)
{
	struct err err;

	if (persist_move(vs, m, &err))
		log_err("%s", err.text);
}

void persist_move_del(struct vserver *vs, const struct move *m)
{
	del(vs, "move", &m->id);
}

static int load_vm(const char *key, const uint8_t *value, size_t len, void *arg)
{
	const struct msg raw = { .body = value, .len = len };
	struct vserver *vs = arg;
	Nvo3__StoredHostVm *msg;
	Nvo3__VmProfile *profile;
	struct vm *vm;

	msg = msg_decode(&raw, &nvo3__stored_host_vm__descriptor, NULL);
	if (!msg || profile_check(msg->profile, NULL) != CODE(OK)) {
		if (msg)
			msg_free(msg);
		return -EBADMSG;
	}
	profile = profile_copy(msg->profile);
	vm = vm_add(vs, profile);
	vm->fsm.state = msg->state;
	vm->restart = msg->restart;
	vm_set_text(vm, msg->text);
	msg_free(msg);
	return 0;
}

static void fill_move(struct move *m, const Nvo3__StoredHostMove *msg)
{
	m->phase = msg->phase;
	m->is_source = msg->is_source;
	memcpy(m->token_value, msg->token.data, TOKEN_LEN);
	snprintf(m->peer, sizeof(m->peer), "%s", msg->peer);
	snprintf(m->peer_addr, sizeof(m->peer_addr), "%s", msg->peer_addr);
	m->size = msg->size;
	memcpy(m->sha256, msg->sha256.data, IMAGE_SHA256_LEN);
	m->was_running = msg->was_running;
	m->start = msg->start;
	m->ended = msg->ended;
	m->hold_s = msg->hold_s;
	m->live = msg->live;
	m->left = msg->left;
	m->keep = msg->keep;
	m->was_suspended = msg->was_suspended;
	m->saved.size = msg->saved_size;
	if (msg->saved_sha256.len == IMAGE_SHA256_LEN)
		memcpy(m->saved.sha256, msg->saved_sha256.data, IMAGE_SHA256_LEN);
	m->silent = msg->silent;
	m->last_out = msg->last_out;
	m->active = msg->active;
	m->first_in = msg->first_in;
	m->clock_error = msg->clock_error;
	token_offer(&m->token, m->token_value, m->peer);
	/* Its session ended with the process that had it */
	if (msg->token_shown)
		token_spend(&m->token);
}

static int load_move(const char *key, const uint8_t *value, size_t len, void *arg)
{
	const struct msg raw = { .body = value, .len = len };
	struct vserver *vs = arg;
	Nvo3__StoredHostMove *msg;
	struct uuid id, vm;
	struct move *m;
	int rc = 0;

	msg = msg_decode(&raw, &nvo3__stored_host_move__descriptor, NULL);
	if (!msg || !msg_get_uuid(&msg->move, &id) || !msg_get_uuid(&msg->vm, &vm) ||
	    msg->token.len != TOKEN_LEN || msg->sha256.len != IMAGE_SHA256_LEN) {
		rc = -EBADMSG;
	} else {
		m = move_add(vs, &id);
		m->vm = vm;
		fill_move(m, msg);
	}
	if (msg)
		msg_free(msg);
	return rc;
}

static void drop_old_moves(struct vserver *vs)
{
	struct move *m, *next;

	HASH_ITER(hh, vs->moves, m, next) {
		if (!m->ended || m->ended + MOVE_MEMORY_S > host_wall_s())
			continue;
		persist_move_del(vs, m);
		move_free(vs, m);
	}
}

int persist_load(struct vserver *vs, struct err *err)
{
	int rc = store_walk(vs->store, "vm/", load_vm, vs, err);

	if (!rc)
		rc = store_walk(vs->store, "move/", load_move, vs, err);
	if (rc == -EBADMSG)
		return err_set(err, EBADMSG,
			       "the vServer's store has a record that cannot be read");
	if (!rc)
		drop_old_moves(vs);
	return rc;
}
