// SPDX-License-Identifier: GPL-2.0
/* What a server's machine does beside its VMs. */
#include "lib/mem.h"
#include "monitor_priv.h"

#define CPUS_MAX	65536u	/* as what is said at a registration */
#define LOAD_MAX	100000000u	/* processes, in thousandths */
#define KIB_MAX		(1ull << 50)

static bool cannot_be(const struct host_use *use, uint64_t wall)
{
	return use->time + USAGE_SKEW_MS < wall || use->time > wall + USAGE_SKEW_MS ||
	       !use->cpus || use->cpus > CPUS_MAX || use->cpu_permille > 1000 ||
	       use->load_milli > LOAD_MAX || !use->memory_kib || use->memory_kib > KIB_MAX ||
	       use->memory_used_kib > use->memory_kib || use->disk_kib > KIB_MAX ||
	       use->disk_used_kib > use->disk_kib;
}

/* VMs that use nearly all are reason enough, and have an alarm, or soon: it is not the host's. */
static bool is_by_vms(uint32_t used, const struct alarm *alarm, const struct alarm_rule *rule)
{
	return used >= rule->raise || (alarm && alarm->raised);
}

static void judge_cpu(struct monitor *m, struct server *server, uint64_t wall)
{
	uint32_t vms = monitor_permille(server->use.cpu_permille, server->total.cpus * 1000ull);
	const struct watched *w = server->watched;
	const struct host_use *now = &server->host.now;
	struct alarm *alarm = &server->host.cpu;
	bool by_vms = is_by_vms(vms, w ? &w->cpu : NULL, &m->conf.server_cpu);

	if (!alarm_update(alarm, &m->conf.host_cpu, by_vms ? 0 : now->cpu_permille))
		return;
	if (alarm->raised)
		monitor_raise(m, MONITOR_HOST_CPU, server->name, NULL, wall,
			      "the machine of server %s uses %u.%u %% of its %u processors, load %u.%02u, and its VMs %u.%u %% of theirs",
			      server->name, now->cpu_permille / 10, now->cpu_permille % 10,
			      now->cpus, now->load_milli / 1000, now->load_milli % 1000 / 10,
			      vms / 10, vms % 10);
	else
		monitor_clear(m, MONITOR_HOST_CPU, server->name);
}

static void judge_memory(struct monitor *m, struct server *server, uint64_t wall)
{
	uint32_t vms = monitor_permille(server->use.memory_kib,
					server->total.memory_mib * 1024ull);
	const struct watched *w = server->watched;
	const struct host_use *now = &server->host.now;
	uint32_t used = monitor_permille(now->memory_used_kib, now->memory_kib);
	struct alarm *alarm = &server->host.memory;
	bool by_vms = is_by_vms(vms, w ? &w->memory : NULL, &m->conf.server_memory);

	if (!alarm_update(alarm, &m->conf.host_memory, by_vms ? 0 : used))
		return;
	if (alarm->raised)
		monitor_raise(m, MONITOR_HOST_MEMORY, server->name, NULL, wall,
			      "the machine of server %s uses %u.%u %% of its %llu MiB, and its VMs %u.%u %% of theirs",
			      server->name, used / 10, used % 10,
			      (unsigned long long)now->memory_kib / 1024, vms / 10, vms % 10);
	else
		monitor_clear(m, MONITOR_HOST_MEMORY, server->name);
}

static void judge_disk(struct monitor *m, struct server *server, uint64_t wall)
{
	const struct host_use *now = &server->host.now;
	uint32_t used = monitor_permille(now->disk_used_kib, now->disk_kib);
	struct alarm *alarm = &server->host.disk;

	if (!alarm_update(alarm, &m->conf.host_disk, used))
		return;
	if (alarm->raised)
		monitor_raise(m, MONITOR_HOST_DISK, server->name, NULL, wall,
			      "the disk that has the VMs of server %s is full to %u.%u %% of %llu MiB",
			      server->name, used / 10, used % 10,
			      (unsigned long long)now->disk_kib / 1024);
	else
		monitor_clear(m, MONITOR_HOST_DISK, server->name);
}

/* By whomever: who comes next shares the processors with all of them. */
static void judge_busy(struct monitor *m, struct server *server)
{
	struct host_watched *host = &server->host;

	alarm_update(&host->busy, &m->conf.host_busy, host->now.cpu_permille);
	inventory_server_set_busy(server, host->busy.raised || host->cpu.raised);
}

static void keep(struct host_watched *host, uint64_t wall)
{
	const uint64_t v[HISTORY_VALUES] = {
		[HOST_CPU] = host->now.cpu_permille, [HOST_LOAD] = host->now.load_milli,
		[HOST_MEMORY] = host->now.memory_used_kib / 1024,
		[HOST_DISK] = host->now.disk_used_kib / 1024,
	};

	if (!host->history)
		host->history = mem_zalloc(sizeof(*host->history));
	history_keep(host->history, v, wall);
}

enum usage_verdict monitor_host(struct monitor *m, struct server *server,
				const struct host_use *use, uint64_t wall)
{
	if (cannot_be(use, wall)) {
		m->refused++;
		monitor_raise(m, MONITOR_SERVER_ABSURD, server->name, NULL, wall,
			      "server %s says of its machine what cannot be: its clock, or more in use than there is",
			      server->name);
		return USAGE_ABSURD;
	}
	if (use->time <= server->host.now.time) {
		m->refused++;
		return USAGE_OLD;
	}
	server->host.now = *use;
	keep(&server->host, wall);
	judge_cpu(m, server, wall);
	judge_memory(m, server, wall);
	judge_disk(m, server, wall);
	judge_busy(m, server);
	monitor_judge_overloaded(server);
	return USAGE_TAKEN;
}

void monitor_host_forget(struct monitor *m, struct server *server)
{
	server->host = (struct host_watched){ .history = server->host.history };
	inventory_server_set_busy(server, false);
	for (enum monitor_kind kind = MONITOR_HOST_CPU; kind <= MONITOR_HOST_DISK; kind++)
		monitor_clear(m, kind, server->name);
	monitor_judge_overloaded(server);
}
