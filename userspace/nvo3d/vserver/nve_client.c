// SPDX-License-Identifier: GPL-2.0

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "center.h"
#include "chan.h"
#include "log.h"
#include "mem.h"
#include "move_figures.h"
#include "nve_client.h"

/* An activation may have to wait for the NVE's director and then for its word */
#define REQUEST_MS 25000
#define SESSION_WAIT_MS 10000
#define SYNC_AGAIN_MS 5000

struct ask {
	struct nve_client *c;
	uint32_t type;
	struct vm *vm;			/* lives as long as its task waits for this */
	size_t nic;
	uint64_t deadline;
	nve_client_fn done;
	void *arg;
	struct ask *prev, *next;
};

struct nve_client {
	struct vserver *vs;
	struct chan *chan;
	bool ready;			/* TSI_SYNC has been sent in this session */
	struct ask *waiting;		/* for a session, oldest first */
	struct loop_timer *give_up;	/* when the oldest has waited enough */
	struct loop_timer *sync_again;
};

static void answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct ask *a = arg;

	if (a->done && !a->c->vs->stopping)
		a->done(code, text, a->arg);
	free(a);
}


/* The move with which it comes, while that is not committed */
static struct move *arriving(const struct vm *vm)
{
	struct move *m = move_lookup_vm(vm->vs, &vm->id);

	if (!m || m->is_source || m->phase == NVO3__MOVE_PHASE__MOVE_COMMITTING)
		return NULL;
	return m;
}

static void pack(Nvo3__Tsi *ret, const struct vm *vm, const Nvo3__Nic *nic)
{
	const struct move *m = arriving(vm);

	nvo3__tsi__init(ret);
	ret->hold_s = m ? m->hold_s : 0;
	ret->tsi = nic->tsi;
	ret->vn = nic->vn;
	ret->dev = nic->port;
	ret->vid = nic->vid;
	ret->mac = nic->mac;
	ret->ips = nic->ips;
	ret->n_ips = nic->n_ips;
	ret->epoch = nic->epoch;
	ret->profile = nic->profile;
	ret->dhcp = nic->dhcp;
	ret->state = vm->tsi;
}

static ProtobufCBinaryData *pack_wanted(const struct ask *a, Nvo3__TsiAssociate *msg)
{
	const struct move *m = arriving(a->vm);
	const struct move_used *used = NULL;
	ProtobufCBinaryData *list;
	struct uuid tsi;

	if (m && msg_get_uuid(&msg->tsi->tsi, &tsi))
		used = move_used_of(m, &tsi);
	if (!used)
		return NULL;
	list = mem_calloc(used->n, sizeof(*list));
	for (size_t i = 0; i < used->n; i++)
		list[i] = msg_put_mac(&used->macs[i]);
	msg->wanted = list;
	msg->n_wanted = used->n;
	return list;
}

static void send_ask(struct ask *a)
{
	ProtobufCBinaryData *wanted = NULL;
	const Nvo3__Nic *nic = a->vm->profile->nics[a->nic];
	Nvo3__TsiDeassociate deassociate = NVO3__TSI_DEASSOCIATE__INIT;
	Nvo3__TsiDeactivate deactivate = NVO3__TSI_DEACTIVATE__INIT;
	Nvo3__TsiAssociate associate = NVO3__TSI_ASSOCIATE__INIT;
	Nvo3__TsiActivate activate = NVO3__TSI_ACTIVATE__INIT;
	const ProtobufCMessage *body = NULL;
	Nvo3__Tsi tsi;

	switch (a->type) {
	case MSG(TSI_ASSOCIATE):
		pack(&tsi, a->vm, nic);
		associate.tsi = &tsi;
		wanted = pack_wanted(a, &associate);
		body = &associate.base;
		break;
	case MSG(TSI_ACTIVATE):
		activate.tsi = nic->tsi;
		activate.epoch = nic->epoch;
		body = &activate.base;
		break;
	case MSG(TSI_DEACTIVATE):
		deactivate.tsi = nic->tsi;
		body = &deactivate.base;
		break;
	case MSG(TSI_DEASSOCIATE):
		deassociate.tsi = nic->tsi;
		body = &deassociate.base;
		break;
	}
	chan_request(a->c->chan, a->type, body, REQUEST_MS, answered, a);
	free(wanted);
}

void nve_client_request(struct nve_client *c, uint32_t type, const ProtobufCMessage *body,
			uint32_t timeout_ms, chan_answer_fn done, void *arg)
{
	chan_request(c->chan, type, body, timeout_ms, done, arg);
}

void nve_client_cancel(struct nve_client *c, void *arg)
{
	if (c)
		chan_cancel(c->chan, arg);
}

bool nve_client_clock(const struct nve_client *c, int64_t *offset, uint64_t *error)
{
	return chan_clock(c->chan, offset, error);
}

static void arm_give_up(struct nve_client *c)
{
	uint64_t now = loop_now_ms();

	if (c->waiting)
		loop_timer_set(c->give_up,
			       c->waiting->deadline > now ? c->waiting->deadline - now : 0);
	else
		loop_timer_cancel(c->give_up);
}

static void give_up(void *arg)
{
	struct nve_client *c = arg;
	struct ask *a;

	while ((a = c->waiting) && a->deadline <= loop_now_ms()) {
		DL_DELETE(c->waiting, a);
		answered(CODE(UNAVAILABLE), "the NVE does not answer", NULL, a);
	}
	arm_give_up(c);
}

void nve_client_ask(struct nve_client *c, uint32_t type, struct vm *vm, size_t nic,
		    nve_client_fn done, void *arg)
{
	bool taking = type == MSG(TSI_ASSOCIATE) || type == MSG(TSI_ACTIVATE);
	struct ask *a = mem_zalloc(sizeof(*a));

	a->c = c;
	a->type = type;
	a->vm = vm;
	a->nic = nic;
	a->done = done;
	a->arg = arg;
	/* Without a session the channel itself answers UNAVAILABLE */
	if (c->ready || !taking) {
		send_ask(a);
		return;
	}
	a->deadline = loop_now_ms() + SESSION_WAIT_MS;
	DL_APPEND(c->waiting, a);
	arm_give_up(c);
}

/* --- the session */

static void synced(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct nve_client *c = arg;

	if (code == CODE(OK) || c->vs->stopping)
		return;
	log_warn("the NVE could not take up all interfaces: %s", text);
	/* A refusal stays one; what was not there in time may come */
	if (c->ready && (code == CODE(UNAVAILABLE) || code == CODE(TIMEOUT)))
		loop_timer_set(c->sync_again, SYNC_AGAIN_MS);
}

static void send_sync(void *arg)
{
	Nvo3__TsiSync sync = NVO3__TSI_SYNC__INIT;
	struct nve_client *c = arg;
	Nvo3__Tsi *tsis, **pointers;
	struct vm *vm;
	size_t n = 0;

	for (vm = c->vs->vms; vm; vm = vm->hh.next)
		n += vm->profile->n_nics;
	tsis = mem_calloc(n, sizeof(*tsis));
	pointers = mem_calloc(n, sizeof(*pointers));
	for (vm = c->vs->vms; vm; vm = vm->hh.next) {
		if (vm->tsi == NVO3__TSI_STATE__TSI_INIT)
			continue;
		for (size_t i = 0; i < vm->profile->n_nics; i++) {
			pack(&tsis[sync.n_tsis], vm, vm->profile->nics[i]);
			pointers[sync.n_tsis] = &tsis[sync.n_tsis];
			sync.n_tsis++;
		}
	}
	sync.tsis = pointers;
	chan_request(c->chan, MSG(TSI_SYNC), &sync.base, REQUEST_MS, synced, c);
	free(pointers);
	free(tsis);
}

static void session_up(struct chan *chan, void *arg)
{
	struct nve_client *c = arg;
	struct ask *a;

	log_info("session to NVE %s", chan_peer_name(chan));
	chan_track_clock(chan);
	send_sync(c);
	c->ready = true;
	while ((a = c->waiting)) {
		DL_DELETE(c->waiting, a);
		send_ask(a);
	}
	arm_give_up(c);
}

static void session_down(struct chan *chan, const char *why, void *arg)
{
	struct nve_client *c = arg;

	if (c->ready)
		log_warn("lost the NVE: %s", why);
	c->ready = false;
	loop_timer_cancel(c->sync_again);
}

/* It is released there: TSI_SYNC is not to ask for it again. A late commit does. */
static void hold_over(struct nve_client *c, const char *subject)
{
	struct vm *vm = NULL;
	struct uuid tsi;
	size_t nic;

	if (!uuid_parse(&tsi, subject, NULL))
		vm = vm_lookup_tsi(c->vs, &tsi, &nic);
	if (vm && arriving(vm))
		vm->tsi = NVO3__TSI_STATE__TSI_INIT;
}

/* The NVE tells of an interface of ours: that is vCenter's matter, too */
static void take_alert(struct nve_client *c, const struct msg *msg)
{
	Nvo3__Alert *alert = msg_decode(msg, &nvo3__alert__descriptor, NULL);

	if (!alert)
		return;
	log_warn("NVE: %s: %s", alert->kind, alert->text);
	if (!strcmp(alert->kind, "hold-over"))
		hold_over(c, alert->subject);
	center_alert(c->vs->center, alert->kind, alert->subject, alert->text);
	msg_free(alert);
}

static void take_late(struct nve_client *c, const struct msg *msg)
{
	Nvo3__TsiLate *late = msg_decode(msg, &nvo3__tsi_late__descriptor, NULL);
	struct uuid move;

	if (late && msg_get_uuid(&late->move, &move))
		center_late(c->vs->center, &move, late->redirected);
	msg_free(late);
}

static bool message(struct chan *chan, const struct msg *msg, void *arg)
{
	switch (msg->type) {
	case MSG(ALERT):
		take_alert(arg, msg);
		return true;
	case MSG(TSI_LATE):
		take_late(arg, msg);
		return true;
	default:
		return false;
	}
}

struct nve_client *nve_client_new(struct vserver *vs, struct err *err)
{
	static const struct chan_ops ops = { .up = session_up, .down = session_down,
					     .message = message };
	struct nve_client *c = mem_zalloc(sizeof(*c));

	c->vs = vs;
	c->chan = chan_connect(vs->loop, vs->tls, &vs->config->vserver.nve, 1,
			       ROLE_BIT(ROLE_NVE), &ops, c, err);
	if (!c->chan) {
		free(c);
		return NULL;
	}
	c->give_up = loop_timer_new(vs->loop, give_up, c);
	c->sync_again = loop_timer_new(vs->loop, send_sync, c);
	return c;
}

void nve_client_free(struct nve_client *c)
{
	struct ask *a;

	if (!c)
		return;
	chan_free(c->chan);
	while ((a = c->waiting)) {
		DL_DELETE(c->waiting, a);
		free(a);
	}
	loop_timer_free(c->give_up);
	loop_timer_free(c->sync_again);
	free(c);
}
