// SPDX-License-Identifier: GPL-2.0
/*
 * NVEs that are told of what they have asked for; see lab_peer.h.
 */
#include "lab_peer.h"

uint32_t say_relay(struct peer *p, uint8_t locator)
{
	Nvo3__NveRegister m = NVO3__NVE_REGISTER__INIT;
	uint8_t ip[4] = { 192, 0, 2, locator };
	ProtobufCBinaryData l = { sizeof(ip), ip };

	m.n_locators = 1;
	m.locators = &l;
	m.relay = true;
	return peer_ask(p, MSG(NVE_REGISTER), &m.base);
}

static void list_told(struct peer *p, const struct msg *msg)
{
	Nvo3__VnList *m = msg_decode(msg, &nvo3__vn_list__descriptor, NULL);
	size_t i, vn;

	assert_non_null(m);
	if (m->begin)
		memset(p->listed, 0, sizeof(p->listed));
	for (vn = 0; vn < sizeof(p->listed); vn++) {
		for (i = 0; i < m->n_vns; i++)
			p->listed[vn] |= !memcmp(m->vns[i].data, uuid_of(vn), 16);
		for (i = 0; i < m->n_gone; i++)
			p->listed[vn] &= !!memcmp(m->gone[i].data, uuid_of(vn), 16);
	}
	p->lists += m->end;
	msg_free(m);
}

static void mac_of(uint8_t *mac, uint32_t addr)
{
	memcpy(mac, (uint8_t[]){ 2, 0, addr >> 24, addr >> 16, addr >> 8, addr }, 6);
}

uint32_t say_join_for(struct peer *p, uint8_t vn, const uint8_t *store, uint64_t revision,
		      const uint32_t *addrs, size_t n)
{
	ProtobufCBinaryData *interest = calloc(n + 1, sizeof(*interest));
	uint8_t (*macs)[6] = calloc(n + 1, sizeof(*macs));
	Nvo3__VnJoin m = NVO3__VN_JOIN__INIT;
	uint32_t code;
	size_t i;

	for (i = 0; i < n; i++) {
		mac_of(macs[i], addrs[i]);
		interest[i] = (ProtobufCBinaryData){ 6, macs[i] };
	}
	m.vn = uuid(vn);
	if (store)
		m.store = (ProtobufCBinaryData){ 16, (uint8_t *)store };
	m.revision = revision;
	m.on_demand = true;
	m.interest = interest;
	m.n_interest = n;
	code = peer_ask(p, MSG(VN_JOIN), &m.base);
	free(interest);
	free(macs);
	return code;
}

uint32_t say_query(struct peer *p, uint8_t vn, uint32_t addr, uint32_t asker)
{
	Nvo3__MapQuery m = NVO3__MAP_QUERY__INIT;
	uint8_t mac[6], from[6];

	mac_of(mac, addr);
	mac_of(from, asker);
	m.vn = uuid(vn);
	m.mac = (ProtobufCBinaryData){ 6, mac };
	if (asker)
		m.asker = (ProtobufCBinaryData){ 6, from };
	return peer_ask(p, MSG(MAP_QUERY), &m.base);
}

uint32_t say_query_ip(struct peer *p, uint8_t vn, const void *ip, size_t len)
{
	Nvo3__MapQuery m = NVO3__MAP_QUERY__INIT;

	m.vn = uuid(vn);
	m.ip = (ProtobufCBinaryData){ len, (uint8_t *)ip };
	return peer_ask(p, MSG(MAP_QUERY), &m.base);
}

uint32_t say_forget(struct peer *p, uint8_t vn, uint32_t addr)
{
	Nvo3__MapForget m = NVO3__MAP_FORGET__INIT;
	ProtobufCBinaryData macs;
	uint8_t mac[6];

	mac_of(mac, addr);
	macs = (ProtobufCBinaryData){ 6, mac };
	m.vn = uuid(vn);
	m.macs = &macs;
	m.n_macs = 1;
	return peer_ask(p, MSG(MAP_FORGET), &m.base);
}

uint32_t say_want(struct peer *p, uint8_t vn, uint32_t first, uint32_t n)
{
	Nvo3__MapInterest m = NVO3__MAP_INTEREST__INIT;
	ProtobufCBinaryData *macs = calloc(n, sizeof(*macs));
	uint8_t (*mac)[6] = calloc(n, sizeof(*mac));
	uint32_t code;

	for (uint32_t i = 0; i < n; i++) {
		mac_of(mac[i], first + i);
		macs[i] = (ProtobufCBinaryData){ 6, mac[i] };
	}
	m.vn = uuid(vn);
	m.macs = macs;
	m.n_macs = n;
	code = peer_ask(p, MSG(MAP_INTEREST), &m.base);
	free(macs);
	free(mac);
	return code;
}

/* Events come before the answers to what was asked after them; told is once in a turn. */
void peer_settle(struct peer *p)
{
	Nvo3__Keepalive m = NVO3__KEEPALIVE__INIT;

	assert_int_equal(peer_ask(p, MSG(KEEPALIVE), &m.base), CODE(OK));
	assert_int_equal(peer_ask(p, MSG(KEEPALIVE), &m.base), CODE(OK));
}

/* --- as a vCenter, and about profiles */

uint32_t say_vn_set(struct peer *p, uint8_t vn, uint32_t vni, const char *name)
{
	Nvo3__VnInfo info = NVO3__VN_INFO__INIT;
	Nvo3__VnSet m = NVO3__VN_SET__INIT;

	info.uuid = uuid(vn);
	info.vni = vni;
	info.name = (char *)name;
	info.unknown = p->vn_unknown;
	info.distribution = p->distribution;
	info.claims = p->claims;
	m.vn = &info;
	return peer_ask(p, MSG(VN_SET), &m.base);
}

uint32_t say_vn_delete(struct peer *p, uint8_t vn)
{
	Nvo3__VnDelete m = NVO3__VN_DELETE__INIT;

	m.uuid = uuid(vn);
	return peer_ask(p, MSG(VN_DELETE), &m.base);
}

uint32_t say_place(struct peer *p, const struct place *place)
{
	Nvo3__Place m = NVO3__PLACE__INIT;
	struct packed a;

	pack(&a, place->vn, place->addr, place->ip, 0);
	m.vm = uuid(place->vm);
	m.vn = a.map.vn;
	m.mac = a.map.mac;
	m.ips = a.map.ips;
	m.n_ips = a.map.n_ips;
	m.nve = (char *)place->nve;
	m.epoch = place->epoch;
	m.min_epoch = place->min_epoch;
	if (place->profile)
		m.profile = uuid(place->profile);
	return peer_ask(p, MSG(PLACE), &m.base);
}

struct granted {
	unsigned int *left;
	uint64_t *epoch;
};

static void granted(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct granted *g = arg;
	Nvo3__PlaceReply *m;

	if (code != CODE(OK))
		fail_msg("%s", text);
	m = msg_decode(body, &nvo3__place_reply__descriptor, NULL);
	*g->epoch = m->epoch;
	msg_free(m);
	(*g->left)--;
}

void say_place_many(struct peer *p, uint8_t vn, uint32_t first, uint32_t n, const char *nve,
		    uint64_t *epochs)
{
	struct granted *g = calloc(n, sizeof(*g));
	Nvo3__Place m = NVO3__PLACE__INIT;
	uint8_t vm[16] = { };
	unsigned int left = n;
	struct packed a;
	uint32_t i;

	for (i = 0; i < n; i++) {
		pack(&a, vn, first + i, 0, 0);
		memcpy(vm + 8, &i, sizeof(i));
		m.vm = (ProtobufCBinaryData){ sizeof(vm), vm };
		m.vn = a.map.vn;
		m.mac = a.map.mac;
		m.nve = (char *)nve;
		g[i] = (struct granted){ &left, &epochs[i] };
		chan_request(p->chan, MSG(PLACE), &m.base, LAB_DEADLINE_MS, granted, &g[i]);
	}
	LAB_WAIT(p->lab, !left);
	free(g);
}

uint32_t say_unplace(struct peer *p, uint8_t vn, uint32_t addr, uint64_t epoch)
{
	Nvo3__Unplace m = NVO3__UNPLACE__INIT;
	struct packed a;

	pack(&a, vn, addr, 0, 0);
	m.vn = a.map.vn;
	m.mac = a.map.mac;
	m.epoch = epoch;
	return peer_ask(p, MSG(UNPLACE), &m.base);
}

uint32_t say_profile_set(struct peer *p, uint8_t n, uint64_t version, int rules)
{
	Nvo3__ProfileSet m = NVO3__PROFILE_SET__INIT;
	Nvo3__Profile profile = NVO3__PROFILE__INIT;
	Nvo3__ProfileRule rule[16], *list[16];
	int i;

	for (i = 0; i < rules; i++) {
		nvo3__profile_rule__init(&rule[i]);
		rule[i].verdict = 1;
		rule[i].proto = 6;
		rule[i].dport = i + 1;
		list[i] = &rule[i];
	}
	profile.uuid = uuid(n);
	profile.version = version;
	profile.name = "web";
	profile.rules = list;
	profile.n_rules = rules;
	m.profile = &profile;
	return peer_ask(p, MSG(PROFILE_SET), &m.base);
}

uint32_t say_profile_delete(struct peer *p, uint8_t n)
{
	Nvo3__ProfileDelete m = NVO3__PROFILE_DELETE__INIT;

	m.uuid = uuid(n);
	return peer_ask(p, MSG(PROFILE_DELETE), &m.base);
}

uint32_t say_profile_grant(struct peer *p, uint8_t n, const char *nve, uint32_t s)
{
	Nvo3__ProfileGrant m = NVO3__PROFILE_GRANT__INIT;

	m.uuid = uuid(n);
	m.nve = (char *)nve;
	m.lifetime_s = s;
	return peer_ask(p, MSG(PROFILE_GRANT), &m.base);
}

uint32_t say_profile_get(struct peer *p, uint8_t n, uint64_t version)
{
	Nvo3__ProfileGet m = NVO3__PROFILE_GET__INIT;

	m.uuid = uuid(n);
	m.version = version;
	return peer_ask(p, MSG(PROFILE_GET), &m.base);
}
