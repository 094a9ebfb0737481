// SPDX-License-Identifier: GPL-2.0
/* Steps of a change of what a VM has */

#include <stdlib.h>

#include "change.h"
#include "driver_call.h"
#include "log.h"
#include "msg.h"
#include "nve_client.h"
#include "persist.h"

static const struct driver_ops *ops_of(const struct task *t)
{
	return t->vm->vs->driver->ops;
}

/* What does not run has what its definition says, which is made anew when it is started */
static bool is_running(const struct task *t)
{
	return t->vm->guest >= 0;
}

static int resize(struct driver *d, const Nvo3__VmProfile *vm, struct driver_call *c,
		  struct err *err)
{
	return d->ops->resize(d, vm, err);
}

void step_resize(struct task *t)
{
	if (ops_of(t)->resize && is_running(t))
		driver_call(t, resize, false, driver_call_next);
	else
		task_next(t);
}

static int grow(struct driver *d, const Nvo3__VmProfile *vm, struct driver_call *c,
		struct err *err)
{
	return d->ops->grow(d, vm, err);
}

void step_grow(struct task *t)
{
	if (ops_of(t)->grow && is_running(t))
		driver_call(t, grow, false, driver_call_next);
	else
		task_next(t);
}

/* --- an interface */

static Nvo3__Nic *changing(const struct task *t, size_t *ret)
{
	struct vm *vm = vm_lookup_tsi(t->vm->vs, &t->vm->changing, ret);

	return vm == t->vm ? vm->profile->nics[*ret] : NULL;
}

static int plug(struct driver *d, const Nvo3__VmProfile *vm, struct driver_call *c,
		struct err *err)
{
	return d->ops->plug(d, vm, c->nic, err);
}

void step_plug(struct task *t)
{
	if (ops_of(t)->plug && is_running(t))
		driver_call(t, plug, false, driver_call_next);
	else
		task_next(t);
}

static int unplug(struct driver *d, const Nvo3__VmProfile *vm, struct driver_call *c,
		  struct err *err)
{
	return d->ops->unplug(d, vm, c->nic, err);
}

void step_unplug(struct task *t)
{
	if (ops_of(t)->unplug && is_running(t))
		driver_call(t, unplug, false, driver_call_next);
	else
		task_next(t);
}

void step_reactivate(struct task *t)
{
	if (t->vm->tsi == NVO3__TSI_STATE__TSI_ACTIVATED)
		step_activate(t);
	else
		task_next(t);
}

/*
 * The guest has it not any more, so there is no way back; what the NVE does not do now it does when
 * TSI_SYNC does not name it.
 */
static void deassociated(uint32_t code, const char *text, void *arg)
{
	struct task *t = arg;

	if (code != CODE(OK) && code != CODE(NOT_FOUND))
		log_warn("VM %s: the NVE keeps an interface that went: %s", t->vm->profile->name,
			 text);
	task_next(t);
}

static void deactivated(uint32_t code, const char *text, void *arg)
{
	struct task *t = arg;
	size_t nic;

	if (changing(t, &nic))
		nve_client_ask(t->vm->vs->nve, MSG(TSI_DEASSOCIATE), t->vm, nic, deassociated, t);
	else
		task_next(t);
}

void step_nic_leave(struct task *t)
{
	size_t nic;

	if (changing(t, &nic))
		nve_client_ask(t->vm->vs->nve, MSG(TSI_DEACTIVATE), t->vm, nic, deactivated, t);
	else
		task_next(t);
}

static void forget_nic(Nvo3__VmProfile *p, size_t nic)
{
	msg_free(p->nics[nic]);
	p->n_nics--;
	for (size_t i = nic; i < p->n_nics; i++)
		p->nics[i] = p->nics[i + 1];
}

void step_nic_drop(struct task *t)
{
	struct driver *d = t->vm->vs->driver;
	struct err err;
	size_t i;
	Nvo3__Nic *nic = changing(t, &i);

	if (nic && d->ops->drop && d->ops->drop(d, nic, &err))
		log_err("VM %s: %s", t->vm->profile->name, err.text);
	if (nic)
		forget_nic(t->vm->profile, i);
	persist_vm_now(t->vm);
	task_next(t);
}
