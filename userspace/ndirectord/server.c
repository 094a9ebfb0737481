// SPDX-License-Identifier: GPL-2.0
/*
 * Sessions that others open: who speaks decides which conversation it is.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "director.h"

void director_answer(struct director *d, struct chan *chan, uint64_t id, uint32_t code,
		     const struct err *err, const ProtobufCMessage *body)
{
	director_commit(d);
	if (!id)
		return;
	if (code == CODE(OK))
		chan_reply(chan, id, code, NULL, body);
	else
		chan_reply_err(chan, id, code, err);
}

void director_alert(struct director *d, const char *kind, const char *subject, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	events_add(&d->events, time(NULL), true, kind, subject, "%s", text);
}

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
	events_add(&d->events, time(NULL), false, "session-up", chan_peer_name(chan), "%s from %s",
		   role_name(peer->role), chan_peer_addr(chan));
	if (peer->role == ROLE_NVE)
		nve_session_up(d, chan);
	else if (peer->role == ROLE_VCENTER)
		d->centers++;
}

static void down(struct chan *chan, const char *why, void *arg)
{
	const struct identity *peer = chan_peer(chan);
	struct director *d = arg;

	events_add(&d->events, time(NULL), false, "session-down", chan_peer_name(chan), "%s", why);
	if (stranger(d, peer))
		return;
	if (peer->role == ROLE_NVE)
		nve_session_down(d, chan, why);
	else if (peer->role == ROLE_DIRECTOR)
		fed_server_down(d, chan);
	else if (peer->role == ROLE_VCENTER)
		d->centers--;
	director_commit(d);
}

static bool message(struct chan *chan, const struct msg *msg, void *arg)
{
	const struct identity *peer = chan_peer(chan);
	struct director *d = arg;

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
		break;
	}
	return false;
}

const struct chan_ops director_ops = {
	.up = up,
	.down = down,
	.message = message,
};
