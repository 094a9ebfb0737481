// SPDX-License-Identifier: GPL-2.0
/* Interfaces that leave for another NVE or come from one: Documentation/moves.rst */
#include <errno.h>

#include "nve/leave.h"
#include "nve_bed.h"

#define ON_DEMAND NVO3__DISTRIBUTION__DISTRIBUTION_ON_DEMAND

static uint8_t move_id[16] = { 0x77 };

static void begin(struct nve_bed *b, void **state, uint32_t distribution)
{
	leave_linger_ms = 100;
	leave_wait_ms = 2000;
	setup(b, state);
	b->d.distribution = distribution;
	assert_int_equal(associate(b, 1, 3).code, CODE(OK));
	assert_int_equal(activate(b, 1, 3).code, CODE(OK));
}

struct used {
	struct reply r;
	size_t n;
	uint8_t last;
};

static void prepared(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__TsiPrepareReply *reply;
	struct used *u = arg;

	bed_answered(code, text, body, &u->r);
	reply = msg_decode(body, &nvo3__tsi_prepare_reply__descriptor, NULL);
	u->n = reply->n_used;
	u->last = u->n ? reply->used[u->n - 1].data[5] : 0;
	msg_free(reply);
}

static struct used prepare(struct nve_bed *b, uint8_t n, bool stay)
{
	Nvo3__TsiPrepare req = NVO3__TSI_PREPARE__INIT;
	uint8_t id[16] = { n };
	struct used u = {};

	req.tsi = (ProtobufCBinaryData){ 16, id };
	req.move = (ProtobufCBinaryData){ 16, move_id };
	req.stay = stay;
	chan_request(b->vs, MSG(TSI_PREPARE), &req.base, BED_DEADLINE_MS, prepared, &u);
	BED_WAIT(b->bed, u.r.here);
	return u;
}

struct times {
	struct reply r;
	struct figures f;
};

static void told_figures(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__TsiFiguresReply *reply;
	struct times *t = arg;

	bed_answered(code, text, body, &t->r);
	reply = msg_decode(body, &nvo3__tsi_figures_reply__descriptor, NULL);
	t->f = (struct figures){ reply->last_out, reply->first_in, reply->silent, reply->active };
	msg_free(reply);
}

static struct times figures(struct nve_bed *b, uint8_t n)
{
	Nvo3__TsiFigures req = NVO3__TSI_FIGURES__INIT;
	uint8_t id[16] = { n };
	struct times t = {};

	req.tsi = (ProtobufCBinaryData){ 16, id };
	chan_request(b->vs, MSG(TSI_FIGURES), &req.base, BED_DEADLINE_MS, told_figures, &t);
	BED_WAIT(b->bed, t.r.here);
	return t;
}

/* Where all is told to all nothing says what was used; on demand all that is held was. */
static void test_what_was_used(void **state)
{
	struct nve_bed b;
	struct used u;

	begin(&b, state, NVO3__DISTRIBUTION__DISTRIBUTION_PUSH);
	u = prepare(&b, 1, false);
	assert_int_equal(u.r.code, CODE(OK));
	assert_int_equal(u.n, 0);
	teardown(&b);

	begin(&b, state, ON_DEMAND);
	assert_true(b.d.by_interest);
	u = prepare(&b, 1, false);
	assert_int_equal(u.n, 1);
	assert_int_equal(u.last, 9);
	u = prepare(&b, 1, false);
	assert_int_equal(u.n, 1);
	assert_int_equal(prepare(&b, 2, false).r.code, CODE(NOT_FOUND));
	teardown(&b);
}

/* Told to be silent it stays until the other NVE takes over; then late frames are sent on. */
static void test_leaving(void **state)
{
	struct nve_bed b;

	begin(&b, state, ON_DEMAND);
	prepare(&b, 1, false);
	assert_int_equal(deactivate(&b, 1).code, CODE(OK));
	assert_int_equal(deactivate(&b, 1).code, CODE(OK));
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ACTIVE);
	bed_settle(b.bed, 20);
	assert_int_equal(b.d.withdrawn, 0);
	kern_stub_redirect(b.kern, VNI, 0);
	send_map(&b.d, 1, 4, false, 8);
	BED_WAIT(b.bed, mapped(&b, 1));
	kern_stub_redirect(b.kern, VNI, 17);
	assert_int_equal(deassociate(&b, 1).code, CODE(OK));
	assert_int_equal(port_state(&b, 1), -1);
	/* The VN stays for a while, and what others say of it is heard */
	assert_true(has_vn(&b) && mapped(&b, 1));
	assert_int_equal(b.lates, 0);
	BED_WAIT(b.bed, b.lates);
	assert_int_equal(b.late, 17);
	BED_WAIT(b.bed, b.d.leaves == 1);
	assert_false(has_vn(&b));
	teardown(&b);
}

static void test_waits_for_the_other_nve(void **state)
{
	Nvo3__TsiDeassociate req = NVO3__TSI_DEASSOCIATE__INIT;
	struct reply r = {};
	uint8_t id[16] = { 1 };
	struct nve_bed b;

	begin(&b, state, ON_DEMAND);
	prepare(&b, 1, false);
	deactivate(&b, 1);
	req.tsi = (ProtobufCBinaryData){ 16, id };
	chan_request(b.vs, MSG(TSI_DEASSOCIATE), &req.base, BED_DEADLINE_MS, bed_answered, &r);
	bed_settle(b.bed, 50);
	assert_false(r.here);
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ACTIVE);
	/* an older word is none */
	send_map(&b.d, 7, 9, false, 8);
	bed_settle(b.bed, 20);
	assert_false(r.here);
	send_map(&b.d, 1, 4, false, 9);
	BED_WAIT(b.bed, r.here);
	assert_int_equal(r.code, CODE(OK));
	assert_int_equal(port_state(&b, 1), -1);
	assert_true(mapped(&b, 1));
	teardown(&b);
	/* nor does it wait for ever */
	begin(&b, state, ON_DEMAND);
	leave_wait_ms = 50;
	prepare(&b, 1, false);
	deactivate(&b, 1);
	assert_int_equal(deassociate(&b, 1).code, CODE(OK));
	assert_int_equal(port_state(&b, 1), -1);
	teardown(&b);
}

/* As it was: by an activation with the old epoch, or by a word. */
static void test_stays_after_all(void **state)
{
	struct nve_bed b;

	for (int by_word = 0; by_word < 2; by_word++) {
		begin(&b, state, ON_DEMAND);
		prepare(&b, 1, false);
		deactivate(&b, 1);
		if (by_word)
			assert_int_equal(prepare(&b, 1, true).r.code, CODE(OK));
		else
			assert_int_equal(activate(&b, 1, 3).code, CODE(OK));
		assert_int_equal(b.d.advertised, 1);
		assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ACTIVE);
		/* an end like any other's */
		assert_int_equal(deactivate(&b, 1).code, CODE(OK));
		assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ASSOCIATED);
		BED_WAIT(b.bed, b.d.withdrawn == 1);
		assert_int_equal(deassociate(&b, 1).code, CODE(OK));
		assert_false(has_vn(&b));
		teardown(&b);
	}
}

/* The program is killed in between: it leaves all the same. */
static void test_leaving_over_a_restart(void **state)
{
	struct nve_bed b;

	begin(&b, state, ON_DEMAND);
	prepare(&b, 1, false);
	chan_free(b.vs);
	nve_stop(b.nve);
	begin_nve(&b);
	begin_vserver(&b);
	assert_int_equal(sync_one(&b, 1, 3, NVO3__TSI_STATE__TSI_ASSOCIATED).code, CODE(OK));
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ACTIVE);
	assert_int_equal(b.d.withdrawn, 0);
	BED_WAIT(b.bed, b.d.joins == 2);
	send_map(&b.d, 1, 4, false, 9);
	BED_WAIT(b.bed, mapped(&b, 1));
	assert_int_equal(deassociate(&b, 1).code, CODE(OK));
	BED_WAIT(b.bed, b.lates == 1);
	BED_WAIT(b.bed, !has_vn(&b));
	/* that one stays is known, too */
	assert_int_equal(associate(&b, 1, 5).code, CODE(OK));
	assert_int_equal(activate(&b, 1, 5).code, CODE(OK));
	prepare(&b, 1, false);
	prepare(&b, 1, true);
	chan_free(b.vs);
	nve_stop(b.nve);
	begin_nve(&b);
	begin_vserver(&b);
	assert_int_equal(deactivate(&b, 1).code, CODE(OK));
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ASSOCIATED);
	teardown(&b);
}

/* One that was not active has no frames to be sent on: it goes as it always went. */
static void test_silent_one_leaves(void **state)
{
	struct nve_bed b;

	begin(&b, state, ON_DEMAND);
	deactivate(&b, 1);
	prepare(&b, 1, false);
	assert_int_equal(deactivate(&b, 1).code, CODE(OK));
	assert_int_equal(deassociate(&b, 1).code, CODE(OK));
	assert_false(has_vn(&b));
	teardown(&b);
}

static struct reply associate_held(struct nve_bed *b, uint8_t n, uint32_t hold_s)
{
	Nvo3__TsiAssociate req = NVO3__TSI_ASSOCIATE__INIT;
	struct tsi_msg m;

	req.tsi = tsi_msg(&m, n, 3);
	req.tsi->hold_s = hold_s;
	return bed_ask(b->bed, b->vs, MSG(TSI_ASSOCIATE), &req.base);
}

static void test_hold_timer(void **state)
{
	struct nve_bed b;

	begin(&b, state, ON_DEMAND);
	assert_int_equal(associate_held(&b, 2, 1).code, CODE(OK));
	assert_int_equal(associate_held(&b, 3, 1).code, CODE(OK));
	assert_int_equal(associate_held(&b, 4, 1).code, CODE(OK));
	/* the next word is another time, or none */
	assert_int_equal(associate_held(&b, 4, 0).code, CODE(OK));
	assert_int_equal(activate(&b, 3, 3).code, CODE(OK));
	BED_WAIT(b.bed, b.alerts);
	assert_int_equal(port_state(&b, 2), -1);
	bed_settle(b.bed, 100);
	assert_int_equal(b.alerts, 1);
	assert_int_equal(port_state(&b, 3), NVO3_PORT_STATE_ACTIVE);
	assert_int_equal(port_state(&b, 4), NVO3_PORT_STATE_ASSOCIATED);
	/* a commit that comes late finds room again */
	assert_int_equal(activate(&b, 2, 3).code, CODE(BAD_STATE));
	assert_int_equal(associate_held(&b, 2, 1).code, CODE(OK));
	assert_int_equal(activate(&b, 2, 3).code, CODE(OK));
	teardown(&b);
}

/* It begins anew with the program. */
static void test_hold_timer_after_a_restart(void **state)
{
	struct nve_bed b;

	begin(&b, state, ON_DEMAND);
	assert_int_equal(associate_held(&b, 2, 1).code, CODE(OK));
	chan_free(b.vs);
	nve_stop(b.nve);
	begin_nve(&b);
	begin_vserver(&b);
	assert_int_equal(port_state(&b, 2), NVO3_PORT_STATE_ASSOCIATED);
	BED_WAIT(b.bed, port_state(&b, 2) == -1);
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ACTIVE);
	teardown(&b);
}

static struct reply associate_wanting(struct nve_bed *b, uint8_t n, size_t wanted, size_t mac_len)
{
	Nvo3__TsiAssociate req = NVO3__TSI_ASSOCIATE__INIT;
	ProtobufCBinaryData list[LEAVE_USED_MAX + 1];
	uint8_t macs[LEAVE_USED_MAX + 1][6];
	struct tsi_msg m;

	for (size_t i = 0; i < wanted; i++) {
		memcpy(macs[i], (uint8_t[]){ 2, 0, 0, 0, i >> 8, 20 + i }, 6);
		list[i] = (ProtobufCBinaryData){ mac_len, macs[i] };
	}
	req.tsi = tsi_msg(&m, n, 3);
	req.wanted = list;
	req.n_wanted = wanted;
	return bed_ask(b->bed, b->vs, MSG(TSI_ASSOCIATE), &req.base);
}

static void test_what_it_used_elsewhere_is_here(void **state)
{
	struct nve_bed b;

	begin(&b, state, ON_DEMAND);
	assert_int_equal(associate_wanting(&b, 2, 2, 6).code, CODE(OK));
	/* before the answer */
	assert_true(mapped(&b, 20) && mapped(&b, 21));
	assert_int_equal(b.d.wants, 1);
	assert_int_equal(b.d.wanted, 2);
	/* it is a help, and not more than that */
	b.d.refuse_wants = CODE(FULL);
	assert_int_equal(associate_wanting(&b, 3, 3, 6).code, CODE(OK));
	assert_int_equal(port_state(&b, 3), NVO3_PORT_STATE_ASSOCIATED);
	assert_int_equal(associate_wanting(&b, 4, 1, 5).code, CODE(BAD_MESSAGE));
	assert_int_equal(associate_wanting(&b, 4, LEAVE_USED_MAX + 1, 6).code, CODE(BAD_MESSAGE));
	assert_int_equal(port_state(&b, 4), -1);
	teardown(&b);
	begin(&b, state, NVO3__DISTRIBUTION__DISTRIBUTION_PUSH);
	assert_int_equal(associate_wanting(&b, 2, 2, 6).code, CODE(OK));
	assert_int_equal(b.d.wants, 0);
	teardown(&b);
}

static void test_figures(void **state)
{
	struct nve_bed b;
	struct times t;

	begin(&b, state, ON_DEMAND);
	t = figures(&b, 1);
	assert_int_equal(t.r.code, CODE(OK));
	assert_true(t.f.active && !t.f.silent && !t.f.last_out);
	/* from when it was prepared */
	kern_stub_frame(b.kern, 1, true, 11);
	prepare(&b, 1, false);
	kern_stub_frame(b.kern, 1, true, 12);
	kern_stub_frame(b.kern, 1, true, 13);
	deactivate(&b, 1);
	t = figures(&b, 1);
	assert_int_equal(t.f.last_out, 13);
	assert_true(t.f.silent > 1000000000ull * 1000000000ull);
	/* the other end */
	assert_int_equal(associate_held(&b, 2, 60).code, CODE(OK));
	t = figures(&b, 2);
	assert_int_equal(t.f.active, 0);
	assert_int_equal(activate(&b, 2, 3).code, CODE(OK));
	kern_stub_frame(b.kern, 2, false, 14);
	kern_stub_frame(b.kern, 2, false, 15);
	t = figures(&b, 2);
	assert_int_equal(t.f.first_in, 14);
	assert_true(t.f.active);
	assert_int_equal(figures(&b, 5).r.code, CODE(NOT_FOUND));
	teardown(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_what_was_used),
		BED_TEST(test_leaving),
		BED_TEST(test_waits_for_the_other_nve),
		BED_TEST(test_stays_after_all),
		BED_TEST(test_leaving_over_a_restart),
		BED_TEST(test_silent_one_leaves),
		BED_TEST(test_hold_timer),
		BED_TEST(test_hold_timer_after_a_restart),
		BED_TEST(test_what_it_used_elsewhere_is_here),
		BED_TEST(test_figures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
