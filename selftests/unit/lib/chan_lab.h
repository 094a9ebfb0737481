/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tests of chan share: a loop that is turned until something has come true, the
 * certificates of a lab, and two ends that note what happens to them.
 */
#ifndef CHAN_LAB_H
#define CHAN_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/chan_priv.h"
#include "lib/frame.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "lib/pki.h"
#include "proto/management.pb-c.h"
#include "free_port.h"

#define LAB_DEADLINE_MS 20000

/*
 * Instead of lib/log.c: some refusals can only be seen in the log. What was written is in
 * lab_log, and goes to stderr when the test fails in LAB_WAIT().
 */
static char lab_log[1 << 16];
static int lab_warnings;

void log_write(int level, const char *fmt, ...)
{
	size_t used = strlen(lab_log);
	va_list ap;

	lab_warnings += level <= LOG_LEVEL_WARN;
	if (used > sizeof(lab_log) / 2)
		used = 0;
	va_start(ap, fmt);
	vsnprintf(lab_log + used, sizeof(lab_log) - used - 1, fmt, ap);
	va_end(ap);
	strcat(lab_log, "\n");
}

static inline bool lab_logged(const char *text)
{
	return strstr(lab_log, text);
}

static inline int lab_count(const char *text)
{
	const char *p = lab_log;
	int n = 0;

	while ((p = strstr(p, text))) {
		p += strlen(text);
		n++;
	}
	return n;
}

struct lab {
	char dir[64];
	struct loop *loop;
	struct loop_timer *tick;
	struct tls *director, *nve, *foreign;	/* foreign: of another CA */
	uint16_t port;
	struct chan_timers timers;	/* as they are by default */
};

/* One end, and all that happened to it */
struct end {
	struct chan *chan;
	int ups, downs, messages, answers;
	uint32_t code;			/* of the last answer */
	char text[CHAN_TEXT];		/* of the last answer or down */
	bool free_in_up, free_in_down, free_in_message, free_in_answer, drop_in_message;
	bool hold;			/* do not answer */
	uint64_t held;			/* the last request not answered */
};

static inline void lab_tick(void *arg)
{
	loop_stop(arg);
}

static inline void lab_turn(struct lab *lab)
{
	loop_timer_set(lab->tick, 2);
	assert_int_equal(loop_run(lab->loop), 0);
}

static inline void lab_gave_up(const char *cond)
{
	size_t len = strlen(lab_log);

	fputs(len > 2000 ? lab_log + len - 2000 : lab_log, stderr);
	fail_msg("waited in vain for %s", cond);
}

/* Turn the loop until @cond holds; the test fails if it does not within the deadline. */
#define LAB_WAIT(lab, cond)							\
	do {									\
		uint64_t lab_end = loop_now_ms() + LAB_DEADLINE_MS;		\
										\
		while (!(cond)) {						\
			if (loop_now_ms() > lab_end)				\
				lab_gave_up(#cond);				\
			lab_turn(lab);						\
		}								\
	} while (0)

/* For what must not happen: turn the loop for @ms and look afterwards. */
static inline void lab_settle(struct lab *lab, unsigned int ms)
{
	uint64_t end = loop_now_ms() + ms;

	while (loop_now_ms() < end)
		lab_turn(lab);
}

static inline const char *lab_path(const struct lab *lab, const char *name)
{
	static char paths[4][128];
	static unsigned int next;
	char *p = paths[next++ % 4];

	snprintf(p, sizeof(paths[0]), "%s/%s", lab->dir, name);
	return p;
}

static inline void lab_issue(struct lab *lab, const char *sub, const char *name, const char *uri,
			     int days)
{
	struct err err = { "" };

	if (pki_issue(lab_path(lab, sub), name, &uri, 1, days, false, &err) < 0)
		fail_msg("%s", err.text);
}

static inline struct tls *lab_tls(struct lab *lab, const char *sub, const char *name)
{
	char cert[128], key[128], ca[128];
	struct err err = { "" };
	struct tls *tls;

	snprintf(ca, sizeof(ca), "%s/%s/ca.pem", lab->dir, sub);
	snprintf(cert, sizeof(cert), "%s/%s/%s.pem", lab->dir, sub, name);
	snprintf(key, sizeof(key), "%s/%s/%s.key", lab->dir, sub, name);
	tls = tls_new(ca, cert, key, &err);
	if (!tls)
		fail_msg("%s", err.text);
	return tls;
}

static inline const char *lab_addr(uint16_t port)
{
	static char texts[4][32];
	static unsigned int next;
	char *t = texts[next++ % 4];

	snprintf(t, sizeof(texts[0]), "127.0.0.1:%u", port);
	return t;
}

static inline int lab_setup(void **state)
{
	struct lab *lab = mem_zalloc(sizeof(*lab));

	lab_log[0] = '\0';
	lab_warnings = 0;
	strcpy(lab->dir, "/tmp/nvo3-chan-XXXXXX");
	assert_non_null(mkdtemp(lab->dir));
	lab->loop = loop_new();
	lab->tick = loop_timer_new(lab->loop, lab_tick, lab->loop);
	assert_int_equal(pki_init(lab_path(lab, "ours"), false, NULL), 0);
	assert_int_equal(pki_init(lab_path(lab, "theirs"), false, NULL), 0);
	lab_issue(lab, "ours", "director", "nvo3://dc1/director/d1", 1);
	lab_issue(lab, "ours", "nve", "nvo3://dc1/nve/host1", 1);
	lab_issue(lab, "theirs", "nve", "nvo3://dc1/nve/host1", 1);
	lab->director = lab_tls(lab, "ours", "director");
	lab->nve = lab_tls(lab, "ours", "nve");
	lab->foreign = lab_tls(lab, "theirs", "nve");
	lab->port = free_ports(1);
	lab->timers = chan_timers;
	chan_timers.retry_min = 5;
	chan_timers.retry_max = 40;
	chan_timers.dial_max = 40;
	chan_timers.linger = 100;
	*state = lab;
	return 0;
}

static inline int lab_teardown(void **state)
{
	struct lab *lab = *state;
	char command[128];

	chan_timers = lab->timers;
	tls_free(lab->director);
	tls_free(lab->nve);
	tls_free(lab->foreign);
	loop_timer_free(lab->tick);
	loop_free(lab->loop);
	snprintf(command, sizeof(command), "rm -rf %s", lab->dir);
	assert_int_equal(system(command), 0);
	free(lab);
	return 0;
}

/* The user of a channel: @arg of its callbacks is its struct end */
static inline void end_free(struct end *end)
{
	struct chan *chan = end->chan;

	end->chan = NULL;
	chan_free(chan);
}

static inline void end_up(struct chan *chan, void *arg)
{
	struct end *end = arg;

	end->ups++;
	end->chan = chan;
	if (end->free_in_up)
		end_free(end);
}

static inline void end_down(struct chan *chan, const char *why, void *arg)
{
	struct end *end = arg;

	end->downs++;
	snprintf(end->text, sizeof(end->text), "%s", why);
	if (end->free_in_down)
		end_free(end);
}

/* Known are VM_STATE, an event, and VM_LOOKUP, a request answered with its own body */
static inline bool end_message(struct chan *chan, const struct msg *msg, void *arg)
{
	Nvo3__VmLookup *lookup;
	struct end *end = arg;

	if (msg->type != MSG(VM_LOOKUP) && msg->type != MSG(VM_STATE))
		return false;
	end->messages++;
	if (end->drop_in_message)
		chan_drop(chan, "as the test wishes");
	if (end->free_in_message) {
		end_free(end);
		return true;
	}
	if (!msg->id || end->hold) {
		end->held = msg->id;
		return true;
	}
	lookup = msg_decode(msg, &nvo3__vm_lookup__descriptor, NULL);
	if (lookup)
		chan_reply(chan, msg->id, CODE(OK), NULL, &lookup->base);
	else
		chan_reply(chan, msg->id, CODE(BAD_MESSAGE), "no VmLookup", NULL);
	msg_free(lookup);
	return true;
}

static inline void end_answer(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct end *end = arg;

	assert_non_null(body);
	end->answers++;
	end->code = code;
	snprintf(end->text, sizeof(end->text), "%s", text);
	if (end->free_in_answer)
		end_free(end);
}

static const struct chan_ops end_ops = {
	.up = end_up,
	.down = end_down,
	.message = end_message,
};

static inline struct chan_server *lab_listen(struct lab *lab, uint16_t port, struct end *end)
{
	struct chan_server *server;
	struct err err = { "" };

	server = chan_listen(lab->loop, lab->director, lab_addr(port), ROLE_BIT(ROLE_NVE), &end_ops,
			     end, &err);
	if (!server)
		fail_msg("%s", err.text);
	return server;
}

static inline void lab_connect(struct lab *lab, struct tls *tls, uint16_t port, struct end *end)
{
	const char *addr = lab_addr(port);
	struct err err = { "" };

	end->chan = chan_connect(lab->loop, tls, &addr, 1, ROLE_BIT(ROLE_DIRECTOR), &end_ops, end,
				 &err);
	if (!end->chan)
		fail_msg("%s", err.text);
}

static inline void end_ask(struct end *end, const char *name)
{
	Nvo3__VmLookup lookup = NVO3__VM_LOOKUP__INIT;

	lookup.name = (char *)name;
	chan_request(end->chan, MSG(VM_LOOKUP), &lookup.base, 0, end_answer, end);
}

#define LAB_TEST(test) cmocka_unit_test_setup_teardown(test, lab_setup, lab_teardown)

#endif /* CHAN_LAB_H */
