// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "inventory_group.h"
#include "lib/mem.h"
#include "monitor_priv.h"

#define FORGIVE_MS	600000u	/* after the last lie */
#define INTERVAL_MIN_MS	5000u	/* who tells more often is not silent sooner */
/* Of what a machine has: clocks of host and guest do not agree to a percent. */
#define SLACK(n)	((uint64_t)(n) + (n) / 10)

const struct monitor_conf monitor_defaults = {
	.vm_cpu = { 950, 800, 6 },
	.vm_memory = { 950, 900, 6 },
	.server_cpu = { 900, 750, 6 },
	.server_memory = { 950, 900, 6 },
	.host_cpu = { 950, 850, 6 },
	.host_memory = { 950, 900, 6 },
	.host_disk = { 950, 930, 3 },
	.host_busy = { 800, 650, 3 },
};

static const char *const words[MONITOR_KINDS] = {
	[MONITOR_VM_CPU] = "vm-cpu",
	[MONITOR_VM_MEMORY] = "vm-memory",
	[MONITOR_VM_SILENT] = "vm-silent",
	[MONITOR_VM_ABSURD] = "vm-absurd",
	[MONITOR_SERVER_CPU] = "server-cpu",
	[MONITOR_SERVER_MEMORY] = "server-memory",
	[MONITOR_SERVER_SILENT] = "server-silent",
	[MONITOR_SERVER_OVERBOOKED] = "server-overbooked",
	[MONITOR_SERVER_FOREIGN] = "server-foreign",
	[MONITOR_HOST_CPU] = "host-cpu",
	[MONITOR_HOST_MEMORY] = "host-memory",
	[MONITOR_HOST_DISK] = "host-disk",
	[MONITOR_SERVER_ABSURD] = "server-absurd",
};

const char *monitor_word(enum monitor_kind kind)
{
	return words[kind];
}

struct monitor *monitor_new(const struct monitor_conf *conf, struct inventory *inv)
{
	struct monitor *m = mem_zalloc(sizeof(*m));

	m->conf = *conf;
	m->inv = inv;
	return m;
}

void monitor_free(struct monitor *m)
{
	struct monitor_alarm *alarm, *tmp;

	if (!m)
		return;
	HASH_ITER(hh, m->alarms, alarm, tmp) {
		HASH_DEL(m->alarms, alarm);
		free(alarm);
	}
	free(m);
}

/* --- alarms */

static struct monitor_alarm *find(struct monitor *m, enum monitor_kind kind, const char *subject)
{
	struct monitor_alarm_key key = { .kind = kind };
	struct monitor_alarm *alarm;

	snprintf(key.subject, sizeof(key.subject), "%s", subject);
	HASH_FIND(hh, m->alarms, &key, sizeof(key), alarm);
	return alarm;
}

void monitor_raise(struct monitor *m, enum monitor_kind kind, const char *subject,
		   const struct uuid *vm, uint64_t wall, const char *fmt, ...)
{
	struct monitor_alarm *alarm = find(m, kind, subject);
	va_list ap;

	if (alarm) {
		alarm->last = wall;
		return;
	}
	alarm = mem_zalloc(sizeof(*alarm));
	alarm->key.kind = kind;
	snprintf(alarm->key.subject, sizeof(alarm->key.subject), "%s", subject);
	if (vm)
		alarm->vm = *vm;
	alarm->since = wall;
	alarm->last = wall;
	va_start(ap, fmt);
	vsnprintf(alarm->text, sizeof(alarm->text), fmt, ap);
	va_end(ap);
	HASH_ADD(hh, m->alarms, key, sizeof(alarm->key), alarm);
	if (m->said)
		m->said(alarm, true, m->arg);
}

static void end_alarm(struct monitor *m, struct monitor_alarm *alarm, bool say)
{
	HASH_DEL(m->alarms, alarm);
	if (say && m->said)
		m->said(alarm, false, m->arg);
	free(alarm);
}

void monitor_clear(struct monitor *m, enum monitor_kind kind, const char *subject)
{
	struct monitor_alarm *alarm = m->alarms ? find(m, kind, subject) : NULL;

	if (alarm)
		end_alarm(m, alarm, true);
}

void monitor_forgive(struct monitor *m, enum monitor_kind kind, const char *subject,
		     uint64_t wall)
{
	struct monitor_alarm *alarm = m->alarms ? find(m, kind, subject) : NULL;

	if (alarm && wall >= alarm->last + FORGIVE_MS)
		end_alarm(m, alarm, true);
}

/* --- what is told of a VM */

static struct watched *watched_of(struct watched **at)
{
	if (!*at)
		*at = mem_zalloc(sizeof(**at));
	return *at;
}

uint32_t monitor_permille(uint64_t part, uint64_t whole)
{
	uint64_t p = whole ? part * 1000 / whole : 0;

	return p < UINT32_MAX ? p : UINT32_MAX;
}

static void judge_vm(struct monitor *m, struct vm *vm, uint64_t wall)
{
	struct watched *w = vm->watched;
	uint32_t cpu = monitor_permille(w->usage.now.cpu_permille, vm->size.cpus * 1000ull);
	uint32_t memory = monitor_permille(w->usage.now.memory_kib, vm->size.memory_mib * 1024ull);

	if (alarm_update(&w->cpu, &m->conf.vm_cpu, cpu)) {
		if (w->cpu.raised)
			monitor_raise(m, MONITOR_VM_CPU, vm->name, &vm->uuid, wall,
				      "VM %s on server %s uses %u.%u %% of its %u cpus", vm->name,
				      vm->server->name, cpu / 10, cpu % 10, vm->size.cpus);
		else
			monitor_clear(m, MONITOR_VM_CPU, vm->name);
	}
	if (!alarm_update(&w->memory, &m->conf.vm_memory, memory))
		return;
	if (w->memory.raised)
		monitor_raise(m, MONITOR_VM_MEMORY, vm->name, &vm->uuid, wall,
			      "VM %s on server %s uses %u.%u %% of its %u MiB", vm->name,
			      vm->server->name, memory / 10, memory % 10, vm->size.memory_mib);
	else
		monitor_clear(m, MONITOR_VM_MEMORY, vm->name);
}

enum usage_verdict monitor_vm(struct monitor *m, struct vm *vm, const struct vm_use *use,
			      uint64_t wall)
{
	const struct capacity *total = &vm->server->total;
	const struct usage_rate most = { .cpu_permille = SLACK(total->cpus * 1000ull),
					 .memory_kib = SLACK(total->memory_mib * 1024ull) };
	struct watched *w = watched_of(&vm->watched);
	struct usage_rate was = w->usage.now;
	enum usage_verdict verdict = usage_take(&w->usage, use, &most, wall);

	if (verdict == USAGE_OLD || verdict == USAGE_ABSURD)
		m->refused++;
	/* an absurd word is no silence; one that was there before may be */
	if (verdict != USAGE_OLD)
		w->report = vm->server->watched->report;
	if (verdict == USAGE_ABSURD)
		monitor_raise(m, MONITOR_VM_ABSURD, vm->name, &vm->uuid, wall,
			      "server %s says of VM %s what cannot be: its clock, more cpus or more memory than the server has",
			      vm->server->name, vm->name);
	if (verdict != USAGE_TAKEN)
		return verdict;
	m->samples++;
	monitor_forgive(m, MONITOR_VM_ABSURD, vm->name, wall);
	inventory_vm_used(m->inv, vm, &was);
	judge_vm(m, vm, wall);
	return verdict;
}

/* --- what is told of a server */

void monitor_report_begin(struct monitor *m, struct server *server, uint64_t wall)
{
	struct watched *w = watched_of(&server->watched);

	m->reports++;
	w->report++;
	if (w->heard)
		w->interval = wall > w->heard + INTERVAL_MIN_MS ? wall - w->heard :
								  INTERVAL_MIN_MS;
	w->heard = wall;
	monitor_clear(m, MONITOR_SERVER_SILENT, server->name);
}

/* One that is left out says so, too: what it has used last does not count for ever. */
static void look_for_missing(struct monitor *m, struct server *server, uint64_t wall)
{
	struct usage_rate was;
	struct vm *vm;

	for (vm = vm_set_next(&server->vms, NULL); vm; vm = vm_set_next(&server->vms, &vm->uuid)) {
		struct watched *w = watched_of(&vm->watched);

		if (w->report == server->watched->report ||
		    vm->state != NVO3__VM_STATE__VM_RUNNING) {
			w->missed = 0;
			monitor_clear(m, MONITOR_VM_SILENT, vm->name);
			if (w->report == server->watched->report)
				continue;
		} else if (++w->missed >= MONITOR_MISSED) {
			monitor_raise(m, MONITOR_VM_SILENT, vm->name, &vm->uuid, wall,
				      "VM %s runs, and server %s tells nothing of its use",
				      vm->name, server->name);
		} else {
			continue;
		}
		was = w->usage.now;
		w->usage.now = (struct usage_rate){ };
		inventory_vm_used(m->inv, vm, &was);
	}
}

static void judge_server(struct monitor *m, struct server *server, uint64_t wall)
{
	struct watched *w = server->watched;
	uint32_t cpu = monitor_permille(server->use.cpu_permille, server->total.cpus * 1000ull);
	uint32_t memory = monitor_permille(server->use.memory_kib,
					   server->total.memory_mib * 1024ull);

	if (alarm_update(&w->cpu, &m->conf.server_cpu, cpu)) {
		if (w->cpu.raised)
			monitor_raise(m, MONITOR_SERVER_CPU, server->name, NULL, wall,
				      "the VMs of server %s use %u.%u %% of its %u cpus",
				      server->name, cpu / 10, cpu % 10, server->total.cpus);
		else
			monitor_clear(m, MONITOR_SERVER_CPU, server->name);
	}
	if (alarm_update(&w->memory, &m->conf.server_memory, memory)) {
		if (w->memory.raised)
			monitor_raise(m, MONITOR_SERVER_MEMORY, server->name, NULL, wall,
				      "the VMs of server %s use %u.%u %% of its %u MiB",
				      server->name, memory / 10, memory % 10,
				      server->total.memory_mib);
		else
			monitor_clear(m, MONITOR_SERVER_MEMORY, server->name);
	}
	monitor_judge_overloaded(server);
}

/*
 * Processors are shared by all who want them, and a full disk is no less full for what runs
 * already; memory that is gone is what the next VM would not get.
 */
void monitor_judge_overloaded(struct server *server)
{
	const struct watched *w = server->watched;

	server->overloaded = (w && (w->cpu.raised || w->memory.raised)) ||
			     server->host.memory.raised;
}

void monitor_report_end(struct monitor *m, struct server *server, uint64_t wall)
{
	look_for_missing(m, server, wall);
	server->watched->usage.now = server->use;
	usage_keep_sum(&server->watched->usage.history, &server->use, wall);
	judge_server(m, server, wall);
}

void monitor_foreign(struct monitor *m, const struct server *server, const char *what,
		     uint64_t wall)
{
	m->refused++;
	monitor_raise(m, MONITOR_SERVER_FOREIGN, server->name, NULL, wall,
		      "server %s speaks of what is not its own: %s", server->name, what);
}

static void judge_capacity(struct monitor *m, const struct server *server, uint64_t wall)
{
	const struct capacity *has = &server->total, *used = &server->used;

	if (used->vms <= has->vms && used->cpus <= has->cpus &&
	    used->memory_mib <= has->memory_mib && used->disk_mib <= has->disk_mib) {
		monitor_clear(m, MONITOR_SERVER_OVERBOOKED, server->name);
		return;
	}
	monitor_raise(m, MONITOR_SERVER_OVERBOOKED, server->name, NULL, wall,
		      "server %s has %u VMs, %u cpus, %u MiB and %u MiB of disk; its VMs are entitled to %u, %u, %u and %u",
		      server->name, has->vms, has->cpus, has->memory_mib, has->disk_mib, used->vms,
		      used->cpus, used->memory_mib, used->disk_mib);
}

void monitor_session(struct monitor *m, struct server *server, uint64_t wall)
{
	if (server->watched)
		server->watched->heard = wall;
	monitor_host_forget(m, server);
	judge_capacity(m, server, wall);
}

/* --- time */

static void look_for_silence(struct monitor *m, struct server *server, uint64_t wall)
{
	struct watched *w = server->watched;

	/* no session: that is an alert of its own */
	if (!w || !w->interval || !server->session || wall < w->heard ||
	    wall - w->heard <= MONITOR_MISSED * w->interval)
		return;
	monitor_raise(m, MONITOR_SERVER_SILENT, server->name, NULL, wall,
		      "server %s told of its VMs every %llu s, and has not for %llu s",
		      server->name, (unsigned long long)(w->interval + 500) / 1000,
		      (unsigned long long)(wall - w->heard) / 1000);
}

/* The VM is gone, or others tell of it now: nothing is said. */
static bool is_over(struct monitor *m, const struct monitor_alarm *alarm)
{
	const struct vm *vm;

	if (uuid_is_zero(&alarm->vm))
		return false;
	vm = inventory_vm(m->inv, &alarm->vm);
	return !vm || !vm->server || vm->left;
}

void monitor_tick(struct monitor *m, uint64_t wall)
{
	struct monitor_alarm *alarm, *tmp;
	struct server *server;

	for (server = m->inv->servers; server; server = server->hh.next) {
		look_for_silence(m, server, wall);
		monitor_look(m, server, wall);
	}
	HASH_ITER(hh, m->alarms, alarm, tmp)
		if (is_over(m, alarm))
			end_alarm(m, alarm, false);
		else if (alarm->key.kind == MONITOR_SERVER_FOREIGN ||
			 alarm->key.kind == MONITOR_SERVER_ABSURD)
			monitor_forgive(m, alarm->key.kind, alarm->key.subject, wall);
}
