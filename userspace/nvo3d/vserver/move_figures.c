// SPDX-License-Identifier: GPL-2.0

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <utlist.h>

#include "center.h"
#include "log.h"
#include "mem.h"
#include "move_figures.h"
#include "msg.h"
#include "nve_client.h"
#include "persist.h"
#include "proto/association.pb-c.h"

#define ASK_MS		5000
#define AGAIN_MS	250	/* until a first frame has come */
#define WATCH_MS	15000	/* a VM to which nobody speaks has none */
#define RECENT_S	60

/* --- what it used */

static struct move_used *add_used(struct move *m, const struct uuid *tsi)
{
	struct move_used *u;

	m->used = mem_check(realloc(m->used, (m->n_used + 1) * sizeof(*m->used)));
	u = &m->used[m->n_used++];
	*u = (struct move_used){ .tsi = *tsi };
	return u;
}

static void set_used(struct move *m, const struct uuid *tsi, const ProtobufCBinaryData *macs,
		     size_t n)
{
	struct move_used *u = (struct move_used *)move_used_of(m, tsi);

	if (!u)
		u = add_used(m, tsi);
	free(u->macs);
	u->n = 0;
	u->macs = mem_calloc(n, sizeof(*u->macs));
	for (size_t i = 0; i < n && u->n < MOVE_USED_MAX; i++)
		if (msg_get_mac(&macs[i], &u->macs[u->n]))
			u->n++;
}

const struct move_used *move_used_of(const struct move *m, const struct uuid *tsi)
{
	for (size_t i = 0; i < m->n_used; i++)
		if (uuid_equal(&m->used[i].tsi, tsi))
			return &m->used[i];
	return NULL;
}

void move_used_free(struct move *m)
{
	for (size_t i = 0; i < m->n_used; i++)
		free(m->used[i].macs);
	free(m->used);
	m->used = NULL;
	m->n_used = 0;
}

void move_used_pack(const struct move *m, Nvo3__ImageReadReply *reply, void **list)
{
	struct packed {
		Nvo3__UsedMaps msg, *pointer;
	} *packed;
	ProtobufCBinaryData *macs;
	Nvo3__UsedMaps **pointers;
	size_t total = 0;

	for (size_t i = 0; i < m->n_used; i++)
		total += m->used[i].n;
	packed = mem_zalloc(m->n_used * (sizeof(*packed) + sizeof(*pointers)) +
			    total * sizeof(*macs) + 1);
	pointers = (Nvo3__UsedMaps **)(packed + m->n_used);
	macs = (ProtobufCBinaryData *)(pointers + m->n_used);
	for (size_t i = 0; i < m->n_used; i++) {
		nvo3__used_maps__init(&packed[i].msg);
		packed[i].msg.tsi = msg_put_uuid(&m->used[i].tsi);
		packed[i].msg.macs = macs;
		packed[i].msg.n_macs = m->used[i].n;
		for (size_t j = 0; j < m->used[i].n; j++)
			*macs++ = msg_put_mac(&m->used[i].macs[j]);
		pointers[i] = &packed[i].msg;
	}
	reply->used = pointers;
	reply->n_used = m->n_used;
	*list = packed;
}

void move_used_take(struct move *m, const Nvo3__ImageReadReply *reply)
{
	struct vm *vm;
	struct uuid tsi;
	size_t nic;

	for (size_t i = 0; i < reply->n_used; i++) {
		if (!msg_get_uuid(&reply->used[i]->tsi, &tsi))
			continue;
		/* Of this VM only, so their number is bounded */
		vm = vm_lookup_tsi(m->vs, &tsi, &nic);
		if (vm && uuid_equal(&vm->id, &m->vm))
			set_used(m, &tsi, reply->used[i]->macs, reply->used[i]->n_macs);
	}
}

/* --- the source */

static struct uuid nic_tsi(const struct vm *vm, size_t nic)
{
	struct uuid tsi = {};

	msg_get_uuid(&vm->profile->nics[nic]->tsi, &tsi);
	return tsi;
}

static void send_prepare(struct task *t, bool stay, chan_answer_fn answered)
{
	Nvo3__TsiPrepare msg = NVO3__TSI_PREPARE__INIT;
	struct vm *vm = t->vm;

	if (t->nic >= vm->profile->n_nics) {
		task_next(t);
		return;
	}
	msg.tsi = vm->profile->nics[t->nic]->tsi;
	msg.move = msg_put_uuid(&t->move->id);
	msg.stay = stay;
	nve_client_request(vm->vs->nve, MSG(TSI_PREPARE), &msg.base, ASK_MS, answered, t);
}

static void prepared(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__TsiPrepareReply *reply = NULL;
	struct task *t = arg;
	struct uuid tsi = nic_tsi(t->vm, t->nic);

	if (code == CODE(OK))
		reply = msg_decode(body, &nvo3__tsi_prepare_reply__descriptor, NULL);
	else
		log_info("VM %s: its NVE does not prepare the move: %s", t->vm->profile->name,
			 text);
	if (reply)
		set_used(t->move, &tsi, reply->used, reply->n_used);
	msg_free(reply);
	t->nic++;
	send_prepare(t, false, prepared);
}

void step_prepare(struct task *t)
{
	send_prepare(t, false, prepared);
}

static void stayed(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct task *t = arg;

	t->nic++;
	send_prepare(t, true, stayed);
}

void step_stay(struct task *t)
{
	send_prepare(t, true, stayed);
}

/* Times of the NVE in our clock; 0 stays 0 */
static uint64_t to_ours(struct vserver *vs, uint64_t ns, uint64_t *error)
{
	int64_t offset;
	uint64_t e;

	if (!ns || !nve_client_clock(vs->nve, &offset, &e))
		return 0;
	if (e > *error)
		*error = e;
	return ns - offset;
}

/* The earliest last time, the latest first one: with several interfaces the longest time counts */
static void earlier(uint64_t *have, uint64_t ns)
{
	if (ns && (!*have || ns < *have))
		*have = ns;
}

static void later(uint64_t *have, uint64_t ns)
{
	if (ns > *have)
		*have = ns;
}

static void send_figures(struct task *t);

static void left(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__TsiFiguresReply *reply = NULL;
	struct task *t = arg;
	struct vserver *vs = t->vm->vs;
	struct move *m = t->move;

	if (code == CODE(OK))
		reply = msg_decode(body, &nvo3__tsi_figures_reply__descriptor, NULL);
	if (reply) {
		earlier(&m->silent, to_ours(vs, reply->silent, &m->clock_error));
		earlier(&m->last_out, to_ours(vs, reply->last_out, &m->clock_error));
	}
	msg_free(reply);
	t->nic++;
	send_figures(t);
}

static void send_figures(struct task *t)
{
	Nvo3__TsiFigures msg = NVO3__TSI_FIGURES__INIT;

	if (t->nic >= t->vm->profile->n_nics) {
		task_next(t);
		return;
	}
	msg.tsi = t->vm->profile->nics[t->nic]->tsi;
	nve_client_request(t->vm->vs->nve, MSG(TSI_FIGURES), &msg.base, ASK_MS, left, t);
}

void step_figures(struct task *t)
{
	t->move->last_out = 0;
	send_figures(t);
}

void move_silent(struct move *m)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	earlier(&m->silent, (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec);
}

/* --- the destination */

struct figures_watch {
	struct vserver *vs;
	struct uuid move;
	struct loop_timer *timer;
	size_t nic, missing;		/* of this round: interfaces without a first frame */
	uint64_t until;
	struct figures_watch *prev, *next;
};

static void watch_free(struct figures_watch *w)
{
	nve_client_cancel(w->vs->nve, w);
	DL_DELETE(w->vs->watches, w);
	loop_timer_free(w->timer);
	free(w);
}

static void ask_next(struct figures_watch *w);

static void round_over(struct figures_watch *w, struct move *m)
{
	/* A first frame of some interfaces only is no word of all of them */
	if (w->missing)
		m->first_in = 0;
	persist_move_now(w->vs, m);
	center_figures(w->vs->center, m);
	if (!w->missing || loop_now_ms() >= w->until)
		watch_free(w);
	else
		loop_timer_set(w->timer, AGAIN_MS);
}

static void arrived(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__TsiFiguresReply *reply = NULL;
	struct figures_watch *w = arg;
	struct move *m = move_lookup(w->vs, &w->move);

	if (code == CODE(OK))
		reply = msg_decode(body, &nvo3__tsi_figures_reply__descriptor, NULL);
	if (reply && m) {
		later(&m->active, to_ours(w->vs, reply->active, &m->clock_error));
		later(&m->first_in, to_ours(w->vs, reply->first_in, &m->clock_error));
	}
	w->missing += !reply || !reply->first_in;
	msg_free(reply);
	w->nic++;
	ask_next(w);
}

static void ask_next(struct figures_watch *w)
{
	Nvo3__TsiFigures msg = NVO3__TSI_FIGURES__INIT;
	struct move *m = move_lookup(w->vs, &w->move);
	struct vm *vm = m ? vm_lookup(w->vs, &m->vm) : NULL;

	if (!vm) {
		watch_free(w);
	} else if (w->nic < vm->profile->n_nics) {
		msg.tsi = vm->profile->nics[w->nic]->tsi;
		nve_client_request(w->vs->nve, MSG(TSI_FIGURES), &msg.base, ASK_MS, arrived, w);
	} else {
		round_over(w, m);
	}
}

static void begin_round(void *arg)
{
	struct figures_watch *w = arg;

	w->nic = 0;
	w->missing = 0;
	ask_next(w);
}

void move_figures_watch(struct vserver *vs, struct move *m)
{
	struct figures_watch *w;

	DL_FOREACH(vs->watches, w)
		if (uuid_equal(&w->move, &m->id))
			return;
	w = mem_zalloc(sizeof(*w));
	w->vs = vs;
	w->move = m->id;
	w->timer = loop_timer_new(vs->loop, begin_round, w);
	w->until = loop_now_ms() + WATCH_MS;
	DL_APPEND(vs->watches, w);
	loop_timer_set(w->timer, 0);
}

void move_figures_resume(struct vserver *vs)
{
	struct move *m;

	for (m = vs->moves; m; m = m->hh.next)
		if (!m->is_source && m->start && m->phase == NVO3__MOVE_PHASE__MOVE_DONE &&
		    m->ended + RECENT_S > host_wall_s())
			move_figures_watch(vs, m);
}

void move_figures_stop(struct vserver *vs)
{
	while (vs->watches)
		watch_free(vs->watches);
}
