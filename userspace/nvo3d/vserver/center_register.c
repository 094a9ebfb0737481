// SPDX-License-Identifier: GPL-2.0
/*
 * V3 to V6: which VMs are here, and which are not any more. At the start of a session all are said
 * in bulk, one message after the other. Of those that go the first is said at once; what goes until
 * that is answered is said together.
 */

#include <stdlib.h>
#include <utlist.h>

#include "bulk_msg.h"
#include "center.h"
#include "log.h"
#include "mem.h"
#include "nve_client.h"
#include "persist.h"

#define REQUEST_MS	20000
#define BULK_MS		120000	/* it is answered when the last one has its placement */

/* A request that is out, and which VMs it is about */
struct about {
	struct center *c;		/* NULL: it is gone, the answer comes too late */
	uint64_t session;
	size_t n;
	struct uuid *vms;
	struct about *prev, *next;
};

static struct about *about_new(struct center *c, size_t n)
{
	struct about *a = mem_zalloc(sizeof(*a));

	a->c = c;
	a->session = c->session;
	a->n = n;
	a->vms = mem_calloc(n, sizeof(*a->vms));
	DL_APPEND(c->abouts, a);
	return a;
}

static void about_free(struct about *a)
{
	if (a->c)
		DL_DELETE(a->c->abouts, a);
	free(a->vms);
	free(a);
}

/* --- V3 */

static bool take_epoch(struct vm *vm, size_t nic, uint64_t epoch)
{
	Nvo3__Nic *ours = vm->profile->nics[nic];

	if (epoch <= ours->epoch)
		return false;
	/* vCenter has placed it anew: with the new epoch the interface is to be activated again */
	ours->epoch = epoch;
	if (vm->tsi == NVO3__TSI_STATE__TSI_ACTIVATED && !vm->task)
		nve_client_ask(vm->vs->nve, MSG(TSI_ACTIVATE), vm, nic, NULL, NULL);
	return true;
}

static void take_nics(struct vm *vm, const Nvo3__VmRegisterReply *reply)
{
	bool changed = false;

	for (size_t i = 0; i < reply->n_nics; i++) {
		struct uuid tsi;
		size_t nic;

		if (msg_get_uuid(&reply->nics[i]->tsi, &tsi) &&
		    vm_lookup_tsi(vm->vs, &tsi, &nic) == vm)
			changed |= take_epoch(vm, nic, reply->nics[i]->epoch);
	}
	if (changed)
		persist_vm_now(vm);
}

static void not_taken(const struct vm *vm, const char *text)
{
	log_warn("vCenter does not take the registration of VM %s: %s", vm->profile->name, text);
}

static void registered_vm(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__VmRegisterReply *reply;
	struct about *a = arg;
	struct vm *vm = a->c ? vm_lookup(a->c->vs, &a->vms[0]) : NULL;

	if (code != CODE(OK) && vm) {
		not_taken(vm, text);
	} else if (vm) {
		reply = msg_decode(body, &nvo3__vm_register_reply__descriptor, NULL);
		if (reply) {
			take_nics(vm, reply);
			msg_free(reply);
		}
	}
	about_free(a);
}

void center_register_vm(struct center *c, struct vm *vm)
{
	Nvo3__VmRegister msg = NVO3__VM_REGISTER__INIT;
	Nvo3__VmReport report = vm_report(vm);
	struct about *a;

	msg.vm = &report;
	if (!chan_is_up(c->chan))
		return;
	a = about_new(c, 1);
	a->vms[0] = vm->id;
	chan_request(c->chan, MSG(VM_REGISTER), &msg.base, REQUEST_MS, registered_vm, a);
}

/* --- V5 */

static void register_next(struct center *c);

/* What comes, goes or moves is said by who does that */
static bool is_settled(struct vm *vm)
{
	switch (vm->fsm.state) {
	case NVO3__VM_STATE__VM_RUNNING:
	case NVO3__VM_STATE__VM_STOPPED:
	case NVO3__VM_STATE__VM_SUSPENDED:
	case NVO3__VM_STATE__VM_FAILED:
		return !vm->waits && !move_lookup_vm(vm->vs, &vm->id) &&
		       !(vm->task && vm->fsm.op == VM_OP_DELETE);
	default:
		return false;
	}
}

static void register_each(struct center *c, const struct uuid *vms, size_t n)
{
	struct vm *vm;

	for (size_t i = 0; i < n; i++) {
		vm = vm_lookup(c->vs, &vms[i]);
		if (vm && is_settled(vm))
			center_register_vm(c, vm);
	}
}

static void take_result(struct center *c, const Nvo3__VmBulkResult *r)
{
	struct uuid id;
	struct vm *vm = msg_get_uuid(&r->vm, &id) ? vm_lookup(c->vs, &id) : NULL;
	bool changed = false;

	if (!vm)
		return;
	if (r->code != CODE(OK)) {
		not_taken(vm, r->text);
		return;
	}
	/* with another number of interfaces these are not its epochs */
	for (size_t i = 0; i < r->n_epochs && r->n_epochs == vm->profile->n_nics; i++)
		changed |= take_epoch(vm, i, r->epochs[i]);
	if (changed)
		persist_vm_now(vm);
}

static void take_results(struct center *c, const struct msg *body)
{
	Nvo3__VmBulkReply *reply = msg_decode(body, &nvo3__vm_bulk_reply__descriptor, NULL);

	for (size_t i = 0; reply && i < reply->n_results; i++)
		take_result(c, reply->results[i]);
	if (reply)
		msg_free(reply);
}

static void registered_bulk(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct about *a = arg;
	struct center *c = a->c;

	if (!c || a->session != c->session || !chan_is_up(c->chan)) {
		/* the next session says all of them again */
	} else if (code == CODE(OK)) {
		take_results(c, body);
		register_next(c);
	} else if (code == CODE(TIMEOUT)) {
		/* again the same: who is registered already is only updated */
		c->next_todo = 0;
		register_next(c);
	} else {
		/* of an older version; or for a reason that is not that of each of them */
		if (code != CODE(UNKNOWN_TYPE))
			log_warn("vCenter does not take the registration of %zu VMs at once: %s",
				 a->n, text);
		c->one_by_one |= code == CODE(UNKNOWN_TYPE);
		register_each(c, a->vms, a->n);
		register_next(c);
	}
	about_free(a);
}

/* Those of the next group that still are as they are to be said; in *ret_n how many */
static Nvo3__VmReport *collect(struct center *c, size_t *ret_n)
{
	Nvo3__VmReport *reports = mem_calloc(c->n_todo - c->next_todo, sizeof(*reports));
	size_t n = 0;

	for (size_t i = c->next_todo; i < c->n_todo && n <= BULK_MEMBERS; i++) {
		struct vm *vm = vm_lookup(c->vs, &c->todo[i]);

		if (vm && is_settled(vm))
			reports[n++] = vm_report(vm);
	}
	*ret_n = n;
	return reports;
}

static void done_all(struct center *c)
{
	free(c->todo);
	c->todo = NULL;
	c->n_todo = 0;
	c->next_todo = 0;
}

static void send_bulk(struct center *c, const Nvo3__VmReport *reports, size_t n)
{
	struct about *a = about_new(c, n);
	struct bulk_msg b;

	for (size_t i = 0; i < n; i++)
		msg_get_uuid(&reports[i].profile->vm, &a->vms[i]);
	bulk_msg_init(&b, reports, n);
	chan_request(c->chan, MSG(VM_BULK_REGISTER), &b.msg.base, BULK_MS, registered_bulk, a);
	bulk_msg_uninit(&b);
}

static void register_next(struct center *c)
{
	Nvo3__VmReport *reports;
	struct uuid last;
	size_t n;

	if (c->one_by_one)
		register_each(c, c->todo + c->next_todo, c->n_todo - c->next_todo);
	reports = c->one_by_one ? NULL : collect(c, &n);
	if (!reports || !n) {
		free(reports);
		done_all(c);
		return;
	}
	n = bulk_run(reports, n);
	msg_get_uuid(&reports[n - 1].profile->vm, &last);
	while (!uuid_equal(&c->todo[c->next_todo++], &last))
		;
	send_bulk(c, reports, n);
	free(reports);
}

static int compare_vms(const void *a, const void *b)
{
	const struct vm *const *x = a, *const *y = b;

	return bulk_compare((*x)->profile, (*y)->profile);
}

void center_register_all(struct center *c)
{
	size_t n = HASH_COUNT(c->vs->vms), i = 0;
	struct vm **vms = mem_calloc(n, sizeof(*vms)), *vm;

	for (vm = c->vs->vms; vm; vm = vm->hh.next)
		vms[i++] = vm;
	qsort(vms, n, sizeof(*vms), compare_vms);
	done_all(c);
	c->todo = mem_calloc(n, sizeof(*c->todo));
	for (i = 0; i < n; i++) {
		if (*vms[i]->profile->tenant)
			c->todo[c->n_todo++] = vms[i]->id;
		else	/* nobody's: there is no bulk for them */
			register_each(c, &vms[i]->id, 1);
	}
	free(vms);
	register_next(c);
}

/* --- V4, V6 */

struct leaver {
	struct uuid vm;
	Nvo3__VmProfile *profile;	/* owned */
	void (*said)(void *arg);
	void *arg;
	struct leaver *prev, *next;
};

static void unregister_next(struct center *c);

static void leaver_free(struct center *c, struct leaver *l)
{
	DL_DELETE(c->leavers, l);
	l->said(l->arg);
	msg_free(l->profile);
	free(l);
}

static void unregister_one(struct center *c, const struct uuid *vm, chan_answer_fn answered,
			   struct about *a)
{
	Nvo3__VmUnregister msg = NVO3__VM_UNREGISTER__INIT;

	msg.vm = msg_put_uuid(vm);
	chan_request(c->chan, MSG(VM_UNREGISTER), &msg.base, REQUEST_MS, answered, a);
}

static void not_unregistered(const struct uuid *vm, const char *text)
{
	char id[UUID_STRLEN];

	log_warn("vCenter does not unregister VM %s: %s", uuid_format(vm, id), text);
}

static void unregistered_one(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct about *a = arg;

	if (code != CODE(OK))
		not_unregistered(&a->vms[0], text);
	about_free(a);
}

static void unregistered_first(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct center *c = ((struct about *)arg)->c;

	unregistered_one(code, text, body, arg);
	if (!c)
		return;
	c->unregistering = false;
	unregister_next(c);
}

static void unregister_each(struct center *c, const struct uuid *vms, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct about *a = about_new(c, 1);

		a->vms[0] = vms[i];
		unregister_one(c, &vms[i], unregistered_one, a);
	}
}

static void take_leave(const struct msg *body)
{
	Nvo3__VmBulkReply *reply = msg_decode(body, &nvo3__vm_bulk_reply__descriptor, NULL);
	struct uuid vm;

	for (size_t i = 0; reply && i < reply->n_results; i++)
		if (reply->results[i]->code != CODE(OK) &&
		    msg_get_uuid(&reply->results[i]->vm, &vm))
			not_unregistered(&vm, reply->results[i]->text);
	if (reply)
		msg_free(reply);
}

static void unregistered_bulk(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct about *a = arg;
	struct center *c = a->c;

	if (code == CODE(OK)) {
		take_leave(body);
	} else if (c && a->session == c->session && chan_is_up(c->chan) &&
		   code != CODE(TIMEOUT)) {
		c->one_by_one |= code == CODE(UNKNOWN_TYPE);
		unregister_each(c, a->vms, a->n);
	}
	about_free(a);
	if (!c)
		return;
	c->unregistering = false;
	unregister_next(c);
}

static bool go_together(const struct leaver *a, const struct leaver *b)
{
	return *a->profile->tenant && !bulk_compare(a->profile, b->profile);
}

/* The first one, and those behind it that are of its group */
static void unregister_bulk(struct center *c, struct leaver *first)
{
	Nvo3__VmBulkUnregister msg = NVO3__VM_BULK_UNREGISTER__INIT;
	struct leaver *l, *tmp;
	struct about *a;
	size_t n = 0;

	DL_FOREACH(c->leavers, l)
		n += go_together(first, l);
	n = n < BULK_MEMBERS ? n : BULK_MEMBERS;
	a = about_new(c, n);
	msg.tenant = first->profile->tenant;
	msg.group = first->profile->group;
	msg.vms = mem_calloc(n, sizeof(*msg.vms));
	DL_FOREACH(c->leavers, l) {
		if (msg.n_vms == n || !go_together(first, l))
			continue;
		a->vms[msg.n_vms] = l->vm;
		msg.vms[msg.n_vms] = msg_put_uuid(&a->vms[msg.n_vms]);
		msg.n_vms++;
	}
	chan_request(c->chan, MSG(VM_BULK_UNREGISTER), &msg.base, BULK_MS, unregistered_bulk, a);
	free(msg.vms);
	/* they are in the order of the list, the first one at its head: it goes last */
	DL_FOREACH_SAFE(c->leavers->next, l, tmp)
		if (n > 1 && go_together(first, l)) {
			leaver_free(c, l);
			n--;
		}
	leaver_free(c, first);
}

static bool has_company(const struct leaver *first)
{
	const struct leaver *l;

	for (l = first->next; l; l = l->next)
		if (go_together(first, l))
			return true;
	return false;
}

static void unregister_next(struct center *c)
{
	bool mute = !chan_is_up(c->chan);	/* the next session's start does not name them */
	struct about *a;

	while (c->leavers && (mute || c->one_by_one)) {
		if (!mute)
			unregister_each(c, &c->leavers->vm, 1);
		leaver_free(c, c->leavers);
	}
	if (!c->leavers || c->unregistering)
		return;
	c->unregistering = true;
	if (has_company(c->leavers)) {
		unregister_bulk(c, c->leavers);
		return;
	}
	a = about_new(c, 1);
	a->vms[0] = c->leavers->vm;
	unregister_one(c, &c->leavers->vm, unregistered_first, a);
	leaver_free(c, c->leavers);
}

void center_unregister_vm(struct center *c, const Nvo3__VmProfile *profile,
			  void (*said)(void *arg), void *arg)
{
	struct leaver *l = mem_zalloc(sizeof(*l));

	l->vm = profile_id(profile);
	l->profile = profile_copy(profile);
	l->said = said;
	l->arg = arg;
	DL_APPEND(c->leavers, l);
	unregister_next(c);
}

void center_tell_no_more(struct center *c)
{
	struct about *a;

	while (c->leavers)
		leaver_free(c, c->leavers);
	done_all(c);
	/* The channel tells who waits that it has ended, perhaps only when we are gone */
	while ((a = c->abouts)) {
		DL_DELETE(c->abouts, a);
		a->c = NULL;
	}
}
