/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the component tests share: real directors, each a process of its own made from the
 * test's program, and the loop from which fake peers speak to them (lab_peer.h).
 * A test is one program of one file: it includes lab.c.
 */
#ifndef LAB_H
#define LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <cmocka.h>
#include "lib/chan_priv.h"
#include "lib/json.h"

#define LAB_DEADLINE_MS	60000

struct lab {
	char dir[64];
	struct loop *loop;
	struct loop_timer *tick;
	struct peer *peers;		/* list: all that are open */
	struct proc *procs;		/* list: all that run */
};

/* --- lab_proc.c: the loop, and directors */

int lab_setup(void **state);
int lab_teardown(void **state);
void lab_turn(struct lab *lab);
const char *lab_path(struct lab *lab, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Turn the loop until @cond holds; the test fails if it does not within the deadline. */
#define LAB_WAIT(lab, cond)							\
	do {									\
		uint64_t lab_end = loop_now_ms() + LAB_DEADLINE_MS;		\
										\
		while (!(cond)) {						\
			if (loop_now_ms() > lab_end)				\
				fail_msg("waited in vain for %s", #cond);	\
			lab_turn(lab);						\
		}								\
	} while (0)

struct proc {
	struct lab *lab;
	char dc[8];
	int dc_id;
	const char *addr;		/* NULL: 127.0.0.1 */
	const int *net;			/* the namespace it runs in (nets_lab.h), or NULL */
	uint16_t port, api;
	unsigned int grace, lease;	/* s */
	unsigned int alone;		/* s; 0: as it comes */
	unsigned int forget;		/* s; 0: as by default */
	unsigned int absent;		/* the same */
	unsigned long file_limit;	/* bytes; 0: none */
	const struct proc *with[3];	/* peers, NULL at the end */
	const struct proc *standby;	/* where sessions go, too, or NULL */
	const char *store;		/* URL; NULL: a file of the lab's */
	const char *more;		/* configuration, or NULL */
	bool crl;			/* tls.crl is the lab's crl.pem */
	const char *faults;		/* what it runs with (faults_lab.h), or NULL */
	pid_t pid;
	struct proc *prev, *next;
};

/* The director of DC @dc_id; not started yet. */
void proc_init(struct proc *d, struct lab *lab, int dc_id);
void proc_launch(struct proc *d);	/* without waiting for it to be ready */
void proc_start(struct proc *d);
bool proc_alive(struct proc *d);
bool proc_serves(const struct proc *d);	/* it is ready, and not only stands by */
/*
 * With this signal; 0: it is to end by itself. Its exit status must be @status, or the signal have
 * killed it if @status is -1.
 */
void proc_end(struct proc *d, int signo, int status);
bool proc_logged(struct proc *d, const char *text);
/* GET /api/v1@path, which must answer 200; free it with json_decref(). */
json_t *proc_get(struct proc *d, const char *path);
/* Expect @status, and, if not NULL, this sentence. */
/* /metrics is in its format, and has these series (tools/check/metrics.py). */
void proc_metrics(struct proc *d, const char *wishes);
void proc_delete(struct proc *d, const char *path, long status, const char *error);
void proc_post(struct proc *d, const char *path, const char *body, long status, const char *error);
/* How many items it lists, with @key equal to @value if @key is not NULL. */
int proc_count(struct proc *d, const char *path, const char *key, const char *value);

/* main() of a test that has directors: becomes one where it is asked to. */
int lab_main(int argc, char **argv, const char *name, const struct CMUnitTest *tests, size_t n);
#define LAB_MAIN(argc, argv, name, tests) \
	lab_main(argc, argv, name, tests, sizeof(tests) / sizeof((tests)[0]))
#define LAB_TEST(f) cmocka_unit_test_setup_teardown(f, lab_setup, lab_teardown)

#endif /* LAB_H */
