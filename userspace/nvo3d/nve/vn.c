// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "ask.h"
#include "cleanup.h"
#include "director.h"
#include "idle.h"
#include "keep.h"
#include "leave.h"
#include "log.h"
#include "map_columns.h"
#include "mem.h"
#include "vn.h"

/* A join and its snapshot; the director may have to make the first session, too */
#define VN_WAIT_MS 15000

struct vn_waiter {
	nve_done_fn done;
	void *arg;
	struct vn_waiter *next;
};

struct nve_vn *vn_lookup(struct nve *nve, const struct uuid *uuid)
{
	struct nve_vn *vn;

	HASH_FIND(hh, nve->vns, uuid, sizeof(*uuid), vn);
	return vn;
}

static void finish_waiters(struct nve_vn *vn, uint32_t code, const char *text)
{
	struct vn_waiter *w, *list = vn->waiters;
	struct nve *nve = vn->nve;

	vn->waiters = NULL;
	loop_timer_cancel(vn->timer);
	/* A waiter that fails gives up its use; one may call back and change the VN */
	if (code != CODE(OK))
		for (w = list; w; w = w->next)
			vn->users--;
	while ((w = list)) {
		list = w->next;
		w->done(code, text, w->arg);
		free(w);
	}
	if (code != CODE(OK))
		vn_collect(nve);
}

static void wait_over(void *arg)
{
	struct nve_vn *vn = arg;
	char text[160];

	if (vn->session == VN_JOINED)
		snprintf(text, sizeof(text), "the director has not sent the VN's mappings");
	else
		snprintf(text, sizeof(text), "no director answers, so the VN cannot be joined");
	finish_waiters(vn, CODE(UNAVAILABLE), text);
}

static struct nve_vn *vn_add(struct nve *nve, const struct uuid *uuid)
{
	struct nve_vn *vn = mem_zalloc(sizeof(*vn));

	vn->nve = nve;
	vn->uuid = *uuid;
	vn->model = model_vn_add(&nve->model, uuid);
	vn->timer = loop_timer_new(nve->loop, wait_over, vn);
	HASH_ADD(hh, nve->vns, uuid, sizeof(vn->uuid), vn);
	return vn;
}

static void vn_free(struct nve_vn *vn)
{
	struct nve *nve = vn->nve;

	HASH_DEL(nve->vns, vn);
	model_vn_del(&nve->model, vn->model);
	loop_timer_free(vn->timer);
	free(vn);
}

void vn_uninit_all(struct nve *nve)
{
	struct vn_waiter *w, *next_waiter;
	struct nve_vn *vn, *next;

	HASH_ITER(hh, nve->vns, vn, next) {
		for (w = vn->waiters; w; w = next_waiter) {
			next_waiter = w->next;
			free(w);
		}
		vn_free(vn);
	}
}

/*
 * While there may be more than we were told, what is unknown here is not unknown: the kernel has
 * to ask. A relay is for kernels that know it; to ask is what it does without one, too.
 */
static uint8_t unknown_for_kernel(const struct model_vn *vn)
{
	if (vn->partial && vn->unknown == NVO3_UNKNOWN_DROP)
		return NVO3_UNKNOWN_ASK;
	return vn->unknown > NVO3_UNKNOWN_MAX ? NVO3_UNKNOWN_ASK : vn->unknown;
}

static uint8_t arp_unknown_for_kernel(const struct model_vn *vn)
{
	if (vn->partial && vn->arp_unknown == NVO3_ARP_UNKNOWN_DROP)
		return NVO3_ARP_UNKNOWN_ASK;
	return vn->arp_unknown;
}

/* Give the kernel the VN, or make the one that it has equal */
static int policies_to_kernel(struct nve_vn *vn, struct err *err)
{
	struct nvo3_vn want = {
		.has = NVO3_HAS(VN_UNKNOWN) | NVO3_HAS(VN_BUM) | NVO3_HAS(VN_TRACK) |
		       NVO3_HAS(VN_ARP) | NVO3_HAS(VN_ARP_UNKNOWN),
		.vni = vn->model->vni,
		.unknown = unknown_for_kernel(vn->model),
		.bum = vn->model->bum,
		/* What is not used goes, in time (idle.h) */
		.track = vn->model->on_demand && !vn->nve->config->nve.relay,
		.arp = vn->model->arp,
		.arp_unknown = arp_unknown_for_kernel(vn->model),
	};
	struct kern *k = vn->nve->kern;
	struct nvo3_vn have;
	int rc;

	rc = k->ops->vn_get(k, want.vni, &have, err);
	if (rc == -ENOENT)
		rc = k->ops->vn_add(k, &want, err);
	else if (!rc && (have.unknown != want.unknown || have.bum != want.bum ||
			 have.track != want.track || have.arp != want.arp ||
			 have.arp_unknown != want.arp_unknown))
		rc = k->ops->vn_set(k, &want, err);
	if (!rc)
		vn->in_kernel = true;
	return rc;
}

static bool is_on_demand(const Nvo3__VnInfo *info)
{
	return info->distribution == NVO3__DISTRIBUTION__DISTRIBUTION_ON_DEMAND;
}

static bool is_same(const struct nve_vn *nve_vn, const Nvo3__VnInfo *info)
{
	const struct model_vn *vn = nve_vn->model;

	return nve_vn->packed.len == info->addressing.len &&
	       (!info->addressing.len ||
		!memcmp(nve_vn->packed.b, info->addressing.data, info->addressing.len)) &&
	       vn->vni == info->vni && vn->unknown == info->unknown && vn->bum == info->bum &&
	       vn->arp == info->arp && vn->arp_unknown == info->arp_unknown &&
	       vn->on_demand == is_on_demand(info);
}

/* IP mappings are there while ARP is answered */
static void compare_all(struct nve_vn *vn)
{
	const struct model_touch all = { .swept = true };
	struct err err;

	if (apply_maps(vn->nve, vn->model, &all, &err))
		log_err("VNI %u: %s", vn->model->vni, err.text);
}

/* What is not understood leaves guests without an answer, and nobody without a VN. */
static void take_subnets(struct nve_vn *vn, const ProtobufCBinaryData *data)
{
	struct err err;

	if (data->len > sizeof(vn->packed.b) || subnets_unpack(data, &vn->subnets, &err)) {
		vn->subnets.n = 0;
		log_err("VNI %u: guests are not told of addresses: %s", vn->model->vni,
			data->len > sizeof(vn->packed.b) ? "too many subnets" : err.text);
		return;
	}
	vn->packed.len = data->len;
	if (data->len)
		memcpy(vn->packed.b, data->data, data->len);
}

static int vn_to_kernel(struct nve_vn *vn, const Nvo3__VnInfo *info, struct err *err)
{
	struct model_vn *model = vn->model, before = *model;
	int rc;

	model->vni = info->vni;
	model->unknown = info->unknown;
	model->bum = info->bum;
	model->arp = info->arp;
	model->arp_unknown = info->arp_unknown;
	model->on_demand = is_on_demand(info);
	/* Before the first time, all that it has may be what it had asked for */
	if (model->on_demand && (vn->by_interest || !vn->in_kernel))
		model->partial = true;
	rc = policies_to_kernel(vn, err);
	if (!rc && model->arp != before.arp)
		compare_all(vn);
	if (!rc) {
		take_subnets(vn, &info->addressing);
		return 0;
	}
	model->vni = before.vni;
	model->unknown = before.unknown;
	model->bum = before.bum;
	model->arp = before.arp;
	model->arp_unknown = before.arp_unknown;
	model->on_demand = before.on_demand;
	model->partial = before.partial;
	return rc;
}

static void set_partial(struct nve_vn *vn, bool partial)
{
	struct err err;

	if (vn->model->partial == partial)
		return;
	vn->model->partial = partial;
	if (vn->in_kernel && policies_to_kernel(vn, &err))
		log_err("VNI %u: %s", vn->model->vni, err.text);
}

/* An operator's VN is not ours to take */
static int check_vni_free(struct nve *nve, uint32_t vni, struct err *err)
{
	struct nvo3_vn have;
	int rc;

	rc = nve->kern->ops->vn_get(nve->kern, vni, &have, err);
	if (rc == -ENOENT)
		return 0;
	if (rc)
		return rc;
	return err_set(err, EEXIST, "VNI %u is in use on %s by a VN that nvo3d did not make", vni,
		       nve->config->nve.dev);
}

int vn_restore(struct nve *nve, const Nvo3__VnInfo *info, struct err *err)
{
	struct nve_vn *vn;
	struct uuid uuid;

	if (!msg_get_uuid(&info->uuid, &uuid))
		return err_set(err, EBADMSG, "the record of a VN has no UUID");
	vn = vn_lookup(nve, &uuid);
	if (!vn)
		vn = vn_add(nve, &uuid);
	/* Until the director says otherwise: frames are sent on without it */
	vn->listed = nve->config->nve.relay;
	return vn_to_kernel(vn, info, err);
}

static int take_info(struct nve_vn *vn, const Nvo3__VnInfo *info, struct err *err)
{
	struct model_vn *other;
	int rc;

	if (!info || !info->vni || info->vni > NVO3_VNI_MAX || info->unknown > VN_UNKNOWN_MAX ||
	    info->bum > NVO3_BUM_MAX || info->arp > VN_ARP_MAX ||
	    info->arp_unknown > VN_ARP_UNKNOWN_MAX)
		return err_set(err, EBADMSG, "the director's description of the VN is not valid");
	if (vn->in_kernel && info->vni != vn->model->vni)
		return err_set(err, EBUSY, "the VN has VNI %u here and %u at the director",
			       vn->model->vni, info->vni);
	other = model_vn_lookup_vni(&vn->nve->model, info->vni);
	if (other && other != vn->model)
		return err_set(err, EEXIST, "VNI %u is that of another VN here", info->vni);
	if (vn->in_kernel && is_same(vn, info))
		return vn_to_kernel(vn, info, err);
	rc = vn->in_kernel ? 0 : check_vni_free(vn->nve, info->vni, err);
	if (!rc)
		rc = keep_vn(vn->nve, info, err);
	return rc ? rc : vn_to_kernel(vn, info, err);
}

void vn_policies(struct nve *nve, const Nvo3__VnUpdate *update)
{
	struct nve_vn *vn = NULL;
	struct uuid uuid;
	struct err err;

	if (update->vn && msg_get_uuid(&update->vn->uuid, &uuid))
		vn = vn_lookup(nve, &uuid);
	/* Before the answer to a join that answer is to come, and says the same */
	if (!vn || vn->session != VN_JOINED)
		return;
	if (take_info(vn, update->vn, &err))
		log_err("VNI %u: cannot take the VN's policies: %s", vn->model->vni, err.text);
	else
		log_info("VNI %u: the director changed the VN's policies", vn->model->vni);
	vn_follow_mode(vn);
}

static void joined(struct nve_vn *vn)
{
	struct nve *nve = vn->nve;

	vn->session = VN_JOINED;
	vn_follow_mode(vn);
	/* Otherwise the next answer is soon here */
	if (vn->session == VN_JOINED)
		ask_anew(nve, vn->model);
	if (vn->model->complete)
		finish_waiters(vn, CODE(OK), "");
}

void vn_joined(struct nve *nve, const struct uuid *uuid, uint32_t code, const char *text,
	       const Nvo3__VnInfo *info)
{
	struct nve_vn *vn = vn_lookup(nve, uuid);
	char id[UUID_STRLEN];
	struct err err;
	int rc;

	/* Left before the answer came */
	if (!vn)
		return;
	if (code == CODE(OK)) {
		vn->by_interest &= info && is_on_demand(info);
		rc = take_info(vn, info, &err);
		if (!rc) {
			joined(vn);
			return;
		}
		code = nve_errno_code(rc);
		text = err.text;
	}
	vn->session = VN_APART;
	director_try_later(nve->director);
	/* Those who wait have time until then, or until the next session */
	if (code == CODE(UNAVAILABLE) || code == CODE(TIMEOUT))
		return;
	log_err("VN %s: cannot join: %s", uuid_format(&vn->uuid, id), text);
	finish_waiters(vn, code, text);
}

/*
 * Until the director has answered, what it sends is of the join before: it is not taken, and told
 * again, if it still concerns us, from the revision that we have now.
 */
static void join(struct nve_vn *vn)
{
	struct model_vn *model = vn->model;
	/* Of a VN that is new here nobody knows how it is */
	bool wish = !vn->in_kernel || model->on_demand;

	model_session_lost(model);
	vn->session = VN_JOINING;
	vn->updates = 0;
	vn->by_interest = director_join(vn->nve->director, model, wish && !vn->crowded);
	vn->crowded = wish && !vn->by_interest && director_can_ask(vn->nve->director);
	if (vn->by_interest && vn->in_kernel)
		set_partial(vn, true);
}

void vn_follow_mode(struct nve_vn *vn)
{
	bool wish = vn->model->on_demand && director_can_ask(vn->nve->director) &&
		    !vn->nve->config->nve.relay;

	if (wish == vn->by_interest || vn->session != VN_JOINED || (wish && vn->crowded))
		return;
	vn->crowded = wish && !idle_trim(vn->nve, vn->model);
	if (vn->crowded)
		log_info("VNI %u: so many mappings are in use that all are kept", vn->model->vni);
	else
		join(vn);
}

void vn_get(struct nve *nve, const struct uuid *uuid, nve_done_fn done, void *arg)
{
	struct nve_vn *vn = vn_lookup(nve, uuid);
	struct vn_waiter *w;

	if (!vn)
		vn = vn_add(nve, uuid);
	vn->users++;
	/* With its tables from before a restart, too */
	if (vn->in_kernel && !vn->waiters) {
		done(CODE(OK), "", arg);
		return;
	}
	w = mem_zalloc(sizeof(*w));
	w->done = done;
	w->arg = arg;
	if (!vn->waiters)
		loop_timer_set(vn->timer, VN_WAIT_MS);
	w->next = vn->waiters;
	vn->waiters = w;
	if (vn->session == VN_APART && director_is_up(nve->director))
		join(vn);
}

void vn_hold(struct nve *nve, const struct uuid *uuid)
{
	struct nve_vn *vn = vn_lookup(nve, uuid);

	if (vn)
		vn->users++;
}

void vn_list(struct nve *nve, const struct uuid *uuid, bool listed)
{
	struct nve_vn *vn = vn_lookup(nve, uuid);

	if (!vn && !listed)
		return;
	if (!vn)
		vn = vn_add(nve, uuid);
	vn->listed = listed;
	vn->named = listed;
	if (!listed)
		vn_collect(nve);
	else if (vn->session == VN_APART && director_is_up(nve->director))
		join(vn);
}

static void vn_leave(struct nve_vn *vn)
{
	struct nve *nve = vn->nve;
	struct kern *k = nve->kern;
	char id[UUID_STRLEN];
	struct err err;

	director_leave(nve->director, &vn->uuid);
	if (vn->in_kernel && k->ops->vn_del(k, vn->model->vni, &err))
		log_warn("VN %s: VNI %u stays in the kernel: %s", uuid_format(&vn->uuid, id),
			 vn->model->vni, err.text);
	keep_vn_del(nve, &vn->uuid);
	vn_free(vn);
}

void vn_collect(struct nve *nve)
{
	struct nve_vn *vn, *next;

	HASH_ITER(hh, nve->vns, vn, next)
		if (!vn->users && !vn->pinned && !vn->listed && !vn->waiters)
			vn_leave(vn);
}

void vn_put(struct nve *nve, const struct uuid *uuid)
{
	struct nve_vn *vn = vn_lookup(nve, uuid);

	if (!vn)
		return;
	vn->users--;
	vn_collect(nve);
}

void vn_join_missing(struct nve *nve)
{
	struct nve_vn *vn;

	for (vn = nve->vns; vn; vn = vn->hh.next)
		if (vn->session == VN_APART)
			join(vn);
}

void vn_session_down(struct nve *nve)
{
	struct nve_vn *vn;

	for (vn = nve->vns; vn; vn = vn->hh.next) {
		vn->session = VN_APART;
		vn->by_interest = false;
		model_session_lost(vn->model);
	}
}

static int take(struct nve *nve, struct nve_vn *vn, const Nvo3__MapUpdate *update, struct err *err)
{
	_cleanup_free_ void *room = NULL;
	Nvo3__MapUpdate whole;
	int rc;

	rc = map_columns_spread(update, &whole, &room, err);
	return rc ? rc : apply_update(nve, vn->model, &whole, err);
}

void vn_update(struct nve *nve, const Nvo3__MapUpdate *update)
{
	struct nve_vn *vn;
	struct uuid uuid;
	struct err err;
	bool snapshot;

	if (!msg_get_uuid(&update->vn, &uuid)) {
		log_err("the director sent mappings without the UUID of their VN");
		return;
	}
	vn = vn_lookup(nve, &uuid);
	/* Left meanwhile; what was on its way is of no use */
	if (!vn || vn->session != VN_JOINED)
		return;
	snapshot = vn->model->in_snapshot || update->snapshot_begin;
	if (take(nve, vn, update, &err)) {
		/* Going on would leave a gap that nobody sees: start over, with a snapshot */
		log_err("VNI %u: cannot take the director's mappings: %s", vn->model->vni,
			err.text);
		vn->model->store = (struct uuid){};
		director_reset(nve->director, "its mappings cannot be taken");
		return;
	}
	vn->updates++;
	director_ack(nve->director, vn->model);
	if (update->again_end)
		audit_corrected(vn);
	if (snapshot && !vn->model->in_snapshot && !vn->by_interest)
		set_partial(vn, false);
	leave_look(nve, &uuid);
	vn = vn_lookup(nve, &uuid);
	if (vn && vn->model->complete && vn->waiters)
		finish_waiters(vn, CODE(OK), "");
}
