// SPDX-License-Identifier: GPL-2.0
/*
 * What the NVE role asks its director, what it says to the kernel of the answers, and what it
 * forgets: with a kernel in memory, whose frames are the test's.
 */
#include <errno.h>
#include "nve/ask.h"
#include "nve/idle.h"
#include "nve_bed.h"

#define ON_DEMAND NVO3__DISTRIBUTION__DISTRIBUTION_ON_DEMAND
#define PUSH NVO3__DISTRIBUTION__DISTRIBUTION_PUSH

static struct mac_addr mac_of(uint8_t n)
{
	return (struct mac_addr){ { 2, 0, 0, 0, 0, n } };
}

/* The first interface is there and active, in a VN with this mode */
static void begin(struct nve_bed *b, void **state, uint32_t distribution)
{
	setup(b, state);
	b->d.distribution = distribution;
	assert_int_equal(associate(b, 1, 3).code, CODE(OK));
	assert_int_equal(activate(b, 1, 3).code, CODE(OK));
}

/* A frame of address 1 for address @n, which the kernel does not know */
static void frame(struct nve_bed *b, uint8_t n)
{
	struct nvo3_miss miss = { .vni = VNI, .dst = mac_of(n), .src = mac_of(1), .dev = 1 };

	kern_stub_ask(b->kern, &miss);
	ask_miss(b->nve, &miss);
}

static uint32_t absent(struct nve_bed *b, uint8_t n)
{
	struct mac_addr mac = mac_of(n);

	return kern_stub_absent(b->kern, VNI, &mac);
}

static size_t open_questions(struct nve_bed *b)
{
	struct nvo3_miss *list;
	size_t n;

	assert_int_equal(b->kern->ops->miss_list(b->kern, VNI, &list, &n, NULL), 0);
	free(list);
	return n;
}

static uint32_t unknown_now(struct nve_bed *b)
{
	struct nvo3_vn vn;

	assert_int_equal(b->kern->ops->vn_get(b->kern, VNI, &vn, NULL), 0);
	return vn.unknown;
}

static bool tracked_now(struct nve_bed *b)
{
	struct nvo3_vn vn;

	assert_int_equal(b->kern->ops->vn_get(b->kern, VNI, &vn, NULL), 0);
	return vn.track;
}

static void say_mode(struct nve_bed *b, uint32_t distribution)
{
	Nvo3__VnUpdate update = NVO3__VN_UPDATE__INIT;
	Nvo3__VnInfo info = NVO3__VN_INFO__INIT;

	b->d.distribution = distribution;
	info.uuid = (ProtobufCBinaryData){ 16, vn_id };
	info.vni = VNI;
	info.bum = NVO3_BUM_REPLICATE;
	info.distribution = distribution;
	update.vn = &info;
	chan_event(b->d.chan, MSG(VN_UPDATE), &update.base);
}

static void used(struct nve_bed *b, uint8_t n, uint32_t seconds_ago)
{
	struct mac_addr mac = mac_of(n);

	kern_stub_use(b->kern, VNI, &mac, seconds_ago);
}

static void test_a_question_and_its_answer(void **state)
{
	struct nve_bed b;

	begin(&b, state, ON_DEMAND);
	assert_true(b.d.by_interest);
	/* what may be there must be asked for */
	assert_int_equal(unknown_now(&b), NVO3_UNKNOWN_ASK);
	frame(&b, 20);
	/* once, however many frames come */
	frame(&b, 20);
	BED_WAIT(b.bed, mapped(&b, 20));
	assert_int_equal(b.d.queries, 1);
	assert_int_equal(b.d.asked[5], 20);
	assert_int_equal(b.d.asker[5], 1);
	assert_int_equal(open_questions(&b), 0);
	assert_int_equal(absent(&b, 20), 0);
	/* what is known here is told to the kernel again, and nobody is asked */
	BED_WAIT(b.bed, !b.nve->asks);
	assert_int_equal(b.kern->ops->vn_del(b.kern, VNI, NULL), -EBUSY);
	frame(&b, 20);
	bed_settle(b.bed, 10);
	assert_int_equal(b.d.queries, 1);
	teardown(&b);
}

static void test_nobody_has_it(void **state)
{
	struct nve_bed b;

	begin(&b, state, ON_DEMAND);
	b.d.answer = CODE(NOT_FOUND);
	frame(&b, 21);
	BED_WAIT(b.bed, absent(&b, 21) == 7000);
	assert_int_equal(open_questions(&b), 0);
	/* it appears within the lifetime: told, without a question */
	send_map(&b.d, 21, 6, false, 9);
	BED_WAIT(b.bed, mapped(&b, 21));
	assert_int_equal(absent(&b, 21), 0);
	assert_int_equal(b.d.queries, 1);
	/* it went and came between question and answer: there is a mapping, so it is not absent */
	b.d.hold = true;
	frame(&b, 22);
	BED_WAIT(b.bed, b.d.held);
	send_map(&b.d, 22, 6, false, 10);
	answer_query(&b.d, b.d.held);
	BED_WAIT(b.bed, mapped(&b, 22) && !b.nve->asks);
	assert_int_equal(absent(&b, 22), 0);
	teardown(&b);
}

/*
 * The director has forgotten the interest in what nobody had: with the session, and with a join in
 * another mode. An address that comes then is not told, so its absence must not outlast that.
 */
static void test_absence_ends_with_the_join(void **state)
{
	struct nve_bed b;

	begin(&b, state, ON_DEMAND);
	b.d.answer = CODE(NOT_FOUND);
	frame(&b, 21);
	BED_WAIT(b.bed, absent(&b, 21) == 7000);
	end_director(&b);
	bed_settle(b.bed, 20);
	assert_int_equal(absent(&b, 21), 7000);
	begin_director(&b);
	BED_WAIT(b.bed, !absent(&b, 21));
	frame(&b, 21);
	BED_WAIT(b.bed, absent(&b, 21) == 7000);
	say_mode(&b, PUSH);
	BED_WAIT(b.bed, !absent(&b, 21));
	/* asked and answered in between, in push, too */
	frame(&b, 22);
	BED_WAIT(b.bed, absent(&b, 22) == 7000);
	say_mode(&b, ON_DEMAND);
	BED_WAIT(b.bed, !absent(&b, 22));
	teardown(&b);
}

/* What is no answer is not one for the kernel either: its own time ends what it holds. */
static void test_other_answers_say_nothing(void **state)
{
	static const uint32_t codes[] = { CODE(BUSY), CODE(FULL), CODE(DENIED), CODE(BAD_STATE) };
	struct nve_bed b;
	size_t i;

	begin(&b, state, ON_DEMAND);
	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		b.d.answer = codes[i];
		frame(&b, 30 + i);
		BED_WAIT(b.bed, b.d.queries == (int)i + 1 && !b.nve->asks);
		assert_int_equal(absent(&b, 30 + i), 0);
	}
	assert_int_equal(open_questions(&b), 4);
	/* the next frame asks again */
	b.d.answer = CODE(OK);
	frame(&b, 30);
	BED_WAIT(b.bed, mapped(&b, 30));
	teardown(&b);
}

static void test_a_director_that_is_away(void **state)
{
	struct nve_bed b;

	begin(&b, state, ON_DEMAND);
	b.d.hold = true;
	frame(&b, 40);
	BED_WAIT(b.bed, b.d.held);
	end_director(&b);
	BED_WAIT(b.bed, !b.nve->asks);
	frame(&b, 41);
	bed_settle(b.bed, 20);
	assert_int_equal(absent(&b, 40) + absent(&b, 41), 0);
	assert_int_equal(open_questions(&b), 2);
	/* what is still open is asked when it is back, and its interest said again */
	b.d.hold = false;
	begin_director(&b);
	BED_WAIT(b.bed, mapped(&b, 40) && mapped(&b, 41));
	assert_int_equal(open_questions(&b), 0);
	assert_true(b.d.by_interest);
	assert_int_equal(b.d.resumed, 7);
	assert_int_equal(b.d.interest, 2);	/* far, and its own */
	teardown(&b);
}

/* Events that were lost: the list tells what they would have told. */
static void test_lost_events(void **state)
{
	struct nvo3_miss miss = { .vni = VNI, .src = mac_of(1), .dev = 1 };
	struct nve_bed b;
	int i;

	begin(&b, state, ON_DEMAND);
	for (i = 50; i < 60; i++) {
		miss.dst = mac_of(i);
		kern_stub_ask(b.kern, &miss);
	}
	ask_all(b.nve);
	ask_all(b.nve);
	BED_WAIT(b.bed, !open_questions(&b));
	assert_int_equal(b.d.queries, 10);
	for (i = 50; i < 60; i++)
		assert_true(mapped(&b, i));
	/* of a VN that an operator made nobody is asked */
	miss.vni = 7;
	ask_miss(b.nve, &miss);
	bed_settle(b.bed, 10);
	assert_int_equal(b.d.queries, 10);
	teardown(&b);
}

static void test_what_is_idle_goes(void **state)
{
	struct nve_bed b;

	begin(&b, state, ON_DEMAND);
	frame(&b, 60);
	BED_WAIT(b.bed, mapped(&b, 60));
	used(&b, 60, 299);
	used(&b, 9, 300);
	idle_look(b.nve);
	assert_true(mapped(&b, 60));
	assert_false(far_mapped(&b));
	BED_WAIT(b.bed, b.d.forgets == 1);
	assert_int_equal(b.d.forgot[5], 9);
	/* its own address stays, however long nothing was sent to it */
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ACTIVE);
	/* and it comes back when it is wanted */
	frame(&b, 9);
	BED_WAIT(b.bed, far_mapped(&b));
	teardown(&b);
}

/*
 * Between our word and the director's hearing of it a change is told that nobody would ever
 * correct; and a frame may want the address again.
 */
static void test_forgotten_while_it_changes(void **state)
{
	struct nve_bed b;

	begin(&b, state, ON_DEMAND);
	used(&b, 9, 1000);
	b.d.hold = true;
	idle_look(b.nve);
	BED_WAIT(b.bed, b.d.held_forget);
	send_map(&b.d, 9, 6, false, 9);
	frame(&b, 9);
	bed_settle(b.bed, 20);
	assert_false(mapped(&b, 9));
	assert_int_equal(b.d.queries, 0);
	/* now it has heard: asked, and it is as it is now */
	b.d.hold = false;
	chan_reply(b.d.chan, b.d.held_forget, CODE(OK), NULL, NULL);
	BED_WAIT(b.bed, mapped(&b, 9));
	assert_int_equal(b.d.queries, 1);
	assert_int_equal(b.d.asker[5], 1);
	teardown(&b);
}

static void test_from_push_to_on_demand(void **state)
{
	struct nve_bed b;

	begin(&b, state, PUSH);
	send_map(&b.d, 70, 5, false, 8);
	send_map(&b.d, 71, 5, false, 9);
	BED_WAIT(b.bed, mapped(&b, 71));
	assert_int_equal(unknown_now(&b), NVO3_UNKNOWN_DROP);
	assert_false(tracked_now(&b));
	used(&b, 70, 1000);
	used(&b, 71, 10);
	say_mode(&b, ON_DEMAND);
	BED_WAIT(b.bed, b.d.joins == 2);
	/* what was used lately is its interest, and was never gone; from where it was */
	assert_true(b.d.by_interest);
	assert_int_equal(b.d.resumed, 9);
	assert_int_equal(b.d.interest, 3);	/* far, 71, its own */
	assert_true(mapped(&b, 71) && far_mapped(&b));
	assert_false(mapped(&b, 70));
	assert_int_equal(unknown_now(&b), NVO3_UNKNOWN_ASK);
	assert_true(tracked_now(&b));
	assert_int_equal(b.d.forgets, 0);
	frame(&b, 70);
	BED_WAIT(b.bed, mapped(&b, 70));
	teardown(&b);
}

static void test_from_on_demand_to_push(void **state)
{
	struct nve_bed b;

	begin(&b, state, ON_DEMAND);
	frame(&b, 72);
	BED_WAIT(b.bed, mapped(&b, 72));
	b.d.hold = true;
	say_mode(&b, PUSH);
	BED_WAIT(b.bed, b.d.joins == 2);
	assert_false(b.d.by_interest);
	/* its revision would not be true for all: a snapshot, which does not name 72 any more */
	assert_int_equal(b.d.resumed, 0);
	BED_WAIT(b.bed, !mapped(&b, 72));
	assert_true(far_mapped(&b));
	assert_int_equal(unknown_now(&b), NVO3_UNKNOWN_DROP);
	/* nothing is idle where all is told */
	assert_false(tracked_now(&b));
	used(&b, 9, 1000);
	idle_look(b.nve);
	assert_true(far_mapped(&b));
	teardown(&b);
}

/* Until all has been told, what is not known is not unknown. */
static void test_asking_goes_on_until_all_is_told(void **state)
{
	Nvo3__MapUpdate u = NVO3__MAP_UPDATE__INIT;
	struct nve_bed b;

	begin(&b, state, ON_DEMAND);
	b.d.silent = true;
	say_mode(&b, PUSH);
	BED_WAIT(b.bed, b.d.joins == 2);
	bed_settle(b.bed, 20);
	assert_int_equal(unknown_now(&b), NVO3_UNKNOWN_ASK);
	frame(&b, 73);
	BED_WAIT(b.bed, mapped(&b, 73));
	u.vn = (ProtobufCBinaryData){ 16, vn_id };
	u.store = (ProtobufCBinaryData){ 16, at_store };
	u.revision = 20;
	u.snapshot_begin = true;
	chan_event(b.d.chan, MSG(MAP_UPDATE), &u.base);
	bed_settle(b.bed, 20);
	assert_int_equal(unknown_now(&b), NVO3_UNKNOWN_ASK);
	u.snapshot_begin = false;
	u.snapshot_end = true;
	chan_event(b.d.chan, MSG(MAP_UPDATE), &u.base);
	BED_WAIT(b.bed, unknown_now(&b) == NVO3_UNKNOWN_DROP);
	teardown(&b);
}

/* More than may be asked for is in use: nothing of it is given up for the sake of the mode. */
static void test_too_much_in_use_for_on_demand(void **state)
{
	struct nve_bed b;

	idle_interest_max = 2;	/* its own is one of them */
	begin(&b, state, PUSH);
	send_map(&b.d, 76, 5, false, 8);
	send_map(&b.d, 77, 5, false, 9);
	BED_WAIT(b.bed, mapped(&b, 77));
	say_mode(&b, ON_DEMAND);
	bed_settle(b.bed, 20);
	assert_int_equal(b.d.joins, 1);
	assert_true(mapped(&b, 76) && mapped(&b, 77) && far_mapped(&b));
	/* all is told as before, also in the next session */
	send_map(&b.d, 78, 5, false, 10);
	BED_WAIT(b.bed, mapped(&b, 78));
	end_director(&b);
	begin_director(&b);
	BED_WAIT(b.bed, b.d.joins == 2);
	assert_false(b.d.by_interest);
	assert_int_equal(b.d.resumed, 10);
	/* until enough is idle */
	used(&b, 76, 1000);
	used(&b, 77, 1000);
	idle_look(b.nve);
	bed_settle(b.bed, 20);
	assert_int_equal(b.d.joins, 3);
	assert_false(b.d.by_interest);	/* two are left, and its own */
	used(&b, 78, 1000);
	idle_look(b.nve);
	BED_WAIT(b.bed, b.d.joins == 4);
	assert_true(b.d.by_interest);
	assert_int_equal(b.d.interest, 2);
	assert_true(far_mapped(&b));
	teardown(&b);
	idle_interest_max = 60000;
}

/* The kernel outlives the agent: what it holds is the interest of the next one. */
static void test_restart(void **state)
{
	struct nve_bed b;

	begin(&b, state, ON_DEMAND);
	frame(&b, 74);
	BED_WAIT(b.bed, mapped(&b, 74));
	chan_free(b.vs);
	nve_stop(b.nve);
	b.d.joins = 0;
	b.d.silent = true;
	begin_nve(&b);
	assert_int_equal(unknown_now(&b), NVO3_UNKNOWN_ASK);
	BED_WAIT(b.bed, b.d.joins == 1);
	assert_true(b.d.by_interest);
	assert_int_equal(b.d.resumed, 0);
	assert_int_equal(b.d.interest, 3);	/* far, 74, its own */
	assert_true(mapped(&b, 74) && far_mapped(&b));
	begin_vserver(&b);
	teardown(&b);
}

/* A director that does not know questions is not asked any, and tells all. */
static void test_an_old_director(void **state)
{
	struct nve_bed b;

	setup(&b, state);
	end_director(&b);
	b.d.old = true;
	/* what it says of a mode that it cannot have is of no use */
	b.d.distribution = ON_DEMAND;
	begin_director(&b);
	assert_int_equal(associate(&b, 1, 3).code, CODE(OK));
	assert_false(b.d.by_interest);
	frame(&b, 75);
	bed_settle(b.bed, 20);
	assert_int_equal(b.d.queries, 0);
	assert_int_equal(b.d.joins, 1);
	assert_true(far_mapped(&b));
	teardown(&b);
}

static void setup_relay(struct nve_bed *b, void **state)
{
	setup(b, state);
	nve_stop(b->nve);
	chan_free(b->vs);
	b->config.nve.relay = true;
	b->d.registered = 0;
	begin_nve(b);
	begin_vserver(b);
	b->d.distribution = PUSH;
}

/* One of @vns or @gone, or neither */
static void send_list(struct nve_bed *b, bool whole, uint8_t *vns, uint8_t *gone)
{
	ProtobufCBinaryData in = { 16, vns }, out = { 16, gone };
	Nvo3__VnList m = NVO3__VN_LIST__INIT;

	m.begin = whole;
	m.end = whole;
	m.vns = &in;
	m.n_vns = !!vns;
	m.gone = &out;
	m.n_gone = !!gone;
	chan_event(b->d.chan, MSG(VN_LIST), &m.base);
}

static void test_a_relay_joins_what_there_is(void **state)
{
	static uint8_t other[16] = { 0xac };
	struct nve_bed b;

	setup_relay(&b, state);
	BED_WAIT(b.bed, b.d.registered);
	send_list(&b, true, vn_id, NULL);
	BED_WAIT(b.bed, has_vn(&b) && far_mapped(&b));
	assert_false(tracked_now(&b));
	assert_false(b.d.by_interest);
	send_list(&b, false, NULL, vn_id);
	BED_WAIT(b.bed, !has_vn(&b) && b.d.leaves == 1);
	send_list(&b, false, vn_id, NULL);
	BED_WAIT(b.bed, has_vn(&b) && far_mapped(&b));
	/* it stays after a restart, until a whole list does not name it */
	nve_stop(b.nve);
	chan_free(b.vs);
	b.d.registered = 0;
	begin_nve(&b);
	begin_vserver(&b);
	assert_true(has_vn(&b));
	BED_WAIT(b.bed, b.d.registered && b.d.joins == 3);
	send_list(&b, true, other, NULL);
	BED_WAIT(b.bed, !has_vn(&b));
	/* and longer with an interface */
	assert_int_equal(associate(&b, 1, 3).code, CODE(OK));
	send_list(&b, true, vn_id, NULL);
	send_list(&b, true, NULL, NULL);
	bed_settle(b.bed, 20);
	assert_true(has_vn(&b));
	teardown(&b);
}

/* Who is no relay does not care */
static void test_a_list_is_for_relays(void **state)
{
	struct nve_bed b;

	setup(&b, state);
	BED_WAIT(b.bed, b.d.registered);
	send_list(&b, true, vn_id, NULL);
	bed_settle(b.bed, 20);
	assert_false(has_vn(&b));
	assert_int_equal(b.d.joins, 0);
	teardown(&b);
}

static void test_a_relay_wants_everything(void **state)
{
	struct nve_bed b;

	setup_relay(&b, state);
	assert_int_equal(associate(&b, 1, 3).code, CODE(OK));
	assert_true(b.d.is_relay);
	assert_false(b.d.by_interest);
	teardown(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_a_question_and_its_answer),
		BED_TEST(test_nobody_has_it),
		BED_TEST(test_absence_ends_with_the_join),
		BED_TEST(test_other_answers_say_nothing),
		BED_TEST(test_a_director_that_is_away),
		BED_TEST(test_lost_events),
		BED_TEST(test_what_is_idle_goes),
		BED_TEST(test_forgotten_while_it_changes),
		BED_TEST(test_from_push_to_on_demand),
		BED_TEST(test_from_on_demand_to_push),
		BED_TEST(test_asking_goes_on_until_all_is_told),
		BED_TEST(test_too_much_in_use_for_on_demand),
		BED_TEST(test_restart),
		BED_TEST(test_an_old_director),
		BED_TEST(test_a_relay_wants_everything),
		BED_TEST(test_a_relay_joins_what_there_is),
		BED_TEST(test_a_list_is_for_relays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
