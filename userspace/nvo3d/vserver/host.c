// SPDX-License-Identifier: GPL-2.0

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "console.h"
#include "host.h"
#include "mem.h"
#include "move_figures.h"
#include "msg.h"
#include "task.h"

uint64_t host_wall_s(void)
{
	return time(NULL);
}

struct vm *vm_lookup(struct vserver *vs, const struct uuid *id)
{
	struct vm *vm;

	HASH_FIND(hh, vs->vms, id, sizeof(*id), vm);
	return vm;
}

struct vm *vm_lookup_tsi(struct vserver *vs, const struct uuid *tsi, size_t *ret_nic)
{
	struct vm *vm;

	for (vm = vs->vms; vm; vm = vm->hh.next) {
		for (size_t i = 0; i < vm->profile->n_nics; i++) {
			if (memcmp(vm->profile->nics[i]->tsi.data, tsi, sizeof(*tsi)))
				continue;
			*ret_nic = i;
			return vm;
		}
	}
	return NULL;
}

void vm_set_ports(struct vm *vm)
{
	struct driver *d = vm->vs->driver;

	for (size_t i = 0; i < vm->profile->n_nics; i++) {
		Nvo3__Nic *nic = vm->profile->nics[i];
		char port[DRIVER_PORT_MAX];

		d->ops->port(d, nic, port);
		if (*nic->port)
			free(nic->port);
		nic->port = mem_strdup(port);
		nic->vid = 0;
	}
}

struct vm *vm_add(struct vserver *vs, Nvo3__VmProfile *profile)
{
	struct vm *vm = mem_zalloc(sizeof(*vm));

	vm->vs = vs;
	vm->id = profile_id(profile);
	vm->profile = profile;
	vm->guest = -1;
	vm->tsi = NVO3__TSI_STATE__TSI_INIT;
	vm_set_ports(vm);
	HASH_ADD(hh, vs->vms, id, sizeof(vm->id), vm);
	return vm;
}

void vm_free(struct vm *vm)
{
	vm_forget_guest(vm);
	HASH_DEL(vm->vs->vms, vm);
	if (vm->want)
		msg_free(vm->want);
	msg_free(vm->profile);
	free(vm);
}

void vm_set_text(struct vm *vm, const char *text)
{
	snprintf(vm->text, sizeof(vm->text), "%s", text);
}

const char *vm_dir(const struct vm *vm, char buf[HOST_DIR_MAX])
{
	char id[UUID_STRLEN];

	snprintf(buf, HOST_DIR_MAX, "%s/vms/%s", vm->vs->config->state,
		 uuid_format(&vm->id, id));
	return buf;
}

Nvo3__VmReport vm_report(struct vm *vm)
{
	Nvo3__VmReport report = NVO3__VM_REPORT__INIT;

	report.profile = vm->profile;
	report.state = vm->fsm.state;
	report.text = vm->text;
	return report;
}

void vm_used(struct vserver *vs, struct capacity *ret)
{
	struct vm *vm;

	memset(ret, 0, sizeof(*ret));
	for (vm = vs->vms; vm; vm = vm->hh.next)
		capacity_add(ret, vm->profile);
}

static void guest_readable(int fd, unsigned int events, void *arg)
{
	struct vm *vm = arg;

	vm_forget_guest(vm);
	console_look(vm->vs, vm);
	task_guest_ended(vm);
}

void vm_watch_guest(struct vm *vm, int fd)
{
	vm_forget_guest(vm);
	vm->guest = fd;
	vm->guest_watch = loop_fd_new(vm->vs->loop, fd, LOOP_READ, guest_readable, vm);
}

void vm_forget_guest(struct vm *vm)
{
	if (vm->guest < 0)
		return;
	loop_fd_free(vm->guest_watch);
	close(vm->guest);
	vm->guest = -1;
	vm->guest_watch = NULL;
}

struct move *move_lookup(struct vserver *vs, const struct uuid *id)
{
	struct move *m;

	HASH_FIND(hh, vs->moves, id, sizeof(*id), m);
	return m;
}

struct move *move_lookup_vm(struct vserver *vs, const struct uuid *vm)
{
	struct move *m;

	for (m = vs->moves; m; m = m->hh.next)
		if (uuid_equal(&m->vm, vm) && m->phase != NVO3__MOVE_PHASE__MOVE_DONE &&
		    m->phase != NVO3__MOVE_PHASE__MOVE_ABORTED)
			return m;
	return NULL;
}

struct move *move_add(struct vserver *vs, const struct uuid *id)
{
	struct move *m = mem_zalloc(sizeof(*m));

	m->id = *id;
	m->vs = vs;
	m->image = -1;
	m->saved.fd = -1;
	HASH_ADD(hh, vs->moves, id, sizeof(m->id), m);
	return m;
}

void move_close_image(struct move *m)
{
	if (m->image >= 0)
		close(m->image);
	m->image = -1;
	if (m->saved.fd >= 0)
		close(m->saved.fd);
	m->saved.fd = -1;
}

uint64_t move_total(const struct move *m)
{
	return m->total ? m->total : m->size + m->saved.size;
}

void move_free(struct vserver *vs, struct move *m)
{
	move_close_image(m);
	move_used_free(m);
	HASH_DEL(vs->moves, m);
	free(m);
}
