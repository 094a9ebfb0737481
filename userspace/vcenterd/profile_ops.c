// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "lib/mem.h"
#include "lib/msg.h"
#include "persist.h"
#include "profile_ops.h"
#include "profile_spec.h"
#include "session_director.h"
#include "session_peer.h"

Nvo3__Profile *profile_copy(const Nvo3__Profile *msg)
{
	Nvo3__Profile *copy;
	uint8_t *data;
	size_t len;

	data = msg_encode(&msg->base, &len);
	copy = mem_check(nvo3__profile__unpack(NULL, len, data));
	free(data);
	return copy;
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

static int check_name(struct vcenter *vc, const char *name, struct err *err)
{
	const struct profile *p = inventory_profile_by_name(vc->inv, name);

	if (!p)
		return 0;
	return err_set(err, EEXIST, "the name %s is taken in %s by another profile, of %s", name,
		       vc->inv->dc, p->msg->home_dc);
}

static int check_group(struct vcenter *vc, const Nvo3__Profile *msg, const struct profile *self,
		       struct err *err)
{
	const struct profile *p = inventory_profile_of_group(vc->inv, msg->tenant, msg->group);

	if (!p || p == self)
		return 0;
	return err_set(err, EEXIST, "group %s has profile %s already, of %s", msg->group,
		       p->msg->name, p->msg->home_dc);
}

int profile_ops_create(struct vcenter *vc, Nvo3__Profile *msg, struct profile **ret,
		       struct err *err)
{
	int res;

	res = check_name(vc, msg->name, err) ?: check_group(vc, msg, NULL, err) ?:
	      store_room(vc->store, err);
	if (res) {
		msg_free(msg);
		return res;
	}
	res = take(vc, msg, ret, err);
	if (res)
		return res;
	note(vc, "profile-create", (*ret)->msg->name, "%zu rules", (*ret)->msg->n_rules);
	session_peer_profile_set(vc, *ret);
	return 0;
}

static int check_ours(struct vcenter *vc, const struct profile *p, const char *what,
		      struct err *err)
{
	if (inventory_profile_is_ours(vc->inv, p))
		return 0;
	return err_set(err, EACCES, "profile %s belongs to %s and is %s there", p->msg->name,
		       p->msg->home_dc, what);
}

/* A port is on its VLAN for good: no NVE would take the change. */
static int check_vlan(struct vcenter *vc, const struct profile *p, const Nvo3__Profile *msg,
		      struct err *err)
{
	const struct vm *user = inventory_profile_user(vc->inv, p);

	if (!user || msg->vlan == p->msg->vlan)
		return 0;
	return err_set(err, EBUSY, "profile %s is in use by VM %s of %s: its VLAN stays %u",
		       p->msg->name, user->name, vc->inv->dc, p->msg->vlan);
}

static void note_set(struct vcenter *vc, const struct profile *p)
{
	note(vc, "profile-set", p->msg->name, "version %llu, %zu rules",
	     (unsigned long long)p->msg->version, p->msg->n_rules);
}

/* A version more, also when it says the same: it is what the operator wants now. */
int profile_ops_set(struct vcenter *vc, struct profile *p, Nvo3__Profile *msg, struct err *err)
{
	int ret = check_ours(vc, p, "changed", err) ?: check_vlan(vc, p, msg, err);

	if (!ret && strcmp(msg->group, p->msg->group))
		ret = check_group(vc, msg, p, err);
	if (ret) {
		msg_free(msg);
		return ret;
	}
	msg->version = p->msg->version + 1;
	ret = take(vc, msg, &p, err);
	if (ret)
		return ret;
	note_set(vc, p);
	session_peer_profile_set(vc, p);
	return 0;
}

/* Frees @p. */
static int drop(struct vcenter *vc, struct profile *p, const char *by, struct err *err)
{
	const struct vm *user = inventory_profile_user(vc->inv, p);
	struct uuid uuid = p->uuid;
	int ret;

	if (user)
		return err_set(err, EBUSY, "profile %s is in use by VM %s", p->msg->name,
			       user->name);
	ret = persist_profile_del(vc->store, &uuid, inventory_profile_is_ours(vc->inv, p), err);
	if (ret)
		return ret;
	note(vc, "profile-delete", p->msg->name, "deleted%s%s", *by ? " by " : "", by);
	inventory_profile_del(vc->inv, p);
	session_director_profile_del(vc, &uuid);
	return 0;
}

int profile_ops_delete(struct vcenter *vc, struct profile *p, struct err *err)
{
	struct uuid uuid = p->uuid;
	int ret = check_ours(vc, p, "deleted", err) ?: drop(vc, p, "", err);

	if (!ret)
		session_peer_profile_del(vc, &uuid);
	return ret;
}

/* @p, if not NULL, has its UUID. */
static int check_theirs(struct vcenter *vc, const char *dc, const Nvo3__Profile *msg,
			const struct profile *p, struct err *err)
{
	if (strcmp(msg->home_dc, dc))
		return err_set(err, EACCES, "profile %s belongs to %s, not to %s", msg->name,
			       msg->home_dc, dc);
	if (!p)
		return check_name(vc, msg->name, err) ?: store_room(vc->store, err);
	if (strcmp(p->msg->home_dc, dc))
		return err_set(err, EEXIST, "the uuid of %s is taken in %s by profile %s of %s",
			       msg->name, vc->inv->dc, p->msg->name, p->msg->home_dc);
	if (strcmp(p->msg->name, msg->name) || strcmp(p->msg->tenant, msg->tenant))
		return err_set(err, EEXIST, "profile %s of %s is known here with another name or tenant",
			       p->msg->name, dc);
	if (msg->version < p->msg->version)
		return err_set(err, ESTALE, "profile %s of %s is known in %s with version %llu, not %llu",
			       msg->name, dc, vc->inv->dc, (unsigned long long)p->msg->version,
			       (unsigned long long)msg->version);
	return check_vlan(vc, p, msg, err);
}

int profile_ops_peer_set(struct vcenter *vc, const char *dc, const Nvo3__Profile *msg,
			 struct err *err)
{
	struct profile *p = NULL;
	struct uuid uuid;
	int ret = profile_check(msg, err);

	if (!ret && msg_get_uuid(&msg->uuid, &uuid)) {
		p = inventory_profile(vc->inv, &uuid);
		ret = check_theirs(vc, dc, msg, p, err);
	}
	if (!ret && p && msg->version == p->msg->version)
		return 0;
	if (!ret)
		ret = take(vc, profile_copy(msg), &p, err);
	if (ret)
		note_alert(vc, "profile-conflict", msg && *msg->name ? msg->name : dc,
			   "profile of %s refused: %s", dc, err->text);
	else
		note_set(vc, p);
	return ret;
}

int profile_ops_peer_del(struct vcenter *vc, const char *dc, const struct uuid *uuid,
			 struct err *err)
{
	struct profile *p = inventory_profile(vc->inv, uuid);

	if (!p)
		return 0;
	if (strcmp(p->msg->home_dc, dc))
		return err_set(err, EACCES, "profile %s belongs to %s, not to %s", p->msg->name,
			       p->msg->home_dc, dc);
	return drop(vc, p, dc, err);
}
