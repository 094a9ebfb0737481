// SPDX-License-Identifier: GPL-2.0
/*
 * Our side of federation: following what another DC's director tells of its own
 * (proto/federation.proto). A peer may speak only of NVEs of its own DC.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>
#include "director.h"
#include "fed_merge.h"
#include "proto/federation.pb-c.h"

struct fed_peer {
	struct director *d;
	char dc[32];
	struct chan *chan;
	uint8_t store[16];		/* the peer's, that revision belongs to */
	uint64_t revision;
	bool synced;			/* all as of that revision is known here */
	bool snapshot;			/* one is coming in */
	struct fed_peer *prev, *next;
};

static void subscribed(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__FedSubscribeReply *reply;
	struct fed_peer *peer = arg;
	struct err err;

	if (code != CODE(OK)) {
		chan_drop(peer->chan, text);
		return;
	}
	reply = msg_decode(body, &nvo3__fed_subscribe_reply__descriptor, &err);
	if (!reply || reply->store.len != sizeof(peer->store)) {
		chan_drop(peer->chan, "its answer to FED_SUBSCRIBE names no store");
	} else if (!peer->synced || memcmp(peer->store, reply->store.data, sizeof(peer->store))) {
		memcpy(peer->store, reply->store.data, sizeof(peer->store));
		peer->synced = false;	/* until the snapshot is complete */
	} else {
		/* if nothing has changed, no update would say that it is back */
		fed_set_stale(&peer->d->db, peer->dc, false);
	}
	if (reply)
		msg_free(reply);
}

static void up(struct chan *chan, void *arg)
{
	Nvo3__FedSubscribe m = NVO3__FED_SUBSCRIBE__INIT;
	struct fed_peer *peer = arg;
	struct director *d = peer->d;

	if (strcmp(chan_peer(chan)->dc, peer->dc)) {
		director_alert(d, "peer-refused", chan_peer_name(chan),
			       "it answers where the director of %s should", peer->dc);
		chan_drop(chan, "it is of another data centre than configured");
		return;
	}
	if (peer->synced) {
		m.store = (ProtobufCBinaryData){ sizeof(peer->store), peer->store };
		m.revision = peer->revision;
	}
	director_note(d, "peer-up", peer->dc, "following %s", chan_peer_name(chan));
	chan_request(chan, MSG(FED_SUBSCRIBE), &m.base, 0, subscribed, peer);
}

static void down(struct chan *chan, const char *why, void *arg)
{
	struct fed_peer *peer = arg;
	struct director *d = peer->d;

	peer->snapshot = false;
	fed_set_stale(&d->db, peer->dc, true);
	director_alert(d, "peer-stale", peer->dc, "the session to its director ended: %s", why);
	director_commit(d);
}

static void on_update(struct fed_peer *peer, const Nvo3__FedUpdate *m)
{
	struct director *d = peer->d;

	if (m->snapshot_begin) {
		fed_begin(&d->db, peer->dc);
		peer->snapshot = true;
	}
	fed_merge(d, peer->dc, m);
	if (m->snapshot_end && peer->snapshot) {
		fed_sweep(&d->db, peer->dc);
		peer->snapshot = false;
		peer->synced = true;
	}
	if (!peer->snapshot)
		peer->revision = m->revision;
	fed_set_stale(&d->db, peer->dc, false);
}

static bool message(struct chan *chan, const struct msg *msg, void *arg)
{
	struct fed_peer *peer = arg;
	Nvo3__FedUpdate *m;
	struct err err;

	if (msg->type != MSG(FED_UPDATE))
		return false;
	m = msg_decode(msg, &nvo3__fed_update__descriptor, &err);
	if (!m) {
		chan_drop(chan, err.text);
		return true;
	}
	on_update(peer, m);
	msg_free(m);
	return true;
}

static const struct chan_ops ops = {
	.up = up,
	.down = down,
	.message = message,
};

int fed_client_add(struct director *d, const char *dc, const char *const *addrs, int n,
		   struct err *err)
{
	struct fed_peer *peer;

	if (!strcmp(dc, d->self.dc))
		return err_set(err, EINVAL, "peer %s is this data centre itself", dc);
	if (fed_client_knows(d, dc))
		return err_set(err, EINVAL, "peer %s is there twice", dc);
	peer = calloc(1, sizeof(*peer));
	peer->d = d;
	snprintf(peer->dc, sizeof(peer->dc), "%s", dc);
	peer->chan = chan_connect(d->loop, d->tls, addrs, n, ROLE_BIT(ROLE_DIRECTOR), &ops, peer,
				  err);
	if (!peer->chan) {
		free(peer);
		return -EINVAL;
	}
	DL_APPEND(d->peers, peer);
	return 0;
}

bool fed_client_knows(struct director *d, const char *dc)
{
	return fed_client_state(d, dc) != FED_UNKNOWN;
}

enum fed_state fed_client_state(struct director *d, const char *dc)
{
	struct fed_peer *peer;

	DL_FOREACH(d->peers, peer)
		if (!strcmp(peer->dc, dc))
			return chan_is_up(peer->chan) ? FED_UP : FED_DOWN;
	return FED_UNKNOWN;
}

void fed_client_each(struct director *d, void (*cb)(const char *dc, bool up, void *arg), void *arg)
{
	struct fed_peer *peer;

	DL_FOREACH(d->peers, peer)
		cb(peer->dc, chan_is_up(peer->chan), arg);
}

void fed_client_grace_over(struct director *d)
{
	struct fed_peer *peer;
	struct db_nve *nve;

	for (nve = d->db.nves; nve; nve = nve->hh.next)
		if (!nve->own && fed_client_state(d, nve->dc) != FED_UP)
			db_nve_set_stale(&d->db, nve, DB_STALE_DC, true);
	DL_FOREACH(d->peers, peer)
		if (!chan_is_up(peer->chan))
			director_alert(d, "peer-stale", peer->dc, "its director has not been heard of");
}

void fed_client_free_all(struct director *d)
{
	struct fed_peer *peer, *next;

	DL_FOREACH_SAFE(d->peers, peer, next) {
		DL_DELETE(d->peers, peer);
		chan_free(peer->chan);
		free(peer);
	}
}
