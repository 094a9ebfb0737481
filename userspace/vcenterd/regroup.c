// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "regroup.h"

/* Members of a group but for our VM: those that are somewhere, and those where our VM is. */
struct members {
	const char *name;
	unsigned int all, here;
};

struct question {
	const struct vm *vm;
	struct members was, will;
	struct err *err;
};

static bool is_at(const struct vm *vm, const struct server *server)
{
	return vm->server == server || vm->dest == server;
}

static struct members count(struct inventory *inv, const struct vm *vm, const char *name)
{
	const struct vm_group *group = *name ? inventory_group(inv, vm->tenant, name) : NULL;
	struct members m = { .name = name };
	struct vm *other;

	for (other = group ? vm_set_next(&group->vms, NULL) : NULL; other;
	     other = vm_set_next(&group->vms, &other->uuid)) {
		if (other == vm || other->left || (!other->server && !other->dest))
			continue;
		m.all++;
		m.here += is_at(other, vm->server);
	}
	return m;
}

/* A rule does not mean who has it: @other is no member for its own. */
static struct members without(struct members m, const struct vm *other, const struct vm *vm)
{
	if (strcmp(other->group, m.name) || other->left || (!other->server && !other->dest))
		return m;
	m.all--;
	m.here -= is_at(other, vm->server);
	return m;
}

static int judge_apart(const struct question *q, const struct vm *other)
{
	if (!is_at(other, q->vm->server))
		return 0;
	return err_set(q->err, EPERM, "VM %s on server %s is to be apart from group %s, and VM %s is there",
		       other->name, q->vm->server->name, q->will.name, q->vm->name);
}

/* Our VM comes: who had nobody to be near to has it now. */
static int judge_near_new(const struct question *q, const struct vm *other)
{
	if (without(q->will, other, q->vm).all || is_at(other, q->vm->server))
		return 0;
	return err_set(q->err, EPERM, "VM %s is to be near to group %s, which has nobody yet, and VM %s is on server %s",
		       other->name, q->will.name, q->vm->name, q->vm->server->name);
}

/* Our VM goes: who has it alone beside it is near to nobody, while there are others. */
static int judge_near_old(const struct question *q, const struct vm *other)
{
	struct members left = without(q->was, other, q->vm);

	if (!is_at(other, q->vm->server) || left.here || !left.all)
		return 0;
	return err_set(q->err, EPERM, "VM %s is to be near to group %s, and has only VM %s of it on server %s",
		       other->name, q->was.name, q->vm->name, q->vm->server->name);
}

static int judge(const struct question *q, const struct vm *other)
{
	int ret = 0;

	for (int i = 0; !ret && i < other->rules->n; i++) {
		const struct vm_rule *rule = &other->rules->v[i];

		if (!rule->group)
			continue;
		if (!strcmp(rule->name, q->will.name))
			ret = rule->apart ? judge_apart(q, other) : judge_near_new(q, other);
		else if (!strcmp(rule->name, q->was.name) && !rule->apart)
			ret = judge_near_old(q, other);
	}
	return ret;
}

int regroup_check(struct inventory *inv, const struct vm *vm, const char *name, struct err *err)
{
	const struct vm_group *all = inventory_group(inv, vm->tenant, "");
	struct question q = { .vm = vm, .err = err };
	struct vm *other;
	int ret = 0;

	if (!strcmp(vm->group, name))
		return 0;
	q.was = count(inv, vm, vm->group);
	q.will = count(inv, vm, name);
	for (other = vm_set_next(&all->ruled, NULL); other && !ret;
	     other = vm_set_next(&all->ruled, &other->uuid))
		if (other != vm && !other->left && (other->server || other->dest))
			ret = judge(&q, other);
	return ret;
}
