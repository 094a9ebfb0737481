// SPDX-License-Identifier: GPL-2.0
/* Who is up, of those who should be: servers, and by turns the VMs of each, with their groups. */
#include "inventory_group.h"
#include "lib/mem.h"
#include "monitor.h"

#define LOOK_MS	20000u	/* from one look after a server's VMs to the next */
#define KEEP_MS	15000u	/* from one sample of a group to the next; its VMs' looks are not at once */

/*
 * Nobody has stopped it. While it is moved it is not looked at: how long that was a pause for
 * others is measured by the move. Nor is one that was never made.
 */
static bool is_wanted(const struct vm *vm)
{
	return vm->made && (vm->state == NVO3__VM_STATE__VM_RUNNING ||
			    vm->state == NVO3__VM_STATE__VM_FAILED);
}

/* As far as is known: a server that says nothing may have lost its power. */
static bool is_up(const struct vm *vm)
{
	return vm->state == NVO3__VM_STATE__VM_RUNNING && vm->server->session;
}

static void look_group(struct vm_group *group, uint32_t seconds, bool up, uint64_t wall)
{
	struct group_watched *w = group->watched;

	if (!w) {
		w = mem_zalloc(sizeof(*w));
		group->watched = w;
	}
	if (seconds)
		uptime_add(&w->uptime, seconds, up, wall);
	if (wall >= w->kept && wall - w->kept < KEEP_MS)
		return;
	w->kept = wall;
	usage_keep_sum(&w->history, &group->use, wall);
}

static void look_vm(struct monitor *m, struct vm *vm, uint64_t wall)
{
	struct watched *w = vm->watched;
	uint32_t seconds;

	/* of nobody's use anything was told, or it is another DC's */
	if (!w || vm->incoming || vm->left)
		return;
	seconds = uptime_since(&w->uptime, wall);
	if (!is_wanted(vm))
		seconds = 0;
	if (seconds)
		uptime_add(&w->uptime, seconds, is_up(vm), wall);
	look_group(inventory_group(m->inv, vm->tenant, ""), seconds, is_up(vm), wall);
	if (*vm->group)
		look_group(inventory_group(m->inv, vm->tenant, vm->group), seconds, is_up(vm),
			   wall);
}

void monitor_look(struct monitor *m, struct server *server, uint64_t wall)
{
	uint32_t seconds = uptime_since(&server->uptime, wall);
	struct watched *w = server->watched;
	struct vm *vm;

	if (seconds)
		uptime_add(&server->uptime, seconds, server->session, wall);
	/* who has never told has VMs of which nothing is kept */
	if (!w || (wall >= w->looked && wall - w->looked < LOOK_MS))
		return;
	w->looked = wall;
	for (vm = vm_set_next(&server->vms, NULL); vm; vm = vm_set_next(&server->vms, &vm->uuid))
		look_vm(m, vm, wall);
}
