/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one struct of the daemon, and what its parts offer each other.
 */
#ifndef NDIRECTORD_DIRECTOR_H
#define NDIRECTORD_DIRECTOR_H

#include "alone.h"
#include "db.h"
#include "dup.h"
#include "lib/chan.h"
#include "lib/events.h"
#include "lib/http.h"
#include "lib/store.h"
#include "share.h"
#include "tell.h"

struct center;
struct fed_peer;

/* Since the start. */
struct director_counts {
	uint64_t claims_taken, claims_refused;
	uint64_t queries_found, queries_absent, queries_refused;
	uint64_t drifts;		/* events of that kind, see note.c */
};

struct director {
	struct loop *loop;
	struct tls *tls;
	struct identity self;
	struct db db;
	struct store *store;
	bool in_transaction, commit_due;	/* due: from the loop */
	bool state_unwritten;		/* the next two: with the commit, once for all changes */
	struct db_vn *unwritten;	/* list */
	struct events *events;
	struct director_counts counts;
	struct tell tell;
	struct chan_server *server;
	struct http_server *http;
	struct http_watch *watch;	/* NULL: no API */
	struct nve_session *nve_sessions;	/* list */
	struct fed_peer *peers;			/* list */
	struct center *centers;			/* vCenter sessions that are up, list */
	struct loop_timer *grace, *reaper;	/* start.c */
	struct alone alone;
	struct askers askers;		/* share.h; of sessions */
	struct leases *leases;			/* lease.h */
	struct hearings *hearings;		/* hearing.h */
	struct withdrawals *withdrawals;	/* withdraw.h */
	unsigned int forget_s;
	struct dup_limits dups;
	bool stopping, full;		/* full: what is new is refused, no room in the store */
};

/*
 * persist.c: an observer of the database that writes each change to the store, in one
 * transaction per turn of the loop. Answers and what followers are told leave when it is on the
 * disk (gate.h). When it cannot be written the daemon stops, and a restart goes on from what the
 * store has.
 */
int persist_load(struct director *d, struct err *err);
void persist_attach(struct director *d);
void director_commit(struct director *d);

/* room.c: CODE(OK), or FULL and why; to be asked before something new is taken up. */
uint32_t director_room(struct director *d, struct err *err);
/* answer.c: to @msg if it is a request; what is refused becomes an alert. */
void director_answer(struct director *d, struct chan *chan, const struct msg *msg, uint32_t code,
		     const struct err *err, const ProtobufCMessage *body);

/* note.c: what @subject did, for the events and the log. */
void director_note(struct director *d, const char *kind, const char *subject, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void director_alert(struct director *d, const char *kind, const char *subject, const char *fmt,
		    ...) __attribute__((format(printf, 4, 5)));

/* session_nve.c */
void nve_session_up(struct director *d, struct chan *chan);
void nve_session_down(struct director *d, struct chan *chan, const char *why);
bool nve_session_message(struct director *d, struct chan *chan, const struct msg *msg);
bool nve_session_exists(struct director *d, const struct db_nve *nve);
unsigned int nve_sessions(struct director *d);	/* that have registered */

/* nve_list.c: the relays hear that it may be joined, or not any more */
void nve_list_vn(struct director *d, const struct db_vn *vn);

/* session_center.c */
void center_up(struct director *d, struct chan *chan);
void center_down(struct director *d, struct chan *chan);
/* The session of the Nth vCenter that is up, from 0; NULL: there are not so many */
struct chan *center_chan(struct director *d, unsigned int n);
void center_each(struct director *d, void (*cb)(const char *name, void *arg), void *arg);
bool center_message(struct director *d, struct chan *chan, const struct msg *msg);

/* fed_server.c: a peer follows our own items */
void fed_server_down(struct director *d, struct chan *chan);
bool fed_server_message(struct director *d, struct chan *chan, const struct msg *msg);

/* fed_client.c: we follow a peer's */
int fed_client_add(struct director *d, const char *dc, const char *const *addrs, int n,
		   struct err *err);
void fed_client_free_all(struct director *d);
/* What was loaded from the store is as of a peer that is cut off, until it is there. */
void fed_client_grace_over(struct director *d);
enum fed_state { FED_UNKNOWN, FED_DOWN, FED_UP };
enum fed_state fed_client_state(struct director *d, const char *dc);
bool fed_client_knows(struct director *d, const char *dc);
void fed_client_each(struct director *d, void (*cb)(const char *dc, bool up, void *arg), void *arg);

extern const struct chan_ops director_ops;	/* sessions that others open */

/* api_addrs.c, api.c: as GET /mappings, /vns have it; and api_metrics.c */
json_t *api_mapping(const struct db_map *map);
json_t *api_vn(const struct db_vn *vn);
void api_metrics(struct http_request *req, void *arg);
extern const struct http_route director_routes[];

#endif /* NDIRECTORD_DIRECTOR_H */
