/* SPDX-License-Identifier: GPL-2.0 */
/* Asks the lab: its APIs as a client sees them, its events, its fakes. */
#ifndef LAB_API_H
#define LAB_API_H

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "lab_run.h"

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

/* The output of @cmd but for its last line, which is a number. The loop turns meanwhile. */
static inline const char *lab_run(struct lab *lab, const char *cmd, int *number)
{
	static struct lab_curl c;
	struct loop_fd *fd;
	char *last;
	FILE *f;

	f = popen(cmd, "re");
	assert_non_null(f);
	fcntl(fileno(f), F_SETFL, O_NONBLOCK);
	memset(&c, 0, sizeof(c));
	fd = loop_fd_new(lab->loop, fileno(f), LOOP_READ, lab_curl_read, &c);
	LAB_WAIT(lab, c.done);
	loop_fd_free(fd);
	pclose(f);
	last = strrchr(c.text, '\n');
	assert_non_null(last);
	*number = atoi(last + 1);
	*last = '\0';
	return c.text;
}

/* /metrics is in its format, and has these series (tools/check/metrics.py). */
static inline void lab_metrics(struct lab *lab, int dc, const char *wishes)
{
	char get[256], cmd[1024];
	const char *text;
	int ret;

	snprintf(get, sizeof(get), "curl -sf --max-time 60 --unix-socket %s/vc%d.sock", lab->dir,
		 dc + 1);
	snprintf(cmd, sizeof(cmd),
		 "M=%s/metrics; %s http://x/metrics >$M && %s $M %s 2>&1; printf '\\n%%d' $?",
		 lab->dir, get, "python3 tools/check/metrics.py", wishes);
	text = lab_run(lab, cmd, &ret);
	if (ret)
		fail_msg("%s", text);
}

/* @body may be NULL. The loop turns meanwhile. */
static inline struct reply lab_api(struct lab *lab, int dc, const char *method, const char *path,
				   const char *body)
{
	struct reply r = { 0 };
	char cmd[1024];

	snprintf(cmd, sizeof(cmd),
		 "curl -s --max-time 60 -X %s --unix-socket %s/vc%d.sock -w '\n%%{http_code}' "
		 "%s'%s' 'http://x/api/v1%s'",
		 method, lab->dir, dc + 1, body ? "-d " : "", body ? body : "", path);
	if (!body)
		snprintf(cmd, sizeof(cmd),
			 "curl -s --max-time 60 -X %s --unix-socket %s/vc%d.sock "
			 "-w '\n%%{http_code}' 'http://x/api/v1%s'",
			 method, lab->dir, dc + 1, path);
	r.body = json_loads(lab_run(lab, cmd, &r.status), 0, NULL);
	return r;
}

/* The request goes out, and its client with it: whatever is answered, nobody hears it. */
static inline void lab_api_cut(struct lab *lab, int dc, const char *method, const char *path,
			       const char *body)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char text[1024];
	int len;

	snprintf(to.sun_path, sizeof(to.sun_path), "%s/vc%d.sock", lab->dir, dc + 1);
	len = snprintf(text, sizeof(text),
		       "%s /api/v1%s HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n%s",
		       method, path, strlen(body ?: ""), body ?: "");
	assert_true(len < (int)sizeof(text));
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(write(fd, text, len), len);
	for (int i = 0; i < 5; i++)
		lab_turn(lab);
	close(fd);
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

#endif
