// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "msg.h"
#include "nve/model.h"

static uint8_t store[16] = { 9 };
static uint8_t loc4[4] = { 192, 0, 2, 1 };
static uint8_t loc6[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };

struct one {
	uint8_t mac[6];
	Nvo3__Mapping map, *maps;
	Nvo3__Member member, *members;
	ProtobufCBinaryData locators[2];
	Nvo3__MapUpdate u;
};

static Nvo3__MapUpdate *update(struct one *o, uint64_t revision)
{
	memset(o, 0, sizeof(*o));
	nvo3__map_update__init(&o->u);
	o->u.store = (ProtobufCBinaryData){ sizeof(store), store };
	o->u.revision = revision;
	o->locators[0] = (ProtobufCBinaryData){ sizeof(loc4), loc4 };
	o->locators[1] = (ProtobufCBinaryData){ sizeof(loc6), loc6 };
	return &o->u;
}

static Nvo3__Mapping *mapping(struct one *o, uint8_t host, uint64_t epoch)
{
	memcpy(o->mac, "\2\0\0\0\0", 5);
	o->mac[5] = host;
	nvo3__mapping__init(&o->map);
	o->map.mac = (ProtobufCBinaryData){ 6, o->mac };
	o->map.epoch = epoch;
	o->map.locators = o->locators;
	o->map.n_locators = 2;
	o->maps = &o->map;
	return &o->map;
}

static Nvo3__MapUpdate *set(struct one *o, uint64_t revision, uint8_t host, uint64_t epoch)
{
	update(o, revision);
	mapping(o, host, epoch);
	o->u.set = &o->maps;
	o->u.n_set = 1;
	return &o->u;
}

static Nvo3__MapUpdate *del(struct one *o, uint64_t revision, uint8_t host, uint64_t epoch)
{
	set(o, revision, host, epoch);
	o->u.del = o->u.set;
	o->u.n_del = 1;
	o->u.n_set = 0;
	return &o->u;
}

static Nvo3__MapUpdate *member(struct one *o, uint64_t revision, char *nve)
{
	update(o, revision);
	nvo3__member__init(&o->member);
	o->member.nve = nve;
	o->member.locators = o->locators;
	o->member.n_locators = 2;
	o->members = &o->member;
	o->u.member_set = &o->members;
	o->u.n_member_set = 1;
	return &o->u;
}

struct fixture {
	struct model model;
	struct model_vn *vn;
	struct model_touch touch;
};

static int setup(void **state)
{
	static struct fixture f;
	struct uuid id = { { 1 } };

	memset(&f, 0, sizeof(f));
	f.model.have4 = true;
	f.vn = model_vn_add(&f.model, &id);
	f.vn->vni = 100;
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	model_touch_uninit(&f->touch);
	model_uninit(&f->model);
	return 0;
}

static const struct model_map *lookup(struct fixture *f, uint8_t host)
{
	struct mac_addr mac = { { 2, 0, 0, 0, 0, host } };

	return model_map_lookup(f->vn, &mac);
}

/* What was kept from change to change is what a walk over all says */
static void check_sums(struct fixture *f)
{
	struct digest told = {}, usable = {};
	struct ip_addr addr;
	uint64_t buckets[DIGEST_BUCKETS], sum = 0;

	for (struct model_map *m = f->vn->maps; m; m = m->hh.next) {
		digest_add(&told, digest_map(&m->mac, m->epoch, m->locators.v, m->locators.n));
		if (model_map_addr(f->vn, m, &addr))
			digest_add(&usable, digest_map(&m->mac, m->epoch, &addr, 1));
	}
	assert_true(digest_equal(&told, &f->vn->told));
	assert_true(digest_equal(&usable, &f->vn->usable));
	model_buckets(f->vn, true, buckets);
	for (int i = 0; i < DIGEST_BUCKETS; i++)
		sum += buckets[i];
	assert_true(sum == usable.sum);
}

static void apply(struct fixture *f, Nvo3__MapUpdate *u)
{
	struct err err;

	if (model_update(f->vn, u, &f->touch, &err))
		fail_msg("%s", err.text);
	check_sums(f);
}

static void test_deltas(void **state)
{
	struct fixture *f = *state;
	struct one o;

	apply(f, set(&o, 1, 1, 5));
	assert_int_equal(lookup(f, 1)->epoch, 5);
	assert_int_equal(lookup(f, 1)->locators.n, 2);
	assert_int_equal(f->vn->revision, 1);
	apply(f, set(&o, 2, 1, 6));
	assert_int_equal(lookup(f, 1)->epoch, 6);
	/* Told again after a resume */
	apply(f, set(&o, 3, 1, 5));
	assert_int_equal(lookup(f, 1)->epoch, 6);
	assert_int_equal(f->touch.ignored, 1);
	apply(f, del(&o, 4, 1, 5));
	assert_non_null(lookup(f, 1));
	apply(f, del(&o, 5, 1, 6));
	assert_null(lookup(f, 1));
	assert_int_equal(f->vn->revision, 5);
	assert_false(f->vn->complete);
}

static void test_snapshot(void **state)
{
	struct fixture *f = *state;
	struct one o;

	apply(f, set(&o, 1, 1, 5));
	apply(f, set(&o, 2, 2, 5));
	apply(f, member(&o, 3, "dc1/a"));
	update(&o, 10)->snapshot_begin = true;
	apply(f, &o.u);
	/* Half of a snapshot has no revision that a session could resume from */
	assert_true(uuid_is_zero(&f->vn->store));
	/* Its word counts, even if the epoch is older than what was held before */
	apply(f, set(&o, 10, 1, 4));
	assert_int_equal(lookup(f, 1)->epoch, 4);
	assert_non_null(lookup(f, 2));
	apply(f, member(&o, 10, "dc1/b"));
	update(&o, 10)->snapshot_end = true;
	apply(f, &o.u);
	assert_null(lookup(f, 2));
	assert_int_equal(HASH_COUNT(f->vn->members), 1);
	assert_string_equal(f->vn->members->nve, "dc1/b");
	assert_true(f->vn->complete);
	assert_true(f->touch.swept);
	assert_int_equal(f->vn->revision, 10);
}

static void test_snapshot_in_one(void **state)
{
	struct fixture *f = *state;
	struct one o;

	apply(f, set(&o, 1, 1, 5));
	set(&o, 7, 2, 5);
	o.u.snapshot_begin = true;
	o.u.snapshot_end = true;
	apply(f, &o.u);
	assert_null(lookup(f, 1));
	assert_non_null(lookup(f, 2));
	assert_true(f->vn->complete);
	assert_int_equal(f->vn->revision, 7);
}

static void test_snapshot_cut_short(void **state)
{
	struct fixture *f = *state;
	struct one o;

	apply(f, set(&o, 1, 1, 5));
	update(&o, 10)->snapshot_begin = true;
	apply(f, &o.u);
	model_session_lost(f->vn);
	/* An end without its beginning sweeps nothing */
	update(&o, 11)->snapshot_end = true;
	apply(f, &o.u);
	assert_non_null(lookup(f, 1));
	assert_false(f->vn->complete);
}

static void test_own(void **state)
{
	struct fixture *f = *state;
	struct mac_addr mac = { { 2, 0, 0, 0, 0, 1 } };
	struct one o;

	apply(f, set(&o, 1, 1, 5));
	model_map_own(f->vn, &mac, 4);
	assert_non_null(lookup(f, 1));
	model_map_own(f->vn, &mac, 6);
	assert_null(lookup(f, 1));
}

/* An NVE that has got other locators says so once for a VN, with its membership */
static void test_an_nve_with_other_locators(void **state)
{
	struct fixture *f = *state;
	uint8_t loc[4] = { 192, 0, 2, 77 };
	struct one o;

	set(&o, 1, 1, 5);
	o.map.nve = "dc1/a";
	apply(f, &o.u);
	set(&o, 2, 2, 5);
	o.map.nve = "dc1/b";
	apply(f, &o.u);
	apply(f, set(&o, 3, 3, 5));
	model_touch_uninit(&f->touch);
	/* the same ones touch nothing */
	apply(f, member(&o, 4, "dc1/a"));
	assert_int_equal(f->touch.n, 0);
	member(&o, 5, "dc1/a");
	o.locators[0].data = loc;
	o.member.n_locators = 1;
	apply(f, &o.u);
	assert_int_equal(f->touch.n, 1);
	assert_int_equal(f->touch.macs[0].b[5], 1);
	assert_int_equal(lookup(f, 1)->locators.n, 1);
	assert_memory_equal(lookup(f, 1)->locators.v[0].b, loc, 4);
	assert_int_equal(lookup(f, 2)->locators.n, 2);
	/* it has moved to b, and what a has is nothing to it any more */
	set(&o, 6, 1, 6);
	o.map.nve = "dc1/b";
	apply(f, &o.u);
	apply(f, member(&o, 7, "dc1/a"));
	assert_int_equal(f->touch.n, 2);
	member(&o, 8, "dc1/b");
	o.member.n_locators = 1;
	apply(f, &o.u);
	assert_int_equal(f->touch.n, 4);
}

static Nvo3__MapUpdate *again(struct one *o, uint8_t bucket, bool end)
{
	static uint8_t buckets[1];

	buckets[0] = bucket;
	o->u.again = (ProtobufCBinaryData){ 1, buckets };
	o->u.again_end = end;
	return &o->u;
}

static void test_a_correction(void **state)
{
	struct fixture *f = *state;
	uint8_t bucket, buckets[2];
	struct one o;

	for (int host = 1; host < 200; host++)
		apply(f, set(&o, 1, host, 5));
	bucket = digest_bucket(&lookup(f, 1)->mac);
	/* what it names again is no change */
	for (int host = 1; host < 200; host++) {
		if (digest_bucket(&lookup(f, host)->mac) != bucket)
			continue;
		set(&o, 1, host, 5);
		apply(f, again(&o, bucket, false));
	}
	update(&o, 1);
	apply(f, again(&o, bucket, true));
	assert_int_equal(f->vn->corrected.n, 0);
	/* its word counts with an older epoch, too; what else is in the bucket goes */
	set(&o, 1, 1, 4);
	apply(f, again(&o, bucket, true));
	assert_int_equal(lookup(f, 1)->epoch, 4);
	assert_int_equal(f->vn->corrected.how, DRIFT_EPOCH);
	assert_int_equal(f->vn->corrected.first.b[5], 1);
	assert_int_equal(HASH_COUNT(f->vn->maps), 200 - f->vn->corrected.n);
	/* missing, other place, extra */
	set(&o, 1, 1, 4);
	o.map.n_locators = 1;
	apply(f, again(&o, bucket, true));
	assert_int_equal(f->vn->corrected.how, DRIFT_PLACE);
	update(&o, 1);
	apply(f, again(&o, bucket, true));
	assert_int_equal(f->vn->corrected.n, 1);
	assert_int_equal(f->vn->corrected.how, DRIFT_EXTRA);
	set(&o, 1, 1, 5);
	apply(f, again(&o, bucket, true));
	assert_int_equal(f->vn->corrected.how, DRIFT_MISSING);
	/* the end of a session is that of a correction */
	buckets[0] = bucket;
	update(&o, 1)->again = (ProtobufCBinaryData){ 1, buckets };
	apply(f, &o.u);
	model_session_lost(f->vn);
	update(&o, 1)->again_end = true;
	apply(f, &o.u);
	assert_non_null(lookup(f, 1));
}

static void test_drift_text(void **state)
{
	struct mac_addr a = { { 2, 0, 0, 0, 0, 1 } }, b = { { 2, 0, 0, 0, 0, 2 } };
	struct drift drift = {};
	char buf[DRIFT_TEXT];

	drift_note(&drift, &a, DRIFT_EXTRA);
	assert_string_equal(drift_text(&drift, 7, "x", buf),
			    "VNI 7: 1 mapping of x differed, the first 02:00:00:00:00:01 (extra)");
	drift_note(&drift, &b, DRIFT_EPOCH);
	assert_string_equal(drift_text(&drift, 7, "x", buf),
			    "VNI 7: 2 mappings of x differed, the first 02:00:00:00:00:01 (extra)");
}

static void refused(struct fixture *f, Nvo3__MapUpdate *u, const char *culprit)
{
	struct err err;

	assert_int_equal(model_update(f->vn, u, &f->touch, &err), -EBADMSG);
	if (!strstr(err.text, culprit))
		fail_msg("\"%s\" does not name %s", err.text, culprit);
	assert_null(f->vn->maps);
	assert_null(f->vn->members);
	assert_int_equal(f->vn->revision, 0);
}

static void test_malformed(void **state)
{
	struct fixture *f = *state;
	Nvo3__Mapping *both[2];
	struct one o, bad;

	set(&o, 1, 1, 5);
	set(&bad, 1, 2, 5);
	bad.map.mac.len = 5;
	both[0] = &o.map;
	both[1] = &bad.map;
	o.u.set = both;
	o.u.n_set = 2;
	refused(f, &o.u, "set[1]: mac");
	set(&o, 1, 1, 5);
	o.map.n_locators = 0;
	refused(f, &o.u, "set[0]: locators");
	set(&o, 1, 1, 5);
	o.locators[1].len = 15;
	refused(f, &o.u, "locators[1]");
	set(&o, 1, 1, 5)->store.len = 3;
	refused(f, &o.u, "store");
	refused(f, member(&o, 1, ""), "member_set[0]: nve");
	del(&o, 1, 1, 5);
	o.mac[0] = 1;
	refused(f, &o.u, "del[0]: mac");
}

static void test_locator_pick(void **state)
{
	struct model_locators l = { .n = 2 };
	struct ip_addr ip;

	l.v[0] = ip_addr_from(AF_INET6, loc6);
	l.v[1] = ip_addr_from(AF_INET, loc4);
	assert_true(model_locator_pick(&l, true, true, &ip));
	assert_int_equal(ip.family, AF_INET6);
	assert_true(model_locator_pick(&l, true, false, &ip));
	assert_int_equal(ip.family, AF_INET);
	l.n = 1;
	assert_false(model_locator_pick(&l, true, false, &ip));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_deltas, setup, teardown),
		cmocka_unit_test_setup_teardown(test_snapshot, setup, teardown),
		cmocka_unit_test_setup_teardown(test_snapshot_in_one, setup, teardown),
		cmocka_unit_test_setup_teardown(test_snapshot_cut_short, setup, teardown),
		cmocka_unit_test_setup_teardown(test_own, setup, teardown),
		cmocka_unit_test_setup_teardown(test_an_nve_with_other_locators, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_correction, setup, teardown),
		cmocka_unit_test(test_drift_text),
		cmocka_unit_test_setup_teardown(test_malformed, setup, teardown),
		cmocka_unit_test(test_locator_pick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
