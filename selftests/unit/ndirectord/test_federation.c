// SPDX-License-Identifier: GPL-2.0
/*
 * Real directors of two and three data centres, and one that follows a peer which the test plays.
 */
#include <signal.h>
#include "lab.c"

static struct proc d1, d2, d3;
static struct peer center1, center2, host1, host3;

/* DC1 with host1 and DC2 with host3; both have VN 1 and both NVEs have joined it. */
static void begin(void **state)
{
	proc_init(&d1, *state, 1);
	proc_init(&d2, *state, 2);
	d1.with[0] = &d2;
	d2.with[0] = &d1;
	proc_start(&d1);
	proc_start(&d2);
	peer_open(&center1, &d1, "dc1", "vcenter", "vc", true);
	peer_open(&center2, &d2, "dc2", "vcenter", "vc", true);
	peer_open(&host1, &d1, "dc1", "nve", "host1", true);
	peer_open(&host3, &d2, "dc2", "nve", "host3", true);
	assert_int_equal(say_vn_set(&center1, 1, 100, "blue"), CODE(OK));
	assert_int_equal(say_vn_set(&center2, 1, 200, "blue"), CODE(OK));
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_int_equal(say_register(&host3, 3), CODE(OK));
	assert_int_equal(say_join(&host1, 1, NULL, 0), CODE(OK));
	assert_int_equal(say_join(&host3, 1, NULL, 0), CODE(OK));
}

static uint64_t live(struct peer *center, struct peer *nve, uint32_t addr, uint64_t above)
{
	struct place p = { .vn = 1, .vm = addr, .addr = addr, .nve = nve->self,
			   .min_epoch = above };

	assert_int_equal(say_place(center, &p), CODE(OK));
	assert_int_equal(say_advertise(nve, 1, addr, 0, center->epoch), CODE(OK));
	return center->epoch;
}

static bool lives_at(struct peer *p, uint32_t addr, const char *nve)
{
	struct told *t = peer_map(p, 1, addr);

	return t && !strcmp(t->nve, nve);
}

static void test_mappings_reach_the_other_dc(void **state)
{
	uint64_t epoch;

	begin(state);
	epoch = live(&center1, &host1, 1, 0);
	LAB_WAIT(d1.lab, lives_at(&host3, 1, "dc1/host1"));
	assert_int_equal(peer_map(&host3, 1, 1)->epoch, epoch);
	LAB_WAIT(d1.lab, peer_member(&host3, 1, "dc1/host1"));
	LAB_WAIT(d1.lab, peer_member(&host1, 1, "dc2/host3"));
	assert_false(peer_member(&host3, 1, "dc1/host1")->stale);
	assert_int_equal(say_withdraw(&host1, 1, 1, epoch), CODE(OK));
	LAB_WAIT(d1.lab, !peer_map(&host3, 1, 1));
}

static void test_an_address_moves_between_dcs(void **state)
{
	struct place p = { .vn = 1, .vm = 1, .addr = 1, .nve = "dc2/host3" };
	uint64_t first, second, third;

	begin(state);
	first = live(&center1, &host1, 1, 0);
	LAB_WAIT(d1.lab, lives_at(&host3, 1, "dc1/host1"));
	/* not without the word of the DC where it lives */
	assert_int_equal(say_place(&center2, &p), CODE(EXISTS));
	assert_string_equal(center2.text, "MAC 02:00:00:00:00:01 of VN blue lives at dc1/host1");
	second = live(&center2, &host3, 1, first);
	assert_true(second > first);
	assert_int_equal(second & 255, 2);
	LAB_WAIT(d1.lab, lives_at(&host1, 1, "dc2/host3"));
	/* the old one's end, and its NVE's old claim, change nothing */
	assert_int_equal(say_advertise(&host1, 1, 1, 0, first), CODE(STALE));
	assert_int_equal(say_withdraw(&host1, 1, 1, first), CODE(OK));
	assert_int_equal(say_unplace(&center1, 1, 1, first), CODE(OK));
	live(&center1, &host1, 2, 0);
	LAB_WAIT(d1.lab, lives_at(&host3, 2, "dc1/host1"));
	assert_true(lives_at(&host1, 1, "dc2/host3"));
	assert_int_equal(proc_count(&d2, "/mappings", "nve", "dc2/host3"), 1);
	/* and back */
	third = live(&center1, &host1, 1, second);
	assert_true(third > second);
	LAB_WAIT(d1.lab, lives_at(&host3, 1, "dc1/host1"));
	assert_int_equal(say_unplace(&center2, 1, 1, second), CODE(OK));
	assert_int_equal(proc_count(&d1, "/mappings", "nve", "dc1/host1"), 2);
	assert_int_equal(proc_count(&d1, "/alerts", "kind", "claim-conflict"), 0);
	assert_int_equal(proc_count(&d2, "/alerts", "kind", "claim-conflict"), 0);
}

static void test_a_dc_that_is_cut_off(void **state)
{
	unsigned int member_sets;
	uint64_t epoch;

	begin(state);
	epoch = live(&center1, &host1, 1, 0);
	live(&center1, &host1, 2, 0);
	LAB_WAIT(d1.lab, peer_map(&host3, 1, 1) && peer_map(&host3, 1, 2) &&
		 peer_member(&host3, 1, "dc1/host1"));
	member_sets = host3.member_sets;
	proc_end(&d1, SIGKILL, -1);
	LAB_WAIT(d1.lab, peer_member(&host3, 1, "dc1/host1")->stale);
	assert_int_equal(host3.member_sets, member_sets + 1);
	assert_int_equal(HASH_COUNT(host3.maps), 2);
	assert_int_equal(proc_count(&d2, "/mappings", "stale", "true"), 2);
	assert_int_equal(proc_count(&d2, "/alerts", "kind", "peer-stale"), 1);

	/* meanwhile, back at home */
	proc_start(&d1);
	LAB_WAIT(d1.lab, host1.up && host1.ups == 2);
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_int_equal(say_join(&host1, 1, NULL, 0), CODE(OK));
	assert_int_equal(say_withdraw(&host1, 1, 1, epoch), CODE(OK));
	LAB_WAIT(d1.lab, !peer_map(&host3, 1, 1) && !peer_member(&host3, 1, "dc1/host1")->stale);
	assert_true(lives_at(&host3, 2, "dc1/host1"));
	assert_int_equal(host3.begins, 1);
	LAB_WAIT(d1.lab, peer_member(&host1, 1, "dc2/host3"));
	assert_int_equal(proc_count(&d2, "/mappings", "stale", "true"), 0);
}

static void test_hearsay_until_our_center_says_so(void **state)
{
	begin(state);
	assert_int_equal(say_vn_set(&center1, 2, 101, "red"), CODE(OK));
	assert_int_equal(say_join(&host1, 2, NULL, 0), CODE(OK));
	LAB_WAIT(d1.lab, proc_count(&d2, "/vns", "name", "red") == 1);
	assert_int_equal(proc_count(&d2, "/vns", "defined", "false"), 1);
	assert_int_equal(say_join(&host3, 2, NULL, 0), CODE(NOT_FOUND));
	/* VNIs belong to a DC: what the other one has there is no obstacle */
	assert_int_equal(say_vn_set(&center2, 3, 101, "green"), CODE(OK));
	assert_int_equal(say_vn_set(&center2, 2, 202, "red"), CODE(OK));
	assert_int_equal(say_join(&host3, 2, NULL, 0), CODE(OK));
	LAB_WAIT(d1.lab, peer_member(&host3, 2, "dc1/host1"));
	/* our center lets go of it, the other one has it still */
	assert_int_equal(say_leave(&host3, 2), CODE(OK));
	assert_int_equal(say_vn_delete(&center2, 2), CODE(OK));
	assert_int_equal(proc_count(&d2, "/vns", "defined", "false"), 1);
}

static uint32_t subscribe(struct peer *p, const uint8_t *store, uint64_t revision)
{
	Nvo3__FedSubscribe m = NVO3__FED_SUBSCRIBE__INIT;

	if (store)
		m.store = (ProtobufCBinaryData){ 16, (uint8_t *)store };
	m.revision = revision;
	return peer_ask(p, MSG(FED_SUBSCRIBE), &m.base);
}

/* Nobody passes on what he heard: with three it would go round for ever. */
static void test_three_do_not_loop(void **state)
{
	static struct peer ear;
	unsigned int updates;

	begin(state);
	proc_init(&d3, *state, 3);
	d3.with[0] = &d1;
	d3.with[1] = &d2;
	proc_end(&d1, SIGTERM, 0);
	proc_end(&d2, SIGTERM, 0);
	d1.with[1] = &d3;
	d2.with[1] = &d3;
	proc_start(&d1);
	proc_start(&d2);
	proc_start(&d3);
	LAB_WAIT(d1.lab, host1.up && host1.ups == 2 && host3.up && host3.ups == 2 &&
		 center1.up && center1.ups == 2);
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_int_equal(say_register(&host3, 3), CODE(OK));
	peer_open(&ear, &d2, "dc3", "director", "ear", true);
	assert_int_equal(subscribe(&ear, NULL, 0), CODE(OK));
	LAB_WAIT(d1.lab, ear.ends == 1);
	assert_non_null(peer_member(&ear, 1, "dc2/host3"));
	updates = ear.updates;
	live(&center1, &host1, 1, 0);
	LAB_WAIT(d1.lab, proc_count(&d2, "/mappings", NULL, NULL) == 1 &&
		 proc_count(&d3, "/mappings", NULL, NULL) == 1);
	/* what dc2 says of its own comes, and nothing else had come before */
	assert_int_equal(say_leave(&host3, 1), CODE(OK));
	LAB_WAIT(d1.lab, !peer_member(&ear, 1, "dc2/host3"));
	assert_int_equal(ear.updates, updates + 1);
	assert_int_equal(HASH_COUNT(ear.maps), 0);
	assert_int_equal(HASH_COUNT(ear.members), 0);
	/* going on where one was */
	assert_int_equal(subscribe(&ear, ear.store, ear.revision), CODE(OK));
	LAB_WAIT(d1.lab, center2.up && center2.ups == 2);
	assert_int_equal(say_join(&host3, 1, NULL, 0), CODE(OK));
	LAB_WAIT(d1.lab, peer_member(&ear, 1, "dc2/host3"));
	assert_int_equal(ear.begins, 1);
}

/* --- a director of dc2 that the test plays */

static struct {
	struct chan *chan;
	unsigned int subscriptions;
	bool resumes;			/* the last one named a store */
	uint64_t revision;
} fake;

static const uint8_t fake_store[16] = { 0xfa };

static void fake_down(struct chan *chan, const char *why, void *arg)
{
	fake.chan = NULL;
}

static bool fake_message(struct chan *chan, const struct msg *msg, void *arg)
{
	Nvo3__FedSubscribeReply reply = NVO3__FED_SUBSCRIBE_REPLY__INIT;
	Nvo3__FedSubscribe *m;

	if (msg->type != MSG(FED_SUBSCRIBE))
		return false;
	m = msg_decode(msg, &nvo3__fed_subscribe__descriptor, NULL);
	fake.chan = chan;
	fake.subscriptions++;
	fake.resumes = m->store.len == 16;
	fake.revision = m->revision;
	msg_free(m);
	reply.store = (ProtobufCBinaryData){ 16, (uint8_t *)fake_store };
	chan_reply(chan, msg->id, CODE(OK), NULL, &reply.base);
	return true;
}

/* A message with address @addr at @nve, which is a member, too; 0: without any. */
static void fake_tell(uint32_t addr, const char *nve, uint64_t revision, bool begin, bool end)
{
	Nvo3__FedUpdate m = NVO3__FED_UPDATE__INIT;
	Nvo3__FedMember fm = NVO3__FED_MEMBER__INIT, *fms = &fm;
	Nvo3__Member member = NVO3__MEMBER__INIT;
	uint8_t ip[4] = { 192, 0, 2, 9 };
	ProtobufCBinaryData l = { sizeof(ip), ip };
	Nvo3__Mapping *maps;
	struct packed a;

	pack(&a, 1, addr, 0, (uint64_t)addr << 8 | 2);
	a.map.nve = (char *)nve;
	a.map.locators = &l;
	a.map.n_locators = 1;
	maps = &a.map;
	member.nve = (char *)nve;
	member.locators = &l;
	member.n_locators = 1;
	fm.vn = a.map.vn;
	fm.member = &member;
	if (addr) {
		m.set = &maps;
		m.n_set = 1;
		m.member_set = &fms;
		m.n_member_set = 1;
	}
	m.revision = revision;
	m.snapshot_begin = begin;
	m.snapshot_end = end;
	chan_event(fake.chan, MSG(FED_UPDATE), &m.base);
}

static void fake_hangs_up(unsigned int subscriptions)
{
	chan_drop(fake.chan, "the test wishes");
	LAB_WAIT(d1.lab, fake.subscriptions == subscriptions && fake.chan);
}

static void test_what_a_peer_may_do(void **state)
{
	static const struct chan_ops ops = { .down = fake_down, .message = fake_message };
	struct chan_server *server;
	char addr[32];
	struct tls *tls;

	proc_init(&d1, *state, 1);
	proc_init(&d2, *state, 2);
	d1.with[0] = &d2;
	memset(&fake, 0, sizeof(fake));
	tls = tls_of(d1.lab, "dc2-director-d");
	snprintf(addr, sizeof(addr), "127.0.0.1:%u", d2.port);
	server = chan_listen(d1.lab->loop, tls, addr, ROLE_BIT(ROLE_DIRECTOR), &ops, NULL, NULL);
	assert_non_null(server);
	proc_start(&d1);
	peer_open(&center1, &d1, "dc1", "vcenter", "vc", true);
	assert_int_equal(say_vn_set(&center1, 1, 100, "blue"), CODE(OK));
	LAB_WAIT(d1.lab, fake.subscriptions == 1);
	assert_false(fake.resumes);

	/* a snapshot that breaks off is none */
	fake_tell(1, "dc2/host3", 7, true, false);
	LAB_WAIT(d1.lab, proc_count(&d1, "/mappings", NULL, NULL) == 1);
	fake_hangs_up(2);
	assert_false(fake.resumes);
	fake_tell(2, "dc2/host3", 8, true, false);
	fake_tell(3, "dc2/host3", 9, false, true);
	LAB_WAIT(d1.lab, proc_count(&d1, "/mappings", NULL, NULL) == 2);
	assert_int_equal(proc_count(&d1, "/mappings", "mac", "02:00:00:00:00:01"), 0);

	/* nothing has changed while it was away: nothing says so, and nothing stays stale */
	fake_hangs_up(3);
	assert_true(fake.resumes);
	assert_int_equal(fake.revision, 9);
	LAB_WAIT(d1.lab, proc_count(&d1, "/mappings", "stale", "true") == 0);
	assert_int_equal(proc_count(&d1, "/alerts", "kind", "peer-stale"), 1);

	/* it speaks for itself only, and in good words */
	fake_tell(4, "dc1/host1", 10, false, false);
	fake_tell(4, "dc3/host1", 11, false, false);
	fake_tell(4, "dc2/ho\nst", 12, false, false);
	fake_tell(5, "dc2/host3", 13, false, false);
	LAB_WAIT(d1.lab, proc_count(&d1, "/mappings", NULL, NULL) == 3);
	assert_int_equal(proc_count(&d1, "/mappings", "mac", "02:00:00:00:00:04"), 0);
	assert_int_equal(proc_count(&d1, "/alerts", "kind", "claim-refused"), 3);

	/* an empty snapshot sweeps all */
	fake_tell(0, "", 14, true, true);
	LAB_WAIT(d1.lab, proc_count(&d1, "/mappings", NULL, NULL) == 0);
	chan_server_free(server);
	tls_free(tls);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_mappings_reach_the_other_dc),
		LAB_TEST(test_an_address_moves_between_dcs),
		LAB_TEST(test_a_dc_that_is_cut_off),
		LAB_TEST(test_hearsay_until_our_center_says_so),
		LAB_TEST(test_three_do_not_loop),
		LAB_TEST(test_what_a_peer_may_do),
	};

	return LAB_MAIN(argc, argv, "federation", tests);
}
