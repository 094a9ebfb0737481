// SPDX-License-Identifier: GPL-2.0
/* The NVE role: its vServer's interfaces, its director's word, and what the kernel has of both */
#include "nve_bed.h"

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

static bool far_leads_to(struct nve_bed *b, const uint8_t addr[4])
{
	struct nvo3_map map;
	struct mac_addr mac;

	memcpy(&mac, far_mac, 6);
	return !b->kern->ops->map_get(b->kern, VNI, &mac, &map, NULL) && map.epoch == 5 &&
	       !memcmp(map.addr.b, addr, 4);
}

static void test_an_nve_gets_another_locator(void **state)
{
	static uint8_t other[4] = { 192, 0, 2, 99 };
	ProtobufCBinaryData locator = { 4, other };
	Nvo3__MapUpdate u = NVO3__MAP_UPDATE__INIT;
	Nvo3__Member member = NVO3__MEMBER__INIT, *list = &member;
	struct nve_bed b;

	setup(&b, state);
	assert_int_equal(associate(&b, 1, 3).code, CODE(OK));
	assert_true(far_leads_to(&b, far_addr));
	u.vn = (ProtobufCBinaryData){ 16, vn_id };
	u.store = (ProtobufCBinaryData){ 16, at_store };
	u.revision = 8;
	u.member_set = &list;
	u.n_member_set = 1;
	member.nve = "dc1/far";
	member.locators = &locator;
	member.n_locators = 1;
	chan_event(b.d.chan, MSG(MAP_UPDATE), &u.base);
	BED_WAIT(b.bed, far_leads_to(&b, other));
	assert_int_equal(members(&b), 1);
	teardown(&b);
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
		BED_TEST(test_an_nve_gets_another_locator),
		BED_TEST(test_policies_change_at_once),
		BED_TEST(test_sync),
		BED_TEST(test_vn_connect),
		BED_TEST(test_refused_at_session_start),
		BED_TEST(test_vn_unknown_at_session_start),
		BED_TEST(test_bad_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
