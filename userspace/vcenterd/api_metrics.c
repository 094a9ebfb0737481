// SPDX-License-Identifier: GPL-2.0
/*
 * GET /metrics (Documentation/operations.rst). What it says of moves follows from those that the
 * store has, so it does not begin anew with the program.
 */
#include "api.h"
#include "lib/gate.h"
#include "lib/metrics.h"
#include "lib/version.h"
#include "move_run.h"
#include "words.h"

static const double blackout_bounds[] = {
	0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
};

#define N_BOUNDS	((int)(sizeof(blackout_bounds) / sizeof(blackout_bounds[0])))

struct moves_sum {
	unsigned int running[FIGURES_STEPS], done, aborted;
	uint64_t late, bytes;
	struct histogram blackouts;
};

static void put_sessions(struct metrics *m, const struct vcenter *vc)
{
	unsigned int servers = 0, peers = 0;
	struct server *server, *tmp;

	HASH_ITER(hh, vc->inv->servers, server, tmp)
		servers += !!server->session;
	for (int i = 0; i < vc->conf.n_peers; i++)
		peers += vc->peers[i].up;
	metrics_family(m, "nvo3_sessions", "gauge", "Sessions that are up, by the peer's role.");
	metrics_put(m, servers, "role", "vserver", NULL);
	metrics_put(m, peers, "role", "vcenter", NULL);
	metrics_put(m, vc->director.ready, "role", "director", NULL);
	metrics_family(m, "nvo3_servers", "gauge", "vServers that are known, with a session or without.");
	metrics_put(m, HASH_COUNT(vc->inv->servers), NULL);
}

static void put_inventory(struct metrics *m, const struct vcenter *vc)
{
	const uint32_t *states = vc->inv->counts.by_state;

	metrics_family(m, "nvo3_vns", "gauge", "Virtual networks.");
	metrics_put(m, HASH_COUNT(vc->inv->vns), NULL);
	metrics_family(m, "nvo3_vms", "gauge", "VMs of this data centre, by state.");
	for (uint32_t state = NVO3__VM_STATE__VM_CREATING; state <= NVO3__VM_STATE__VM_FAILED;
	     state++)
		metrics_put(m, states[state], "state", word_vm_state(state), NULL);
	metrics_put(m, states[NVO3__VM_STATE__VM_SUSPENDED], "state", "suspended", NULL);
}

/* Of servers that tell of their machine. */
static void put_host(struct metrics *m, const struct vcenter *vc, const char *name,
		     const char *help, double (*value)(const struct host_use *use))
{
	metrics_family(m, name, "gauge", help);
	for (const struct server *s = vc->inv->servers; s; s = s->hh.next)
		if (s->session && s->host.now.time)
			metrics_put(m, value(&s->host.now), "server", s->name, NULL);
}

static double host_cpus(const struct host_use *use)
{
	return use->cpus;
}

static double host_used_cpus(const struct host_use *use)
{
	return use->cpus * (use->cpu_permille / 1000.0);
}

static double host_load1(const struct host_use *use)
{
	return use->load_milli / 1000.0;
}

static double host_memory(const struct host_use *use)
{
	return use->memory_kib * 1024.0;
}

static double host_used_memory(const struct host_use *use)
{
	return use->memory_used_kib * 1024.0;
}

static double host_disk(const struct host_use *use)
{
	return use->disk_kib * 1024.0;
}

static double host_used_disk(const struct host_use *use)
{
	return use->disk_used_kib * 1024.0;
}

static void put_hosts(struct metrics *m, const struct vcenter *vc)
{
	put_host(m, vc, "nvo3_host_cpus", "Processors of a server's machine.", host_cpus);
	put_host(m, vc, "nvo3_host_used_cpus", "Processors that are used, by whomever.",
		 host_used_cpus);
	put_host(m, vc, "nvo3_host_load1", "Processes that run or want to, average of a minute.",
		 host_load1);
	put_host(m, vc, "nvo3_host_memory_bytes", "Memory of a server's machine.", host_memory);
	put_host(m, vc, "nvo3_host_used_memory_bytes", "Memory that nobody else can have.",
		 host_used_memory);
	put_host(m, vc, "nvo3_host_disk_bytes", "The file system that has the VMs.", host_disk);
	put_host(m, vc, "nvo3_host_used_disk_bytes", "What of it is used.", host_used_disk);
}

static void put_use(struct metrics *m, const struct vcenter *vc)
{
	unsigned int raised[MONITOR_KINDS] = { 0 };
	struct monitor_alarm *alarm;
	struct server *s;

	for (alarm = vc->monitor->alarms; alarm; alarm = alarm->hh.next)
		raised[alarm->key.kind]++;
	metrics_family(m, "nvo3_alarms", "gauge", "Alarms that are raised, by kind.");
	for (int kind = 0; kind < MONITOR_KINDS; kind++)
		metrics_put(m, raised[kind], "kind", monitor_word(kind), NULL);
	metrics_family(m, "nvo3_use_reports_total", "counter", "Reports of servers of what their VMs use.");
	metrics_put(m, vc->monitor->reports, NULL);
	metrics_family(m, "nvo3_use_samples_total", "counter", "VMs' uses in them that were kept.");
	metrics_put(m, vc->monitor->samples, NULL);
	metrics_family(m, "nvo3_use_refused_total", "counter",
		       "VMs' uses in them that were left out: repeated, absurd, or not the server's.");
	metrics_put(m, vc->monitor->refused, NULL);
	metrics_family(m, "nvo3_server_cpus", "gauge", "Processors of a server.");
	for (s = vc->inv->servers; s; s = s->hh.next)
		metrics_put(m, s->total.cpus, "server", s->name, NULL);
	metrics_family(m, "nvo3_server_used_cpus", "gauge", "Processors that its VMs use.");
	for (s = vc->inv->servers; s; s = s->hh.next)
		metrics_put(m, s->use.cpu_permille / 1000.0, "server", s->name, NULL);
	metrics_family(m, "nvo3_server_memory_bytes", "gauge", "Memory of a server.");
	for (s = vc->inv->servers; s; s = s->hh.next)
		metrics_put(m, s->total.memory_mib * 1048576.0, "server", s->name, NULL);
	metrics_family(m, "nvo3_server_used_memory_bytes", "gauge", "Memory that its VMs use.");
	for (s = vc->inv->servers; s; s = s->hh.next)
		metrics_put(m, s->use.memory_kib * 1024.0, "server", s->name, NULL);
}

static void add_move(struct moves_sum *sum, const struct move *m)
{
	struct blackout b;

	if (move_is_refused(m))
		return;
	if (m->state == MOVE_RUNNING)
		sum->running[m->step]++;
	else if (m->state == MOVE_DONE)
		sum->done++;
	else
		sum->aborted++;
	sum->bytes += m->image_done;
	sum->late += m->figures.late;
	if (m->state == MOVE_DONE && figures_blackout(&m->figures, &b))
		histogram_add(&sum->blackouts, b.ns / 1e9);
}

static void put_moves(struct metrics *m, const struct vcenter *vc)
{
	struct moves_sum sum = { .blackouts = { .bounds = blackout_bounds, .n = N_BOUNDS } };
	struct move_job *job, *tmp;

	HASH_ITER(hh, vc->moves, job, tmp)
		add_move(&sum, &job->m);
	metrics_family(m, "nvo3_moves_running", "gauge", "Moves that go on, by step.");
	for (unsigned int step = 0; step < FIGURES_STEPS; step++)
		metrics_put(m, sum.running[step], "step", move_step_name(step), NULL);
	metrics_family(m, "nvo3_moves_total", "counter", "Moves that have ended, by result.");
	metrics_put(m, sum.done, "result", "done", NULL);
	metrics_put(m, sum.aborted, "result", "aborted", NULL);
	metrics_family(m, "nvo3_move_blackout_seconds", "histogram",
		       "For how long a VM was not reached in its move, where that is known.");
	metrics_histogram(m, &sum.blackouts);
	metrics_family(m, "nvo3_move_late_frames_total", "counter",
		       "Frames that the source of a move has sent on.");
	metrics_put(m, sum.late, NULL);
	metrics_family(m, "nvo3_move_image_bytes_total", "counter", "Bytes of images that were copied.");
	metrics_put(m, sum.bytes, NULL);
}

void api_metrics(struct http_request *req, void *arg)
{
	struct metrics *m = metrics_new();
	struct vcenter *vc = arg;
	struct histogram syncs = gate_syncs(loop_gate(vc->loop));

	metrics_family(m, "nvo3_info", "gauge", "The program; always 1.");
	metrics_put(m, 1, "program", "vcenterd", "version", NVO3_VERSION, "dc", vc->conf.dc, "name",
		    vc->conf.name, NULL);
	put_sessions(m, vc);
	put_inventory(m, vc);
	put_use(m, vc);
	put_hosts(m, vc);
	put_moves(m, vc);
	metrics_family(m, "nvo3_events_total", "counter", "Entries of the log of operations, with alerts.");
	metrics_put(m, events_last(vc->events), NULL);
	metrics_family(m, "nvo3_store_commit_seconds", "histogram",
		       "How long the store took to have what was written on the disk.");
	metrics_histogram(m, &syncs);
	http_reply_text(req, METRICS_TYPE, metrics_end(m));
}
