// SPDX-License-Identifier: GPL-2.0
/*
 * Copies that became wrong: the kernel's, changed behind the agent's back, and the agent's, which
 * the director (the test) says is not what it should be.
 */
#include "digest.h"
#include "nve/audit.h"
#include "nve/director.h"
#include "nve/port.h"
#include "nve_bed.h"

#define HOSTS 40	/* addresses 20 and on, told with epoch 5 */

static struct mac_addr mac_of(uint8_t n)
{
	return (struct mac_addr){ { 2, 0, 0, 0, 0, n } };
}

static void begin(struct nve_bed *b, void **state)
{
	setup(b, state);
	assert_int_equal(associate(b, 1, 3).code, CODE(OK));
	for (int i = 0; i < HOSTS; i++)
		send_map(&b->d, 20 + i, 5, false, 8 + i);
	BED_WAIT(b->bed, mapped(b, 20 + HOSTS - 1));
}

static void refused(const struct kern_op *op, int code, const char *text, void *arg)
{
	fail_msg("the kernel refuses: %s", text);
}

static void do_op(struct nve_bed *b, enum kern_verb verb, uint8_t n, uint8_t addr, uint64_t epoch,
		  uint8_t prov)
{
	uint8_t ip[4] = { 192, 0, 2, addr };
	struct kern_op op = { .verb = verb, .map = {
		.vni = VNI, .mac = mac_of(n), .epoch = epoch, .prov = prov,
	} };

	if (verb != KERN_MAP_DEL)
		op.map.addr = ip_addr_from(AF_INET, ip);
	assert_int_equal(b->kern->ops->apply(b->kern, &op, 1, refused, NULL, NULL), 0);
}

static bool as_told(struct nve_bed *b, uint8_t n)
{
	struct mac_addr mac = mac_of(n);
	struct nvo3_map map;

	return !b->kern->ops->map_get(b->kern, VNI, &mac, &map, NULL) && map.epoch == 5 &&
	       map.prov == NVO3_PROV_AGENT && !memcmp(map.addr.b, far_addr, 4);
}

static void expect_drift(struct nve_bed *b, const char *what)
{
	if (!strstr(b->d.drift, what))
		fail_msg("\"%s\" does not say \"%s\"", b->d.drift, what);
}

static void test_the_kernels_table(void **state)
{
	struct nve_bed b;

	begin(&b, state);
	audit_look(b.nve);
	bed_settle(b.bed, 400);
	assert_int_equal(b.d.drifts, 0);
	assert_int_equal(kern_stub_digests(b.kern), 0);

	do_op(&b, KERN_MAP_DEL, 21, 0, 0, 0);
	audit_look(b.nve);
	BED_WAIT(b.bed, b.d.drifts == 1);
	assert_true(as_told(&b, 21));
	expect_drift(&b, "VNI 100: 1 mapping of the kernel's table differed, the first");
	expect_drift(&b, "02:00:00:00:00:15 (missing)");

	do_op(&b, KERN_MAP_ADD, 200, 9, 7, NVO3_PROV_AGENT);
	audit_look(b.nve);
	BED_WAIT(b.bed, b.d.drifts == 2);
	assert_false(mapped(&b, 200));
	expect_drift(&b, "02:00:00:00:00:c8 (extra)");

	/* a newer epoch is no excuse: nobody but the director gives it */
	do_op(&b, KERN_MAP_REPLACE, 22, 66, 9, NVO3_PROV_AGENT);
	audit_look(b.nve);
	BED_WAIT(b.bed, b.d.drifts == 3);
	assert_true(as_told(&b, 22));
	expect_drift(&b, "02:00:00:00:00:16 (other epoch)");

	do_op(&b, KERN_MAP_DEL, 23, 0, 0, 0);
	do_op(&b, KERN_MAP_ADD, 23, 66, 5, NVO3_PROV_AGENT);
	audit_look(b.nve);
	BED_WAIT(b.bed, b.d.drifts == 4);
	assert_true(as_told(&b, 23));
	expect_drift(&b, "02:00:00:00:00:17 (other place)");
	for (int i = 0; i < HOSTS; i++)
		assert_true(as_told(&b, 20 + i));
	assert_int_equal(kern_stub_digests(b.kern), 4);
	teardown(&b);
}

static void test_a_change_between_two_looks(void **state)
{
	struct nve_bed b;

	begin(&b, state);
	do_op(&b, KERN_MAP_DEL, 21, 0, 0, 0);
	audit_look(b.nve);
	/* it is told again before the second look, and is right then */
	send_map(&b.d, 21, 5, false, 60);
	BED_WAIT(b.bed, as_told(&b, 21));
	bed_settle(b.bed, 400);
	assert_int_equal(b.d.drifts, 0);
	assert_int_equal(kern_stub_digests(b.kern), 0);
	/* something else changes: the looks start again, and the end is the same */
	do_op(&b, KERN_MAP_DEL, 21, 0, 0, 0);
	audit_look(b.nve);
	send_map(&b.d, 22, 5, true, 61);
	BED_WAIT(b.bed, !mapped(&b, 22));
	BED_WAIT(b.bed, b.d.drifts == 1);
	assert_true(as_told(&b, 21));
	expect_drift(&b, "1 mapping of");
	teardown(&b);
}

/* What an operator has put in the way is told in the log, and is no drift; until it is gone */
static void test_what_may_not_be_mended(void **state)
{
	struct nve_bed b;

	begin(&b, state);
	do_op(&b, KERN_MAP_DEL, 21, 0, 0, 0);
	do_op(&b, KERN_MAP_ADD, 21, 66, 0, NVO3_PROV_STATIC);
	audit_look(b.nve);
	BED_WAIT(b.bed, kern_stub_digests(b.kern) == 1);
	audit_look(b.nve);
	assert_int_equal(kern_stub_digests(b.kern), 2);
	bed_settle(b.bed, 400);
	assert_int_equal(b.d.drifts, 0);
	assert_false(mapped(&b, 21));
	/* but what else is wrong is found beside it */
	do_op(&b, KERN_MAP_DEL, 30, 0, 0, 0);
	audit_look(b.nve);
	BED_WAIT(b.bed, b.d.drifts == 1);
	assert_true(as_told(&b, 30));
	expect_drift(&b, "1 mapping of");
	/* nobody says that it is gone, but the next look finds out */
	do_op(&b, KERN_MAP_DEL, 21, 0, 0, 0);
	audit_look(b.nve);
	assert_true(as_told(&b, 21));
	BED_WAIT(b.bed, b.d.drifts == 2);
	expect_drift(&b, "02:00:00:00:00:15 (missing)");
	teardown(&b);
}

/* --- the model, and the director */

/* The director's buckets: what it told, but @but, and @extra (0 none) with another epoch */
static void answer_digest(struct nve_bed *b, uint64_t updates, uint8_t but)
{
	struct ip_addr addr = ip_addr_from(AF_INET, far_addr);
	uint64_t sums[DIGEST_BUCKETS] = {};
	uint8_t bytes[8 * DIGEST_BUCKETS];
	Nvo3__MapDigest m = NVO3__MAP_DIGEST__INIT;
	struct mac_addr mac;

	for (int i = -1; i < HOSTS; i++) {
		mac = mac_of(i < 0 ? 9 : 20 + i);
		if (mac.b[5] != but)
			sums[digest_bucket(&mac)] += digest_map(&mac, 5, &addr, 1);
	}
	for (int i = 0; i < 8 * DIGEST_BUCKETS; i++)
		bytes[i] = sums[i / 8] >> (56 - i % 8 * 8);
	m.vn = (ProtobufCBinaryData){ 16, vn_id };
	m.store = (ProtobufCBinaryData){ 16, at_store };
	m.updates = updates;
	m.buckets = (ProtobufCBinaryData){ sizeof(bytes), bytes };
	chan_event(b->d.chan, MSG(MAP_DIGEST), &m.base);
}

/* The bucket of address @n again: with nothing else in it */
static void send_again(struct nve_bed *b, uint8_t n, uint64_t epoch)
{
	ProtobufCBinaryData locator = { 4, far_addr };
	Nvo3__MapUpdate u = NVO3__MAP_UPDATE__INIT;
	Nvo3__Mapping map = NVO3__MAPPING__INIT, *maps = &map;
	struct mac_addr mac = mac_of(n);
	uint8_t bucket = digest_bucket(&mac);

	u.vn = (ProtobufCBinaryData){ 16, vn_id };
	u.store = (ProtobufCBinaryData){ 16, at_store };
	u.revision = 8 + HOSTS;
	u.again = (ProtobufCBinaryData){ 1, &bucket };
	u.again_end = true;
	map.mac = (ProtobufCBinaryData){ 6, mac.b };
	map.epoch = epoch;
	map.locators = &locator;
	map.n_locators = 1;
	u.set = &maps;
	u.n_set = epoch ? 1 : 0;
	chan_event(b->d.chan, MSG(MAP_UPDATE), &u.base);
}

static void test_the_agents_model(void **state)
{
	struct mac_addr mac = mac_of(20);
	struct ip_addr addr = ip_addr_from(AF_INET, far_addr);
	uint64_t sum = 0;
	struct nve_bed b;

	begin(&b, state);
	for (int i = -1; i < HOSTS; i++) {
		mac = mac_of(i < 0 ? 9 : 20 + i);
		sum += digest_map(&mac, 5, &addr, 1);
	}
	audit_look(b.nve);
	BED_WAIT(b.bed, b.d.digests == 1);
	assert_int_equal(b.d.count, 1 + HOSTS);
	assert_true(b.d.sum == sum);
	assert_int_equal(b.d.updates, 1 + HOSTS);
	/* the same: nothing is asked for. Of another moment: neither */
	answer_digest(&b, b.d.updates, 0);
	answer_digest(&b, b.d.updates - 1, 21);
	bed_settle(b.bed, 20);
	assert_int_equal(b.d.resends, 0);
	/* it lacks one there: its bucket, and only that */
	answer_digest(&b, b.d.updates, 25);
	BED_WAIT(b.bed, b.d.resends == 1);
	mac = mac_of(25);
	assert_int_equal(b.d.n_buckets, 1);
	assert_int_equal(b.d.buckets[0], digest_bucket(&mac));
	send_again(&b, 25, 0);
	BED_WAIT(b.bed, !mapped(&b, 25));
	BED_WAIT(b.bed, b.d.drifts == 1);
	expect_drift(&b, "of the agent's model differed, the first 02:00:00:00:00:19 (extra)");
	/* an older epoch, where the director says so, in the kernel, too */
	send_again(&b, 26, 4);
	BED_WAIT(b.bed, b.d.drifts == 2);
	expect_drift(&b, "02:00:00:00:00:1a (other epoch)");
	assert_true(mapped(&b, 26) && !as_told(&b, 26));
	audit_look(b.nve);
	BED_WAIT(b.bed, b.d.digests == 2);
	assert_int_equal(b.d.updates, 3 + HOSTS);
	bed_settle(b.bed, 400);
	assert_int_equal(b.d.drifts, 2);
	teardown(&b);
}

static void test_an_old_director_is_told_nothing(void **state)
{
	struct nve_bed b;

	begin(&b, state);
	end_director(&b);
	b.d.old = true;
	begin_director(&b);
	BED_WAIT(b.bed, b.d.joins == 2);
	bed_settle(b.bed, 20);
	/* the kernel is mended all the same */
	do_op(&b, KERN_MAP_DEL, 21, 0, 0, 0);
	audit_look(b.nve);
	BED_WAIT(b.bed, as_told(&b, 21));
	bed_settle(b.bed, 20);
	assert_int_equal(b.d.digests + b.d.drifts, 0);
	teardown(&b);
}

/* While an advertisement is without an answer nobody knows whose the address is */
static void test_no_digest_while_something_is_offered(void **state)
{
	struct nve_bed b;

	begin(&b, state);
	b.d.mute = true;
	director_advertise(b.nve->director, &b.nve->tsis->t);
	BED_WAIT(b.bed, b.d.advertised == 1);
	audit_look(b.nve);
	bed_settle(b.bed, 20);
	assert_int_equal(b.d.digests, 0);
	/* its answer is that the session has ended */
	b.d.mute = false;
	end_director(&b);
	begin_director(&b);
	BED_WAIT(b.bed, b.d.joins == 2);
	bed_settle(b.bed, 20);
	audit_look(b.nve);
	BED_WAIT(b.bed, b.d.digests == 1);
	teardown(&b);
}

/* --- snapshots by generation */

/*
 * The agent starts again, with a kernel that has more and less than the snapshot: nothing goes
 * before its end, an operator's is left alone, and so is where it leads to the same place.
 */
static void test_a_snapshot_after_a_restart(void **state)
{
	struct mac_addr mac = mac_of(9);
	struct nve_bed b;
	struct nvo3_map map;

	begin(&b, state);
	chan_free(b.vs);
	nve_stop(b.nve);
	end_director(&b);
	do_op(&b, KERN_MAP_DEL, 9, 0, 0, 0);
	do_op(&b, KERN_MAP_ADD, 9, 9, 0, NVO3_PROV_STATIC);
	b.d.silent = true;
	b.d.joins = 0;
	begin_director(&b);
	begin_nve(&b);
	BED_WAIT(b.bed, b.d.joins == 1);
	bed_settle(b.bed, 20);
	for (int i = 0; i < HOSTS; i++)
		assert_true(as_told(&b, 20 + i));
	send_snapshot(&b.d, 100);
	BED_WAIT(b.bed, !mapped(&b, 20) && !mapped(&b, 20 + HOSTS - 1));
	assert_int_equal(b.kern->ops->map_get(b.kern, VNI, &mac, &map, NULL), 0);
	assert_int_equal(map.prov, NVO3_PROV_STATIC);
	begin_vserver(&b);
	teardown(&b);
}

/* Each takes another generation, also when the one before was cut short */
static void test_snapshots_one_after_another(void **state)
{
	struct nve_bed b;

	begin(&b, state);
	for (int i = 0; i < 600; i++) {
		/* told in between, marked with the last one */
		send_map(&b.d, 10 + i % 5, 5, false, 1000 + i);
		send_snapshot(&b.d, 1000 + i);
		if (i % 50)
			continue;
		BED_WAIT(b.bed, b.nve->model.vns->revision == 1000u + i);
		assert_true(far_mapped(&b));
		for (int n = 10; n < 15; n++)
			assert_false(mapped(&b, n));
	}
	BED_WAIT(b.bed, b.nve->model.vns->revision == 1599);
	assert_true(far_mapped(&b));
	audit_look(b.nve);
	bed_settle(b.bed, 400);
	assert_int_equal(b.d.drifts, 0);
	teardown(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_the_kernels_table),
		BED_TEST(test_a_change_between_two_looks),
		BED_TEST(test_what_may_not_be_mended),
		BED_TEST(test_the_agents_model),
		BED_TEST(test_an_old_director_is_told_nothing),
		BED_TEST(test_no_digest_while_something_is_offered),
		BED_TEST(test_a_snapshot_after_a_restart),
		BED_TEST(test_snapshots_one_after_another),
	};

	return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
