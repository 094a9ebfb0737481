// SPDX-License-Identifier: GPL-2.0
/*
 * Who speaks to the directors, and what they were told; see lab_peer.h.
 */
#include <utlist.h>
#include "lab_peer.h"

/* --- sessions */

static void up(struct chan *chan, void *arg)
{
	struct peer *p = arg;

	p->up = true;
	p->ups++;
}

static void down(struct chan *chan, const char *why, void *arg)
{
	struct peer *p = arg;

	p->up = false;
	p->downs++;
	p->in_snapshot = false;
	snprintf(p->why, sizeof(p->why), "%s", why);
}

static void vn_told(struct peer *p, const struct msg *msg)
{
	Nvo3__VnUpdate *m = msg_decode(msg, &nvo3__vn_update__descriptor, NULL);

	assert_non_null(m);
	p->vn_updates++;
	p->vn_unknown = m->vn->unknown;
	p->distribution = m->vn->distribution;
	msg_free(m);
}

static void took_digest(struct peer *p, const struct msg *msg)
{
	Nvo3__MapDigest *m = msg_decode(msg, &nvo3__map_digest__descriptor, NULL);
	int i;

	assert_non_null(m);
	assert_int_equal(m->buckets.len, 8 * DIGEST_BUCKETS);
	p->digests++;
	p->want_sum = m->sum;
	p->want_n = m->count;
	for (i = 0; i < 8 * DIGEST_BUCKETS; i++)
		p->buckets[i / 8] = p->buckets[i / 8] << 8 | m->buckets.data[i];
	msg_free(m);
}

static void list_told(struct peer *p, const struct msg *msg);

static void answer_seen(struct peer *p, const struct msg *msg);

static void take_profile(struct peer *p, const Nvo3__Profile *profile)
{
	p->version = profile ? profile->version : 0;
	p->rules = profile ? profile->n_rules : 0;
}

static void answer_wish(struct peer *p, const struct msg *msg)
{
	Nvo3__TenantReplicate *m = msg_decode(msg, &nvo3__tenant_replicate__descriptor, NULL);
	Nvo3__TenantReplicateReply reply = NVO3__TENANT_REPLICATE_REPLY__INIT;

	assert_true(m && m->move.len == 16);
	p->wishes++;
	snprintf(p->wish_tenant, sizeof(p->wish_tenant), "%s", m->tenant);
	snprintf(p->wish_vm, sizeof(p->wish_vm), "%s", m->vm);
	snprintf(p->wish_location, sizeof(p->wish_location), "%s", m->location);
	memcpy(p->wish_move, m->move.data, sizeof(p->wish_move));
	msg_free(m);
	reply.dc = "dc1";
	chan_reply(p->chan, msg->id, p->wish_code, p->wish_code ? "no, says the fake" : NULL,
		   p->wish_code ? NULL : &reply.base);
}

static void answer_move(struct peer *p, const struct msg *msg)
{
	Nvo3__TenantMove *m = msg_decode(msg, &nvo3__tenant_move__descriptor, NULL);
	Nvo3__TenantMoveReply reply = NVO3__TENANT_MOVE_REPLY__INIT;
	bool aborts = msg->type == MSG(TENANT_MOVE_ABORT);

	assert_true(m && m->move.len == 16);
	if (aborts)
		p->moves_aborted++;
	else
		p->moves_shown++;
	snprintf(p->move_tenant, sizeof(p->move_tenant), "%s", m->tenant);
	memcpy(p->move_id, m->move.data, sizeof(p->move_id));
	msg_free(m);
	if (p->move_mute)
		return;
	reply.vm_name = "web";
	reply.from_dc = "dc1";
	reply.to_dc = "dc2";
	reply.step = "copy";
	reply.state = aborts ? "aborted" : "running";
	reply.error = aborts ? "tenant alice has given it up" : "";
	reply.done = 4 << 20;
	reply.total = 16 << 20;
	reply.started = 1700000000000;
	reply.ended = aborts ? 1700000001000 : 0;
	chan_reply(p->chan, msg->id, p->move_code, p->move_code ? "no, says the fake" : NULL,
		   p->move_code ? NULL : &reply.base);
}

static bool message(struct chan *chan, const struct msg *msg, void *arg)
{
	struct peer *p = arg;
	void *m;

	if (msg->type == MSG(PROFILE_UPDATE)) {
		m = msg_decode(msg, &nvo3__profile_update__descriptor, NULL);
		assert_non_null(m);
		take_profile(p, ((Nvo3__ProfileUpdate *)m)->profile);
		p->profile_updates++;
		p->profiles_gone += ((Nvo3__ProfileUpdate *)m)->gone;
		msg_free(m);
		return true;
	}
	if (msg->type == MSG(VN_UPDATE)) {
		vn_told(p, msg);
		return true;
	}
	if (msg->type == MSG(MAP_DIGEST)) {
		took_digest(p, msg);
		return true;
	}
	if (msg->type == MSG(NVE_SEEN)) {
		answer_seen(p, msg);
		return true;
	}
	if (msg->type == MSG(TENANT_REPLICATE)) {
		answer_wish(p, msg);
		return true;
	}
	if (msg->type == MSG(TENANT_MOVE) || msg->type == MSG(TENANT_MOVE_ABORT)) {
		answer_move(p, msg);
		return true;
	}
	if (msg->type == MSG(VN_LIST)) {
		list_told(p, msg);
		return true;
	}
	if (msg->type != MSG(MAP_UPDATE) && msg->type != MSG(FED_UPDATE))
		return false;
	m = msg_decode(msg, msg->type == MSG(MAP_UPDATE) ? &nvo3__map_update__descriptor :
							   &nvo3__fed_update__descriptor, NULL);
	assert_non_null(m);
	if (msg->type == MSG(MAP_UPDATE))
		took_map_update(p, m);
	else
		took_fed_update(p, m);
	msg_free(m);
	return true;
}

static struct tls *tls_of(struct lab *lab, const char *file)
{
	struct err err;
	struct tls *tls;

	tls = tls_new(lab_path(lab, "ca.pem"), lab_path(lab, "%s.pem", file),
		      lab_path(lab, "%s.key", file), &err);
	if (!tls)
		fail_msg("%s", err.text);
	return tls;
}

bool peer_is_old;

void peer_open(struct peer *p, struct proc *d, const char *dc, const char *role, const char *name,
	       bool wait)
{
	static const char *const can[] = { CAN_ON_DEMAND, CAN_MAP_DIGEST, CAN_VN_LIST,
					   CAN_MAP_COLUMNS, CAN_NVE_SEEN, NULL };
	static const struct chan_ops old = { .up = up, .down = down, .message = message };
	static const struct chan_ops ops = { .up = up, .down = down, .message = message,
					     .capabilities = can };
	char file[64], addr[2][40];
	const char *const addrs[] = { addr[0], addr[1] };
	struct err err;

	*p = (struct peer){ .lab = d->lab };
	issue(d->lab, dc, role, name);
	snprintf(p->self, sizeof(p->self), "%s/%s", dc, name);
	snprintf(file, sizeof(file), "%s-%s-%s", dc, role, name);
	snprintf(addr[0], sizeof(addr[0]), "%s:%u", addr_of(d), d->port);
	if (d->standby)
		snprintf(addr[1], sizeof(addr[1]), "%s:%u", addr_of(d->standby),
			 d->standby->port);
	p->tls = tls_of(d->lab, file);
	p->chan = chan_connect(d->lab->loop, p->tls, addrs, d->standby ? 2 : 1,
			       ROLE_BIT(ROLE_DIRECTOR), peer_is_old ? &old : &ops, p, &err);
	if (!p->chan)
		fail_msg("%s", err.text);
	DL_APPEND(d->lab->peers, p);
	if (wait)
		LAB_WAIT(d->lab, p->up);
}

void peer_close(struct peer *p)
{
	DL_DELETE(p->lab->peers, p);
	chan_cancel(p->chan, p);
	chan_free(p->chan);
	tls_free(p->tls);
	if (p->results)
		msg_free(p->results);
	peer_forget(p);
	/* what chan_free() deferred */
	lab_turn(p->lab);
}

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e3 + ts.tv_nsec / 1e6;
}

static void answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct peer *p = arg;
	void *m = NULL;

	p->answers++;
	p->answered_ms = now_ms();
	p->code = code;
	snprintf(p->text, sizeof(p->text), "%s", text);
	if (p->joining)
		p->since_join = 0;
	p->joining = false;
	if (body->type == MSG(MAP_QUERY)) {
		m = msg_decode(body, &nvo3__map_query_reply__descriptor, NULL);
		p->lifetime = ((Nvo3__MapQueryReply *)m)->lifetime;
	} else if (code != CODE(OK)) {
		return;
	} else if (body->type == MSG(VN_JOIN)) {
		m = msg_decode(body, &nvo3__vn_join_reply__descriptor, NULL);
		p->distribution = ((Nvo3__VnJoinReply *)m)->vn->distribution;
	} else if (body->type == MSG(PLACE)) {
		m = msg_decode(body, &nvo3__place_reply__descriptor, NULL);
		p->epoch = ((Nvo3__PlaceReply *)m)->epoch;
	} else if (body->type == MSG(PROFILE_GET)) {
		m = msg_decode(body, &nvo3__profile_get_reply__descriptor, NULL);
		take_profile(p, ((Nvo3__ProfileGetReply *)m)->profile);
	} else if (body->type == MSG(NVE_REGISTER) || body->type == MSG(FED_SUBSCRIBE)) {
		m = msg_decode(body, &nvo3__nve_register_reply__descriptor, NULL);
		memcpy(p->store, ((Nvo3__NveRegisterReply *)m)->store.data, sizeof(p->store));
	} else if (body->type == MSG(MAP_ADVERTISE) || body->type == MSG(MAP_WITHDRAW)) {
		if (p->results)
			msg_free(p->results);
		p->results = msg_decode(body, &nvo3__map_advertise_reply__descriptor, NULL);
		assert_non_null(p->results);
	}
	if (m)
		msg_free(m);
}

bool peer_is_new;

uint32_t peer_ask(struct peer *p, uint32_t type, const ProtobufCMessage *body)
{
	static ProtobufCMessageUnknownField field = {
		.tag = 3999, .wire_type = PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED, .len = 5,
		.data = (uint8_t *)"\004news",
	};
	ProtobufCMessage *message = (ProtobufCMessage *)body;
	unsigned int answers = p->answers;

	p->joining = type == MSG(VN_JOIN);
	if (peer_is_new && message && !message->n_unknown_fields) {
		message->n_unknown_fields = 1;
		message->unknown_fields = &field;
	}

	chan_request(p->chan, type, body, 0, answered, p);
	LAB_WAIT(p->lab, p->answers > answers);
	return p->code;
}

/* Any message with nothing but this one field, number 1, on the wire */
uint32_t peer_ask_raw(struct peer *p, uint32_t type, const void *body, size_t len)
{
	ProtobufCMessageUnknownField field = { .tag = 1,
					       .wire_type = PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED,
					       .len = len, .data = (uint8_t *)body };
	Nvo3__Keepalive m = NVO3__KEEPALIVE__INIT;

	m.base.n_unknown_fields = 1;
	m.base.unknown_fields = &field;
	return peer_ask(p, type, &m.base);
}

/* --- what they say */

static uint8_t *uuid_of(uint8_t n)
{
	static uint8_t uuids[256][16];

	uuids[n][0] = n;
	uuids[n][15] = 1;
	return uuids[n];
}

static ProtobufCBinaryData uuid(uint8_t n)
{
	return (ProtobufCBinaryData){ 16, uuid_of(n) };
}

/* An address as messages have it */
struct packed {
	uint8_t mac[6], ip[4];
	Nvo3__IpPrefix prefix, *prefixes;
	Nvo3__Mapping map;
};

static void pack(struct packed *a, uint8_t vn, uint32_t addr, uint8_t ip, uint64_t epoch)
{
	uint8_t mac[6] = { 2, 0, addr >> 24, addr >> 16, addr >> 8, addr };
	uint8_t bytes[4] = { 10, ip, addr >> 8, addr };

	memcpy(a->mac, mac, sizeof(mac));
	memcpy(a->ip, bytes, sizeof(bytes));
	a->prefix = (Nvo3__IpPrefix)NVO3__IP_PREFIX__INIT;
	a->prefix.addr = (ProtobufCBinaryData){ sizeof(a->ip), a->ip };
	a->prefix.len = 8;
	a->prefixes = &a->prefix;
	a->map = (Nvo3__Mapping)NVO3__MAPPING__INIT;
	a->map.vn = uuid(vn);
	a->map.mac = (ProtobufCBinaryData){ sizeof(a->mac), a->mac };
	a->map.epoch = epoch;
	a->map.n_ips = ip ? 1 : 0;
	a->map.ips = &a->prefixes;
}

uint32_t say_register(struct peer *p, uint8_t locator)
{
	Nvo3__NveRegister m = NVO3__NVE_REGISTER__INIT;
	uint8_t ip[4] = { 192, 0, 2, locator };
	ProtobufCBinaryData l = { sizeof(ip), ip };
	char *encaps = "vxlan";

	m.n_locators = 1;
	m.locators = &l;
	m.dstport = 4789;
	m.n_encaps = 1;
	m.encaps = &encaps;
	return peer_ask(p, MSG(NVE_REGISTER), &m.base);
}

uint32_t say_join(struct peer *p, uint8_t vn, const uint8_t *store, uint64_t revision)
{
	Nvo3__VnJoin m = NVO3__VN_JOIN__INIT;

	m.vn = uuid(vn);
	if (store)
		m.store = (ProtobufCBinaryData){ 16, (uint8_t *)store };
	m.revision = revision;
	return peer_ask(p, MSG(VN_JOIN), &m.base);
}

uint32_t say_leave(struct peer *p, uint8_t vn)
{
	Nvo3__VnLeave m = NVO3__VN_LEAVE__INIT;

	m.vn = uuid(vn);
	return peer_ask(p, MSG(VN_LEAVE), &m.base);
}

static uint32_t last_result(struct peer *p, uint32_t code)
{
	const Nvo3__MapResult *r;

	if (code != CODE(OK) || !p->results->n_results)
		return code;
	r = p->results->results[p->results->n_results - 1];
	snprintf(p->text, sizeof(p->text), "%s", r->text);
	return r->code;
}

static void send_advertise(struct peer *p, uint8_t vn, uint32_t first, uint32_t n, uint8_t ip,
			   const uint64_t *epochs)
{
	struct packed *packed = calloc(n, sizeof(*packed));
	Nvo3__Mapping **maps = calloc(n, sizeof(*maps));
	Nvo3__MapAdvertise m = NVO3__MAP_ADVERTISE__INIT;
	uint32_t i;

	for (i = 0; i < n; i++) {
		pack(&packed[i], vn, first + i, ip, epochs[i]);
		maps[i] = &packed[i].map;
	}
	m.n_maps = n;
	m.maps = maps;
	chan_request(p->chan, MSG(MAP_ADVERTISE), &m.base, 0, answered, p);
	free(packed);
	free(maps);
}

uint32_t say_advertise_many(struct peer *p, uint8_t vn, uint32_t first, uint32_t n, uint8_t ip,
			    const uint64_t *epochs)
{
	unsigned int answers = p->answers;

	send_advertise(p, vn, first, n, ip, epochs);
	LAB_WAIT(p->lab, p->answers > answers);
	return last_result(p, p->code);
}

void say_unheard(struct peer *p, uint8_t vn, uint32_t first, uint32_t n, const uint64_t *epochs)
{
	send_advertise(p, vn, first, n, 0, epochs);
	lab_turn(p->lab);
}

uint32_t say_advertise(struct peer *p, uint8_t vn, uint32_t addr, uint8_t ip, uint64_t epoch)
{
	return say_advertise_many(p, vn, addr, 1, ip, &epoch);
}

uint32_t say_withdraw(struct peer *p, uint8_t vn, uint32_t addr, uint64_t epoch)
{
	Nvo3__MapWithdraw m = NVO3__MAP_WITHDRAW__INIT;
	Nvo3__Mapping *maps;
	struct packed a;

	pack(&a, vn, addr, 0, epoch);
	maps = &a.map;
	m.n_maps = 1;
	m.maps = &maps;
	return last_result(p, peer_ask(p, MSG(MAP_WITHDRAW), &m.base));
}
