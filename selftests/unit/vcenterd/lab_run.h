/* SPDX-License-Identifier: GPL-2.0 */
/* Starts, turns, stops the lab. */
#ifndef LAB_RUN_H
#define LAB_RUN_H

#include <sys/stat.h>
#include "../lib/free_port.h"
#include "fake_director.h"
#include "lab.h"
#include "lib/chan_priv.h"
#include "lib/log.h"
#include "lib/pki.h"

/* From the next lab_setup() on dc1 has an API, and crl.pem is looked at. */
static bool lab_crl;
/* The vCenters are processes of their own; who sets this starts them. */
static bool lab_processes;
/* dc1 is the root of dc2, and has weight so much; dc2 knows that, or not */
static bool lab_root, lab_no_parent;
static int lab_root_weight = 100;

static inline void lab_vcenter_start(struct lab *lab, int dc)
{
	struct vcenter *vc = mem_zalloc(sizeof(*vc));
	char path[128];
	struct err err;

	snprintf(path, sizeof(path), "%s/vc%d.conf", lab->dir, dc + 1);
	if (config_load(path, &vc->conf, &err) || vcenter_start(vc, lab->loop, &err))
		fail_msg("%s", err.text);
	lab->vc[dc] = vc;
}

/* What /metrics tells is what is there. */
static inline void lab_check_counts(const struct inventory *inv)
{
	struct vm_counts counts = { 0 };
	struct vm *vm;

	for (vm = inv->vms; vm; vm = vm->hh.next)
		if (!vm->incoming && !vm->left)
			counts.by_state[vm->state]++;
	assert_memory_equal(&counts, &inv->counts, sizeof(counts));
}

/* As a kill would: nothing is written. */
static inline void lab_vcenter_stop(struct lab *lab, int dc)
{
	if (!lab->vc[dc])
		return;
	lab_check_counts(lab->vc[dc]->inv);
	vcenter_stop(lab->vc[dc]);
	lab->old[lab->n_old++] = lab->vc[dc];
	lab->vc[dc] = NULL;
}

static inline void lab_stop_tick(void *arg)
{
	loop_stop(arg);
}

static inline void lab_turn(struct lab *lab)
{
	loop_timer_set(lab->tick, 2);
	assert_int_equal(loop_run(lab->loop), 0);
	if (!lab->crash)
		return;
	lab->crash = false;
	lab->mute = 0;		/* who is asked again answers */
	for (int dc = 0; dc < LAB_DCS; dc++) {
		if (!(lab->crash_who & (1 << dc)))
			continue;
		lab_vcenter_stop(lab, dc);
		lab_vcenter_start(lab, dc);
	}
}

static inline struct tls *lab_tls(struct lab *lab, const char *name, const char *uri)
{
	char ca[160], cert[160], key[160];
	struct err err;
	struct tls *tls;

	if (pki_issue(lab->dir, name, &uri, 1, 10, false, &err))
		fail_msg("%s", err.text);
	snprintf(ca, sizeof(ca), "%s/ca.pem", lab->dir);
	snprintf(cert, sizeof(cert), "%s/%s.pem", lab->dir, name);
	snprintf(key, sizeof(key), "%s/%s.key", lab->dir, name);
	tls = tls_new(ca, cert, key, &err);
	if (!tls)
		fail_msg("%s", err.text);
	return tls;
}

static inline void lab_write_conf(struct lab *lab, int dc)
{
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/vc%d", lab->dir, dc + 1);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/vc%d.conf", lab->dir, dc + 1);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "dc = \"dc%d\"; name = \"vc%d\";\n", dc + 1, dc + 1);
	fprintf(f, "tls: { ca = \"%s/ca.pem\"; cert = \"%s/vc%d.pem\"; key = \"%s/vc%d.key\";",
		lab->dir, lab->dir, dc + 1, lab->dir, dc + 1);
	if (lab_crl)
		fprintf(f, " crl = \"%s/crl.pem\";", lab->dir);
	fprintf(f, " };\n");
	if (lab_crl && !dc)
		fprintf(f, "api = \"127.0.0.1:%d\";\n", lab->port + 20);
	fprintf(f, "store = \"sqlite:%s/vc%d/vc.db\"; socket = \"%s/vc%d.sock\";\n", lab->dir,
		dc + 1, lab->dir, dc + 1);
	fprintf(f, "listen = \"127.0.0.1:%d\"; directors = [ \"127.0.0.1:%d\" ];\n",
		lab->port + dc, lab->port + 10 + dc);
	fprintf(f, "peers = ( { dc = \"dc%d\"; addrs = [ \"127.0.0.1:%d\" ]; } );\n", 2 - dc,
		lab->port + 1 - dc);
	if (lab_root && !dc)
		fprintf(f, "children = ( { dc = \"dc1\"; weight = %d; }, { dc = \"dc2\"; } );\n",
			lab_root_weight);
	if (lab_root && !lab_no_parent && dc)
		fprintf(f, "parent = \"dc1\";\n");
	fprintf(f, "grants = ( { server = \"host1\"; tenant = \"alice\"; vn = \"blue\"; } );\n");
	fclose(f);
}

static inline void lab_director_start(struct lab *lab, int dc)
{
	static const struct chan_ops ops = { .message = fake_director_message };
	struct fake_director *d = &lab->director[dc];
	char name[32], uri[64], addr[32];
	struct err err;

	snprintf(name, sizeof(name), "d%d", dc + 1);
	snprintf(uri, sizeof(uri), "nvo3://dc%d/director/%s", dc + 1, name);
	snprintf(addr, sizeof(addr), "127.0.0.1:%d", lab->port + 10 + dc);
	d->lab = lab;
	d->tls = lab_tls(lab, name, uri);
	d->listen = chan_listen(lab->loop, d->tls, addr, ROLE_BIT(ROLE_VCENTER), &ops, d, &err);
	if (!d->listen)
		fail_msg("%s", err.text);
}

static inline void lab_server_start(struct lab *lab, int n)
{
	static const struct chan_ops ops = { fake_server_up, fake_server_down,
					     fake_server_message };
	struct fake_server *s = &lab->server[n];
	int dc = n / LAB_SERVERS;
	const char *addrs[1];
	char addr[32], uri[64];
	struct err err;

	snprintf(s->dc, sizeof(s->dc), "dc%d", dc + 1);
	snprintf(s->name, sizeof(s->name), "host%d", n + 1);
	snprintf(uri, sizeof(uri), "nvo3://%s/vserver/%s", s->dc, s->name);
	snprintf(addr, sizeof(addr), "127.0.0.1:%d", lab->port + dc);
	addrs[0] = addr;
	s->lab = lab;
	if (!s->max_vms)
		s->max_vms = 4;
	if (!s->tls)
		s->tls = lab_tls(lab, s->name, uri);
	s->chan = chan_connect(lab->loop, s->tls, addrs, 1, ROLE_BIT(ROLE_VCENTER), &ops, s,
			       &err);
	if (!s->chan)
		fail_msg("%s", err.text);
}

static inline void lab_server_stop(struct lab *lab, int n)
{
	struct fake_server *s = &lab->server[n];

	chan_free(s->chan);
	s->chan = NULL;
	s->registered = false;
}

/* All sessions are up. */
static inline bool lab_ready(const struct lab *lab)
{
	for (int dc = 0; dc < LAB_DCS; dc++)
		if (lab->vc[dc] && (!lab->vc[dc]->director.ready || !lab->vc[dc]->peers[0].up))
			return false;
	for (int n = 0; n < LAB_DCS * LAB_SERVERS; n++)
		if (lab->server[n].chan && !lab->server[n].registered)
			return false;
	return true;
}

/* host1 and host3 are gateways from now on, and measure so many us; 0: that one is none. */
static inline void lab_gateways(struct lab *lab, uint64_t dc1, uint64_t dc2)
{
	for (int dc = 0; dc < LAB_DCS; dc++) {
		struct fake_server *s = &lab->server[dc * LAB_SERVERS];

		lab_server_stop(lab, dc * LAB_SERVERS);
		s->rtt_us = dc ? dc2 : dc1;
		s->gateway = s->rtt_us;
		lab_server_start(lab, dc * LAB_SERVERS);
	}
	LAB_WAIT(lab, lab_ready(lab));
}

static inline int lab_setup(void **state)
{
	struct lab *lab = mem_zalloc(sizeof(*lab));
	char name[16], uri[64];
	struct err err;

	log_init("test", getenv("LAB_DEBUG") ? LOG_LEVEL_DEBUG : -1);
	chan_timers.retry_min = 5;
	chan_timers.retry_max = 50;
	chan_timers.dial_max = 50;
	chan_timers.linger = 50;
	/* a machine that is busy with other tests is no silence */
	chan_timers.silence = 10 * LAB_DEADLINE_MS;
	snprintf(lab->dir, sizeof(lab->dir), "/tmp/vcenterd-test.XXXXXX");
	assert_non_null(mkdtemp(lab->dir));
	lab->port = free_ports(21);
	lab->loop = loop_new();
	lab->tick = loop_timer_new(lab->loop, lab_stop_tick, lab->loop);
	assert_int_equal(pki_init(lab->dir, false, &err), 0);
	if (lab_crl)
		assert_int_equal(pki_revoke(lab->dir, NULL, 1, &err), 0);
	for (int dc = 0; dc < LAB_DCS; dc++) {
		snprintf(name, sizeof(name), "vc%d", dc + 1);
		snprintf(uri, sizeof(uri), "nvo3://dc%d/vcenter/%s", dc + 1, name);
		tls_free(lab_tls(lab, name, uri));
		lab_write_conf(lab, dc);
		lab_director_start(lab, dc);
		if (!lab_processes)
			lab_vcenter_start(lab, dc);
	}
	for (int n = 0; n < LAB_DCS * LAB_SERVERS; n++)
		lab_server_start(lab, n);
	if (!lab_processes)
		LAB_WAIT(lab, lab_ready(lab));
	*state = lab;
	return 0;
}

static inline void lab_free_fakes(struct lab *lab)
{
	for (int n = 0; n < LAB_DCS * LAB_SERVERS; n++) {
		struct fake_server *s = &lab->server[n];

		if (s->chan)
			chan_free(s->chan);
		while (s->vms)
			fake_vm_del(s, s->vms);
		tls_free(s->tls);
	}
	for (int dc = 0; dc < LAB_DCS; dc++) {
		struct fake_director *d = &lab->director[dc];
		struct fake_place *p, *tmp;

		chan_server_free(d->listen);
		tls_free(d->tls);
		DL_FOREACH_SAFE(d->places, p, tmp)
			free(p);
	}
}

static inline int lab_teardown(void **state)
{
	struct lab *lab = *state;
	char cmd[128];

	for (int dc = 0; dc < LAB_DCS; dc++)
		lab_vcenter_stop(lab, dc);
	/* answers that are on their way to who is gone */
	lab->crash = false;
	lab_turn(lab);
	lab_free_fakes(lab);
	lab_turn(lab);
	loop_timer_free(lab->tick);
	loop_free(lab->loop);
	for (int i = 0; i < lab->n_old; i++) {
		config_free(&lab->old[i]->conf);
		free(lab->old[i]);
	}
	snprintf(cmd, sizeof(cmd), "rm -rf %s", lab->dir);
	assert_int_equal(system(cmd), 0);
	free(lab);
	return 0;
}

#endif
