/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one struct of the daemon, and what its doing files share. One thread: nothing here is
 * locked. What the session files and the runners do with it is in their own headers.
 */
#ifndef VCENTERD_VCENTER_H
#define VCENTERD_VCENTER_H

#include "config.h"
#include "inventory.h"
#include "lib/chan.h"
#include "lib/events.h"
#include "lib/loop.h"
#include "lib/store.h"
#include "monitor.h"

struct vcenter;
struct audit;
struct move_job;
struct dest_job;
struct owed;
struct console;
struct bulk;
struct group_job;
struct rtt_limits;
struct forwards;
struct hier;
struct creation;

/* Our session to the vCenter of another DC. */
struct peer {
	struct vcenter *vc;
	const struct peer_conf *conf;
	struct chan *chan;
	bool up;		/* and its certificate is of that DC */
};

/* Our session to the nDirector. */
struct director {
	struct chan *chan;
	bool ready;		/* it has been told all VNs and placements */
	struct uuid *told;	/* VMs still to be told at the start of this session */
	size_t n_told, next_told;
	unsigned int out;	/* of those, requests without an answer yet */
	uint64_t session;	/* counts up; answers of an older one are not counted */
};

struct vcenter {
	struct config conf;
	struct loop *loop;
	struct tls *tls;
	struct store *store;
	struct inventory *inv;
	struct monitor *monitor;
	struct events *events;
	struct audit *audit;
	struct chan_server *listen;
	struct http_server *http;
	struct http_watch *watch;	/* NULL: no API */
	struct director director;
	struct peer *peers;
	struct move_job *moves;		/* uthash by id */
	struct dest_job *dests;		/* uthash by move id */
	struct owed *owed;		/* utlist */
	struct console *consoles;	/* utlist, oldest first */
	struct bulk *bulks;		/* utlist by prev, next_bulk */
	struct group_job *groups;	/* uthash by id: operations on groups */
	struct loop_timer *group_turn;	/* NULL: there was no need yet */
	struct rtt_limits *rtt_limits;
	struct forwards *forwards;
	struct hier *hier;
	struct creation *creations;	/* utlist: VMs that peers are being asked about */
	struct loop_timer *tick;
	uint64_t ticks;
	bool stopping;			/* sessions that end now are no news */
};

/*
 * With vc->conf loaded and all else zero. After a failure too, vcenter_stop() cleans up. May stand
 * by for the store, and fails without a sentence when the loop was stopped in that.
 */
int vcenter_start(struct vcenter *vc, struct loop *loop, struct err *err);
void vcenter_stop(struct vcenter *vc);	/* leaves vc->conf */

uint64_t wall_ms(void);			/* CLOCK_REALTIME */

/* Log it, keep it, show it. A store that fails costs the event its place there, not here. */
void note(struct vcenter *vc, const char *kind, const char *subject, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void note_alert(struct vcenter *vc, const char *kind, const char *subject, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* The same for what a server has said or done: not more than it may (chatter.h). */
void note_server(struct vcenter *vc, struct server *server, const char *kind, const char *subject,
		 const char *fmt, ...) __attribute__((format(printf, 5, 6)));
void note_server_alert(struct vcenter *vc, struct server *server, const char *kind,
		       const char *subject, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

struct peer *vcenter_peer(struct vcenter *vc, const char *dc);

#endif
