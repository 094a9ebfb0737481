// SPDX-License-Identifier: GPL-2.0
/*
 * tell: a change moves those who are told of it and nobody else, however many follow.
 */
#include "fixture.h"
#include "lib/chan_priv.h"
#include "ndirectord/tell.h"

enum { FOLLOWERS = 250 };

struct listener {
	struct follower f;
	unsigned int messages, items;
	struct db_item *last;
};

static struct loop *loop;
static struct loop_timer *stopper;
static struct chan *chan;		/* none that is connected: it takes everything */
static struct tell tell;
static struct db db;
static struct db_vn *vn;
static struct db_nve *host1;
static struct listener who[FOLLOWERS];
static unsigned int total;

static void stop(void *arg)
{
	loop_stop(loop);
}

static void turn(unsigned int ms)
{
	loop_timer_set(stopper, ms);
	assert_int_equal(loop_run(loop), 0);
}

static void on_item(struct db_item *item, void *arg)
{
	tell_changed(&tell, item);
}

static void on_vn(struct db_vn *changed, bool gone, void *arg)
{
}

static void on_epoch(void *arg)
{
}

static void take(struct follower *f, const struct follow_batch *b)
{
	struct listener *l = f->arg;

	l->messages++;
	l->items += b->n;
	if (b->n)
		l->last = b->items[b->n - 1];
}

/* Each is interested in the address of its number. */
static int setup(void **state)
{
	static const struct db_observer observer = { .item = on_item, .vn = on_vn,
						     .epoch = on_epoch };
	struct mac_addr mac;
	int i;

	loop = loop_new();
	stopper = loop_timer_new(loop, stop, NULL);
	chan = calloc(1, sizeof(*chan));
	vn = fix_db(&db);
	host1 = db_nve_get(&db, "dc1/host1");
	tell_init(&tell, loop, 20);
	db.observer = &observer;
	for (i = 0; i < FOLLOWERS; i++) {
		who[i] = (struct listener){ .f = { .at = { .log = &vn->log, .vn = vn },
						   .chan = chan, .send = take,
						   .arg = &who[i] } };
		mac = fix_mac(i);
		tell_choose(&tell, &who[i].f, &total);
		interest_add(&who[i].f.interest, &mac);
		follow_start(&who[i].f.at, 0, false);
		tell_add(&tell, &who[i].f);
	}
	turn(1);
	return 0;
}

static int teardown(void **state)
{
	int i;

	for (i = 0; i < FOLLOWERS; i++)
		tell_del(&tell, &who[i].f);
	assert_int_equal(total, 0);
	assert_null(vn->told);
	turn(1);
	tell_uninit(&tell);
	db_uninit(&db);
	free(chan);
	loop_timer_free(stopper);
	loop_free(loop);
	return 0;
}

static void set(uint8_t n)
{
	struct mac_addr mac = fix_mac(n);
	struct db_ips none = { };

	db_map_set(&db, vn, &mac, &none, db_epoch_next(&db, 0), host1);
}

static unsigned int moved(void)
{
	unsigned int n = 0, i;

	for (i = 0; i < FOLLOWERS; i++)
		n += who[i].f.waiting;
	return n;
}

static void test_only_the_interested_are_moved(void **state)
{
	int i;

	for (i = 0; i < FOLLOWERS; i++)
		assert_int_equal(who[i].messages, 1);	/* an empty snapshot */
	set(7);
	assert_int_equal(moved(), 1);
	assert_true(who[7].f.waiting);
	/* what nobody wants moves nobody */
	set(251);
	assert_int_equal(moved(), 1);
	/* many changes are told once, as it is then */
	set(7);
	set(7);
	turn(1);
	assert_int_equal(moved(), 0);
	assert_int_equal(who[7].messages, 2);
	assert_int_equal(who[7].items, 1);
	assert_int_equal(who[8].messages, 1);
	/* a member is everybody's matter */
	db_member_add(&db, vn, host1);
	assert_int_equal(moved(), FOLLOWERS);
	turn(1);
	assert_int_equal(who[7].items, 2);
	assert_int_equal(who[8].items, 1);
}

static void test_at_once_but_not_before_what_is_older(void **state)
{
	struct mac_addr mac = fix_mac(200);

	set(7);
	set(200);
	assert_true(tell_now(&tell, &who[7].f, &db_map_find(vn, &mac)->item));
	assert_int_equal(who[7].messages, 3);
	assert_int_equal(who[7].items, 2);
	assert_ptr_equal(who[7].last, &db_map_find(vn, &mac)->item);
	assert_int_equal(who[7].f.at.told, vn->log.revision);
	/* nothing is left to be told, nor told twice */
	assert_false(who[7].f.waiting);
	turn(1);
	assert_int_equal(who[7].messages, 3);
}

/* All wait for the first member that comes; who has been told of him waits for the next one. */
static void test_every_member_is_told(void **state)
{
	struct db_nve *host2 = db_nve_get(&db, "dc1/host2"), *host3 = db_nve_get(&db, "dc1/host3");

	db_member_add(&db, vn, host1);
	db_member_add(&db, vn, host2);
	assert_int_equal(moved(), FOLLOWERS);
	assert_true(tell_now(&tell, &who[7].f, NULL));
	assert_int_equal(moved(), FOLLOWERS - 1);
	assert_int_equal(who[7].items, 2);
	db_member_add(&db, vn, host3);
	assert_int_equal(moved(), FOLLOWERS);
	turn(1);
	assert_int_equal(who[7].items, 3);
	assert_int_equal(who[8].items, 3);
	db_member_del(&db, db_member_find(vn, host3));
	assert_int_equal(moved(), FOLLOWERS);
	turn(1);
	assert_int_equal(who[7].items, 4);
	assert_int_equal(who[8].items, 4);
}

/* The interest in what has gone is told of that, and ends with its lifetime; not if it is back. */
static void test_interest_in_what_is_gone_fades(void **state)
{
	struct mac_addr seven = fix_mac(7), eight = fix_mac(8);
	int i;

	set(7);
	set(8);
	turn(1);
	db_map_del(&db, db_map_find(vn, &seven));
	db_map_del(&db, db_map_find(vn, &eight));
	set(8);
	turn(1);
	assert_int_equal(who[7].items, 2);
	for (i = 0; i < 1000 && interest_find(&who[7].f.interest, &seven); i++)
		turn(5);
	assert_null(interest_find(&who[7].f.interest, &seven));
	assert_non_null(interest_find(&who[8].f.interest, &eight));
	assert_int_equal(total, FOLLOWERS - 1);
	set(7);
	assert_int_equal(moved(), 0);
}

static unsigned int encoded;

static struct chan_shared *encode(struct follower *f, const struct follow_batch *b)
{
	Nvo3__Envelope nothing = NVO3__ENVELOPE__INIT;

	encoded++;
	return chan_shared_new(MSG(KEEPALIVE), &nothing.base);
}

/* All of them follow everything, the first one is host1 itself. */
static void follow_all(struct listener *all, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		all[i] = (struct listener){ .f = { .at = { .log = &vn->log, .vn = vn },
						   .chan = chan, .send = take, .encode = encode,
						   .arg = &all[i] } };
		all[i].f.at.nve = i ? NULL : host1;
		follow_start(&all[i].f.at, 0, false);
		tell_add(&tell, &all[i].f);
	}
	turn(1);
}

static void test_what_all_are_told_is_encoded_once(void **state)
{
	static struct listener all[20];
	unsigned int i, n = sizeof(all) / sizeof(*all);

	follow_all(all, n);
	assert_int_equal(encoded, 0);		/* snapshots are of one alone */
	for (i = 0; i < n; i++)
		all[i].messages = 0;
	set(1);
	set(2);
	turn(1);
	assert_int_equal(encoded, 1);
	for (i = 0; i < n; i++) {
		assert_int_equal(all[i].messages, 0);
		assert_int_equal(all[i].f.at.sent, vn->log.revision);
	}
	/* of what is his own he is told nothing, and nothing is said to have been told him */
	assert_int_equal(all[0].f.at.told, 0 + all[0].f.at.base);
	assert_int_equal(all[1].f.at.told, vn->log.revision);
	/* who is behind is told for himself what he has missed */
	for (i = 3; i < 100; i++)
		set(i);
	all[5].f.at.sent--;
	turn(1);
	assert_int_equal(encoded, 3);
	assert_int_equal(all[5].f.at.told, vn->log.revision);
	for (i = 0; i < n; i++)
		tell_del(&tell, &all[i].f);
}

static void test_what_comes_in_parts_is_told_together(void **state)
{
	static struct listener all[3];
	int i;

	follow_all(all, 3);
	encoded = 0;
	tell_hold(vn);
	tell_hold(vn);
	for (i = 0; i < 5; i++) {
		set(i);
		turn(1);
	}
	assert_int_equal(encoded, 0);
	tell_go(&tell, vn);
	turn(1);
	assert_int_equal(encoded, 0);		/* another one goes on */
	tell_go(&tell, vn);
	turn(1);
	assert_int_equal(encoded, 1);
	assert_int_equal(all[1].f.at.told, vn->log.revision);
	/* of one that had begun before anybody followed */
	tell_go(&tell, vn);
	set(9);
	turn(1);
	assert_int_equal(encoded, 2);
	for (i = 0; i < 3; i++)
		tell_del(&tell, &all[i].f);
}

enum { JOINERS = 30, MEMBERS = 2 * FOLLOW_BATCH + 100 };

/* Those who join follow by interest: one in each 70 of the members. */
static void join_all(struct listener *all)
{
	struct db_nve *nve;
	char name[32];
	int i, n = 0;

	for (i = 0; i < MEMBERS; i++) {
		snprintf(name, sizeof(name), "dc1/n%d", i);
		nve = db_nve_get(&db, name);
		db_member_add(&db, vn, nve);
		if (i % 70 || n == JOINERS)
			continue;
		all[n] = (struct listener){ .f = { .at = { .log = &vn->log, .vn = vn, .nve = nve },
						   .chan = chan, .send = take, .encode = encode,
						   .arg = &all[n] } };
		tell_choose(&tell, &all[n].f, &total);
		n++;
	}
	assert_int_equal(n, JOINERS);
}

/* Each is told of all members but himself, in three messages of which he shares two. */
static void test_members_are_encoded_once_for_all_who_join(void **state)
{
	static struct listener all[JOINERS];
	struct mac_addr mac = fix_mac(77);
	unsigned int i, before;

	join_all(all);
	set(77);
	interest_add(&all[3].f.interest, &mac);
	encoded = 0;
	for (i = 0; i < JOINERS; i++) {
		follow_start(&all[i].f.at, 0, false);
		tell_add(&tell, &all[i].f);
	}
	turn(1);
	assert_int_equal(encoded, 3);
	for (i = 0; i < JOINERS; i++) {
		assert_int_equal(all[i].f.at.sent, vn->log.revision);
		assert_int_equal(all[i].f.at.told, vn->log.revision);
		assert_false(all[i].f.at.snapshot);
		/* the third one's last message has his address, too */
		before = i == 3 ? 2 : 1;
		assert_int_equal(all[i].messages, before);
		assert_int_equal(all[i].f.messages, 3 - before);
		assert_int_equal(all[i].items, i == 3 ? FOLLOW_BATCH - 1 + 101 :
					       i * 70 < 2 * FOLLOW_BATCH ? FOLLOW_BATCH - 1 : 99);
	}
	/* one more: all are told of him with one message */
	encoded = 0;
	db_member_add(&db, vn, db_nve_get(&db, "dc1/late"));
	turn(1);
	assert_int_equal(encoded, 1);
	for (i = 0; i < JOINERS; i++) {
		assert_int_equal(all[i].f.at.sent, vn->log.revision);
		assert_int_equal(all[i].f.messages, i == 3 ? 2 : 3);
		tell_del(&tell, &all[i].f);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_only_the_interested_are_moved),
		TEST(test_at_once_but_not_before_what_is_older),
		TEST(test_every_member_is_told),
		TEST(test_interest_in_what_is_gone_fades),
		TEST(test_what_all_are_told_is_encoded_once),
		TEST(test_what_comes_in_parts_is_told_together),
		TEST(test_members_are_encoded_once_for_all_who_join),
	};

	return cmocka_run_group_tests_name("tell", tests, NULL, NULL);
}
