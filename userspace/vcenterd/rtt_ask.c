// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "codes.h"
#include "lib/host_addr.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "lib/msg.h"
#include "owed.h"
#include "proto/management.pb-c.h"
#include "proto/peering.pb-c.h"
#include "rtt_ask.h"
#include "rtt_limit.h"

#define ALL_MS		3000u
#define GATEWAY_MS	2500u	/* a measurement takes 1.4 s at most */

/* @us 0: @text says why not. */
typedef void (*measured_fn)(struct vcenter *vc, uint32_t code, const char *text, uint64_t us,
			    void *arg);

/* --- here */

struct measure {
	struct vcenter *vc;
	measured_fn done;
	void *arg;
};

static struct server *find_gateway(struct vcenter *vc)
{
	struct server *server;

	for (server = vc->inv->servers; server; server = server->hh.next)
		if (server->gateway && server->session)
			return server;
	return NULL;
}

static void measured(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__RttMeasureReply *reply = NULL;
	struct measure *m = arg;

	if (code == CODE(OK))
		reply = msg_decode(body, &nvo3__rtt_measure_reply__descriptor, NULL);
	if (code == CODE(OK) && (!reply || !reply->us)) {
		code = CODE(FAILED);
		text = "the answer is not complete";
	}
	m->done(m->vc, code, text, reply ? reply->us : 0, m->arg);
	if (reply)
		msg_free(reply);
	free(m);
}

static void measure_here(struct vcenter *vc, const struct ip_addr *addr, measured_fn done,
			 void *arg)
{
	struct server *gateway = find_gateway(vc);
	Nvo3__RttMeasure msg = NVO3__RTT_MEASURE__INIT;
	struct measure *m;
	struct err err;

	if (!gateway) {
		err_set(&err, EHOSTUNREACH, "%s has no gateway that is up", vc->conf.dc);
		done(vc, CODE(UNAVAILABLE), err.text, 0, arg);
		return;
	}
	m = mem_zalloc(sizeof(*m));
	*m = (struct measure){ vc, done, arg };
	msg.addr = msg_put_ip(addr);
	chan_request(gateway->session, MSG(RTT_MEASURE), &msg.base, GATEWAY_MS, measured, m);
}

/* --- for a peer */

static void served(struct vcenter *vc, uint32_t code, const char *text, uint64_t us, void *arg)
{
	Nvo3__PeerRttReply reply = NVO3__PEER_RTT_REPLY__INIT;

	if (vc->stopping)
		return;
	reply.us = us;
	owed_reply(vc, arg, code, text, code == CODE(OK) ? &reply.base : NULL);
}

/* An operator's own measurements are not counted. */
static int may_ask(struct vcenter *vc, const struct ip_addr *addr, const char *tenant,
		   struct err *err)
{
	int ret = host_addr_check(addr, err);

	if (ret || !*tenant)
		return ret;
	if (strlen(tenant) >= VC_NAME_SIZE)
		return err_set(err, EINVAL, "tenant: not a name");
	return rtt_limit_take(&vc->rtt_limits, tenant, loop_now_ms(), err);
}

void rtt_serve(struct vcenter *vc, struct chan *chan, const struct msg *msg)
{
	struct err err;
	Nvo3__PeerRtt *req = msg_decode(msg, &nvo3__peer_rtt__descriptor, &err);
	struct ip_addr addr;
	int ret = -EINVAL;

	if (req && !msg_get_ip(&req->addr, &addr))
		err_set(&err, EINVAL, "addr: not an address");
	else if (req)
		ret = may_ask(vc, &addr, req->tenant, &err);
	if (ret)
		chan_reply_err(chan, msg->id, code_from_errno(ret), &err);
	else
		measure_here(vc, &addr, served, owed_new(vc, chan, msg->id));
	if (req)
		msg_free(req);
}

/* --- everywhere */

struct ask {
	struct vcenter *vc;
	struct rtt rtt;
	unsigned int waiting;
	rtt_ask_fn done;
	void *arg;
};

struct call {
	struct ask *ask;
	const char *dc;		/* of the configuration */
};

static void take(struct ask *ask, const char *dc, uint64_t us)
{
	rtt_add(&ask->rtt, dc, us);
	if (--ask->waiting)
		return;
	ask->done(ask->vc, &ask->rtt, ask->arg);
	free(ask);
}

static void here(struct vcenter *vc, uint32_t code, const char *text, uint64_t us, void *arg)
{
	if (code != CODE(OK))
		log_debug("no round-trip time from here: %s", text);
	take(arg, vc->conf.dc, code == CODE(OK) ? us : 0);
}

static void there(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__PeerRttReply *reply = NULL;
	struct call *call = arg;

	if (code == CODE(OK))
		reply = msg_decode(body, &nvo3__peer_rtt_reply__descriptor, NULL);
	else
		log_debug("no round-trip time from %s: %s", call->dc, text);
	take(call->ask, call->dc, reply ? reply->us : 0);
	if (reply)
		msg_free(reply);
	free(call);
}

static void ask_peer(struct ask *ask, struct peer *peer, Nvo3__PeerRtt *msg)
{
	struct call *call;

	if (!peer->up) {
		take(ask, peer->conf->dc, 0);
		return;
	}
	call = mem_zalloc(sizeof(*call));
	*call = (struct call){ ask, peer->conf->dc };
	chan_request(peer->chan, MSG(PEER_RTT), &msg->base, ALL_MS, there, call);
}

int rtt_ask(struct vcenter *vc, const struct ip_addr *addr, const char *tenant, rtt_ask_fn done,
	    void *arg, struct err *err)
{
	Nvo3__PeerRtt msg = NVO3__PEER_RTT__INIT;
	struct ask *ask;
	int ret;

	ret = may_ask(vc, addr, tenant, err);
	if (ret)
		return ret;
	ask = mem_zalloc(sizeof(*ask));
	*ask = (struct ask){ .vc = vc, .done = done, .arg = arg, .waiting = 1 + vc->conf.n_peers };
	ip_addr_format(addr, ask->rtt.client);
	msg.addr = msg_put_ip(addr);
	msg.tenant = (char *)tenant;
	for (int i = 0; i < vc->conf.n_peers; i++)
		ask_peer(ask, &vc->peers[i], &msg);
	measure_here(vc, addr, here, ask);
	return 0;
}
