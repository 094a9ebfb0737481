// SPDX-License-Identifier: GPL-2.0

#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "audit.h"
#include "chan.h"
#include "cleanup.h"
#include "director.h"
#include "idle.h"
#include "keep.h"
#include "log.h"
#include "mem.h"
#include "policy.h"
#include "port.h"
#include "relay.h"
#include "vn.h"

#define REQUEST_MS 10000
#define AGAIN_MS 3000
/* By then the kernel has given up the frames, and will ask again */
#define QUERY_MS 3000
/* Mappings in one message: 64 kB with IPv6 addresses, far below the frame limit */
#define ADVERTISE_MAX 500

struct director {
	struct nve *nve;		/* NULL: only its open requests are left of it */
	struct chan *chan;
	unsigned int open;		/* requests */
	unsigned int offers;		/* of these, advertisements */
	bool up;
	struct loop_timer *again;
};

/* What a request is about; freed by its answer */
struct about {
	struct director *d;
	struct uuid vn;			/* or profile */
	struct mac_addr mac;
	struct ip_addr ip;		/* of a question */
};

struct forgotten {
	struct director *d;
	struct uuid vn;
	size_t n;
	struct mac_addr macs[];
};

struct batch {
	struct director *d;
	size_t n;
	struct {
		struct uuid tsi;
		uint64_t epoch;
	} v[ADVERTISE_MAX];
};

/* Of every request, before it is sent */
static struct director *opened(struct director *d)
{
	d->open++;
	return d;
}

/* Of every answer. NULL: the NVE role has ended meanwhile, and @d is no more */
static struct nve *closed(struct director *d)
{
	struct nve *nve = d->nve;

	if (!--d->open && !nve)
		free(d);
	return nve;
}

static struct about *about_new(struct director *d, const struct uuid *vn,
			       const struct mac_addr *mac)
{
	struct about *a = mem_zalloc(sizeof(*a));

	a->d = opened(d);
	a->vn = *vn;
	if (mac)
		a->mac = *mac;
	return a;
}

static bool is_silence(uint32_t code)
{
	return code == CODE(UNAVAILABLE) || code == CODE(TIMEOUT);
}

bool director_is_up(const struct director *d)
{
	return d->up;
}

void director_reset(struct director *d, const char *why)
{
	chan_drop(d->chan, why);
}

/* --- virtual networks */

static void join_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__VnJoinReply *reply = NULL;
	struct about *a = arg;
	struct nve *nve = closed(a->d);
	struct err err;

	if (nve && code == CODE(OK)) {
		reply = msg_decode(body, &nvo3__vn_join_reply__descriptor, &err);
		if (!reply || !reply->vn) {
			code = CODE(BAD_MESSAGE);
			text = "the director's answer to VN_JOIN has no VN";
		}
	}
	if (nve)
		vn_joined(nve, &a->vn, code, text, code == CODE(OK) ? reply->vn : NULL);
	if (reply)
		msg_free(reply);
	free(a);
}

bool director_can_ask(const struct director *d)
{
	return d->up && chan_can(d->chan, CAN_ON_DEMAND);
}

static ProtobufCBinaryData *pack_macs(const struct mac_addr *macs, size_t n)
{
	ProtobufCBinaryData *list = mem_calloc(n, sizeof(*list));

	for (size_t i = 0; i < n; i++)
		list[i] = msg_put_mac(&macs[i]);
	return list;
}

/* Not a relay's wish, nor of use to a director that knows no questions */
static bool may_choose(struct director *d, struct model_vn *vn, struct mac_addr **macs, size_t *n)
{
	struct err err;

	if (!director_can_ask(d) || d->nve->config->nve.relay)
		return false;
	if (!idle_interest(d->nve, vn, macs, n, &err))
		return true;
	log_warn("VNI %u: joined with all its mappings: %s", vn->vni, err.text);
	return false;
}

bool director_join(struct director *d, struct model_vn *vn, bool by_interest)
{
	_cleanup_free_ ProtobufCBinaryData *interest = NULL;
	_cleanup_free_ struct mac_addr *macs = NULL;
	Nvo3__VnJoin join = NVO3__VN_JOIN__INIT;

	keep_leave_del(d->nve, &vn->uuid);
	join.vn = msg_put_uuid(&vn->uuid);
	join.on_demand = by_interest && may_choose(d, vn, &macs, &join.n_interest);
	if (join.on_demand) {
		interest = pack_macs(macs, join.n_interest);
		join.interest = interest;
	}
	/* What was not told until now is behind no revision */
	if (!uuid_is_zero(&vn->store) && (join.on_demand || !vn->partial)) {
		join.store = msg_put_uuid(&vn->store);
		join.revision = vn->revision;
	}
	chan_request(d->chan, MSG(VN_JOIN), &join.base, REQUEST_MS, join_answered,
		     about_new(d, &vn->uuid, NULL));
	return join.on_demand;
}

static void leave_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct about *a = arg;
	struct nve *nve = closed(a->d);

	/* Joined again meanwhile: the record is gone already */
	if (nve && !is_silence(code))
		keep_leave_del(nve, &a->vn);
	free(a);
}

static void send_leave(struct director *d, const struct uuid *vn)
{
	Nvo3__VnLeave leave = NVO3__VN_LEAVE__INIT;

	leave.vn = msg_put_uuid(vn);
	chan_request(d->chan, MSG(VN_LEAVE), &leave.base, REQUEST_MS, leave_answered,
		     about_new(d, vn, NULL));
}

void director_leave(struct director *d, const struct uuid *vn)
{
	keep_leave(d->nve, vn);
	if (d->up)
		send_leave(d, vn);
}

void director_ack(struct director *d, const struct model_vn *vn)
{
	Nvo3__MapAck ack = NVO3__MAP_ACK__INIT;

	/* Inside a snapshot there is no revision that would be true */
	if (uuid_is_zero(&vn->store))
		return;
	ack.vn = msg_put_uuid(&vn->uuid);
	ack.store = msg_put_uuid(&vn->store);
	ack.revision = vn->revision;
	chan_event(d->chan, MSG(MAP_ACK), &ack.base);
}

/* --- what is asked, and used no more */

static void query_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__MapQueryReply *reply = msg_decode(body, &nvo3__map_query_reply__descriptor, NULL);
	struct about *a = arg;
	const struct ask_addr addr = { .mac = a->mac, .ip = a->ip };
	struct nve *nve = closed(a->d);

	if (nve)
		ask_answered(nve, &a->vn, &addr, code, text, reply ? reply->lifetime : 0);
	if (reply)
		msg_free(reply);
	free(a);
}

void director_query(struct director *d, const struct uuid *vn, const struct ask_addr *addr,
		    const struct mac_addr *asker)
{
	struct about *a = about_new(d, vn, &addr->mac);
	Nvo3__MapQuery msg = NVO3__MAP_QUERY__INIT;

	a->ip = addr->ip;
	msg.vn = msg_put_uuid(vn);
	if (addr->ip.family)
		msg.ip = msg_put_ip(&addr->ip);
	else
		msg.mac = msg_put_mac(&addr->mac);
	if (mac_addr_is_unicast(asker))
		msg.asker = msg_put_mac(asker);
	chan_request(d->chan, MSG(MAP_QUERY), &msg.base, QUERY_MS, query_answered, a);
}

struct wanted {
	struct director *d;
	nve_done_fn done;
	void *arg;
};

static void want_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct wanted *w = arg;

	/* Whoever waits has ended with the NVE role */
	if (closed(w->d))
		w->done(code, text, w->arg);
	free(w);
}

void director_want(struct director *d, const struct uuid *uuid, const struct mac_addr *macs,
		   size_t n, nve_done_fn done, void *arg)
{
	_cleanup_free_ ProtobufCBinaryData *list = pack_macs(macs, n);
	Nvo3__MapInterest msg = NVO3__MAP_INTEREST__INIT;
	struct nve_vn *vn = vn_lookup(d->nve, uuid);
	struct wanted *w;

	if (!vn || !vn->by_interest || !director_can_ask(d)) {
		done(CODE(OK), "", arg);
		return;
	}
	w = mem_zalloc(sizeof(*w));
	*w = (struct wanted){ opened(d), done, arg };
	msg.vn = msg_put_uuid(uuid);
	msg.macs = list;
	msg.n_macs = n;
	chan_request(d->chan, MSG(MAP_INTEREST), &msg.base, QUERY_MS, want_answered, w);
}

static void forget_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct forgotten *f = arg;
	struct nve *nve = closed(f->d);

	if (nve)
		idle_forgotten(nve, &f->vn, f->macs, f->n);
	free(f);
}

void director_forget(struct director *d, const struct uuid *vn, const struct mac_addr *macs,
		     size_t n)
{
	struct forgotten *f = mem_zalloc(sizeof(*f) + n * sizeof(*macs));
	_cleanup_free_ ProtobufCBinaryData *list = pack_macs(macs, n);
	Nvo3__MapForget msg = NVO3__MAP_FORGET__INIT;

	f->d = opened(d);
	f->vn = *vn;
	f->n = n;
	memcpy(f->macs, macs, n * sizeof(*macs));
	msg.vn = msg_put_uuid(vn);
	msg.macs = list;
	msg.n_macs = n;
	chan_request(d->chan, MSG(MAP_FORGET), &msg.base, REQUEST_MS, forget_answered, f);
}

struct chan *director_comparing(const struct director *d)
{
	return d->up && chan_can(d->chan, CAN_MAP_DIGEST) ? d->chan : NULL;
}

bool director_is_offering(const struct director *d)
{
	return d->offers;
}

static void on_map_digest(struct director *d, void *message)
{
	audit_digest(d->nve, message);
}

/* --- profiles */

static void profile_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__ProfileGetReply *reply = NULL;
	struct about *a = arg;
	struct nve *nve = closed(a->d);

	if (nve && code == CODE(OK)) {
		reply = msg_decode(body, &nvo3__profile_get_reply__descriptor, NULL);
		if (!reply) {
			code = CODE(BAD_MESSAGE);
			text = "the director's answer to PROFILE_GET does not decode";
		}
	}
	if (nve)
		policy_answered(nve, &a->vn, code, text, reply ? reply->profile : NULL);
	if (reply)
		msg_free(reply);
	free(a);
}

void director_profile(struct director *d, const struct uuid *profile, uint64_t version)
{
	Nvo3__ProfileGet msg = NVO3__PROFILE_GET__INIT;

	msg.uuid = msg_put_uuid(profile);
	msg.version = version;
	chan_request(d->chan, MSG(PROFILE_GET), &msg.base, REQUEST_MS, profile_answered,
		     about_new(d, profile, NULL));
}

static void on_profile_update(struct director *d, void *message)
{
	policy_update(d->nve, message);
}

/* --- mappings */

static void advertise_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__MapAdvertiseReply *reply = NULL;
	struct batch *b = arg;
	struct nve *nve;
	struct err err;

	b->d->offers--;
	nve = closed(b->d);
	if (nve && code == CODE(OK)) {
		reply = msg_decode(body, &nvo3__map_advertise_reply__descriptor, &err);
		if (!reply || reply->n_results != b->n) {
			code = CODE(BAD_MESSAGE);
			text = "the director's answer does not have one result per mapping";
		}
	}
	for (size_t i = 0; i < b->n && nve; i++) {
		if (code == CODE(OK))
			port_advertised(nve, &b->v[i].tsi, b->v[i].epoch,
					reply->results[i]->code, reply->results[i]->text);
		else
			port_advertised(nve, &b->v[i].tsi, b->v[i].epoch, code, text);
	}
	if (reply)
		msg_free(reply);
	free(b);
}

struct packed {
	Nvo3__Mapping map;
	Nvo3__IpPrefix ips[TSI_IPS_MAX], *pointers[TSI_IPS_MAX];
};

static Nvo3__Mapping *pack(struct packed *p, const struct tsi *tsi)
{
	nvo3__mapping__init(&p->map);
	p->map.vn = msg_put_uuid(&tsi->vn);
	p->map.mac = msg_put_mac(&tsi->mac);
	p->map.epoch = tsi->epoch;
	for (int i = 0; i < tsi->n_ips; i++) {
		nvo3__ip_prefix__init(&p->ips[i]);
		p->ips[i].addr = msg_put_ip(&tsi->ips[i].addr);
		p->ips[i].len = tsi->ips[i].len;
		p->pointers[i] = &p->ips[i];
	}
	p->map.ips = p->pointers;
	p->map.n_ips = tsi->n_ips;
	return &p->map;
}

static void send_advertise(struct director *d, const struct tsi *const *tsis, size_t n)
{
	Nvo3__MapAdvertise msg = NVO3__MAP_ADVERTISE__INIT;
	struct packed *packed = mem_calloc(n, sizeof(*packed));
	struct batch *b = mem_zalloc(sizeof(*b));
	Nvo3__Mapping *maps[ADVERTISE_MAX];

	b->d = opened(d);
	d->offers++;
	b->n = n;
	for (size_t i = 0; i < n; i++) {
		b->v[i].tsi = tsis[i]->id;
		b->v[i].epoch = tsis[i]->epoch;
		maps[i] = pack(&packed[i], tsis[i]);
	}
	msg.maps = maps;
	msg.n_maps = n;
	chan_request(d->chan, MSG(MAP_ADVERTISE), &msg.base, REQUEST_MS, advertise_answered, b);
	free(packed);
}

void director_advertise(struct director *d, const struct tsi *tsi)
{
	keep_withdraw_del(d->nve, &tsi->vn, &tsi->mac);
	if (d->up)
		send_advertise(d, &tsi, 1);
}

static void advertise_all(struct director *d)
{
	const struct tsi *tsis[ADVERTISE_MAX];
	struct nve_tsi *p;
	size_t n = 0;

	for (p = d->nve->tsis; p; p = p->hh.next) {
		if (p->t.state != TSI_ACTIVATED)
			continue;
		tsis[n++] = &p->t;
		if (n < ADVERTISE_MAX)
			continue;
		send_advertise(d, tsis, n);
		n = 0;
	}
	if (n)
		send_advertise(d, tsis, n);
}

static void try_again(void *arg)
{
	struct director *d = arg;

	vn_join_missing(d->nve);
	advertise_all(d);
}

void director_try_later(struct director *d)
{
	if (d->up)
		loop_timer_set(d->again, AGAIN_MS);
}

static void withdraw_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct about *a = arg;
	struct nve *nve = closed(a->d);

	if (nve && !is_silence(code))
		keep_withdraw_del(nve, &a->vn, &a->mac);
	free(a);
}

static void send_withdraw(const struct uuid *vn, const struct mac_addr *mac, uint64_t epoch,
			  void *arg)
{
	Nvo3__MapWithdraw msg = NVO3__MAP_WITHDRAW__INIT;
	Nvo3__Mapping map = NVO3__MAPPING__INIT;
	Nvo3__Mapping *maps = &map;
	struct director *d = arg;

	map.vn = msg_put_uuid(vn);
	map.mac = msg_put_mac(mac);
	map.epoch = epoch;
	msg.maps = &maps;
	msg.n_maps = 1;
	chan_request(d->chan, MSG(MAP_WITHDRAW), &msg.base, REQUEST_MS, withdraw_answered,
		     about_new(d, vn, mac));
}

void director_withdraw(struct director *d, const struct tsi *tsi)
{
	keep_withdraw(d->nve, &tsi->vn, &tsi->mac, tsi->epoch);
	if (d->up)
		send_withdraw(&tsi->vn, &tsi->mac, tsi->epoch, d);
}

/* --- the session */

static void resend_leave(const struct uuid *vn, void *arg)
{
	send_leave(arg, vn);
}

static void registered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	static const struct keep_ops resend = { .withdraw = send_withdraw,
						.leave = resend_leave };
	struct director *d = arg;
	struct err err;

	if (!closed(d))
		return;
	if (code != CODE(OK)) {
		log_err("%s refuses this NVE: %s", chan_peer_name(d->chan), text);
		if (chan_is_up(d->chan))
			chan_drop(d->chan, text);
		return;
	}
	d->up = true;
	log_info("registered at director %s", chan_peer_name(d->chan));
	if (keep_walk(d->nve, &resend, d, &err))
		log_err("%s", err.text);
	policy_session_up(d->nve);
	vn_join_missing(d->nve);
	advertise_all(d);
}

static void session_up(struct chan *chan, void *arg)
{
	Nvo3__NveRegister msg = NVO3__NVE_REGISTER__INIT;
	struct director *d = arg;
	const struct config_nve *c = &d->nve->config->nve;
	ProtobufCBinaryData locators[2];
	char *encaps[] = { "vxlan" };

	if (c->local4.family)
		locators[msg.n_locators++] = msg_put_ip(&c->local4);
	if (c->local6.family)
		locators[msg.n_locators++] = msg_put_ip(&c->local6);
	msg.locators = locators;
	msg.dstport = c->dstport;
	msg.encaps = encaps;
	msg.n_encaps = 1;
	msg.mtu = c->mtu;
	msg.relay = c->relay;
	chan_request(chan, MSG(NVE_REGISTER), &msg.base, REQUEST_MS, registered, opened(d));
}

static void session_down(struct chan *chan, const char *why, void *arg)
{
	struct director *d = arg;

	if (d->up)
		log_warn("lost the director: %s; forwarding goes on as it is", why);
	d->up = false;
	loop_timer_cancel(d->again);
	vn_session_down(d->nve);
}

static void on_map_update(struct director *d, void *message)
{
	vn_update(d->nve, message);
}

static void on_vn_update(struct director *d, void *message)
{
	vn_policies(d->nve, message);
}

static void on_vn_list(struct director *d, void *message)
{
	relay_list(d->nve, message);
}

static void on_alert(struct director *d, void *message)
{
	Nvo3__Alert *alert = message;

	log_warn("director: %s: %s", alert->kind, alert->text);
}

/* What does not decode may have been a change: a new session begins with everything again. */
static bool message(struct chan *chan, const struct msg *msg, void *arg)
{
	static const struct {
		uint32_t type;
		const ProtobufCMessageDescriptor *desc;
		void (*take)(struct director *d, void *message);
	} kinds[] = {
		{ MSG(MAP_UPDATE), &nvo3__map_update__descriptor, on_map_update },
		{ MSG(VN_UPDATE), &nvo3__vn_update__descriptor, on_vn_update },
		{ MSG(VN_LIST), &nvo3__vn_list__descriptor, on_vn_list },
		{ MSG(PROFILE_UPDATE), &nvo3__profile_update__descriptor, on_profile_update },
		{ MSG(ALERT), &nvo3__alert__descriptor, on_alert },
		{ MSG(MAP_DIGEST), &nvo3__map_digest__descriptor, on_map_digest },
	};
	struct err err;
	void *message;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].type != msg->type)
			continue;
		message = msg_decode(msg, kinds[i].desc, &err);
		if (message) {
			kinds[i].take(arg, message);
			msg_free(message);
		} else {
			log_err("%s: %s", msg_name(msg->type), err.text);
			chan_drop(chan, err.text);
		}
		return true;
	}
	return false;
}

struct director *director_new(struct nve *nve, struct err *err)
{
	static const char *const capabilities[] = { CAN_ON_DEMAND, CAN_MAP_DIGEST, CAN_VN_LIST, NULL };
	static const struct chan_ops ops = { .up = session_up, .down = session_down,
					     .message = message,
					     .capabilities = capabilities };
	const struct config_nve *c = &nve->config->nve;
	struct director *d = mem_zalloc(sizeof(*d));

	d->nve = nve;
	d->chan = chan_connect(nve->loop, nve->tls, c->directors, c->n_directors,
			       ROLE_BIT(ROLE_DIRECTOR), &ops, d, err);
	if (!d->chan) {
		free(d);
		return NULL;
	}
	d->again = loop_timer_new(nve->loop, try_again, d);
	return d;
}

void director_free(struct director *d)
{
	if (!d)
		return;
	chan_free(d->chan);
	loop_timer_free(d->again);
	d->nve = NULL;
	if (!d->open)
		free(d);
}
