// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "api.h"
#include "audit.h"
#include "backup.h"
#include "console.h"
#include "forward.h"
#include "group_run.h"
#include "hier_run.h"
#include "lib/crashpoint.h"
#include "move_dest.h"
#include "move_run.h"
#include "owed.h"
#include "persist.h"
#include "rtt_limit.h"
#include "session_director.h"
#include "session_peer.h"
#include "session_server.h"
#include "vm_bulk.h"
#include "vm_ops.h"

#define TICK_MS		250u
#define MONITOR_TICKS	4u	/* from one look for silence to the next */

static void tick(void *arg)
{
	struct vcenter *vc = arg;

	vm_ops_tick(vc);
	move_run_tick(vc);
	move_dest_tick(vc);
	group_run_tick(vc);
	console_tick(vc);
	if (++vc->ticks % MONITOR_TICKS == 0)
		monitor_tick(vc->monitor, wall_ms());
	loop_timer_set(vc->tick, TICK_MS);
}

/* Alarms are alerts; that one is over is an event. */
static void alarm_said(const struct monitor_alarm *alarm, bool raised, void *arg)
{
	const char *kind = monitor_word(alarm->key.kind), *subject = alarm->key.subject;
	struct vcenter *vc = arg;
	struct server *server;
	struct vm *vm;

	vm = uuid_is_zero(&alarm->vm) ? NULL : inventory_vm(vc->inv, &alarm->vm);
	server = vm ? vm->server : inventory_server(vc->inv, subject);
	if (!server)
		return;
	if (raised)
		note_server_alert(vc, server, kind, subject, "%s", alarm->text);
	else
		note_server(vc, server, kind, subject, "is over: %s", alarm->text);
}

static void load_move(const struct move *m, void *arg)
{
	move_run_load(arg, m);
}

static void load_incoming(const struct incoming *in, void *arg)
{
	move_dest_load(arg, in);
}

static void load_group(const struct group_op *op, void *arg)
{
	group_run_load(arg, op);
}

static void load_member(const struct uuid *op, uint32_t n, const struct group_member *m, void *arg)
{
	group_run_load_member(arg, op, n, m);
}

/* Memory is ahead of the disk: only a restart brings them together. */
static void lost(const struct err *why, void *arg)
{
	exit(EXIT_FAILURE);
}

static int load_state(struct vcenter *vc, struct err *err)
{
	struct persist_load to = { .move = load_move, .incoming = load_incoming,
				   .group = load_group, .member = load_member, .arg = vc };

	vc->inv = inventory_new(vc->conf.dc);
	snprintf(vc->inv->vcenter, sizeof(vc->inv->vcenter), "%s/%s", vc->conf.dc, vc->conf.name);
	inventory_set_vnis(vc->inv, vc->conf.vni_first, vc->conf.vni_last);
	vc->events = events_new();
	vc->monitor = monitor_new(&vc->conf.monitor, vc->inv);
	vc->monitor->said = alarm_said;
	vc->monitor->arg = vc;
	to.inv = vc->inv;
	to.events = vc->events;
	vc->store = store_await(vc->conf.store, "vcenterd", vc->loop, err);
	if (!vc->store)
		return -1;
	if (backup_check(vc->store, err))
		return -1;
	vc->audit = audit_new(vc->store, err);
	if (!vc->audit || persist_load(vc->store, &to, err) ||
	    store_defer(vc->store, vc->loop, lost, vc, err))
		return -1;
	store_gather(vc->store, vc->loop);
	CRASHPOINT("vcenter-loaded");
	vm_ops_resume(vc);
	group_run_resume(vc);
	return 0;
}

static int check_identity(struct vcenter *vc, struct err *err)
{
	struct identity id;

	if (!tls_self(vc->tls, ROLE_VCENTER, &id))
		return err_set(err, EACCES, "%s does not name a vcenter", vc->conf.tls.cert);
	if (strcmp(id.dc, vc->conf.dc) || strcmp(id.name, vc->conf.name))
		return err_set(err, EACCES, "%s is for vcenter %s/%s, not %s/%s", vc->conf.tls.cert,
			       id.dc, id.name, vc->conf.dc, vc->conf.name);
	return 0;
}

int vcenter_start(struct vcenter *vc, struct loop *loop, struct err *err)
{
	vc->loop = loop;
	vc->tls = tls_open(&vc->conf.tls, err);
	if (!vc->tls || check_identity(vc, err))
		return -1;
	if (load_state(vc, err))
		return -1;
	if (session_director_start(vc, err) || session_peer_start(vc, err) ||
	    session_server_start(vc, err) || api_start(vc, err))
		return -1;
	vc->tick = loop_timer_new(vc->loop, tick, vc);
	loop_timer_set(vc->tick, TICK_MS);
	return 0;
}

/* Sessions first: their last callbacks look at the inventory. */
void vcenter_stop(struct vcenter *vc)
{
	vc->stopping = true;
	hier_stop(vc);
	forward_stop(vc);
	api_stop(vc);
	session_server_stop(vc);
	session_peer_stop(vc);
	session_director_stop(vc);
	if (vc->tick)
		loop_timer_free(vc->tick);
	console_free_all(vc);
	move_run_free(vc);
	move_dest_free(vc);
	group_run_free(vc);
	bulk_free_all(vc);
	owed_free_all(vc);
	rtt_limits_free(vc->rtt_limits);
	hier_free(vc);
	free(vc->forwards);
	monitor_free(vc->monitor);
	inventory_free(vc->inv);
	events_free(vc->events);
	audit_free(vc->audit);
	free(vc->peers);
	if (vc->store)
		store_close(vc->store);
	if (vc->tls)
		tls_free(vc->tls);
}
