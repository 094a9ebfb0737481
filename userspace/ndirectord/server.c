// SPDX-License-Identifier: GPL-2.0
/*
 * Sessions that others open: who speaks decides which conversation it is.
 */
#include <string.h>
#include "director.h"
#include "lib/log.h"

/* NVEs and vCenters are of this data centre; a director must be a peer that we know. */
static const char *stranger(struct director *d, const struct identity *peer)
{
	if (peer->role == ROLE_DIRECTOR)
		return fed_client_knows(d, peer->dc) ? NULL : "its data centre is no peer of ours";
	return strcmp(peer->dc, d->self.dc) ? "it is of another data centre" : NULL;
}

static void up(struct chan *chan, void *arg)
{
	const struct identity *peer = chan_peer(chan);
	const char *why = stranger(arg, peer);
	struct director *d = arg;

	if (why) {
		director_alert(d, "session-refused", chan_peer_name(chan), "%s", why);
		chan_drop(chan, why);
		return;
	}
	director_note(d, "session-up", chan_peer_name(chan), "%s from %s", role_name(peer->role),
		      chan_peer_addr(chan));
	if (peer->role == ROLE_NVE)
		nve_session_up(d, chan);
	else if (peer->role == ROLE_VCENTER)
		center_up(d, chan);
}

static void down(struct chan *chan, const char *why, void *arg)
{
	const struct identity *peer = chan_peer(chan);
	struct director *d = arg;

	if (stranger(d, peer))
		return;
	director_note(d, "session-down", chan_peer_name(chan), "%s", why);
	if (peer->role == ROLE_NVE)
		nve_session_down(d, chan, why);
	else if (peer->role == ROLE_DIRECTOR)
		fed_server_down(d, chan);
	else if (peer->role == ROLE_VCENTER)
		center_down(d, chan);
}

static bool dispatch(struct director *d, struct chan *chan, const struct msg *msg)
{
	const struct identity *peer = chan_peer(chan);

	switch (peer->role) {
	case ROLE_NVE:
		return nve_session_message(d, chan, msg);
	case ROLE_VCENTER:
		return center_message(d, chan, msg);
	case ROLE_DIRECTOR:
		return fed_server_message(d, chan, msg);
	case ROLE_NONE:
	case ROLE_VSERVER:
	case ROLE_ELEMENT:
	case ROLE_OPERATOR:
	case ROLE_TENANT:
		break;
	}
	return false;
}

/* A newer peer may ask for what is not known here; somebody else's question is worth an alert. */
static bool is_of_placement(uint32_t type)
{
	return type >= MSG(VN_SET) && type < MSG(PEER_VN_SET);
}

static bool message(struct chan *chan, const struct msg *msg, void *arg)
{
	const struct identity *peer = chan_peer(chan);
	struct director *d = arg;

	if (msg->id)
		askers_note(&d->askers, chan, loop_now_ms());
	if (dispatch(d, chan, msg))
		return true;
	if (peer->role != ROLE_VCENTER && is_of_placement(msg->type))
		director_alert(d, "request-refused", chan_peer_name(chan), "%s is not for a %s",
			       msg_name(msg->type), role_name(peer->role));
	return false;
}

static const char *const capabilities[] = { CAN_ON_DEMAND, CAN_MAP_DIGEST, CAN_VN_LIST,
					   CAN_MAP_COLUMNS, CAN_NVE_SEEN, NULL };

const struct chan_ops director_ops = {
	.up = up,
	.down = down,
	.message = message,
	.capabilities = capabilities,
};
