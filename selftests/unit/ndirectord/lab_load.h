/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A vCenter and NVEs that work without a pause, whatever becomes of the director, and write down
 * all that they see for tools/check/history.py: addresses of VMs are placed, advertised, moved,
 * withdrawn, placed no more. A session that is back registers, joins, and goes on.
 */
#ifndef LAB_LOAD_H
#define LAB_LOAD_H

#include "lab_peer.h"

#define LOAD_ADDRS	48
#define LOAD_HOSTS	3	/* the last one has no VMs, and watches */
#define LOAD_OUT	8	/* requests that are out at once */
#define LOAD_VN		1

enum load_step { LOAD_FREE, LOAD_PLACED, LOAD_MAPPED };

struct load_addr {
	enum load_step step;
	int host;		/* where it is placed */
	uint64_t epoch;
	bool out;		/* a request is */
	int retry;		/* of no answer: its kind, to be repeated; 0 none */
	int retry_host;
};

struct load_host {
	struct peer peer;
	struct load *load;
	char name[16];
	unsigned int ups;	/* sessions that have been taken care of */
	bool ready;		/* has registered and joined */
	uint64_t revision;	/* that it holds; 0: it comes with nothing */
	bool partial;		/* is in the middle of a snapshot */
};

struct load {
	struct proc *director;
	struct peer center;
	struct load_host hosts[LOAD_HOSTS];
	struct load_addr addrs[LOAD_ADDRS];
	unsigned int addrs_n;	/* of them take part */
	bool stopped;		/* nothing new is asked for */
	unsigned int out;
	unsigned long id, acked, unknown, refused;
	void (*tend)(void);	/* with each turn; or NULL */
	FILE *history;
	char path[160];
};

void load_open(struct load *load, struct proc *d);
/* One turn of the loop, and as many requests as may be out. */
void load_turn(struct load *load);
/* Until so many more are answered. */
void load_run(struct load *load, unsigned int requests);
/*
 * The first host claims (MAP_ADVERTISE) or takes back (MAP_WITHDRAW) so many addresses besides,
 * in one message; nobody waits for the answer.
 */
void load_claim(struct load *load, uint32_t type, uint8_t vn, uint32_t first, uint32_t n,
		const uint64_t *epochs);
/* All sessions work, and a change has gone all the way to who watches: ms since @since. */
unsigned int load_recovered(struct load *load, uint64_t since);
/* Nothing is out, all is told; what is there is read and written down. */
void load_settle(struct load *load);
/* The director has ended, with its store to itself: what it has not done by now never happens. */
void load_dead(struct load *load);
/* The history can be. */
void load_judge(struct load *load);
void load_close(struct load *load);

#endif
