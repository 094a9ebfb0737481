/* SPDX-License-Identifier: GPL-2.0 */
/* The NVE role between a vServer and a director of the test's, over a kernel in memory */
#ifndef NVO3D_UNIT_NVE_BED_H
#define NVO3D_UNIT_NVE_BED_H

#include "bed.h"
#include "nve/kern-stub.h"
#include "nve/nve.h"
#include "nve/state.h"
#include "proto/association.pb-c.h"
#include "proto/control.pb-c.h"
#include "subnet.h"

#define VNI 100

static uint8_t vn_id[16] = { 0xaa }, at_store[16] = { 0xbb };
static uint8_t far_mac[6] = { 2, 0, 0, 0, 0, 9 }, far_addr[4] = { 192, 0, 2, 9 };

/* The director: says what the test tells it to */
struct director_end {
	struct chan *chan;
	uint32_t refuse;		/* advertisements, with this code */
	bool forgetful;			/* knows no VN */
	bool far;			/* the snapshot has far_mac */
	int registered, joins, leaves, advertised, withdrawn, acks;
	uint64_t resumed;		/* revision of the last VN_JOIN */
	bool silent;			/* sends no snapshot */
	bool mute;			/* answers no advertisement */
	bool is_relay;			/* the NVE, as it registered */
	bool old;			/* it has no capabilities */
	uint32_t distribution;		/* that it says is in force */
	uint32_t arp, arp_unknown;	/* likewise */
	uint8_t ip;			/* address 10.0.0.ip is of the mappings sent; 0: none */
	bool by_interest;		/* the last VN_JOIN, with so many addresses */
	size_t interest;
	uint8_t interest_last;		/* the last byte of the last one of them */
	uint32_t answer;		/* to MAP_QUERY; CODE(OK): after the mapping */
	bool hold;			/* leave it without an answer, in held */
	uint64_t held, held_forget;
	int queries, forgets;
	uint8_t asked[6], asker[6], forgot[6];	/* of the last ones */
	int digests, resends, drifts;	/* MAP_DIGEST, MAP_RESEND, ALERT; the last ones: */
	uint64_t count, sum, updates;
	uint8_t buckets[256];
	size_t n_buckets;
	char drift[160];
	int wants;			/* MAP_INTEREST */
	size_t wanted;			/* addresses of the last one */
	uint32_t refuse_wants;
	uint64_t version;		/* of the profile that it gives, 0: DENIED */
	uint32_t profile_dscp, profile_vlan;	/* in it */
	int profile_gets;
	uint64_t had_version;		/* as the last PROFILE_GET said */
	uint8_t asked_ip;
	uint64_t gives;			/* epoch, to a claim with none */
	uint64_t claimed;		/* epoch of the last advertisement */
	struct subnets_packed subnets;	/* of the VN */
	void (*seen)(const struct msg *msg);	/* NVE_SEEN */
};

static uint8_t profile_id[16] = { 0xcc };

struct nve_bed {
	struct bed *bed;
	struct config config;
	const char *director_addr;
	struct kern *kern;
	struct store *store;
	struct nve *nve;
	struct director_end d;
	struct chan_server *d_server;
	struct chan *vs;		/* the vServer's session */
	int alerts, lates;
	uint64_t late;			/* frames, of the last TSI_LATE */
};

static inline void send_snapshot(struct director_end *d, uint64_t revision)
{
	ProtobufCBinaryData locator = { 4, far_addr };
	Nvo3__MapUpdate u = NVO3__MAP_UPDATE__INIT;
	Nvo3__Mapping map = NVO3__MAPPING__INIT, *maps = &map;
	Nvo3__Member member = NVO3__MEMBER__INIT, *members = &member;

	u.vn = (ProtobufCBinaryData){ 16, vn_id };
	u.store = (ProtobufCBinaryData){ 16, at_store };
	u.revision = revision;
	u.snapshot_begin = true;
	u.snapshot_end = true;
	map.mac = (ProtobufCBinaryData){ 6, far_mac };
	map.nve = "dc1/far";
	map.epoch = 5;
	map.locators = &locator;
	map.n_locators = 1;
	member.nve = "dc1/far";
	member.locators = &locator;
	member.n_locators = 1;
	if (d->far) {
		u.set = &maps;
		u.n_set = 1;
		u.member_set = &members;
		u.n_member_set = 1;
	}
	chan_event(d->chan, MSG(MAP_UPDATE), &u.base);
}

/* One mapping, or that it is gone, behind the last revision */
static inline void send_map(struct director_end *d, uint8_t n, uint64_t epoch, bool del,
			    uint64_t revision)
{
	uint8_t mac[6] = { 2, 0, 0, 0, 0, n };
	ProtobufCBinaryData locator = { 4, far_addr };
	Nvo3__MapUpdate u = NVO3__MAP_UPDATE__INIT;
	Nvo3__Mapping map = NVO3__MAPPING__INIT, *maps = &map;
	Nvo3__IpPrefix ip = NVO3__IP_PREFIX__INIT, *ips = &ip;
	uint8_t addr[4] = { 10, 0, 0, d->ip };

	u.vn = (ProtobufCBinaryData){ 16, vn_id };
	u.store = (ProtobufCBinaryData){ 16, at_store };
	u.revision = revision;
	ip.addr = (ProtobufCBinaryData){ 4, addr };
	ip.len = 24;
	map.ips = &ips;
	map.n_ips = d->ip ? 1 : 0;
	map.mac = (ProtobufCBinaryData){ 6, mac };
	map.epoch = epoch;
	map.locators = &locator;
	map.n_locators = 1;
	*(del ? &u.del : &u.set) = &maps;
	*(del ? &u.n_del : &u.n_set) = 1;
	chan_event(d->chan, MSG(MAP_UPDATE), &u.base);
}

static inline void answer_query(struct director_end *d, uint64_t id)
{
	Nvo3__MapQueryReply reply = NVO3__MAP_QUERY_REPLY__INIT;

	if (d->answer == CODE(OK))
		send_map(d, d->asked_ip ? d->asked_ip : d->asked[5], 5, false, 8);
	reply.lifetime = d->answer == CODE(NOT_FOUND) ? 7000 : 0;
	chan_reply(d->chan, id, d->answer, d->answer ? "as the test wishes" : NULL, &reply.base);
}

static inline void handle_query(struct director_end *d, const struct msg *msg)
{
	Nvo3__MapQuery *m = msg_decode(msg, &nvo3__map_query__descriptor, NULL);

	d->queries++;
	memset(d->asked, 0, 6);
	if (m->mac.len)
		memcpy(d->asked, m->mac.data, 6);
	d->asked_ip = m->ip.len ? m->ip.data[3] : 0;
	memset(d->asker, 0, 6);
	if (m->asker.len)
		memcpy(d->asker, m->asker.data, 6);
	msg_free(m);
	if (d->hold)
		d->held = msg->id;
	else
		answer_query(d, msg->id);
}

static inline void handle_forget(struct director_end *d, const struct msg *msg)
{
	Nvo3__MapForget *m = msg_decode(msg, &nvo3__map_forget__descriptor, NULL);

	d->forgets += m->n_macs;
	memcpy(d->forgot, m->macs[m->n_macs - 1].data, 6);
	msg_free(m);
	if (d->hold)
		d->held_forget = msg->id;
	else
		chan_reply(d->chan, msg->id, CODE(OK), NULL, NULL);
}

/* All that is wanted is there */
static inline void handle_interest(struct director_end *d, const struct msg *msg)
{
	Nvo3__MapInterest *m = msg_decode(msg, &nvo3__map_interest__descriptor, NULL);

	d->wants++;
	d->wanted = m->n_macs;
	for (size_t i = 0; i < m->n_macs && !d->refuse_wants; i++)
		send_map(d, m->macs[i].data[5], 5, false, 8);
	chan_reply(d->chan, msg->id, d->refuse_wants, d->refuse_wants ? "as the test wishes" : NULL,
		   NULL);
	msg_free(m);
}

static inline void handle_join(struct director_end *d, const struct msg *msg)
{
	Nvo3__VnJoin *join = msg_decode(msg, &nvo3__vn_join__descriptor, NULL);
	Nvo3__VnJoinReply reply = NVO3__VN_JOIN_REPLY__INIT;
	Nvo3__VnInfo info = NVO3__VN_INFO__INIT;

	info.uuid = join->vn;
	info.vni = VNI;
	info.bum = NVO3_BUM_REPLICATE;
	info.distribution = d->distribution;
	info.arp = d->arp;
	info.arp_unknown = d->arp_unknown;
	info.addressing = (ProtobufCBinaryData){ d->subnets.len, d->subnets.b };
	reply.vn = &info;
	d->joins++;
	d->resumed = join->revision;
	d->by_interest = join->on_demand;
	d->interest = join->n_interest;
	if (join->n_interest)
		d->interest_last = join->interest[join->n_interest - 1].data[5];
	if (join->vn.data[0] != 0xaa || d->forgetful) {
		chan_reply(d->chan, msg->id, CODE(NOT_FOUND), "no such VN", NULL);
	} else {
		chan_reply(d->chan, msg->id, CODE(OK), NULL, &reply.base);
		if (!join->revision && !d->silent)
			send_snapshot(d, 7);
	}
	msg_free(join);
}

static inline void handle_advertise(struct director_end *d, const struct msg *msg)
{
	Nvo3__MapAdvertise *adv = msg_decode(msg, &nvo3__map_advertise__descriptor, NULL);
	Nvo3__MapAdvertiseReply reply = NVO3__MAP_ADVERTISE_REPLY__INIT;
	Nvo3__MapResult result = NVO3__MAP_RESULT__INIT, *results[8];

	result.code = d->refuse;
	result.text = d->refuse ? "it belongs to somebody else" : "";
	for (size_t i = 0; i < adv->n_maps; i++)
		results[i] = &result;
	d->claimed = adv->maps[adv->n_maps - 1]->epoch;
	result.epoch = d->claimed || d->refuse ? 0 : d->gives;
	reply.results = results;
	reply.n_results = adv->n_maps;
	d->advertised += adv->n_maps;
	if (!d->mute)
		chan_reply(d->chan, msg->id, CODE(OK), NULL, &reply.base);
	msg_free(adv);
}

static inline void handle_register(struct director_end *d, const struct msg *msg)
{
	Nvo3__NveRegister *m = msg_decode(msg, &nvo3__nve_register__descriptor, NULL);

	d->registered++;
	d->is_relay = m->relay;
	msg_free(m);
	chan_reply(d->chan, msg->id, CODE(OK), NULL, NULL);
}

static inline void handle_digest(struct director_end *d, const struct msg *msg)
{
	Nvo3__MapDigest *m = msg_decode(msg, &nvo3__map_digest__descriptor, NULL);

	d->digests++;
	d->count = m->count;
	d->sum = m->sum;
	d->updates = m->updates;
	msg_free(m);
}

static inline void handle_resend(struct director_end *d, const struct msg *msg)
{
	Nvo3__MapResend *m = msg_decode(msg, &nvo3__map_resend__descriptor, NULL);

	d->resends++;
	d->n_buckets = m->buckets.len;
	memcpy(d->buckets, m->buckets.data, m->buckets.len);
	msg_free(m);
}

static inline void handle_alert(struct director_end *d, const struct msg *msg)
{
	Nvo3__Alert *m = msg_decode(msg, &nvo3__alert__descriptor, NULL);

	d->drifts += !strcmp(m->kind, "drift");
	snprintf(d->drift, sizeof(d->drift), "%s", m->text);
	msg_free(m);
}

/* With one rule and rate = 1000 * version */
static inline void put_profile(struct director_end *d, Nvo3__Profile *p, Nvo3__ProfileRule **rule)
{
	static Nvo3__ProfileRule r = NVO3__PROFILE_RULE__INIT;

	r.verdict = NVO3_VERDICT_PERMIT;
	r.proto = 6;
	r.dport = 80;
	nvo3__profile__init(p);
	*rule = &r;
	p->uuid = (ProtobufCBinaryData){ 16, profile_id };
	p->version = d->version;
	p->name = "web";
	p->rate = 1000 * d->version;
	p->marks = d->profile_dscp;
	p->dscp = d->profile_dscp;
	p->vlan = d->profile_vlan;
	p->rules = rule;
	p->n_rules = 1;
}

static inline void handle_profile_get(struct director_end *d, const struct msg *msg)
{
	Nvo3__ProfileGet *m = msg_decode(msg, &nvo3__profile_get__descriptor, NULL);
	Nvo3__ProfileGetReply reply = NVO3__PROFILE_GET_REPLY__INIT;
	Nvo3__ProfileRule *rule;
	Nvo3__Profile p;

	d->profile_gets++;
	d->had_version = m->version;
	put_profile(d, &p, &rule);
	if (d->version > m->version)
		reply.profile = &p;
	msg_free(m);
	chan_reply(d->chan, msg->id, d->version ? CODE(OK) : CODE(DENIED),
		   d->version ? NULL : "no placement here names it", &reply.base);
}

static inline void send_profile(struct director_end *d, bool gone)
{
	Nvo3__ProfileUpdate u = NVO3__PROFILE_UPDATE__INIT;
	Nvo3__ProfileRule *rule;
	Nvo3__Profile p;

	put_profile(d, &p, &rule);
	u.profile = &p;
	u.gone = gone;
	chan_event(d->chan, MSG(PROFILE_UPDATE), &u.base);
}

static inline bool director_message(struct chan *chan, const struct msg *msg, void *arg)
{
	struct director_end *d = arg;

	switch (msg->type) {
	case MSG(NVE_REGISTER):
		handle_register(d, msg);
		return true;
	case MSG(VN_JOIN):
		handle_join(d, msg);
		return true;
	case MSG(VN_LEAVE):
		d->leaves++;
		chan_reply(chan, msg->id, CODE(OK), NULL, NULL);
		return true;
	case MSG(MAP_ADVERTISE):
		handle_advertise(d, msg);
		return true;
	case MSG(MAP_WITHDRAW):
		d->withdrawn++;
		chan_reply(chan, msg->id, CODE(OK), NULL, NULL);
		return true;
	case MSG(MAP_QUERY):
		handle_query(d, msg);
		return true;
	case MSG(MAP_FORGET):
		handle_forget(d, msg);
		return true;
	case MSG(MAP_INTEREST):
		handle_interest(d, msg);
		return true;
	case MSG(PROFILE_GET):
		handle_profile_get(d, msg);
		return true;
	case MSG(MAP_ACK):
		d->acks++;
		return true;
	case MSG(MAP_DIGEST):
		handle_digest(d, msg);
		return true;
	case MSG(MAP_RESEND):
		handle_resend(d, msg);
		return true;
	case MSG(ALERT):
		handle_alert(d, msg);
		return true;
	case MSG(NVE_SEEN):
		d->seen(msg);
		return true;
	default:
		return false;
	}
}

static inline void director_up(struct chan *chan, void *arg)
{
	((struct director_end *)arg)->chan = chan;
}

static inline bool vserver_message(struct chan *chan, const struct msg *msg, void *arg)
{
	struct nve_bed *b = arg;
	Nvo3__TsiLate *late;

	b->alerts += msg->type == MSG(ALERT);
	if (msg->type == MSG(TSI_LATE)) {
		late = msg_decode(msg, &nvo3__tsi_late__descriptor, NULL);
		b->lates++;
		b->late = late->redirected;
		msg_free(late);
	}
	return true;
}

static inline void begin_director(struct nve_bed *b)
{
	static const char *const can[] = { CAN_ON_DEMAND, CAN_MAP_DIGEST, CAN_VN_LIST,
					   CAN_NVE_SEEN, NULL };
	static const struct chan_ops old = { .up = director_up, .message = director_message };
	static const struct chan_ops ops = { .up = director_up, .message = director_message,
					     .capabilities = can };

	b->d_server = bed_listen(b->bed, "director", ROLE_NVE, "dc1", b->d.old ? &old : &ops,
				 &b->d);
}

static inline void end_director(struct nve_bed *b)
{
	chan_server_free(b->d_server);
	b->d_server = NULL;
	b->d.registered = 0;
}

static inline void begin_nve(struct nve_bed *b)
{
	struct err err;

	if (nve_start_with(&b->nve, &b->config, b->bed->loop, NULL, b->kern, b->store, &err))
		fail_msg("%s", err.text);
}

static inline void begin_vserver(struct nve_bed *b)
{
	static const struct chan_ops ops = { .message = vserver_message };
	struct bed *bed = b->bed;

	b->vs = bed_connect(b->bed, "assoc", ROLE_NVE, &ops, b);
	BED_WAIT(bed, chan_is_up(b->vs));
}

static inline void setup(struct nve_bed *b, void **state)
{
	static char listen[128], director[128];

	memset(b, 0, sizeof(*b));
	b->bed = *state;
	snprintf(listen, sizeof(listen), "%s", bed_unix(b->bed, "assoc"));
	snprintf(director, sizeof(director), "%s", bed_unix(b->bed, "director"));
	b->director_addr = director;
	b->config.dc = "dc1";
	b->config.name = "host1";
	b->config.nve.dev = "nve0";
	ip_addr_parse(&b->config.nve.local4, "192.0.2.1", NULL);
	b->config.nve.idle = 300;
	b->config.nve.audit = 3600;
	b->config.nve.listen = listen;
	b->config.nve.directors = &b->director_addr;
	b->config.nve.n_directors = 1;
	b->kern = kern_stub_new();
	b->store = bed_store(b->bed, "nve");
	b->d.far = true;
	begin_director(b);
	begin_nve(b);
	begin_vserver(b);
}

static inline void teardown(struct nve_bed *b)
{
	chan_free(b->vs);
	nve_stop(b->nve);
	if (b->d_server)
		end_director(b);
	bed_settle(b->bed, 5);
	store_close(b->store);
	b->kern->ops->free(b->kern);
}

/* --- what the vServer asks */

struct tsi_msg {
	uint8_t id[16], mac[6];
	char dev[16];
	Nvo3__Tsi tsi;
};

static bool tsi_profiled;		/* interfaces named from now on have profile_id */

static inline Nvo3__Tsi *tsi_msg(struct tsi_msg *m, uint8_t n, uint64_t epoch)
{
	memset(m, 0, sizeof(*m));
	m->id[0] = n;
	memcpy(m->mac, (uint8_t[]){ 2, 0, 0, 0, 0, n }, 6);
	snprintf(m->dev, sizeof(m->dev), "dev%u", n);
	nvo3__tsi__init(&m->tsi);
	m->tsi.tsi = (ProtobufCBinaryData){ 16, m->id };
	m->tsi.vn = (ProtobufCBinaryData){ 16, vn_id };
	m->tsi.dev = m->dev;
	m->tsi.mac = (ProtobufCBinaryData){ 6, m->mac };
	m->tsi.epoch = epoch;
	if (tsi_profiled)
		m->tsi.profile = (ProtobufCBinaryData){ 16, profile_id };
	return &m->tsi;
}

static inline struct reply associate(struct nve_bed *b, uint8_t n, uint64_t epoch)
{
	Nvo3__TsiAssociate req = NVO3__TSI_ASSOCIATE__INIT;
	struct tsi_msg m;

	req.tsi = tsi_msg(&m, n, epoch);
	return bed_ask(b->bed, b->vs, MSG(TSI_ASSOCIATE), &req.base);
}

static inline struct reply activate(struct nve_bed *b, uint8_t n, uint64_t epoch)
{
	Nvo3__TsiActivate req = NVO3__TSI_ACTIVATE__INIT;
	uint8_t id[16] = { n };

	req.tsi = (ProtobufCBinaryData){ 16, id };
	req.epoch = epoch;
	return bed_ask(b->bed, b->vs, MSG(TSI_ACTIVATE), &req.base);
}

static inline struct reply deactivate(struct nve_bed *b, uint8_t n)
{
	Nvo3__TsiDeactivate req = NVO3__TSI_DEACTIVATE__INIT;
	uint8_t id[16] = { n };

	req.tsi = (ProtobufCBinaryData){ 16, id };
	return bed_ask(b->bed, b->vs, MSG(TSI_DEACTIVATE), &req.base);
}

static inline struct reply deassociate(struct nve_bed *b, uint8_t n)
{
	Nvo3__TsiDeassociate req = NVO3__TSI_DEASSOCIATE__INIT;
	uint8_t id[16] = { n };

	req.tsi = (ProtobufCBinaryData){ 16, id };
	return bed_ask(b->bed, b->vs, MSG(TSI_DEASSOCIATE), &req.base);
}

static inline struct reply sync_one(struct nve_bed *b, uint8_t n, uint64_t epoch,
				    Nvo3__TsiState state)
{
	Nvo3__TsiSync req = NVO3__TSI_SYNC__INIT;
	struct tsi_msg m;
	Nvo3__Tsi *tsis = tsi_msg(&m, n, epoch);

	tsis->state = state;
	req.tsis = &tsis;
	req.n_tsis = n ? 1 : 0;
	return bed_ask(b->bed, b->vs, MSG(TSI_SYNC), &req.base);
}

/* --- what the kernel has */

static inline int port_state(struct nve_bed *b, uint8_t n)
{
	struct nvo3_port port;

	if (b->kern->ops->port_get(b->kern, n, 0, &port, NULL))
		return -1;
	return port.state;
}

static inline bool mapped(struct nve_bed *b, uint8_t n)
{
	struct mac_addr mac = { { 2, 0, 0, 0, 0, n } };
	struct nvo3_map map;

	return !b->kern->ops->map_get(b->kern, VNI, &mac, &map, NULL) &&
	       map.prov == NVO3_PROV_AGENT;
}

static inline bool far_mapped(struct nve_bed *b)
{
	struct nvo3_map map;
	struct mac_addr mac;

	memcpy(&mac, far_mac, 6);
	return !b->kern->ops->map_get(b->kern, VNI, &mac, &map, NULL) && map.epoch == 5 &&
	       map.prov == NVO3_PROV_AGENT && !memcmp(map.addr.b, far_addr, 4);
}

static inline size_t members(struct nve_bed *b)
{
	struct nvo3_member *list;
	size_t n;

	b->kern->ops->member_list(b->kern, VNI, &list, &n, NULL);
	free(list);
	return n;
}

static inline bool has_vn(struct nve_bed *b)
{
	struct nvo3_vn vn;

	return !b->kern->ops->vn_get(b->kern, VNI, &vn, NULL);
}

#endif
