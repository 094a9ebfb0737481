// SPDX-License-Identifier: GPL-2.0
#include "forward_serve.h"
#include "owed.h"
#include "serve_peer.h"
#include "session_peer.h"
#include "session_server.h"
#include "session_vserver.h"

static bool is_vserver(struct chan *chan)
{
	return chan_peer(chan)->role == ROLE_VSERVER;
}

static void up(struct chan *chan, void *arg)
{
	if (is_vserver(chan))
		session_vserver_up(arg, chan);
	else
		serve_peer_up(arg, chan);
}

static void down(struct chan *chan, const char *why, void *arg)
{
	struct vcenter *vc = arg;

	owed_forget(vc, chan);
	if (is_vserver(chan))
		session_vserver_down(vc, chan, why);
	else
		forward_serve_down(vc, chan);
}

static bool message(struct chan *chan, const struct msg *msg, void *arg)
{
	if (is_vserver(chan))
		return session_vserver_message(arg, chan, msg);
	return serve_peer_message(arg, chan, msg);
}

int session_server_start(struct vcenter *vc, struct err *err)
{
	static const struct chan_ops ops = { up, down, message, session_peer_capabilities };

	vc->listen = chan_listen(vc->loop, vc->tls, vc->conf.listen,
				 ROLE_BIT(ROLE_VSERVER) | ROLE_BIT(ROLE_VCENTER), &ops, vc, err);
	return vc->listen ? 0 : -1;
}

void session_server_stop(struct vcenter *vc)
{
	if (vc->listen)
		chan_server_free(vc->listen);
	vc->listen = NULL;
}
