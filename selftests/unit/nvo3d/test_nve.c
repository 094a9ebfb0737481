// SPDX-License-Identifier: GPL-2.0
/* The NVE role between a vServer and a director of the test's, over a kernel in memory */
#include "bed.h"
#include "nve/kern.h"
#include "nve/nve.h"
#include "nve/state.h"
#include "proto/association.pb-c.h"
#include "proto/control.pb-c.h"

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
};

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
	int alerts;
};

static void send_snapshot(struct director_end *d, uint64_t revision)
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

static void handle_join(struct director_end *d, const struct msg *msg)
{
	Nvo3__VnJoin *join = msg_decode(msg, &nvo3__vn_join__descriptor, NULL);
	Nvo3__VnJoinReply reply = NVO3__VN_JOIN_REPLY__INIT;
	Nvo3__VnInfo info = NVO3__VN_INFO__INIT;

	info.uuid = join->vn;
	info.vni = VNI;
	info.bum = NVO3_BUM_REPLICATE;
	reply.vn = &info;
	d->joins++;
	d->resumed = join->revision;
	if (join->vn.data[0] != 0xaa || d->forgetful) {
		chan_reply(d->chan, msg->id, CODE(NOT_FOUND), "no such VN", NULL);
	} else {
		chan_reply(d->chan, msg->id, CODE(OK), NULL, &reply.base);
		if (!join->revision)
			send_snapshot(d, 7);
	}
	msg_free(join);
}

static void handle_advertise(struct director_end *d, const struct msg *msg)
{
	Nvo3__MapAdvertise *adv = msg_decode(msg, &nvo3__map_advertise__descriptor, NULL);
	Nvo3__MapAdvertiseReply reply = NVO3__MAP_ADVERTISE_REPLY__INIT;
	Nvo3__MapResult result = NVO3__MAP_RESULT__INIT, *results[8];

	result.code = d->refuse;
	result.text = d->refuse ? "it belongs to somebody else" : "";
	for (size_t i = 0; i < adv->n_maps; i++)
		results[i] = &result;
	reply.results = results;
	reply.n_results = adv->n_maps;
	d->advertised += adv->n_maps;
	chan_reply(d->chan, msg->id, CODE(OK), NULL, &reply.base);
	msg_free(adv);
}

static bool director_message(struct chan *chan, const struct msg *msg, void *arg)
{
	struct director_end *d = arg;

	switch (msg->type) {
	case MSG(NVE_REGISTER):
		d->registered++;
		chan_reply(chan, msg->id, CODE(OK), NULL, NULL);
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
	case MSG(MAP_ACK):
		d->acks++;
		return true;
	default:
		return false;
	}
}

static void director_up(struct chan *chan, void *arg)
{
	((struct director_end *)arg)->chan = chan;
}

static bool vserver_message(struct chan *chan, const struct msg *msg, void *arg)
{
	struct nve_bed *b = arg;

	b->alerts += msg->type == MSG(ALERT);
	return true;
}

static void begin_director(struct nve_bed *b)
{
	static const struct chan_ops ops = { .up = director_up, .message = director_message };

	b->d_server = bed_listen(b->bed, "director", ROLE_NVE, "dc1", &ops, &b->d);
}

static void end_director(struct nve_bed *b)
{
	chan_server_free(b->d_server);
	b->d_server = NULL;
	b->d.registered = 0;
}

static void begin_nve(struct nve_bed *b)
{
	struct err err;

	if (nve_start_with(&b->nve, &b->config, b->bed->loop, NULL, b->kern, b->store, &err))
		fail_msg("%s", err.text);
}

static void begin_vserver(struct nve_bed *b)
{
	static const struct chan_ops ops = { .message = vserver_message };
	struct bed *bed = b->bed;

	b->vs = bed_connect(b->bed, "assoc", ROLE_NVE, &ops, b);
	BED_WAIT(bed, chan_is_up(b->vs));
}

static void setup(struct nve_bed *b, void **state)
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

static void teardown(struct nve_bed *b)
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

static Nvo3__Tsi *tsi_msg(struct tsi_msg *m, uint8_t n, uint64_t epoch)
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
	return &m->tsi;
}

static struct reply associate(struct nve_bed *b, uint8_t n, uint64_t epoch)
{
	Nvo3__TsiAssociate req = NVO3__TSI_ASSOCIATE__INIT;
	struct tsi_msg m;

	req.tsi = tsi_msg(&m, n, epoch);
	return bed_ask(b->bed, b->vs, MSG(TSI_ASSOCIATE), &req.base);
}

static struct reply activate(struct nve_bed *b, uint8_t n, uint64_t epoch)
{
	Nvo3__TsiActivate req = NVO3__TSI_ACTIVATE__INIT;
	uint8_t id[16] = { n };

	req.tsi = (ProtobufCBinaryData){ 16, id };
	req.epoch = epoch;
	return bed_ask(b->bed, b->vs, MSG(TSI_ACTIVATE), &req.base);
}

static struct reply deactivate(struct nve_bed *b, uint8_t n)
{
	Nvo3__TsiDeactivate req = NVO3__TSI_DEACTIVATE__INIT;
	uint8_t id[16] = { n };

	req.tsi = (ProtobufCBinaryData){ 16, id };
	return bed_ask(b->bed, b->vs, MSG(TSI_DEACTIVATE), &req.base);
}

static struct reply deassociate(struct nve_bed *b, uint8_t n)
{
	Nvo3__TsiDeassociate req = NVO3__TSI_DEASSOCIATE__INIT;
	uint8_t id[16] = { n };

	req.tsi = (ProtobufCBinaryData){ 16, id };
	return bed_ask(b->bed, b->vs, MSG(TSI_DEASSOCIATE), &req.base);
}

static struct reply sync_one(struct nve_bed *b, uint8_t n, uint64_t epoch, Nvo3__TsiState state)
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

static int port_state(struct nve_bed *b, uint8_t n)
{
	struct nvo3_port port;

	if (b->kern->ops->port_get(b->kern, n, 0, &port, NULL))
		return -1;
	return port.state;
}

static bool far_mapped(struct nve_bed *b)
{
	struct nvo3_map map;
	struct mac_addr mac;

	memcpy(&mac, far_mac, 6);
	return !b->kern->ops->map_get(b->kern, VNI, &mac, &map, NULL) && map.epoch == 5 &&
	       map.prov == NVO3_PROV_AGENT && !memcmp(map.addr.b, far_addr, 4);
}

static size_t members(struct nve_bed *b)
{
	struct nvo3_member *list;
	size_t n;

	b->kern->ops->member_list(b->kern, VNI, &list, &n, NULL);
	free(list);
	return n;
}

static bool has_vn(struct nve_bed *b)
{
	struct nvo3_vn vn;

	return !b->kern->ops->vn_get(b->kern, VNI, &vn, NULL);
}

/* --- tests */

static void test_life_of_an_interface(void **state)
{
	struct nve_bed b;

	setup(&b, state);
	assert_int_equal(associate(&b, 1, 3).code, CODE(OK));
	/* Silent, and the VN's snapshot is in the kernel */
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ASSOCIATED);
	assert_true(far_mapped(&b));
	assert_int_equal(members(&b), 1);
	assert_int_equal(b.d.advertised, 0);
	assert_int_equal(activate(&b, 1, 3).code, CODE(OK));
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ACTIVE);
	assert_int_equal(b.d.advertised, 1);
	/* Asked again it is so already */
	assert_int_equal(associate(&b, 1, 3).code, CODE(OK));
	assert_int_equal(activate(&b, 1, 3).code, CODE(OK));
	assert_int_equal(b.d.advertised, 1);
	assert_int_equal(activate(&b, 1, 2).code, CODE(STALE));
	assert_int_equal(deactivate(&b, 1).code, CODE(OK));
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ASSOCIATED);
	assert_int_equal(deassociate(&b, 1).code, CODE(OK));
	assert_int_equal(port_state(&b, 1), -1);
	assert_false(has_vn(&b));
	BED_WAIT(b.bed, b.d.withdrawn == 1 && b.d.leaves == 1);
	assert_int_equal(deassociate(&b, 1).code, CODE(OK));
	assert_int_equal(b.d.joins, 1);
	teardown(&b);
}

static void test_refusals(void **state)
{
	struct nve_bed b;
	struct reply r;

	setup(&b, state);
	assert_int_equal(associate(&b, 1, 3).code, CODE(OK));
	/* The director's word: silent again, with its sentence */
	b.d.refuse = CODE(DENIED);
	r = activate(&b, 1, 3);
	assert_int_equal(r.code, CODE(DENIED));
	assert_string_equal(r.text, "it belongs to somebody else");
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ASSOCIATED);
	b.d.refuse = CODE(OK);
	assert_int_equal(activate(&b, 1, 3).code, CODE(OK));
	/* Not associated, and in the way of another one */
	assert_int_equal(activate(&b, 2, 3).code, CODE(BAD_STATE));
	assert_int_equal(deactivate(&b, 2).code, CODE(NOT_FOUND));
	vn_id[0] = 0xcc;
	r = associate(&b, 3, 3);
	vn_id[0] = 0xaa;
	assert_int_equal(r.code, CODE(NOT_FOUND));
	assert_string_equal(r.text, "no such VN");
	/* The kernel's word: another NVE has the address with a newer epoch */
	assert_int_equal(associate(&b, 9, 4).code, CODE(OK));
	assert_int_equal(activate(&b, 9, 4).code, CODE(STALE));
	assert_int_equal(port_state(&b, 9), NVO3_PORT_STATE_ASSOCIATED);
	assert_true(far_mapped(&b));
	teardown(&b);
}

static void test_an_operators_vn_is_not_taken(void **state)
{
	struct nvo3_vn vn = { .vni = VNI };
	struct nve_bed b;
	struct reply r;

	setup(&b, state);
	b.kern->ops->vn_add(b.kern, &vn, NULL);
	r = associate(&b, 1, 3);
	assert_int_equal(r.code, CODE(EXISTS));
	assert_non_null(strstr(r.text, "VNI 100 is in use on nve0"));
	assert_true(has_vn(&b));
	teardown(&b);
}

static void test_director_silent(void **state)
{
	struct nve_bed b;
	struct reply r;

	setup(&b, state);
	assert_int_equal(associate(&b, 1, 3).code, CODE(OK));
	assert_int_equal(activate(&b, 1, 3).code, CODE(OK));
	assert_int_equal(deactivate(&b, 1).code, CODE(OK));
	BED_WAIT(b.bed, b.d.withdrawn == 1);
	end_director(&b);
	/* What it had accepted before may start again; anything else may not */
	assert_int_equal(activate(&b, 1, 3).code, CODE(OK));
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ACTIVE);
	assert_int_equal(associate(&b, 2, 3).code, CODE(OK));
	r = activate(&b, 2, 3);
	assert_int_equal(r.code, CODE(UNAVAILABLE));
	assert_int_equal(port_state(&b, 2), NVO3_PORT_STATE_ASSOCIATED);
	assert_true(far_mapped(&b));
	/* When it is back it hears of the one and that the other is not there */
	b.d.advertised = 0;
	b.d.withdrawn = 0;
	begin_director(&b);
	BED_WAIT(b.bed, b.d.advertised == 1 && b.d.withdrawn == 1);
	/* And is asked for what changed since the revision that we have */
	BED_WAIT(b.bed, b.d.joins == 2);
	assert_int_equal(b.d.resumed, 7);
	teardown(&b);
}

static void test_restart_keeps_everything(void **state)
{
	struct nve_bed b;

	setup(&b, state);
	assert_int_equal(associate(&b, 1, 3).code, CODE(OK));
	assert_int_equal(activate(&b, 1, 3).code, CODE(OK));
	assert_int_equal(associate(&b, 2, 3).code, CODE(OK));
	chan_free(b.vs);
	nve_stop(b.nve);
	end_director(&b);
	/* While it is away the kernel forwards; while it comes back, too */
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ACTIVE);
	assert_true(far_mapped(&b));
	begin_nve(&b);
	bed_settle(b.bed, 50);
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ACTIVE);
	assert_int_equal(port_state(&b, 2), NVO3_PORT_STATE_ASSOCIATED);
	assert_true(far_mapped(&b));
	assert_int_equal(members(&b), 1);
	/* A snapshot without the far one, and only that, takes it away */
	b.d.far = false;
	b.d.advertised = 0;
	begin_director(&b);
	BED_WAIT(b.bed, !far_mapped(&b) && !members(&b));
	BED_WAIT(b.bed, b.d.advertised == 1);
	assert_int_equal(b.d.resumed, 0);
	/* The vServer has only the first one now */
	begin_vserver(&b);
	assert_int_equal(sync_one(&b, 1, 3, NVO3__TSI_STATE__TSI_ACTIVATED).code, CODE(OK));
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ACTIVE);
	assert_int_equal(port_state(&b, 2), -1);
	teardown(&b);
}

static void tell_policies(struct nve_bed *b, uint32_t vni, uint32_t unknown)
{
	Nvo3__VnUpdate update = NVO3__VN_UPDATE__INIT;
	Nvo3__VnInfo info = NVO3__VN_INFO__INIT;

	info.uuid = (ProtobufCBinaryData){ 16, vn_id };
	info.vni = vni;
	info.unknown = unknown;
	info.bum = NVO3_BUM_REPLICATE;
	update.vn = &info;
	chan_event(b->d.chan, MSG(VN_UPDATE), &update.base);
}

static uint32_t unknown_now(struct nve_bed *b)
{
	struct nvo3_vn vn;

	assert_int_equal(b->kern->ops->vn_get(b->kern, VNI, &vn, NULL), 0);
	return vn.unknown;
}

static void test_policies_change_at_once(void **state)
{
	struct nve_bed b;

	setup(&b, state);
	assert_int_equal(associate(&b, 1, 3).code, CODE(OK));
	assert_int_equal(activate(&b, 1, 3).code, CODE(OK));
	assert_int_equal(unknown_now(&b), NVO3_UNKNOWN_DROP);
	tell_policies(&b, VNI, NVO3_UNKNOWN_FLOOD);
	BED_WAIT(b.bed, unknown_now(&b) == NVO3_UNKNOWN_FLOOD);
	/* nothing else was touched */
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ACTIVE);
	assert_true(far_mapped(&b));
	/* what makes no sense changes nothing */
	tell_policies(&b, VNI + 1, NVO3_UNKNOWN_DROP);
	tell_policies(&b, VNI, 77);
	bed_settle(b.bed, 20);
	assert_int_equal(unknown_now(&b), NVO3_UNKNOWN_FLOOD);
	/* it is kept: a restart without a director does not bring the old ones back */
	chan_free(b.vs);
	nve_stop(b.nve);
	end_director(&b);
	begin_nve(&b);
	bed_settle(b.bed, 20);
	assert_int_equal(unknown_now(&b), NVO3_UNKNOWN_FLOOD);
	begin_vserver(&b);
	teardown(&b);
}

static void test_sync(void **state)
{
	struct nve_bed b;

	setup(&b, state);
	/* Missing: taken up */
	assert_int_equal(sync_one(&b, 1, 3, NVO3__TSI_STATE__TSI_ACTIVATED).code, CODE(OK));
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ACTIVE);
	/* In another state: brought to the one that is told */
	assert_int_equal(sync_one(&b, 1, 3, NVO3__TSI_STATE__TSI_ASSOCIATED).code, CODE(OK));
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ASSOCIATED);
	assert_int_equal(sync_one(&b, 1, 4, NVO3__TSI_STATE__TSI_ACTIVATED).code, CODE(OK));
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ACTIVE);
	/* Not named: released, and the VN with it */
	assert_int_equal(sync_one(&b, 0, 0, NVO3__TSI_STATE__TSI_INIT).code, CODE(OK));
	assert_int_equal(port_state(&b, 1), -1);
	assert_false(has_vn(&b));
	teardown(&b);
}

static void test_vn_connect(void **state)
{
	Nvo3__VnConnect connect = NVO3__VN_CONNECT__INIT;
	Nvo3__VnDisconnect disconnect = NVO3__VN_DISCONNECT__INIT;
	struct nve_bed b;
	struct reply r;

	setup(&b, state);
	connect.vn = (ProtobufCBinaryData){ 16, vn_id };
	disconnect.vn = (ProtobufCBinaryData){ 16, vn_id };
	r = bed_ask(b.bed, b.vs, MSG(VN_CONNECT), &connect.base);
	assert_int_equal(r.code, CODE(OK));
	assert_true(far_mapped(&b));
	assert_int_equal(associate(&b, 1, 3).code, CODE(OK));
	r = bed_ask(b.bed, b.vs, MSG(VN_DISCONNECT), &disconnect.base);
	assert_int_equal(r.code, CODE(BUSY));
	assert_int_equal(deassociate(&b, 1).code, CODE(OK));
	assert_true(has_vn(&b));
	r = bed_ask(b.bed, b.vs, MSG(VN_DISCONNECT), &disconnect.base);
	assert_int_equal(r.code, CODE(OK));
	assert_false(has_vn(&b));
	teardown(&b);
}

/* The start of a session offers all again: only "somebody else has it" stops a running VM */
static void test_refused_at_session_start(void **state)
{
	struct nve_bed b;

	setup(&b, state);
	assert_int_equal(associate(&b, 1, 3).code, CODE(OK));
	assert_int_equal(activate(&b, 1, 3).code, CODE(OK));
	end_director(&b);
	b.d.refuse = CODE(DENIED);
	begin_director(&b);
	BED_WAIT(b.bed, b.alerts == 1);
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ACTIVE);
	/* And offered again, until the director has heard of it */
	b.d.refuse = CODE(OK);
	b.d.advertised = 0;
	BED_WAIT(b.bed, b.d.advertised == 1);
	end_director(&b);
	b.d.refuse = CODE(STALE);
	begin_director(&b);
	BED_WAIT(b.bed, b.alerts == 2);
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ASSOCIATED);
	teardown(&b);
}

/* A director that has lost its memory: nothing is taken away, and it is asked again */
static void test_vn_unknown_at_session_start(void **state)
{
	struct nve_bed b;

	setup(&b, state);
	assert_int_equal(associate(&b, 1, 3).code, CODE(OK));
	end_director(&b);
	b.d.forgetful = true;
	begin_director(&b);
	BED_WAIT(b.bed, b.d.joins == 2);
	bed_settle(b.bed, 20);
	assert_true(has_vn(&b) && far_mapped(&b));
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ASSOCIATED);
	b.d.forgetful = false;
	BED_WAIT(b.bed, b.d.joins == 3);
	teardown(&b);
}

static void test_bad_requests(void **state)
{
	Nvo3__TsiAssociate req = NVO3__TSI_ASSOCIATE__INIT;
	struct tsi_msg m;
	struct nve_bed b;
	struct reply r;

	setup(&b, state);
	r = bed_ask(b.bed, b.vs, MSG(TSI_ASSOCIATE), &req.base);
	assert_int_equal(r.code, CODE(BAD_MESSAGE));
	req.tsi = tsi_msg(&m, 1, 3);
	m.tsi.vid = 5000;
	r = bed_ask(b.bed, b.vs, MSG(TSI_ASSOCIATE), &req.base);
	assert_int_equal(r.code, CODE(BAD_MESSAGE));
	assert_non_null(strstr(r.text, "tsi.vid"));
	m.tsi.vid = 0;
	m.tsi.dev = "eth0";
	r = bed_ask(b.bed, b.vs, MSG(TSI_ASSOCIATE), &req.base);
	assert_int_equal(r.code, CODE(NOT_FOUND));
	assert_non_null(strstr(r.text, "eth0"));
	/* Nothing is left of it */
	assert_false(has_vn(&b));
	r = bed_ask(b.bed, b.vs, MSG(VM_CREATE), NULL);
	assert_int_equal(r.code, CODE(UNKNOWN_TYPE));
	teardown(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_life_of_an_interface),
		BED_TEST(test_refusals),
		BED_TEST(test_an_operators_vn_is_not_taken),
		BED_TEST(test_director_silent),
		BED_TEST(test_restart_keeps_everything),
		BED_TEST(test_policies_change_at_once),
		BED_TEST(test_sync),
		BED_TEST(test_vn_connect),
		BED_TEST(test_refused_at_session_start),
		BED_TEST(test_vn_unknown_at_session_start),
		BED_TEST(test_bad_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
