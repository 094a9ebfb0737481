// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "inventory_group.h"
#include "placement.h"
#include "rules.h"

#define TOGETHER_LOOKED	256	/* VMs of a VN whose servers are tried first */

enum reason { FINE, DOWN, THERE, LOCATION, APART, NEAR, VMS, CPUS, MEMORY, DISK, KEEPS, LOADED,
	      REASONS };

static const char *const reasons[] = {
	[DOWN] = "down",
	[THERE] = "where it is",
	[LOCATION] = "at another location",
	[APART] = "with a VM that it is to be apart from",
	[NEAR] = "without those that it is to be near to",
	[VMS] = "without room for VMs",
	[CPUS] = "without enough cpus",
	[MEMORY] = "without enough memory",
	[DISK] = "without enough disk",
	[KEEPS] = "without a way to keep its memory",
	[LOADED] = "overloaded",
};

/* One question: what the rules mean for each server is noted in server->place. */
struct question {
	struct inventory *inv;
	const struct place_req *req;
	uint16_t needed;		/* rules of nearness that somebody can meet */
	struct err last;		/* of one that is up, why not */
	unsigned int counts[REASONS];
	const struct server *example[REASONS];
};

/* --- room */

struct want {
	enum reason reason;
	const char *what, *unit;
	uint64_t used, total, wanted;
};

static int fits(const struct server *server, const struct capacity *size, enum reason *ret,
		struct err *err)
{
	const struct capacity *used = &server->used, *total = &server->total;
	const struct want wants[] = {
		{ VMS, "room for VMs", "", used->vms, total->vms, size->vms },
		{ CPUS, "cpus", "", used->cpus, total->cpus, size->cpus },
		{ MEMORY, "memory", " MiB", used->memory_mib, total->memory_mib,
		  size->memory_mib },
		{ DISK, "disk", " MiB", used->disk_mib, total->disk_mib, size->disk_mib },
	};

	for (size_t i = 0; i < sizeof(wants) / sizeof(wants[0]); i++) {
		const struct want *w = &wants[i];

		if (w->used + w->wanted <= w->total)
			continue;
		*ret = w->reason;
		return err_set(err, ENOSPC,
			       "server %s has not enough %s: %llu%s wanted, %llu of %llu%s free",
			       server->name, w->what, (unsigned long long)w->wanted, w->unit,
			       (unsigned long long)(w->total > w->used ? w->total - w->used : 0),
			       (unsigned long long)w->total, w->unit);
	}
	return 0;
}

int placement_fits(const struct server *server, const struct capacity *size, struct err *err)
{
	enum reason reason;

	return fits(server, size, &reason, err);
}

/* --- entitlement */

static int check_limit(const struct vm *vm, const char *what, const char *unit, uint64_t used,
		       uint64_t wanted, uint64_t limit, struct err *err)
{
	if (!limit || !wanted || used + wanted <= limit)
		return 0;
	return err_set(err, ENOSPC,
		       "tenant %s is entitled to %llu%s %s: VM %s wants %llu, %llu are taken",
		       vm->tenant, (unsigned long long)limit, unit, what, vm->name,
		       (unsigned long long)wanted, (unsigned long long)used);
}

int placement_entitled(struct inventory *inv, const struct entitlements *list,
		       const struct vm *vm, const struct capacity *more, struct err *err)
{
	const struct vm_group *all = inventory_group(inv, vm->tenant, "");
	const struct capacity none = { 0 }, *used = all ? &all->used : &none;
	int ret = 0;

	for (int i = 0; !ret && i < list->n; i++) {
		const struct capacity *limit = &list->items[i].limit;

		if (strcmp(list->items[i].tenant, vm->tenant))
			continue;
		ret = check_limit(vm, "VMs", "", used->vms, more->vms, limit->vms, err);
		if (!ret)
			ret = check_limit(vm, "cpus", "", used->cpus, more->cpus, limit->cpus,
					  err);
		if (!ret)
			ret = check_limit(vm, "of memory", " MiB", used->memory_mib,
					  more->memory_mib, limit->memory_mib, err);
		if (!ret)
			ret = check_limit(vm, "of disk", " MiB", used->disk_mib,
					  more->disk_mib, limit->disk_mib, err);
	}
	return ret;
}

/* --- rules */

static struct server_place *note_of(struct question *q, struct server *server)
{
	if (server->place.round != q->inv->place_round)
		server->place = (struct server_place){ .round = q->inv->place_round };
	return &server->place;
}

/* @rule of our VM, and @vm which it names; true if that one is somewhere. */
static bool note_vm(struct question *q, const struct vm_rule *rule, struct vm *vm)
{
	struct server *at[2] = { vm->server, vm->dest };

	if (uuid_equal(&vm->uuid, &q->req->vm->uuid) || vm->left)
		return false;
	for (int i = 0; i < 2; i++) {
		struct server_place *place = at[i] ? note_of(q, at[i]) : NULL;

		if (place && rule->apart)
			place->apart = vm;
		/* one that met all rules before this one */
		else if (place && place->near == q->needed)
			place->near++;
	}
	return at[0] || at[1];
}

static void note_rule(struct question *q, const struct vm_rule *rule)
{
	const struct vm *own = q->req->vm;
	const struct vm_group *group;
	bool somewhere = false;
	struct vm *vm;

	if (!rule->group) {
		vm = inventory_vm_by_name(q->inv, rule->name);
		if (vm && !strcmp(vm->tenant, own->tenant))
			somewhere = note_vm(q, rule, vm);
	} else {
		group = inventory_group(q->inv, own->tenant, rule->name);
		for (vm = group ? vm_set_next(&group->vms, NULL) : NULL; vm;
		     vm = vm_set_next(&group->vms, &vm->uuid))
			somewhere |= note_vm(q, rule, vm);
	}
	if (somewhere && !rule->apart)
		q->needed++;
}

static bool names(const struct vm_rule *rule, const struct vm *vm)
{
	return rule->apart && !strcmp(rule->name, rule->group ? vm->group : vm->name);
}

/* Who wants to be apart has that of those who come after it, too. */
static void note_others(struct question *q)
{
	const struct vm_group *all = inventory_group(q->inv, q->req->vm->tenant, "");
	struct vm *vm;

	for (vm = all ? vm_set_next(&all->ruled, NULL) : NULL; vm;
	     vm = vm_set_next(&all->ruled, &vm->uuid))
		for (int i = 0; i < vm->rules->n; i++)
			if (names(&vm->rules->v[i], q->req->vm))
				note_vm(q, &vm->rules->v[i], vm);
}

static void begin(struct question *q)
{
	const struct vm_rules *rules = q->req->vm->rules;

	q->inv->place_round++;
	for (int i = 0; rules && i < rules->n; i++)
		note_rule(q, &rules->v[i]);
	note_others(q);
}

static int judge_rules(struct question *q, struct server *server, enum reason *ret,
		       struct err *err)
{
	const struct vm_rules *rules = q->req->vm->rules;
	const struct server_place *place = note_of(q, server);

	*ret = LOCATION;
	if (rules && !location_is_in(server->location, rules->location))
		return err_set(err, ENOSPC, "server %s is at \"%s\", not in %s", server->name,
			       server->location, rules->location);
	*ret = APART;
	if (place->apart)
		return err_set(err, ENOSPC, "server %s has VM %s, which %s is to be apart from",
			       server->name, place->apart->name, q->req->vm->name);
	*ret = NEAR;
	if (place->near != q->needed)
		return err_set(err, ENOSPC, "server %s has not those that %s is to be near to",
			       server->name, q->req->vm->name);
	return 0;
}

static int judge(struct question *q, struct server *server, enum reason *ret, struct err *err)
{
	bool named = q->req->server && *q->req->server;
	struct capacity takes = vm_takes(q->req->vm);
	int res;

	*ret = THERE;
	if (server == q->req->except)
		return err_set(err, EEXIST, "the VM is on server %s already", server->name);
	*ret = DOWN;
	if (!server->session)
		return err_set(err, EHOSTUNREACH, "server %s of %s is down", server->name,
			       q->inv->dc);
	res = judge_rules(q, server, ret, err);
	if (!res)
		res = fits(server, &takes, ret, err);
	if (res)
		return res;
	*ret = KEEPS;
	if (q->req->keeps && !server->keeps)
		return err_set(err, ENOSPC, "server %s cannot keep a VM's memory", server->name);
	*ret = LOADED;
	if (server->overloaded && !named)
		return err_set(err, ENOSPC, "server %s is overloaded", server->name);
	*ret = FINE;
	return 0;
}

/* --- the answer */

static struct server *choose_named(struct question *q, int *ret_err, struct err *err)
{
	struct server *server = inventory_server(q->inv, q->req->server);
	enum reason reason;

	if (!server) {
		*ret_err = err_set(err, ENOENT, "there is no server %s in %s", q->req->server,
				   q->inv->dc);
		return NULL;
	}
	*ret_err = judge(q, server, &reason, err);
	return *ret_err ? NULL : server;
}

static bool try(struct question *q, struct server *server)
{
	enum reason reason;
	struct err err;
	int ret = judge(q, server, &reason, &err);

	if (reason != DOWN && reason != THERE)
		q->last = err;
	q->counts[reason]++;
	q->example[reason] = server;
	return !ret;
}

/* The server with the most of the VMs that were looked at wins, the first of these. */
static struct server *choose_together(struct question *q)
{
	const struct vm *own = q->req->vm;
	struct server *best = NULL;
	enum reason reason;
	struct err err;

	for (int i = 0; i < own->n_nics; i++) {
		const struct oset *set = &own->nics[i].vn->vms;
		struct vm *vm = vm_set_next(set, NULL);

		for (int n = 0; vm && n < TOGETHER_LOOKED; n++) {
			struct server *server = vm->server;

			if (server && !judge(q, server, &reason, &err) &&
			    ++note_of(q, server)->together > (best ? best->place.together : 0))
				best = server;
			vm = vm_set_next(set, &vm->uuid);
		}
	}
	return best;
}

/* The one whose location has the most names in common with that which is asked for. */
static struct server *choose_nearest(struct question *q)
{
	struct server *server, *best = NULL;
	unsigned int common = 0, n;

	for (server = inventory_server_next(q->inv, NULL); server;
	     server = inventory_server_next(q->inv, server)) {
		n = location_common(server->location, q->req->nearest);
		if (try(q, server) && (!best || n > common)) {
			best = server;
			common = n;
		}
	}
	return best;
}

/* "no server of dc1 takes VM web: 2 down (host1), 1 without enough memory (host3)" */
static int refuse(struct question *q, struct err *err)
{
	unsigned int all = HASH_COUNT(q->inv->servers);
	unsigned int up = all - q->counts[DOWN] - q->counts[THERE];
	char text[sizeof(err->text)];
	size_t len = 0;

	if (!up)
		return err_set(err, EHOSTUNREACH, "no %sserver of %s is up",
			       q->req->except ? "other " : "", q->inv->dc);
	if (up == 1) {
		*err = q->last;
		return -ENOSPC;
	}
	text[0] = '\0';
	for (int i = 0; i < REASONS && len < sizeof(text); i++)
		if (q->counts[i])
			len += snprintf(text + len, sizeof(text) - len, "%s%u %s (%s)",
					len ? ", " : "", q->counts[i], reasons[i],
					q->example[i]->name);
	return err_set(err, ENOSPC, "no server of %s takes VM %s: %s", q->inv->dc,
		       q->req->vm->name, text);
}

static struct server *choose_any(struct question *q, int *ret_err, struct err *err)
{
	struct server *server = q->req->together ? choose_together(q) : NULL;

	if (server)
		return server;
	if (q->req->nearest && *q->req->nearest) {
		server = choose_nearest(q);
		if (!server)
			*ret_err = refuse(q, err);
		return server;
	}
	for (server = inventory_server_next(q->inv, NULL); server;
	     server = inventory_server_next(q->inv, server))
		if (try(q, server))
			return server;
	*ret_err = refuse(q, err);
	return NULL;
}

struct server *placement_choose(struct inventory *inv, const struct place_req *req, int *ret_err,
				struct err *err)
{
	struct question q = { .inv = inv, .req = req };
	struct err none;

	if (!err)
		err = &none;
	*ret_err = 0;
	begin(&q);
	if (req->server && *req->server)
		return choose_named(&q, ret_err, err);
	return choose_any(&q, ret_err, err);
}

struct server *placement_explain(struct inventory *inv, const struct place_req *req,
				 placement_verdict_fn verdict, void *arg, int *ret_err,
				 struct err *err)
{
	struct question q = { .inv = inv, .req = req };
	struct server *server;
	enum reason reason;
	struct err why;

	begin(&q);
	for (server = inventory_server_next(inv, NULL); server;
	     server = inventory_server_next(inv, server)) {
		int ret = judge(&q, server, &reason, &why);

		verdict(server, ret, &why, arg);
	}
	return placement_choose(inv, req, ret_err, err);
}
