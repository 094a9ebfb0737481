// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assoc.h"
#include "director.h"
#include "hold.h"
#include "keep.h"
#include "leave.h"
#include "log.h"
#include "mem.h"
#include "own.h"
#include "policy.h"
#include "port.h"
#include "port_act.h"
#include "vn.h"

struct port_op {
	struct nve_tsi *tsi;
	enum tsi_event event;
	struct tsi want;
	nve_done_fn done;
	void *arg;
	unsigned int actions;		/* that are still to be done */
	bool advertising;
	bool waiting;			/* see leave_must_wait() */
	struct port_op *next;
};

static void start(struct nve_tsi *tsi);
static void proceed(struct port_op *op);

struct nve_tsi *port_lookup(struct nve *nve, const struct uuid *tsi)
{
	struct nve_tsi *p;

	HASH_FIND(hh, nve->tsis, tsi, sizeof(*tsi), p);
	return p;
}

static void port_free(struct nve_tsi *tsi)
{
	HASH_DEL(tsi->nve->tsis, tsi);
	leave_free(tsi);
	hold_end(tsi);
	loop_timer_free(tsi->timer);
	free(tsi);
}

static void finish(struct port_op *op, uint32_t code, const char *text)
{
	struct nve_tsi *tsi = op->tsi;

	loop_timer_cancel(tsi->timer);
	if (op->event == TSI_ASSOCIATE && code == CODE(OK) && tsi->t.state == TSI_ASSOCIATED) {
		tsi->t.hold_s = op->want.hold_s;
		hold_begin(tsi);
	}
	tsi->ops = op->next;
	if (op->done)
		op->done(code, text, op->arg);
	free(op);
	if (tsi->ops)
		start(tsi);
	else if (tsi->t.state == TSI_INIT)
		port_free(tsi);
}

/* --- steps that take time */

/* What judges its frames is there before the port is */
static void armed(uint32_t code, const char *text, void *arg)
{
	struct port_op *op = arg;
	struct nve_tsi *tsi = op->tsi;
	struct err err;
	int rc;

	if (code != CODE(OK)) {
		vn_put(tsi->nve, &op->want.vn);
		finish(op, code, text);
		return;
	}
	rc = port_bind(tsi, &op->want, &err);
	if (rc) {
		vn_put(tsi->nve, &op->want.vn);
		finish(op, nve_errno_code(rc), err.text);
		return;
	}
	if (op->want.hold_s)
		leave_arrives(tsi);
	proceed(op);
}

static void bound(uint32_t code, const char *text, void *arg)
{
	struct port_op *op = arg;

	if (code == CODE(OK))
		policy_get(op->tsi->nve, &op->want.profile, armed, op);
	else
		finish(op, code, text);
}

static void rearmed(uint32_t code, const char *text, void *arg)
{
	struct port_op *op = arg;
	struct err err;
	int rc;

	if (code != CODE(OK)) {
		finish(op, code, text);
		return;
	}
	rc = port_update(op->tsi, &op->want, &err);
	if (rc)
		finish(op, nve_errno_code(rc), err.text);
	else
		proceed(op);
}

static void bind_step(struct port_op *op)
{
	const char *what = port_conflict(op->tsi->nve, &op->want);
	struct err err;

	if (what) {
		err_set(&err, EEXIST, "another interface on this NVE has %s", what);
		finish(op, CODE(EXISTS), err.text);
		return;
	}
	vn_get(op->tsi->nve, &op->want.vn, bound, op);
}

/* --- activation: the kernel first, because the director's word reaches others at once */

static void waited(void *arg)
{
	struct nve_tsi *tsi = arg;

	if (tsi->leave.deadline)
		port_resume(tsi);
	else
		port_advertised(tsi->nve, &tsi->t.id, tsi->t.epoch, 0, CODE(UNAVAILABLE),
				"no director answers, so the interface cannot be advertised");
}

static int make_active(struct nve_tsi *tsi, uint64_t epoch, struct err *err)
{
	int rc = port_set_state(tsi, NVO3_PORT_STATE_ACTIVE, epoch, err);

	if (rc)
		return rc;
	tsi->t.epoch = epoch;
	tsi->t.state = TSI_ACTIVATED;
	hold_end(tsi);
	leave_stay(tsi);
	own_update(tsi, NULL);
	return 0;
}

static void advertise(struct port_op *op)
{
	struct nve_tsi *tsi = op->tsi;
	struct nve *nve = tsi->nve;

	op->advertising = true;
	if (!director_is_up(nve->director))
		loop_timer_set(tsi->timer, NVE_DIRECTOR_WAIT_MS);
	director_advertise(nve->director, &tsi->t);
}

static void enable_step(struct port_op *op)
{
	uint64_t epoch = op->event == TSI_ACTIVATE ? op->want.epoch : op->tsi->t.epoch;
	struct nve_tsi *tsi = op->tsi;
	struct err err;
	int rc;

	if (!epoch) {
		/* The epoch is the director's to give, and the kernel needs it */
		tsi->claims = true;
		tsi->t.epoch = 0;
		advertise(op);
		return;
	}
	rc = make_active(tsi, epoch, &err);
	if (rc)
		finish(op, nve_errno_code(rc), err.text);
	else
		advertise(op);
}

static void note_accepted(struct nve_tsi *tsi)
{
	struct nve_vn *vn = vn_lookup(tsi->nve, &tsi->t.vn);

	keep_accepted(tsi->nve, &tsi->t.id, tsi->t.epoch);
	if (vn)
		model_map_own(vn->model, &tsi->t.mac, tsi->t.epoch);
}

/* The answer to a claim; until it came the interface was silent */
static void claim_answered(struct nve_tsi *tsi, uint64_t epoch, uint32_t code, const char *text)
{
	struct port_op *op = tsi->ops;
	struct err err;
	int rc;

	tsi->claims = false;
	op->advertising = false;
	if (code == CODE(OK) && !epoch) {
		code = CODE(BAD_MESSAGE);
		text = "the director's answer to a claim has no epoch";
	}
	if (code != CODE(OK)) {
		finish(op, code, text);
		return;
	}
	rc = make_active(tsi, epoch, &err);
	if (rc) {
		tsi->t.epoch = epoch;
		director_withdraw(tsi->nve->director, &tsi->t);
		finish(op, nve_errno_code(rc), err.text);
		return;
	}
	note_accepted(tsi);
	leave_active(tsi);
	proceed(op);
}

/* The answer to an activation that somebody waits for */
static void activation_answered(struct port_op *op, uint32_t code, const char *text)
{
	struct nve_tsi *tsi = op->tsi;
	struct err err;

	op->advertising = false;
	/* What was accepted once may start again while no director listens */
	if ((code == CODE(UNAVAILABLE) || code == CODE(TIMEOUT)) &&
	    keep_get_accepted(tsi->nve, &tsi->t.id) == tsi->t.epoch)
		code = CODE(OK);
	if (code == CODE(OK)) {
		leave_active(tsi);
		proceed(op);
		return;
	}
	if (port_disable(tsi, &err))
		log_err("%s: stays active although it was refused: %s", tsi->t.dev, err.text);
	finish(op, code, text);
}

/*
 * At the start of a session, all that is active is offered again. Only the word that somebody
 * else has the address now takes it from a running VM; a director that does not know of any
 * placement may have lost its memory, and will hear of it from its vCenter.
 */
static void offer_answered(struct nve_tsi *tsi, uint32_t code, const char *text)
{
	char id[UUID_STRLEN];

	if (code == CODE(OK) || code == CODE(UNAVAILABLE) || code == CODE(TIMEOUT))
		return;
	uuid_format(&tsi->t.id, id);
	log_err("%s (interface %s): the director refuses it: %s", tsi->t.dev, id, text);
	assoc_alert(tsi->nve->assoc, tsi->owner, "claim-refused", id, text);
	if (code == CODE(STALE) || code == CODE(EXISTS))
		port_submit(tsi->nve, tsi->owner, TSI_DEACTIVATE, &tsi->t, NULL, NULL);
	else
		director_try_later(tsi->nve->director);
}

void port_advertised(struct nve *nve, const struct uuid *id, uint64_t epoch, uint64_t given,
		     uint32_t code, const char *text)
{
	struct nve_tsi *tsi = port_lookup(nve, id);

	/* Deactivated or activated anew since: that has an answer of its own */
	if (!tsi || tsi->t.epoch != epoch || (tsi->t.state != TSI_ACTIVATED && !tsi->claims))
		return;
	if (tsi->claims) {
		claim_answered(tsi, given, code, text);
		return;
	}
	if (code == CODE(OK))
		note_accepted(tsi);
	if (tsi->ops && tsi->ops->advertising)
		activation_answered(tsi->ops, code, text);
	else
		offer_answered(tsi, code, text);
}

/* --- the queue */

static void proceed(struct port_op *op)
{
	struct err err;
	int rc = 0;

	while (op->actions && !rc) {
		unsigned int action = op->actions & -op->actions;

		op->actions &= ~action;
		switch (action) {
		case TSI_DISABLE:
			rc = port_disable(op->tsi, &err);
			break;
		case TSI_UNBIND:
			rc = port_unbind(op->tsi, &err);
			break;
		case TSI_BIND:
			bind_step(op);
			return;
		case TSI_UPDATE:
			policy_get(op->tsi->nve, &op->want.profile, rearmed, op);
			return;
		case TSI_ENABLE:
			enable_step(op);
			return;
		}
	}
	finish(op, rc ? nve_errno_code(rc) : CODE(OK), rc ? err.text : "");
}

/* Active it is already; it may have been about to leave */
static void stays(struct port_op *op)
{
	leave_stay(op->tsi);
	finish(op, CODE(OK), "");
}

static void start(struct nve_tsi *tsi)
{
	struct port_op *op = tsi->ops;
	struct err err;
	uint32_t code;

	code = tsi_decide(&tsi->t, op->event, &op->want, &op->actions, &err);
	if (code != CODE(OK))
		finish(op, code, err.text);
	else if (op->event == TSI_ACTIVATE && !op->actions)
		stays(op);
	else if (op->event == TSI_DEACTIVATE && leave_silent(tsi))
		finish(op, CODE(OK), "");
	else if (op->event == TSI_DEASSOCIATE && leave_must_wait(tsi))
		op->waiting = true;
	else
		proceed(op);
}

void port_resume(struct nve_tsi *tsi)
{
	struct port_op *op = tsi->ops;

	if (!op || !op->waiting)
		return;
	op->waiting = false;
	start(tsi);
}

static struct nve_tsi *port_add(struct nve *nve, const struct uuid *id, const char *owner)
{
	struct nve_tsi *tsi = mem_zalloc(sizeof(*tsi));

	tsi->nve = nve;
	tsi->t.id = *id;
	snprintf(tsi->owner, sizeof(tsi->owner), "%s", owner);
	tsi->timer = loop_timer_new(nve->loop, waited, tsi);
	HASH_ADD(hh, nve->tsis, t.id, sizeof(tsi->t.id), tsi);
	return tsi;
}

void port_submit(struct nve *nve, const char *owner, enum tsi_event event, const struct tsi *want,
		 nve_done_fn done, void *arg)
{
	struct nve_tsi *tsi = port_lookup(nve, &want->id);
	struct port_op *op, **tail;
	unsigned int actions;
	uint32_t code;
	struct err err;

	if (tsi && strcmp(tsi->owner, owner)) {
		err_set(&err, EACCES, "the interface belongs to vServer %s", tsi->owner);
		if (done)
			done(CODE(DENIED), err.text, arg);
		return;
	}
	if (!tsi && event != TSI_ASSOCIATE) {
		code = tsi_decide(NULL, event, want, &actions, &err);
		if (done)
			done(code, code == CODE(OK) ? "" : err.text, arg);
		return;
	}
	if (!tsi)
		tsi = port_add(nve, &want->id, owner);
	op = mem_zalloc(sizeof(*op));
	op->tsi = tsi;
	op->event = event;
	op->want = *want;
	op->done = done;
	op->arg = arg;
	for (tail = &tsi->ops; *tail; tail = &(*tail)->next)
		;
	*tail = op;
	if (tsi->ops == op)
		start(tsi);
}

/* --- start, end, and what happens outside */

void port_restore(struct nve *nve, const struct tsi *t, const char *owner)
{
	struct kern *k = nve->kern;
	struct nve_tsi *tsi;
	struct nvo3_port port;
	struct nve_vn *vn = vn_lookup(nve, &t->vn);
	uint32_t dev;

	if (!vn || k->ops->dev_index(k, t->dev, &dev, NULL) ||
	    k->ops->port_get(k, dev, t->vid, &port, NULL) || port.vni != vn->model->vni) {
		log_info("%s: was associated, is not in the kernel any more", t->dev);
		keep_tsi_del(nve, &t->id, owner);
		return;
	}
	tsi = port_add(nve, &t->id, owner);
	tsi->t = *t;
	tsi->t.given_vid = policy_vlan(nve, &t->profile);
	if (port.has & NVO3_HAS(PORT_EPOCH))
		tsi->t.epoch = port.epoch;
	tsi->t.state = port.state == NVO3_PORT_STATE_ACTIVE ? TSI_ACTIVATED : TSI_ASSOCIATED;
	tsi->dev = dev;
	own_restore(tsi);
	vn_hold(nve, &t->vn);
	if (tsi->t.state == TSI_ASSOCIATED)
		hold_begin(tsi);
	leave_restore(tsi);
}

void port_uninit_all(struct nve *nve)
{
	struct port_op *op, *next_op;
	struct nve_tsi *tsi, *next;

	HASH_ITER(hh, nve->tsis, tsi, next) {
		for (op = tsi->ops; op; op = next_op) {
			next_op = op->next;
			free(op);
		}
		port_free(tsi);
	}
}

static void lost(struct nve_tsi *tsi)
{
	char id[UUID_STRLEN];
	struct err err;

	err_set(&err, ENODEV, "access device %s of interface %s is gone", tsi->t.dev,
		uuid_format(&tsi->t.id, id));
	log_warn("%s", err.text);
	assoc_alert(tsi->nve->assoc, tsi->owner, "interface-lost", id, err.text);
	port_submit(tsi->nve, tsi->owner, TSI_DEASSOCIATE, &tsi->t, NULL, NULL);
}

void port_gone(struct nve *nve, uint32_t dev, uint16_t vlan)
{
	struct kern *k = nve->kern;
	struct nve_tsi *tsi, *next;
	struct nvo3_port port;
	int rc;

	HASH_ITER(hh, nve->tsis, tsi, next) {
		if (tsi->t.state == TSI_INIT || (dev && (tsi->dev != dev || tsi->t.vid != vlan)))
			continue;
		/* The news may be old: bound again since then */
		rc = k->ops->port_get(k, tsi->dev, tsi->t.vid, &port, NULL);
		if (rc == -ENOENT || rc == -ENODEV)
			lost(tsi);
	}
}
