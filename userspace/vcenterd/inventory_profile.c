// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include "inventory.h"
#include "lib/mem.h"
#include "lib/msg.h"

struct profile *inventory_profile(struct inventory *inv, const struct uuid *uuid)
{
	struct profile *p;

	HASH_FIND(hh, inv->profiles, uuid, sizeof(*uuid), p);
	return p;
}

struct profile *inventory_profile_by_name(struct inventory *inv, const char *name)
{
	struct profile *p;

	for (p = inv->profiles; p; p = p->hh.next)
		if (!strcmp(p->msg->name, name))
			return p;
	return NULL;
}

bool inventory_profile_is_ours(const struct inventory *inv, const struct profile *p)
{
	return !strcmp(p->msg->home_dc, inv->dc);
}

static bool is_before(const struct inventory *inv, const struct profile *a,
		      const struct profile *b)
{
	if (inventory_profile_is_ours(inv, a) || inventory_profile_is_ours(inv, b))
		return !inventory_profile_is_ours(inv, b);
	return strcmp(a->msg->home_dc, b->msg->home_dc) < 0;
}

struct profile *inventory_profile_of_group(struct inventory *inv, const char *tenant,
					   const char *group)
{
	struct profile *p, *best = NULL;

	for (p = inv->profiles; *group && p; p = p->hh.next)
		if (!strcmp(p->msg->group, group) &&
		    (!*p->msg->tenant || !strcmp(p->msg->tenant, tenant)) &&
		    (!best || is_before(inv, p, best)))
			best = p;
	return best;
}

struct profile *inventory_profile_set(struct inventory *inv, Nvo3__Profile *msg)
{
	struct profile *p;
	struct uuid uuid;

	if (!msg_get_uuid(&msg->uuid, &uuid))
		abort();
	if (!*msg->home_dc)
		msg->home_dc = mem_strdup(inv->dc);
	p = inventory_profile(inv, &uuid);
	if (!p) {
		p = mem_zalloc(sizeof(*p));
		p->uuid = uuid;
		HASH_ADD(hh, inv->profiles, uuid, sizeof(p->uuid), p);
	}
	msg_free(p->msg);
	p->msg = msg;
	return p;
}

void inventory_profile_del(struct inventory *inv, struct profile *p)
{
	HASH_DEL(inv->profiles, p);
	msg_free(p->msg);
	free(p);
}

const struct vm *inventory_profile_user(struct inventory *inv, const struct profile *p)
{
	const struct vm *vm;

	for (vm = p->users ? inv->vms : NULL; vm; vm = vm->hh.next)
		for (int i = 0; i < vm->n_nics; i++)
			if (uuid_equal(&vm->nics[i].profile, &p->uuid))
				return vm;
	return NULL;
}
