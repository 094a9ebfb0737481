// SPDX-License-Identifier: GPL-2.0

#include <stdlib.h>

#include "boot.h"
#include "center.h"
#include "console.h"
#include "foreign.h"
#include "log.h"
#include "mem.h"
#include "move_figures.h"
#include "move_keep.h"
#include "ops.h"
#include "proto/management.pb-c.h"
#include "rtt_run.h"

#define REQUEST_MS 20000

void center_vm_state(struct center *c, struct vm *vm)
{
	Nvo3__VmStateEvent event = NVO3__VM_STATE_EVENT__INIT;

	event.vm = msg_put_uuid(&vm->id);
	event.state = vm->fsm.state;
	event.text = vm->text;
	chan_event(c->chan, MSG(VM_STATE), &event.base);
	console_look(c->vs, vm);
}

void center_progress(struct center *c, const struct uuid *move, uint64_t done, uint64_t total)
{
	Nvo3__RelocateProgress event = NVO3__RELOCATE_PROGRESS__INIT;

	event.move = msg_put_uuid(move);
	event.done = done;
	event.total = total;
	chan_event(c->chan, MSG(RELOCATE_PROGRESS), &event.base);
}

void center_figures(struct center *c, const struct move *m)
{
	Nvo3__RelocateProgress event = NVO3__RELOCATE_PROGRESS__INIT;

	event.move = msg_put_uuid(&m->id);
	event.done = move_total(m);
	event.total = event.done;
	event.active = m->active;
	event.first_in = m->first_in;
	event.clock_error = m->clock_error;
	chan_event(c->chan, MSG(RELOCATE_PROGRESS), &event.base);
}

void center_left(struct center *c, const struct move *m)
{
	Nvo3__RelocateProgress event = NVO3__RELOCATE_PROGRESS__INIT;

	event.move = msg_put_uuid(&m->id);
	event.done = move_total(m);
	event.total = event.done;
	event.silent = m->silent;
	event.last_out = m->last_out;
	event.clock_error = m->clock_error;
	chan_event(c->chan, MSG(RELOCATE_PROGRESS), &event.base);
}

void center_late(struct center *c, const struct uuid *move, uint64_t frames)
{
	struct move *m = move_lookup(c->vs, move);
	Nvo3__RelocateProgress event = NVO3__RELOCATE_PROGRESS__INIT;

	event.move = msg_put_uuid(move);
	event.done = m ? move_total(m) : 0;
	event.total = event.done;
	event.late_known = true;
	event.late = frames;
	chan_event(c->chan, MSG(RELOCATE_PROGRESS), &event.base);
}

void center_alert(struct center *c, const char *kind, const char *subject, const char *text)
{
	Nvo3__Alert alert = NVO3__ALERT__INIT;

	alert.kind = (char *)kind;
	alert.subject = (char *)subject;
	alert.text = (char *)text;
	chan_event(c->chan, MSG(ALERT), &alert.base);
}

void center_use(struct center *c, Nvo3__VmUse **uses, size_t n)
{
	Nvo3__VmUseEvent event = NVO3__VM_USE_EVENT__INIT;

	event.uses = uses;
	event.n_uses = n;
	if (n)
		chan_event(c->chan, MSG(VM_USE), &event.base);
}

void center_host_load(struct center *c, const Nvo3__HostLoad *load)
{
	chan_event(c->chan, MSG(HOST_LOAD), &load->base);
}

/* --- the session */

static void registered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__ServerRegisterReply *reply;
	struct center *c = arg;
	struct uuid vm;

	if (code != CODE(OK)) {
		log_err("%s refuses this vServer: %s", chan_peer_name(c->chan), text);
		if (chan_is_up(c->chan))
			chan_drop(c->chan, text);
		return;
	}
	reply = msg_decode(body, &nvo3__server_register_reply__descriptor, NULL);
	for (size_t i = 0; reply && i < reply->n_forget; i++)
		if (msg_get_uuid(&reply->forget[i], &vm))
			vm_forget(c->vs, &vm);
	if (reply)
		msg_free(reply);
	c->heard = true;
	boot_restart(c);
	center_register_all(c);
	foreign_tell(c->vs);
	move_figures_resume(c->vs);
}

static void session_up(struct chan *chan, void *arg)
{
	Nvo3__ServerRegister msg = NVO3__SERVER_REGISTER__INIT;
	struct center *c = arg;
	const struct config_vserver *conf = &c->vs->config->vserver;
	size_t n = HASH_COUNT(c->vs->vms), i = 0;
	Nvo3__VmReport *reports = mem_calloc(n, sizeof(*reports));
	Nvo3__VmReport **pointers = mem_calloc(n, sizeof(*pointers));
	struct vm *vm;

	c->session++;
	c->heard = false;
	c->one_by_one = false;
	msg.nve = (char *)conf->nve_name;
	msg.image_addr = (char *)conf->images;
	msg.cpus = conf->cpus;
	msg.memory_mib = conf->memory_mib;
	msg.disk_mib = conf->disk_mib;
	msg.max_vms = conf->max_vms;
	msg.location = (char *)conf->location;
	msg.keeps = move_keep_can(c->vs, NULL);
	msg.gateway = conf->gateway;
	for (vm = c->vs->vms; vm; vm = vm->hh.next, i++) {
		reports[i] = vm_report(vm);
		pointers[i] = &reports[i];
	}
	msg.vms = pointers;
	msg.n_vms = n;
	chan_request(chan, MSG(SERVER_REGISTER), &msg.base, REQUEST_MS, registered, c);
	free(pointers);
	free(reports);
}

static void session_down(struct chan *chan, const char *why, void *arg)
{
	struct center *c = arg;

	console_session_down(c->vs);
}

static bool message(struct chan *chan, const struct msg *msg, void *arg)
{
	struct center *c = arg;
	Nvo3__Alert *alert;

	if (msg->type != MSG(ALERT))
		return center_request(c, msg);
	alert = msg_decode(msg, &nvo3__alert__descriptor, NULL);
	if (alert) {
		log_warn("vCenter: %s: %s", alert->kind, alert->text);
		msg_free(alert);
	}
	return true;
}

struct center *center_new(struct vserver *vs, struct err *err)
{
	static const struct chan_ops ops = {
		.up = session_up, .down = session_down, .message = message
	};
	const struct config_vserver *conf = &vs->config->vserver;
	struct center *c = mem_zalloc(sizeof(*c));

	c->vs = vs;
	c->rtts = rtt_runs_new(vs->loop);
	c->chan = chan_connect(vs->loop, vs->tls, conf->vcenters, conf->n_vcenters,
			       ROLE_BIT(ROLE_VCENTER), &ops, c, err);
	if (!c->chan) {
		rtt_runs_free(c->rtts);
		free(c);
		return NULL;
	}
	return c;
}

void center_free(struct center *c)
{
	if (!c)
		return;
	center_tell_no_more(c);
	rtt_runs_free(c->rtts);
	loop_timer_free(c->restarts);
	chan_free(c->chan);
	free(c);
}
