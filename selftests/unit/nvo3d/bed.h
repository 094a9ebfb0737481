/* SPDX-License-Identifier: GPL-2.0 */
/* A folder, a loop that is turned until something has come true, and peers on Unix sockets */
#ifndef NVO3D_UNIT_BED_H
#define NVO3D_UNIT_BED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/chan.h"
#include "lib/chan_priv.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "lib/store.h"

#define BED_DEADLINE_MS 60000

struct bed {
	char dir[64];
	struct loop *loop;
	struct loop_timer *tick;
};

static inline void bed_tick(void *arg)
{
	loop_stop(arg);
}

static inline void bed_turn(struct bed *bed)
{
	loop_timer_set(bed->tick, 1);
	assert_int_equal(loop_run(bed->loop), 0);
}

#define BED_WAIT(bed, cond)							\
	do {									\
		uint64_t bed_end = loop_now_ms() + BED_DEADLINE_MS;		\
										\
		while (!(cond)) {						\
			if (loop_now_ms() > bed_end)				\
				fail_msg("waited in vain for %s", #cond);	\
			bed_turn(bed);						\
		}								\
	} while (0)

/* For what must not happen: turn for @ms and look afterwards */
static inline void bed_settle(struct bed *bed, unsigned int ms)
{
	uint64_t end = loop_now_ms() + ms;

	while (loop_now_ms() < end)
		bed_turn(bed);
}

/* "unix:DIR/NAME", for as long as the bed stands */
static inline const char *bed_unix(struct bed *bed, const char *name)
{
	static char texts[8][192];
	static unsigned int next;
	char *t = texts[next++ % 8];

	snprintf(t, sizeof(texts[0]), "unix:%s/%s", bed->dir, name);
	return t;
}

static inline struct store *bed_store(struct bed *bed, const char *name)
{
	struct store *store;
	char url[128];
	struct err err;

	snprintf(url, sizeof(url), "sqlite:%s/%s.db", bed->dir, name);
	store = store_open(url, "nvo3d-test", &err);
	if (!store)
		fail_msg("%s", err.text);
	return store;
}

static inline struct chan_server *bed_listen(struct bed *bed, const char *name, enum role role,
					     const char *dc, const struct chan_ops *ops, void *arg)
{
	struct identity peer = { .role = role };
	struct chan_server *s;
	struct err err;

	snprintf(peer.dc, sizeof(peer.dc), "%s", dc);
	snprintf(peer.name, sizeof(peer.name), "host1");
	s = chan_listen_unix(bed->loop, bed_unix(bed, name) + 5, geteuid(), &peer, ops, arg, &err);
	if (!s)
		fail_msg("%s", err.text);
	return s;
}

static inline struct chan *bed_connect(struct bed *bed, const char *name, enum role role,
				       const struct chan_ops *ops, void *arg)
{
	const char *addr = bed_unix(bed, name);
	struct chan *chan;
	struct err err;

	chan = chan_connect(bed->loop, NULL, &addr, 1, ROLE_BIT(role), ops, arg, &err);
	if (!chan)
		fail_msg("%s", err.text);
	return chan;
}

/* What came back on a request */
struct reply {
	bool here;
	uint32_t code;
	char text[256];
};

static inline void bed_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct reply *r = arg;

	r->here = true;
	r->code = code;
	snprintf(r->text, sizeof(r->text), "%s", text);
}

static inline struct reply bed_ask(struct bed *bed, struct chan *chan, uint32_t type,
				   const ProtobufCMessage *body)
{
	struct reply r = {};

	chan_request(chan, type, body, BED_DEADLINE_MS, bed_answered, &r);
	BED_WAIT(bed, r.here);
	return r;
}

static inline int bed_setup(void **state)
{
	struct bed *bed = mem_zalloc(sizeof(*bed));

	log_init("test", getenv("BED_DEBUG") ? LOG_LEVEL_DEBUG : 0);
	/* In memory where that is possible: a busy disk can take longer than any deadline */
	strcpy(bed->dir, access("/dev/shm", W_OK) ? "/tmp/nvo3d-bed-XXXXXX" :
						   "/dev/shm/nvo3d-bed-XXXXXX");
	assert_non_null(mkdtemp(bed->dir));
	bed->loop = loop_new();
	bed->tick = loop_timer_new(bed->loop, bed_tick, bed->loop);
	chan_timers.retry_min = 5;
	chan_timers.retry_max = 40;
	chan_timers.dial_max = 40;
	*state = bed;
	return 0;
}

static inline int bed_teardown(void **state)
{
	struct bed *bed = *state;
	char command[128];

	/* What the ends of sessions left to do */
	bed_settle(bed, 5);
	loop_timer_free(bed->tick);
	loop_free(bed->loop);
	snprintf(command, sizeof(command), "rm -rf %s", bed->dir);
	assert_int_equal(system(command), 0);
	free(bed);
	return 0;
}

#define BED_TEST(test) cmocka_unit_test_setup_teardown(test, bed_setup, bed_teardown)

#endif
