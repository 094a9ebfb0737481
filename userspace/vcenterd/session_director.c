// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include "codes.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "move_dest.h"
#include "move_run.h"
#include "owed.h"
#include "persist.h"
#include "profile.h"
#include "proto/placement.pb-c.h"
#include "session_director.h"
#include "tenant_move.h"
#include "tenant_wish.h"
#include "vm_ops.h"

#define TELL_WINDOW	256u	/* placements without an answer yet */
#define TELL_MS		30000u
#define GRANT_S		3600u	/* a move takes less until it is placed */

/* One placement of old that is told again. */
struct told {
	struct vcenter *vc;
	uint64_t session;
	struct uuid vm;
	int nic;
};

static void tell_more(struct vcenter *vc);

static void vn_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct vcenter *vc = arg;

	if (code != CODE(OK) && !code_is_silence(code))
		note_alert(vc, "vn-refused", "nDirector", "it refuses a VN: %s", text);
}

void session_director_vn_set(struct vcenter *vc, const struct vn *vn)
{
	Nvo3__VnSet msg = NVO3__VN_SET__INIT;
	Nvo3__VnInfo info = vn_to_msg(vn);

	if (!chan_is_up(vc->director.chan))
		return;
	msg.vn = &info;
	chan_request(vc->director.chan, MSG(VN_SET), &msg.base, TELL_MS, vn_answered, vc);
}

static void vn_del_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	if (code != CODE(OK) && code != CODE(NOT_FOUND))
		log_info("the nDirector does not delete a VN yet: %s", text);
}

void session_director_vn_del(struct vcenter *vc, const struct uuid *vn)
{
	Nvo3__VnDelete msg = NVO3__VN_DELETE__INIT;

	if (!chan_is_up(vc->director.chan))
		return;
	msg.uuid = msg_put_uuid(vn);
	chan_request(vc->director.chan, MSG(VN_DELETE), &msg.base, TELL_MS, vn_del_answered, vc);
}

static void profile_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct vcenter *vc = arg;

	if (code != CODE(OK) && !code_is_silence(code))
		note_alert(vc, "profile-refused", "nDirector", "it refuses a profile: %s", text);
}

void session_director_profile_set(struct vcenter *vc, const struct profile *p)
{
	Nvo3__ProfileSet msg = NVO3__PROFILE_SET__INIT;

	if (!chan_is_up(vc->director.chan))
		return;
	msg.profile = p->msg;
	chan_request(vc->director.chan, MSG(PROFILE_SET), &msg.base, TELL_MS, profile_answered, vc);
}

void session_director_profile_del(struct vcenter *vc, const struct uuid *uuid)
{
	Nvo3__ProfileDelete msg = NVO3__PROFILE_DELETE__INIT;

	if (!chan_is_up(vc->director.chan))
		return;
	msg.uuid = msg_put_uuid(uuid);
	chan_request(vc->director.chan, MSG(PROFILE_DELETE), &msg.base, TELL_MS, profile_answered,
		     vc);
}

void session_director_profile_grant(struct vcenter *vc, const struct uuid *uuid, const char *nve)
{
	Nvo3__ProfileGrant msg = NVO3__PROFILE_GRANT__INIT;

	if (uuid_is_zero(uuid) || !chan_is_up(vc->director.chan))
		return;
	msg.uuid = msg_put_uuid(uuid);
	msg.nve = (char *)nve;
	msg.lifetime_s = GRANT_S;
	chan_request(vc->director.chan, MSG(PROFILE_GRANT), &msg.base, TELL_MS, profile_answered,
		     vc);
}

static void dead_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct vcenter *vc = arg;

	if (code != CODE(OK) && !code_is_silence(code))
		note_alert(vc, "verdict-refused", "nDirector", "it withdraws nothing: %s", text);
}

void session_director_nve_dead(struct vcenter *vc, const struct server *server)
{
	Nvo3__NveDead msg = NVO3__NVE_DEAD__INIT;

	if (!chan_is_up(vc->director.chan))
		return;
	msg.nve = (char *)server->nve;
	chan_request(vc->director.chan, MSG(NVE_DEAD), &msg.base, TELL_MS, dead_answered, vc);
}

static void vn_gone(const struct uuid *vn, void *arg)
{
	session_director_vn_del(arg, vn);
}

static void profile_gone(const struct uuid *uuid, void *arg)
{
	struct vcenter *vc = arg;

	if (!inventory_profile(vc->inv, uuid))
		session_director_profile_del(vc, uuid);
}

/* Before the placements that name them; what was deleted first, for another may have its name. */
static void tell_profiles(struct vcenter *vc)
{
	struct profile *p;
	struct err err;

	if (persist_walk_profile_gone(vc->store, true, profile_gone, vc, &err) ||
	    persist_walk_profile_gone(vc->store, false, profile_gone, vc, &err))
		log_err("deleted profiles are not told again: %s", err.text);
	for (p = vc->inv->profiles; p; p = p->hh.next)
		session_director_profile_set(vc, p);
	move_dest_grant(vc);
}

/* The placement is ours for sure: not of a VM that is on its way in or out. */
static bool is_placed(const struct vm *vm, const struct nic *nic)
{
	if (vm->incoming || vm->left || vm->placing || !vm->server)
		return false;
	return nic->epoch && !nic->unsure;
}

static void told_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct told *told = arg;
	struct vcenter *vc = told->vc;
	struct vm *vm;

	if (vc->stopping || told->session != vc->director.session ||
	    code == CODE(UNAVAILABLE)) {
		/* that session is over */
	} else if (code == CODE(TIMEOUT)) {
		chan_drop(vc->director.chan, "it does not answer");
	} else {
		vm = inventory_vm(vc->inv, &told->vm);
		if (code != CODE(OK) && vm)
			note_alert(vc, "placement-refused", vm->name,
				   "the nDirector no longer takes its placement: %s", text);
		vc->director.out--;
		tell_more(vc);
	}
	free(told);
}

static void tell_nic(struct vcenter *vc, const struct vm *vm, int n)
{
	const struct nic *nic = &vm->nics[n];
	struct told *told = mem_zalloc(sizeof(*told));
	Nvo3__Nic *as_msg = nic_to_msg(nic);
	Nvo3__Place msg = NVO3__PLACE__INIT;

	*told = (struct told){ vc, vc->director.session, vm->uuid, n };
	msg.vm = msg_put_uuid(&vm->uuid);
	msg.vn = as_msg->vn;
	msg.mac = as_msg->mac;
	msg.ips = as_msg->ips;
	msg.n_ips = as_msg->n_ips;
	msg.nve = (char *)vm->server->nve;
	msg.epoch = nic->epoch;
	msg.profile = as_msg->profile;
	vc->director.out++;
	chan_request(vc->director.chan, MSG(PLACE), &msg.base, TELL_MS, told_answered, told);
	msg_free(as_msg);
}

static void ready(struct vcenter *vc)
{
	struct director *d = &vc->director;

	free(d->told);
	d->told = NULL;
	d->ready = true;
	note(vc, "director-up", chan_peer_name(d->chan), "it knows %zu VMs of %s", d->n_told,
	     vc->conf.dc);
	vm_ops_kick(vc, NULL);
	move_run_kick(vc);
}

static void tell_more(struct vcenter *vc)
{
	struct director *d = &vc->director;

	if (d->ready)
		return;
	while (d->next_told < d->n_told && d->out < TELL_WINDOW) {
		struct vm *vm = inventory_vm(vc->inv, &d->told[d->next_told++]);

		for (int i = 0; vm && i < vm->n_nics; i++)
			if (is_placed(vm, &vm->nics[i]))
				tell_nic(vc, vm, i);
	}
	if (d->next_told == d->n_told && !d->out)
		ready(vc);
}

/* VMs come and go while we tell: the list is of names, not of pointers. */
static void list_vms(struct vcenter *vc)
{
	struct director *d = &vc->director;
	struct vm *vm, *tmp;

	free(d->told);
	d->n_told = 0;
	d->next_told = 0;
	d->out = 0;
	d->told = mem_calloc(HASH_COUNT(vc->inv->vms), sizeof(*d->told));
	HASH_ITER(hh, vc->inv->vms, vm, tmp)
		d->told[d->n_told++] = vm->uuid;
}

static void up(struct chan *chan, void *arg)
{
	struct vcenter *vc = arg;
	const struct server *server;
	struct vn *vn, *tmp;
	struct err err;

	if (strcmp(chan_peer(chan)->dc, vc->conf.dc))
		log_info("the nDirector %s is of another DC", chan_peer_name(chan));
	vc->director.session++;
	vc->director.ready = false;
	HASH_ITER(hh, vc->inv->vns, vn, tmp)
		session_director_vn_set(vc, vn);
	if (persist_walk_vn_gone(vc->store, vn_gone, vc, &err))
		log_err("deleted VNs are not told again: %s", err.text);
	tell_profiles(vc);
	for (server = vc->inv->servers; server; server = server->hh.next)
		if (server->dead)
			session_director_nve_dead(vc, server);
	list_vms(vc);
	tell_more(vc);
}

static void down(struct chan *chan, const char *why, void *arg)
{
	struct vcenter *vc = arg;

	owed_forget(vc, chan);
	vc->director.session++;
	vc->director.ready = false;
	note_alert(vc, "director-down", "nDirector", "%s", why);
}

static bool message(struct chan *chan, const struct msg *msg, void *arg)
{
	if (!msg->id)
		return false;
	switch (msg->type) {
	case MSG(TENANT_REPLICATE):
		tenant_wish(arg, chan, msg, false);
		return true;
	case MSG(TENANT_MOVE):
	case MSG(TENANT_MOVE_ABORT):
		tenant_move(arg, chan, msg, false);
		return true;
	default:
		return false;
	}
}

int session_director_start(struct vcenter *vc, struct err *err)
{
	static const struct chan_ops ops = { up, down, message };

	vc->director.chan = chan_connect(vc->loop, vc->tls, vc->conf.directors,
					 vc->conf.n_directors, ROLE_BIT(ROLE_DIRECTOR), &ops, vc,
					 err);
	return vc->director.chan ? 0 : -1;
}

void session_director_stop(struct vcenter *vc)
{
	if (vc->director.chan)
		chan_free(vc->director.chan);
	vc->director.chan = NULL;
	free(vc->director.told);
	vc->director.told = NULL;
}
