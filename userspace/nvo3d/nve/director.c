// SPDX-License-Identifier: GPL-2.0

#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "audit.h"
#include "chan.h"
#include "cleanup.h"
#include "director_priv.h"
#include "director_seen.h"
#include "idle.h"
#include "keep.h"
#include "log.h"
#include "mem.h"
#include "policy.h"
#include "port.h"
#include "relay.h"
#include "vn.h"

#define AGAIN_MS 3000
/* Mappings in one message: 64 kB with IPv6 addresses, far below the frame limit */
#define ADVERTISE_MAX 500

struct batch {
	struct director *d;
	size_t n;
	struct {
		struct uuid tsi;
		uint64_t epoch;
	} v[ADVERTISE_MAX];
};

/* Of every request, before it is sent */
struct director *director_opened(struct director *d)
{
	d->open++;
	return d;
}

/* Of every answer. NULL: the NVE role has ended meanwhile, and @d is no more */
struct nve *director_closed(struct director *d)
{
	struct nve *nve = d->nve;

	if (!--d->open && !nve)
		free(d);
	return nve;
}

struct about *director_about_new(struct director *d, const struct uuid *vn,
				 const struct mac_addr *mac)
{
	struct about *a = mem_zalloc(sizeof(*a));

	a->d = director_opened(d);
	a->vn = *vn;
	if (mac)
		a->mac = *mac;
	return a;
}

ProtobufCBinaryData *director_pack_macs(const struct mac_addr *macs, size_t n)
{
	ProtobufCBinaryData *list = mem_calloc(n, sizeof(*list));

	for (size_t i = 0; i < n; i++)
		list[i] = msg_put_mac(&macs[i]);
	return list;
}

/* Not a relay's wish, nor of use to a director that knows no questions */
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
	struct nve *nve = director_closed(a->d);
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
		interest = director_pack_macs(macs, join.n_interest);
		join.interest = interest;
	}
	/* What was not told until now is behind no revision */
	if (!uuid_is_zero(&vn->store) && (join.on_demand || !vn->partial)) {
		join.store = msg_put_uuid(&vn->store);
		join.revision = vn->revision;
	}
	chan_request(d->chan, MSG(VN_JOIN), &join.base, REQUEST_MS, join_answered,
		     director_about_new(d, &vn->uuid, NULL));
	return join.on_demand;
}

static void leave_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct about *a = arg;
	struct nve *nve = director_closed(a->d);

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
		     director_about_new(d, vn, NULL));
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
	struct nve *nve = director_closed(a->d);

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
		     director_about_new(d, profile, NULL));
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
	nve = director_closed(b->d);
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
					reply->results[i]->epoch, reply->results[i]->code,
					reply->results[i]->text);
		else
			port_advertised(nve, &b->v[i].tsi, b->v[i].epoch, 0, code, text);
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

	b->d = director_opened(d);
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
		if (p->t.state != TSI_ACTIVATED && !p->claims)
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
	struct nve *nve = director_closed(a->d);

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
		     director_about_new(d, vn, mac));
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

	if (!director_closed(d))
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
	director_all_down(d);
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
	chan_request(chan, MSG(NVE_REGISTER), &msg.base, REQUEST_MS, registered,
		     director_opened(d));
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

	if (msg->type == MSG(NVE_SEEN) && msg->id) {
		director_asked_seen(arg, msg);
		return true;
	}
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
	static const char *const capabilities[] = {
		CAN_ON_DEMAND, CAN_MAP_DIGEST, CAN_VN_LIST, CAN_MAP_COLUMNS, CAN_NVE_SEEN, NULL,
	};
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
