// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include "codes.h"
#include "forward.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "move_run.h"
#include "persist.h"
#include "profile.h"
#include "proto/peering.pb-c.h"
#include "session_peer.h"

#define TELL_MS	10000u

const char *const session_peer_capabilities[] = { CAN_PEER_PROFILES, NULL };

/* Silence is not looked into: it is told again at the next session. */
static void vn_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct peer *peer = arg;

	if (code != CODE(OK) && !code_is_silence(code))
		note_alert(peer->vc, "vn-refused", peer->conf->dc, "it refuses a VN: %s", text);
}

static void tell_vn(struct peer *peer, const struct vn *vn)
{
	Nvo3__PeerVnSet msg = NVO3__PEER_VN_SET__INIT;
	Nvo3__VnInfo info = vn_to_msg(vn);

	msg.vn = &info;
	chan_request(peer->chan, MSG(PEER_VN_SET), &msg.base, TELL_MS, vn_answered, peer);
}

static void vn_del_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct peer *peer = arg;

	if (code == CODE(BUSY))
		note_alert(peer->vc, "vn-in-use", peer->conf->dc,
			   "it keeps a VN that was deleted here: %s", text);
}

static void tell_vn_del(struct peer *peer, const struct uuid *vn)
{
	Nvo3__PeerVnDelete msg = NVO3__PEER_VN_DELETE__INIT;

	msg.uuid = msg_put_uuid(vn);
	chan_request(peer->chan, MSG(PEER_VN_DELETE), &msg.base, TELL_MS, vn_del_answered, peer);
}

static void profile_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct peer *peer = arg;

	if (code != CODE(OK) && !code_is_silence(code))
		note_alert(peer->vc, "profile-refused", peer->conf->dc, "it refuses a profile: %s",
			   text);
}

static void tell_profile(struct peer *peer, const struct profile *p)
{
	Nvo3__PeerProfileSet msg = NVO3__PEER_PROFILE_SET__INIT;

	msg.profile = p->msg;
	chan_request(peer->chan, MSG(PEER_PROFILE_SET), &msg.base, TELL_MS, profile_answered, peer);
}

static void profile_del_answered(uint32_t code, const char *text, const struct msg *body,
				 void *arg)
{
	struct peer *peer = arg;

	if (code == CODE(BUSY))
		note_alert(peer->vc, "profile-in-use", peer->conf->dc,
			   "it keeps a profile that was deleted here: %s", text);
}

static void tell_profile_del(struct peer *peer, const struct uuid *uuid)
{
	Nvo3__PeerProfileDelete msg = NVO3__PEER_PROFILE_DELETE__INIT;

	msg.uuid = msg_put_uuid(uuid);
	chan_request(peer->chan, MSG(PEER_PROFILE_DELETE), &msg.base, TELL_MS,
		     profile_del_answered, peer);
}

bool session_peer_knows_profiles(const struct peer *peer)
{
	return peer->up && chan_can(peer->chan, CAN_PEER_PROFILES);
}

void session_peer_profile_set(struct vcenter *vc, const struct profile *p)
{
	for (int i = 0; i < vc->conf.n_peers; i++)
		if (session_peer_knows_profiles(&vc->peers[i]))
			tell_profile(&vc->peers[i], p);
}

void session_peer_profile_del(struct vcenter *vc, const struct uuid *uuid)
{
	for (int i = 0; i < vc->conf.n_peers; i++)
		if (session_peer_knows_profiles(&vc->peers[i]))
			tell_profile_del(&vc->peers[i], uuid);
}

void session_peer_vn_set(struct vcenter *vc, const struct vn *vn)
{
	for (int i = 0; i < vc->conf.n_peers; i++)
		if (vc->peers[i].up)
			tell_vn(&vc->peers[i], vn);
}

void session_peer_vn_del(struct vcenter *vc, const struct uuid *vn)
{
	for (int i = 0; i < vc->conf.n_peers; i++)
		if (vc->peers[i].up)
			tell_vn_del(&vc->peers[i], vn);
}

static void vn_gone(const struct uuid *vn, void *arg)
{
	tell_vn_del(arg, vn);
}

static void profile_gone(const struct uuid *uuid, void *arg)
{
	struct peer *peer = arg;

	/* by a backup of before it may be there again */
	if (!inventory_profile(peer->vc->inv, uuid))
		tell_profile_del(peer, uuid);
}

/* As VNs: first those that are gone. */
static void tell_profiles(struct peer *peer)
{
	struct vcenter *vc = peer->vc;
	struct profile *p;
	struct err err;

	if (!session_peer_knows_profiles(peer))
		return;
	if (persist_walk_profile_gone(vc->store, true, profile_gone, peer, &err))
		log_err("deleted profiles are not told again: %s", err.text);
	for (p = vc->inv->profiles; p; p = p->hh.next)
		if (inventory_profile_is_ours(vc->inv, p))
			tell_profile(peer, p);
}

static void up(struct chan *chan, void *arg)
{
	struct peer *peer = arg;
	struct vcenter *vc = peer->vc;
	struct vn *vn, *tmp;
	struct err err;

	if (strcmp(chan_peer(chan)->dc, peer->conf->dc)) {
		note_alert(vc, "peer-wrong", peer->conf->dc, "its address answers as %s",
			   chan_peer_name(chan));
		chan_drop(chan, "it is the vCenter of another data centre");
		return;
	}
	peer->up = true;
	chan_track_clock(chan);
	note(vc, "peer-up", peer->conf->dc, "the session to %s is up", chan_peer_name(chan));
	/* first what is gone: a new VN may have its name */
	if (persist_walk_vn_gone(vc->store, vn_gone, peer, &err))
		log_err("deleted VNs are not told again: %s", err.text);
	HASH_ITER(hh, vc->inv->vns, vn, tmp)
		if (!strcmp(vn->home_dc, vc->conf.dc))
			tell_vn(peer, vn);
	tell_profiles(peer);
	move_run_kick(vc);
}

static void down(struct chan *chan, const char *why, void *arg)
{
	struct peer *peer = arg;

	if (!peer->up)
		return;
	peer->up = false;
	note_alert(peer->vc, "peer-down", peer->conf->dc, "%s", why);
}

/* They ask on their own session; this is of what was asked of them. */
static bool message(struct chan *chan, const struct msg *msg, void *arg)
{
	return forward_part(arg, msg);
}

int session_peer_start(struct vcenter *vc, struct err *err)
{
	static const struct chan_ops ops = { up, down, message, session_peer_capabilities };

	vc->peers = mem_calloc(vc->conf.n_peers, sizeof(*vc->peers));
	for (int i = 0; i < vc->conf.n_peers; i++) {
		struct peer *peer = &vc->peers[i];

		peer->vc = vc;
		peer->conf = &vc->conf.peers[i];
		peer->chan = chan_connect(vc->loop, vc->tls, peer->conf->addrs,
					  peer->conf->n_addrs, ROLE_BIT(ROLE_VCENTER), &ops,
					  peer, err);
		if (!peer->chan)
			return -1;
	}
	return 0;
}

void session_peer_stop(struct vcenter *vc)
{
	for (int i = 0; vc->peers && i < vc->conf.n_peers; i++) {
		vc->peers[i].up = false;
		if (vc->peers[i].chan)
			chan_free(vc->peers[i].chan);
	}
}
