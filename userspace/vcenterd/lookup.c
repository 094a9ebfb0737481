// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "lookup.h"

static int count_keys(const Nvo3__VmLookup *msg)
{
	return (msg->id.len > 0) + (*msg->name != '\0') + (msg->mac.len > 0) +
	       (msg->ip.len > 0);
}

int lookup_key_from_msg(const Nvo3__VmLookup *msg, struct lookup_key *ret, struct err *err)
{
	struct lookup_key key = { 0 };

	if (count_keys(msg) != 1)
		return err_set(err, EINVAL, "a lookup names exactly one of id, name, mac, ip");
	if (msg->vn.len && !msg_get_uuid(&msg->vn, &key.vn))
		return err_set(err, EINVAL, "vn of the lookup is not 16 bytes");
	if (msg->id.len) {
		key.by = LOOKUP_ID;
		if (!msg_get_uuid(&msg->id, &key.id))
			return err_set(err, EINVAL, "id of the lookup is not 16 bytes");
	} else if (*msg->name) {
		key.by = LOOKUP_NAME;
		if (strlen(msg->name) >= sizeof(key.name))
			return err_set(err, EINVAL, "name of the lookup is too long");
		snprintf(key.name, sizeof(key.name), "%s", msg->name);
	} else if (msg->mac.len) {
		key.by = LOOKUP_MAC;
		if (!msg_get_mac(&msg->mac, &key.mac))
			return err_set(err, EINVAL, "mac of the lookup is not 6 bytes");
	} else {
		key.by = LOOKUP_IP;
		if (!msg_get_ip(&msg->ip, &key.ip))
			return err_set(err, EINVAL, "ip of the lookup is not 4 or 16 bytes");
	}
	if (key.by >= LOOKUP_MAC && uuid_is_zero(&key.vn))
		return err_set(err, EINVAL, "a lookup by mac or ip names its VN");
	*ret = key;
	return 0;
}

Nvo3__VmLookup lookup_key_to_msg(const struct lookup_key *key)
{
	Nvo3__VmLookup msg = NVO3__VM_LOOKUP__INIT;

	if (!uuid_is_zero(&key->vn))
		msg.vn = msg_put_uuid(&key->vn);
	switch (key->by) {
	case LOOKUP_ID:
		msg.id = msg_put_uuid(&key->id);
		break;
	case LOOKUP_NAME:
		msg.name = (char *)key->name;
		break;
	case LOOKUP_MAC:
		msg.mac = msg_put_mac(&key->mac);
		break;
	case LOOKUP_IP:
		msg.ip = msg_put_ip(&key->ip);
		break;
	}
	return msg;
}

void lookup_result_from_msg(const Nvo3__VmLookupReply *msg, struct lookup_result *ret)
{
	memset(ret, 0, sizeof(*ret));
	/* a result without a VM is no result */
	if (!msg_get_uuid(&msg->vm, &ret->vm))
		return;
	ret->result = msg->result;
	snprintf(ret->name, sizeof(ret->name), "%s", msg->name);
	snprintf(ret->dc, sizeof(ret->dc), "%s", msg->dc);
	snprintf(ret->server, sizeof(ret->server), "%s", msg->server);
	snprintf(ret->server_addr, sizeof(ret->server_addr), "%s", msg->server_addr);
	ret->state = msg->state;
}

Nvo3__VmLookupReply lookup_result_to_msg(const struct lookup_result *res)
{
	Nvo3__VmLookupReply msg = NVO3__VM_LOOKUP_REPLY__INIT;

	if (res->result == NVO3__VM_LOOKUP_REPLY__RESULT__NOT_FOUND)
		return msg;
	msg.result = res->result;
	msg.vm = msg_put_uuid(&res->vm);
	msg.name = (char *)res->name;
	msg.dc = (char *)res->dc;
	msg.server = (char *)res->server;
	msg.server_addr = (char *)res->server_addr;
	msg.state = res->state;
	return msg;
}

static bool in_vn(const struct vm *vm, const struct uuid *vn)
{
	for (int i = 0; i < vm->n_nics; i++)
		if (uuid_equal(&vm->nics[i].vn->uuid, vn))
			return true;
	return false;
}

static struct vm *find(struct inventory *inv, const struct lookup_key *key)
{
	struct vn *vn = inventory_vn(inv, &key->vn);
	struct vm *vm = NULL;

	if (!vn && !uuid_is_zero(&key->vn))
		return NULL;
	switch (key->by) {
	case LOOKUP_ID:
		vm = inventory_vm(inv, &key->id);
		break;
	case LOOKUP_NAME:
		vm = inventory_vm_by_name(inv, key->name);
		break;
	case LOOKUP_MAC:
		vm = vn ? inventory_vm_by_mac(inv, vn, &key->mac) : NULL;
		break;
	case LOOKUP_IP:
		vm = vn ? inventory_vm_by_ip(inv, vn, &key->ip) : NULL;
		break;
	}
	return vm && vn && !in_vn(vm, &key->vn) ? NULL : vm;
}

void lookup_local(struct inventory *inv, const struct lookup_key *key,
		  struct lookup_result *ret)
{
	const struct vm *vm = find(inv, key);

	memset(ret, 0, sizeof(*ret));
	if (!vm || vm->incoming || vm->left)
		return;
	ret->result = vm->state == NVO3__VM_STATE__VM_MOVING ?
			      NVO3__VM_LOOKUP_REPLY__RESULT__MOVING :
			      NVO3__VM_LOOKUP_REPLY__RESULT__FOUND;
	ret->vm = vm->uuid;
	ret->state = vm->state;
	snprintf(ret->name, sizeof(ret->name), "%s", vm->name);
	snprintf(ret->dc, sizeof(ret->dc), "%s", inv->dc);
	if (!vm->server)
		return;
	snprintf(ret->server, sizeof(ret->server), "%s", vm->server->name);
	snprintf(ret->server_addr, sizeof(ret->server_addr), "%s", vm->server->addr);
}

void lookup_wait_init(struct lookup_wait *w, int peers)
{
	memset(w, 0, sizeof(*w));
	w->waiting = peers;
	w->decided = !peers;
}

bool lookup_wait_answer(struct lookup_wait *w, const char *dc, const struct lookup_result *res)
{
	size_t len = strlen(w->silent);

	w->waiting--;
	if (w->decided)
		return false;
	if (!res)
		snprintf(w->silent + len, sizeof(w->silent) - len, "%s%s", len ? ", " : "", dc);
	else if (res->result != NVO3__VM_LOOKUP_REPLY__RESULT__NOT_FOUND)
		w->best = *res;
	w->decided = !w->waiting ||
		     w->best.result != NVO3__VM_LOOKUP_REPLY__RESULT__NOT_FOUND;
	return w->decided;
}
