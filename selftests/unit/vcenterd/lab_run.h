/* SPDX-License-Identifier: GPL-2.0 */
/* Starts, turns, stops the lab, and asks its APIs. */
#ifndef LAB_RUN_H
#define LAB_RUN_H

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include "fakes.h"
#include "lab.h"
#include "lib/chan_priv.h"
#include "lib/log.h"
#include "lib/pki.h"

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

/* As a kill would: nothing is written. */
static inline void lab_vcenter_stop(struct lab *lab, int dc)
{
	if (!lab->vc[dc])
		return;
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

	snprintf(path, sizeof(path), "%s/vc%d.conf", lab->dir, dc + 1);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "dc = \"dc%d\"; name = \"vc%d\";\n", dc + 1, dc + 1);
	fprintf(f, "tls: { ca = \"%s/ca.pem\"; cert = \"%s/vc%d.pem\"; key = \"%s/vc%d.key\"; };\n",
		lab->dir, lab->dir, dc + 1, lab->dir, dc + 1);
	fprintf(f, "store = \"sqlite:%s/vc%d/vc.db\"; socket = \"%s/vc%d.sock\";\n", lab->dir,
		dc + 1, lab->dir, dc + 1);
	fprintf(f, "listen = \"127.0.0.1:%d\"; directors = [ \"127.0.0.1:%d\" ];\n",
		lab->port + dc, lab->port + 10 + dc);
	fprintf(f, "peers = ( { dc = \"dc%d\"; addrs = [ \"127.0.0.1:%d\" ]; } );\n", 2 - dc,
		lab->port + 1 - dc);
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
		if (!lab->vc[dc]->director.ready || !lab->vc[dc]->peers[0].up)
			return false;
	for (int n = 0; n < LAB_DCS * LAB_SERVERS; n++)
		if (lab->server[n].chan && !lab->server[n].registered)
			return false;
	return true;
}

/* --- the API, as a client sees it */

struct reply {
	int status;
	json_t *body;
};

struct lab_curl {
	struct lab *lab;
	char text[1 << 17];
	size_t len;
	bool done;
};

static inline void lab_curl_read(int fd, unsigned int events, void *arg)
{
	struct lab_curl *c = arg;
	ssize_t n = read(fd, c->text + c->len, sizeof(c->text) - 1 - c->len);

	if (n > 0)
		c->len += n;
	else if (n == 0 || errno != EAGAIN)
		c->done = true;
}

/* @body may be NULL. The loop turns meanwhile. */
static inline struct reply lab_api(struct lab *lab, int dc, const char *method, const char *path,
				   const char *body)
{
	static struct lab_curl c;
	struct reply r = { 0 };
	struct loop_fd *fd;
	char cmd[1024];
	char *status;
	FILE *f;

	snprintf(cmd, sizeof(cmd),
		 "curl -s --max-time 15 -X %s --unix-socket %s/vc%d.sock -w '\n%%{http_code}' "
		 "%s'%s' 'http://x/api/v1%s'",
		 method, lab->dir, dc + 1, body ? "-d " : "", body ? body : "", path);
	if (!body)
		snprintf(cmd, sizeof(cmd),
			 "curl -s --max-time 15 -X %s --unix-socket %s/vc%d.sock "
			 "-w '\n%%{http_code}' 'http://x/api/v1%s'",
			 method, lab->dir, dc + 1, path);
	f = popen(cmd, "re");
	assert_non_null(f);
	fcntl(fileno(f), F_SETFL, O_NONBLOCK);
	memset(&c, 0, sizeof(c));
	fd = loop_fd_new(lab->loop, fileno(f), LOOP_READ, lab_curl_read, &c);
	LAB_WAIT(lab, c.done);
	loop_fd_free(fd);
	pclose(f);
	status = strrchr(c.text, '\n');
	assert_non_null(status);
	r.status = atoi(status + 1);
	*status = '\0';
	r.body = json_loads(c.text, 0, NULL);
	return r;
}

static inline void reply_free(struct reply *r)
{
	json_decref(r->body);
}

/* The member @key as text, in @buf; empty when it is not there. */
static inline const char *reply_text(const struct reply *r, const char *key, char *buf,
				     size_t size)
{
	json_t *value = json_object_get(r->body, key);

	if (json_is_integer(value))
		snprintf(buf, size, "%lld", json_integer_value(value));
	else
		snprintf(buf, size, "%s", json_is_string(value) ? json_string_value(value) : "");
	return buf;
}

/* Expect @status; the body's member @key, if not NULL, contains @text. */
static inline void lab_expect(struct lab *lab, int dc, const char *method, const char *path,
			      const char *body, int status, const char *key, const char *text)
{
	struct reply r = lab_api(lab, dc, method, path, body);
	char value[256];

	if (r.status != status || (key && !strstr(reply_text(&r, key, value, sizeof(value)),
						  text)))
		fail_msg("%s %s: %d %s, not %d with %s: %s", method, path, r.status,
			 json_dumps(r.body, 0), status, key ? key : "anything", key ? text : "");
	reply_free(&r);
}

/* Wait until GET @path has @key equal to @text. */
static inline void lab_until(struct lab *lab, int dc, const char *path, const char *key,
			     const char *text)
{
	uint64_t end = loop_now_ms() + LAB_DEADLINE_MS;
	char value[256];
	struct reply r;

	for (;;) {
		r = lab_api(lab, dc, "GET", path, NULL);
		if (!strcmp(reply_text(&r, key, value, sizeof(value)), text))
			break;
		if (loop_now_ms() > end)
			fail_msg("%s of %s stays \"%s\", not \"%s\"", key, path, value, text);
		reply_free(&r);
	}
	reply_free(&r);
}

/* Is there an event (or alert) with these words in its text? */
static inline bool lab_event(struct lab *lab, int dc, bool alert, const char *kind,
			     const char *text)
{
	const struct event *e;
	uint64_t seq = 0;

	while ((e = events_next(lab->vc[dc]->events, seq, alert))) {
		seq = e->seq;
		if (!strcmp(e->kind, kind) && strstr(e->text, text))
			return true;
	}
	return false;
}

static inline struct fake_vm *fake_vm_find(struct lab *lab, int n, const char *name)
{
	struct fake_vm *vm;

	DL_FOREACH(lab->server[n].vms, vm)
		if (!strcmp(vm->profile->name, name))
			return vm;
	return NULL;
}

static inline struct fake_place *fake_place_find(struct lab *lab, int dc, const char *mac)
{
	struct fake_place *p;
	struct mac_addr m;

	assert_int_equal(mac_addr_parse(&m, mac, NULL), 0);
	DL_FOREACH(lab->director[dc].places, p)
		if (mac_addr_equal(&p->mac, &m))
			return p;
	return NULL;
}

/* --- all of it */

static inline int lab_setup(void **state)
{
	struct lab *lab = mem_zalloc(sizeof(*lab));
	char name[16], uri[64];
	struct err err;

	log_init("test", getenv("LAB_DEBUG") ? LOG_LEVEL_DEBUG : -1);
	chan_timers.retry_min = 5;
	chan_timers.retry_max = 50;
	chan_timers.linger = 50;
	snprintf(lab->dir, sizeof(lab->dir), "/tmp/vcenterd-test.XXXXXX");
	assert_non_null(mkdtemp(lab->dir));
	lab->port = 20000 + getpid() % 20000;
	lab->loop = loop_new();
	lab->tick = loop_timer_new(lab->loop, lab_stop_tick, lab->loop);
	assert_int_equal(pki_init(lab->dir, false, &err), 0);
	for (int dc = 0; dc < LAB_DCS; dc++) {
		snprintf(name, sizeof(name), "vc%d", dc + 1);
		snprintf(uri, sizeof(uri), "nvo3://dc%d/vcenter/%s", dc + 1, name);
		tls_free(lab_tls(lab, name, uri));
		lab_write_conf(lab, dc);
		lab_director_start(lab, dc);
		lab_vcenter_start(lab, dc);
	}
	for (int n = 0; n < LAB_DCS * LAB_SERVERS; n++)
		lab_server_start(lab, n);
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
