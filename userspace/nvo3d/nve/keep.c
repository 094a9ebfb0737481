// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cleanup.h"
#include "keep.h"
#include "log.h"
#include "mem.h"
#include "msg.h"
#include "proto/nvo3d_store.pb-c.h"
#include "state.h"

#define KEY_MAX 192

static const char *key_uuid(char *buf, const char *kind, const struct uuid *uuid)
{
	char id[UUID_STRLEN];

	snprintf(buf, KEY_MAX, "%s/%s", kind, uuid_format(uuid, id));
	return buf;
}

static const char *key_member(char *buf, const struct uuid *vn, const struct ip_addr *addr)
{
	char id[UUID_STRLEN], ip[IP_ADDR_STRLEN];

	snprintf(buf, KEY_MAX, "member/%s/%s", uuid_format(vn, id), ip_addr_format(addr, ip));
	return buf;
}

static const char *key_tsi(char *buf, const struct uuid *tsi, const char *owner)
{
	char id[UUID_STRLEN];

	snprintf(buf, KEY_MAX, "tsi/%s/%s", owner, uuid_format(tsi, id));
	return buf;
}

static const char *key_withdraw(char *buf, const struct uuid *vn, const struct mac_addr *mac)
{
	char id[UUID_STRLEN], text[MAC_ADDR_STRLEN];

	snprintf(buf, KEY_MAX, "withdraw/%s/%s", uuid_format(vn, id), mac_addr_format(mac, text));
	return buf;
}

static void put(struct nve *nve, const char *key, const void *value, size_t len)
{
	struct err err;

	if (store_put(nve->store, key, value, len, &err))
		log_err("%s", err.text);
}

static void del(struct nve *nve, const char *key)
{
	struct err err;

	if (store_del(nve->store, key, &err))
		log_err("%s", err.text);
}

static int put_msg(struct nve *nve, const char *key, const ProtobufCMessage *msg, struct err *err)
{
	_cleanup_free_ uint8_t *value = NULL;
	size_t len;

	value = msg_encode(msg, &len);
	return store_put(nve->store, key, value, len, err);
}

int keep_vn(struct nve *nve, const Nvo3__VnInfo *vn, struct err *err)
{
	char key[KEY_MAX];
	struct uuid uuid;

	if (!msg_get_uuid(&vn->uuid, &uuid))
		return err_set(err, EINVAL, "vn.uuid: not a UUID");
	return put_msg(nve, key_uuid(key, "vn", &uuid), &vn->base, err);
}

struct key_list {
	struct nve *nve;
	char (*v)[KEY_MAX];
	size_t n;
};

static int collect_key(const char *key, const uint8_t *value, size_t len, void *arg)
{
	struct key_list *list = arg;

	list->v = mem_check(realloc(list->v, (list->n + 1) * sizeof(*list->v)));
	snprintf(list->v[list->n++], KEY_MAX, "%s", key);
	return 0;
}

void keep_vn_del(struct nve *nve, const struct uuid *vn)
{
	struct key_list list = { .nve = nve };
	char key[KEY_MAX], id[UUID_STRLEN];
	struct err err;

	del(nve, key_uuid(key, "vn", vn));
	snprintf(key, sizeof(key), "member/%s/", uuid_format(vn, id));
	if (store_walk(nve->store, key, collect_key, &list, &err))
		log_err("%s", err.text);
	for (size_t i = 0; i < list.n; i++)
		del(nve, list.v[i]);
	free(list.v);
}

void keep_member(struct nve *nve, const struct uuid *vn, const struct ip_addr *addr)
{
	char key[KEY_MAX];

	put(nve, key_member(key, vn, addr), "", 0);
}

void keep_member_del(struct nve *nve, const struct uuid *vn, const struct ip_addr *addr)
{
	char key[KEY_MAX];

	del(nve, key_member(key, vn, addr));
}

bool keep_has_member(struct nve *nve, const struct uuid *vn, const struct ip_addr *addr)
{
	_cleanup_free_ uint8_t *value = NULL;
	char key[KEY_MAX];
	size_t len;

	return !store_get(nve->store, key_member(key, vn, addr), &value, &len, NULL);
}

int keep_tsi(struct nve *nve, const struct tsi *tsi, const char *owner, struct err *err)
{
	Nvo3__IpPrefix ips[TSI_IPS_MAX], *pointers[TSI_IPS_MAX];
	char key[KEY_MAX];
	Nvo3__Tsi msg;

	tsi_to_msg(tsi, &msg, ips, pointers);
	return put_msg(nve, key_tsi(key, &tsi->id, owner), &msg.base, err);
}

void keep_tsi_del(struct nve *nve, const struct uuid *tsi, const char *owner)
{
	char key[KEY_MAX];

	del(nve, key_tsi(key, tsi, owner));
	del(nve, key_uuid(key, "accepted", tsi));
	del(nve, key_uuid(key, "moving", tsi));
}

void keep_accepted(struct nve *nve, const struct uuid *tsi, uint64_t epoch)
{
	char key[KEY_MAX];

	put(nve, key_uuid(key, "accepted", tsi), &epoch, sizeof(epoch));
}

uint64_t keep_get_accepted(struct nve *nve, const struct uuid *tsi)
{
	_cleanup_free_ uint8_t *value = NULL;
	char key[KEY_MAX];
	uint64_t epoch = 0;
	size_t len;

	if (!store_get(nve->store, key_uuid(key, "accepted", tsi), &value, &len, NULL) &&
	    len == sizeof(epoch))
		memcpy(&epoch, value, sizeof(epoch));
	return epoch;
}

void keep_withdraw(struct nve *nve, const struct uuid *vn, const struct mac_addr *mac,
		   uint64_t epoch)
{
	char key[KEY_MAX];

	put(nve, key_withdraw(key, vn, mac), &epoch, sizeof(epoch));
}

void keep_withdraw_del(struct nve *nve, const struct uuid *vn, const struct mac_addr *mac)
{
	char key[KEY_MAX];

	del(nve, key_withdraw(key, vn, mac));
}

void keep_leave(struct nve *nve, const struct uuid *vn)
{
	char key[KEY_MAX];

	put(nve, key_uuid(key, "leave", vn), "", 0);
}

void keep_leave_del(struct nve *nve, const struct uuid *vn)
{
	char key[KEY_MAX];

	del(nve, key_uuid(key, "leave", vn));
}

int keep_profile(struct nve *nve, Nvo3__Profile *profile, uint32_t id, struct err *err)
{
	Nvo3__StoredProfile stored = NVO3__STORED_PROFILE__INIT;
	char key[KEY_MAX];
	struct uuid uuid;

	if (!msg_get_uuid(&profile->uuid, &uuid))
		return err_set(err, EINVAL, "profile.uuid: not a UUID");
	stored.profile = profile;
	stored.id = id;
	return put_msg(nve, key_uuid(key, "profile", &uuid), &stored.base, err);
}

void keep_profile_del(struct nve *nve, const struct uuid *profile)
{
	char key[KEY_MAX];

	del(nve, key_uuid(key, "profile", profile));
}

void keep_moving(struct nve *nve, const struct uuid *tsi, const struct uuid *move)
{
	char key[KEY_MAX];

	put(nve, key_uuid(key, "moving", tsi), move->b, sizeof(move->b));
}

bool keep_get_moving(struct nve *nve, const struct uuid *tsi, struct uuid *move)
{
	_cleanup_free_ uint8_t *value = NULL;
	char key[KEY_MAX];
	size_t len;

	if (store_get(nve->store, key_uuid(key, "moving", tsi), &value, &len, NULL) ||
	    len != sizeof(move->b))
		return false;
	memcpy(move->b, value, len);
	return true;
}

void keep_moving_del(struct nve *nve, const struct uuid *tsi)
{
	char key[KEY_MAX];

	del(nve, key_uuid(key, "moving", tsi));
}

struct walk {
	const struct keep_ops *ops;
	void *arg;
};

static void *unpack(const uint8_t *value, size_t len, const ProtobufCMessageDescriptor *desc)
{
	const struct msg msg = { .body = value, .len = len };

	return msg_decode(&msg, desc, NULL);
}

static int walk_vn(const char *key, const uint8_t *value, size_t len, void *arg)
{
	Nvo3__VnInfo *vn = unpack(value, len, &nvo3__vn_info__descriptor);
	struct walk *walk = arg;

	if (!vn)
		return -EBADMSG;
	walk->ops->vn(vn, walk->arg);
	msg_free(vn);
	return 0;
}

/* "tsi/DC/NAME/UUID" */
static int walk_tsi(const char *key, const uint8_t *value, size_t len, void *arg)
{
	Nvo3__Tsi *msg = unpack(value, len, &nvo3__tsi__descriptor);
	const char *start = strchr(key, '/');
	const char *end = strrchr(key, '/');
	struct walk *walk = arg;
	char owner[MODEL_NAME_MAX];
	struct tsi tsi;
	int rc = 0;

	if (!msg || start == end || tsi_from_msg(msg, &tsi, NULL) != CODE(OK)) {
		rc = -EBADMSG;
	} else {
		snprintf(owner, sizeof(owner), "%.*s", (int)(end - start - 1), start + 1);
		walk->ops->tsi(&tsi, owner, walk->arg);
	}
	if (msg)
		msg_free(msg);
	return rc;
}

/* "withdraw/UUID/MAC" */
static int walk_withdraw(const char *key, const uint8_t *value, size_t len, void *arg)
{
	const char *id = strchr(key, '/') + 1, *mac_text = strrchr(key, '/') + 1;
	struct walk *walk = arg;
	char text[UUID_STRLEN];
	struct mac_addr mac;
	struct uuid vn;
	uint64_t epoch;

	snprintf(text, sizeof(text), "%s", id);
	if (len != sizeof(epoch) || uuid_parse(&vn, text, NULL) ||
	    mac_addr_parse(&mac, mac_text, NULL))
		return -EBADMSG;
	memcpy(&epoch, value, sizeof(epoch));
	walk->ops->withdraw(&vn, &mac, epoch, walk->arg);
	return 0;
}

static int walk_leave(const char *key, const uint8_t *value, size_t len, void *arg)
{
	struct walk *walk = arg;
	struct uuid vn;

	if (uuid_parse(&vn, strchr(key, '/') + 1, NULL))
		return -EBADMSG;
	walk->ops->leave(&vn, walk->arg);
	return 0;
}

static int walk_profile(const char *key, const uint8_t *value, size_t len, void *arg)
{
	Nvo3__StoredProfile *stored = unpack(value, len, &nvo3__stored_profile__descriptor);
	struct walk *walk = arg;
	int rc = -EBADMSG;

	if (stored && stored->profile) {
		walk->ops->profile(stored->profile, stored->id, walk->arg);
		rc = 0;
	}
	if (stored)
		msg_free(stored);
	return rc;
}

int keep_walk(struct nve *nve, const struct keep_ops *ops, void *arg, struct err *err)
{
	struct walk walk = { ops, arg };
	int rc = 0;

	if (ops->vn)
		rc = store_walk(nve->store, "vn/", walk_vn, &walk, err);
	if (!rc && ops->tsi)
		rc = store_walk(nve->store, "tsi/", walk_tsi, &walk, err);
	if (!rc && ops->withdraw)
		rc = store_walk(nve->store, "withdraw/", walk_withdraw, &walk, err);
	if (!rc && ops->leave)
		rc = store_walk(nve->store, "leave/", walk_leave, &walk, err);
	if (!rc && ops->profile)
		rc = store_walk(nve->store, "profile/", walk_profile, &walk, err);
	if (rc == -EBADMSG)
		err_set(err, EBADMSG, "the NVE's store has a record that cannot be read");
	return rc;
}
