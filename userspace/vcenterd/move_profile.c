// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include "lib/msg.h"
#include "move_profile.h"

const struct profile *move_profile_of(struct inventory *inv, const struct vm *vm)
{
	const struct profile *p = NULL;

	for (int i = 0; !p && i < vm->n_nics; i++)
		p = inventory_profile(inv, &vm->nics[i].profile);
	return p;
}

void move_profiles_put(struct inventory *inv, const struct vm *vm, struct move_profiles *buf,
		       Nvo3__MoveReserve *msg)
{
	msg->profiles = buf->list;
	msg->n_profiles = 0;
	for (int i = 0; i < vm->n_nics; i++) {
		const struct profile *p = inventory_profile(inv, &vm->nics[i].profile);
		Nvo3__ProfileNeed *need = &buf->needs[msg->n_profiles];

		if (!p)
			continue;
		nvo3__profile_need__init(need);
		need->uuid = msg_put_uuid(&p->uuid);
		need->version = p->msg->version;
		need->name = p->msg->name;
		need->home_dc = p->msg->home_dc;
		buf->list[msg->n_profiles++] = need;
	}
}

static int check(struct inventory *inv, const Nvo3__ProfileNeed *need, const char *vm,
		 struct err *err)
{
	const struct profile *p;
	struct uuid uuid;

	if (!msg_get_uuid(&need->uuid, &uuid))
		return err_set(err, EINVAL, "uuid of a profile is not 16 bytes");
	p = inventory_profile(inv, &uuid);
	if (!p)
		return err_set(err, ENOENT, "profile %.63s of %.31s is not known in %s", need->name,
			       need->home_dc, inv->dc);
	if (p->msg->version < need->version)
		return err_set(err, ESTALE,
			       "profile %s of %s is known in %s with version %llu, VM %.63s has version %llu",
			       p->msg->name, p->msg->home_dc, inv->dc,
			       (unsigned long long)p->msg->version, vm,
			       (unsigned long long)need->version);
	return 0;
}

int move_profiles_check(struct inventory *inv, const Nvo3__MoveReserve *msg, struct err *err)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < msg->n_profiles; i++)
		ret = check(inv, msg->profiles[i], msg->profile->name, err);
	return ret;
}
