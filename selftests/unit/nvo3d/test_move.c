// SPDX-License-Identifier: GPL-2.0
/* Two vServers and a VM that goes from one to the other, or does not */
#include "move_pair.h"

/* The whole way, each request twice */
static void test_move(void **state)
{
	struct pair p;

	setup(&p, state, true);
	assert_int_equal(source(&p).code, CODE(OK));
	assert_true(p.was_running);
	assert_int_equal(p.size, 16 << 20);
	assert_int_equal(p.from.told, STATE(MOVING));
	assert_false(p.from.driver.alive[1] || p.from.driver.up[1]);
	assert_int_equal(source(&p).code, CODE(OK));

	assert_int_equal(dest(&p).code, CODE(OK));
	same_images(&p);
	assert_int_equal(p.to.associated, 1);
	assert_int_equal(p.to.activated, 0);
	assert_true(p.to.progress >= 16);
	assert_false(p.to.driver.alive[1]);
	assert_int_equal(dest(&p).code, CODE(OK));
	assert_int_equal(p.to.associated, 1);

	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	assert_int_equal(p.to.epoch, 9);
	assert_true(p.to.driver.alive[1]);
	assert_int_equal(p.to.told, STATE(RUNNING));
	BED_WAIT(p.to.bed, p.to.vm_registered == 1);
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	assert_int_equal(p.to.activated, 1);
	/* Committed is committed */
	assert_int_equal(abort_at(&p.to).code, CODE(BAD_STATE));

	assert_int_equal(release(&p).code, CODE(OK));
	gone(&p.from);
	assert_int_equal(p.from.vm_unregistered, 0);
	assert_int_equal(release(&p).code, CODE(OK));
	/* Also when the programs have been started anew */
	host_end(&p.to);
	host_begin(&p.to);
	assert_int_equal(host_vm(&p.to, 1)->fsm.state, STATE(RUNNING));
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	teardown(&p);
}

static void test_stopped_vm(void **state)
{
	struct pair p;

	setup(&p, state, false);
	assert_int_equal(source(&p).code, CODE(OK));
	assert_false(p.was_running);
	assert_int_equal(dest(&p).code, CODE(OK));
	assert_int_equal(commit(&p, 9, false).code, CODE(OK));
	assert_int_equal(p.to.told, STATE(STOPPED));
	assert_int_equal(p.to.activated, 0);
	assert_int_equal(host_power(&p.to, 1, true).code, CODE(OK));
	assert_int_equal(p.to.epoch, 9);
	teardown(&p);
}

static void test_abort(void **state)
{
	struct pair p;

	setup(&p, state, true);
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(dest(&p).code, CODE(OK));
	assert_int_equal(abort_at(&p.to).code, CODE(OK));
	gone(&p.to);
	assert_int_equal(p.to.deassociated, 1);
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	assert_int_equal(p.from.told, STATE(RUNNING));
	assert_true(p.from.driver.alive[1] && p.from.driver.up[1]);
	assert_int_equal(p.from.epoch, 3);
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	assert_int_equal(abort_at(&p.to).code, CODE(OK));
	/* The image is not offered any more, and the move is over for good */
	assert_int_equal(dest(&p).code, CODE(BAD_STATE));
	assert_int_equal(source(&p).code, CODE(BAD_STATE));
	/* Another one can be made */
	move_id[0]++;
	memset(token, 8, sizeof(token));
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(dest(&p).code, CODE(OK));
	teardown(&p);
}

/* The source cannot start it again at once: the abort is not over before it can */
static void test_abort_that_fails(void **state)
{
	struct pair p;

	setup(&p, state, true);
	assert_int_equal(source(&p).code, CODE(OK));
	p.from.driver.cannot_start = true;
	assert_int_equal(abort_at(&p.from).code, CODE(FAILED));
	assert_int_equal(p.from.told, STATE(FAILED));
	p.from.driver.cannot_start = false;
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	assert_int_equal(p.from.told, STATE(RUNNING));
	teardown(&p);
}

static void test_abort_while_pulling(void **state)
{
	struct bed_host *to;
	struct dest_msg m;
	struct reply r = {};
	struct pair p;

	setup(&p, state, true);
	to = &p.to;
	assert_int_equal(source(&p).code, CODE(OK));
	chan_request(to->vc, MSG(RELOCATE_DEST), &dest_msg(&m, &p)->base, 0, bed_answered, &r);
	BED_WAIT(to->bed, to->progress > 1);
	assert_int_equal(abort_at(to).code, CODE(OK));
	assert_true(r.here);
	assert_int_not_equal(r.code, CODE(OK));
	gone(to);
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	assert_true(p.from.driver.alive[1]);
	teardown(&p);
}

static void test_refused_before_anything(void **state)
{
	struct dest_msg m;
	struct reply r;
	struct pair p;

	setup(&p, state, true);
	assert_int_equal(source(&p).code, CODE(OK));
	/* No room, an address that is taken, nonsense */
	assert_int_equal(host_create(&p.to, 2, false).code, CODE(OK));
	dest_msg(&m, &p)->profile->cpus = 4;
	r = bed_ask(p.to.bed, p.to.vc, MSG(RELOCATE_DEST), &m.req.base);
	assert_int_equal(r.code, CODE(FULL));
	dest_msg(&m, &p);
	m.vm.ip[3] = 2;
	r = bed_ask(p.to.bed, p.to.vc, MSG(RELOCATE_DEST), &m.req.base);
	assert_int_equal(r.code, CODE(EXISTS));
	dest_msg(&m, &p)->token.len = 16;
	r = bed_ask(p.to.bed, p.to.vc, MSG(RELOCATE_DEST), &m.req.base);
	assert_int_equal(r.code, CODE(BAD_MESSAGE));
	dest_msg(&m, &p)->source_addr = "nowhere";
	r = bed_ask(p.to.bed, p.to.vc, MSG(RELOCATE_DEST), &m.req.base);
	assert_int_equal(r.code, CODE(BAD_MESSAGE));
	assert_int_equal(commit(&p, 9, true).code, CODE(NOT_FOUND));
	gone(&p.to);
	/* None of that has used the token */
	assert_int_equal(dest(&p).code, CODE(OK));
	teardown(&p);
}

static void test_wrong_source(void **state)
{
	struct dest_msg m;
	struct reply r;
	struct pair p;

	setup(&p, state, true);
	assert_int_equal(source(&p).code, CODE(OK));
	dest_msg(&m, &p)->source = "dc1/host7";
	r = bed_ask(p.to.bed, p.to.vc, MSG(RELOCATE_DEST), &m.req.base);
	assert_int_equal(r.code, CODE(DENIED));
	assert_non_null(strstr(r.text, "is vServer dc1/host1, not dc1/host7"));
	gone(&p.to);
	/* Another file than the one that was announced */
	p.sha256[0] ^= 1;
	r = dest(&p);
	assert_int_equal(r.code, CODE(FAILED));
	assert_non_null(strstr(r.text, "SHA-256"));
	gone(&p.to);
	/* By then the token has been shown, and dies with the session */
	p.sha256[0] ^= 1;
	BED_WAIT(p.to.bed, p.from.vs->moves->token.spent);
	r = dest(&p);
	assert_int_equal(r.code, CODE(DENIED));
	assert_non_null(strstr(r.text, "used up"));
	/* A new token is a new try */
	memset(token, 9, sizeof(token));
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(dest(&p).code, CODE(OK));
	teardown(&p);
}

static void test_source_is_away(void **state)
{
	struct reply r;
	struct pair p;

	setup(&p, state, true);
	assert_int_equal(source(&p).code, CODE(OK));
	host_end(&p.from);
	r = dest(&p);
	assert_int_equal(r.code, CODE(UNAVAILABLE));
	assert_non_null(strstr(r.text, "dc1/host1 does not answer"));
	gone(&p.to);
	/* It comes back with its offer, for nobody has used it */
	host_begin(&p.from);
	assert_int_equal(host_vm(&p.from, 1)->fsm.state, STATE(MOVING));
	assert_int_equal(dest(&p).code, CODE(OK));
	/* And once more with the offer used */
	host_end(&p.from);
	host_begin(&p.from);
	assert_true(p.from.vs->moves->token.spent);
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	assert_int_equal(release(&p).code, CODE(OK));
	gone(&p.from);
	teardown(&p);
}

/*
 * It dies when the destination has the VM: at its registration vCenter tells it to forget that, and
 * then asks for the release that it has had no answer for.
 */
static void test_source_is_told_to_forget_first(void **state)
{
	struct pair p;

	setup(&p, state, true);
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(dest(&p).code, CODE(OK));
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	host_end(&p.from);
	p.from.do_forget = true;
	p.from.forget[0] = 1;
	host_begin(&p.from);
	assert_int_equal(release(&p).code, CODE(OK));
	gone(&p.from);
	assert_int_equal(release(&p).code, CODE(OK));
	teardown(&p);
}

static void test_destination_restarts(void **state)
{
	struct bed_host *to;
	struct dest_msg m;
	struct reply r = {};
	struct pair p;

	setup(&p, state, true);
	to = &p.to;
	assert_int_equal(source(&p).code, CODE(OK));
	/* While pulling: nothing is left of it */
	chan_request(to->vc, MSG(RELOCATE_DEST), &dest_msg(&m, &p)->base, 0, bed_answered, &r);
	BED_WAIT(to->bed, to->progress > 1);
	host_end(to);
	assert_true(host_has_files(to, 1));
	host_begin(to);
	BED_WAIT(to->bed, !host_vm(to, 1));
	gone(to);
	memset(token, 9, sizeof(token));
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(dest(&p).code, CODE(OK));
	/* While it waits for the commit: it still does */
	host_end(to);
	host_begin(to);
	assert_int_equal(to->synced, 1);
	assert_int_equal(host_vm(to, 1)->fsm.state, STATE(MOVING));
	/* In the middle of the commit: it goes on by itself */
	to->driver.cannot_start = true;
	assert_int_equal(commit(&p, 9, true).code, CODE(FAILED));
	assert_int_equal(abort_at(to).code, CODE(BAD_STATE));
	host_end(to);
	to->driver.cannot_start = false;
	host_begin(to);
	BED_WAIT(to->bed, to->told == STATE(RUNNING));
	assert_int_equal(to->epoch, 9);
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	teardown(&p);
}

/*
 * What came before the destination was started again is still being removed: who asks again is not
 * told that the image is there, but waits, and it is pulled anew.
 */
static void test_pulled_again_while_the_rest_goes(void **state)
{
	struct bed_host *to;
	struct dest_msg m;
	struct reply r = {}, again = {};
	struct pair p;

	setup(&p, state, true);
	to = &p.to;
	assert_int_equal(source(&p).code, CODE(OK));
	chan_request(to->vc, MSG(RELOCATE_DEST), &dest_msg(&m, &p)->base, 0, bed_answered, &r);
	BED_WAIT(to->bed, to->progress > 1);
	host_end(to);
	/* any step of the removal that takes time */
	fake_guest_begins(&to->driver, 1);
	to->driver.deaf = true;
	host_begin(to);
	assert_int_equal(host_vm(to, 1)->fsm.op, VM_OP_DELETE);
	memset(token, 9, sizeof(token));
	assert_int_equal(source(&p).code, CODE(OK));
	chan_request(to->vc, MSG(RELOCATE_DEST), &dest_msg(&m, &p)->base, 0, bed_answered, &again);
	bed_settle(to->bed, 50);
	assert_false(again.here);
	fake_guest_ends(&to->driver, 1);
	BED_WAIT(to->bed, again.here);
	assert_int_equal(again.code, CODE(OK));
	same_images(&p);
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	assert_true(to->driver.alive[1]);
	teardown(&p);
}

/* While it moves it can neither be started nor deleted, and only by its own move be touched */
static void test_busy_while_moving(void **state)
{
	struct pair p;

	setup(&p, state, true);
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(host_power(&p.from, 1, true).code, CODE(BAD_STATE));
	assert_int_equal(host_delete(&p.from, 1).code, CODE(BAD_STATE));
	move_id[0]++;
	assert_int_equal(source(&p).code, CODE(BAD_STATE));
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	assert_int_equal(release(&p).code, CODE(OK));
	assert_int_equal(host_vm(&p.from, 1)->fsm.state, STATE(MOVING));
	move_id[0]--;
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	assert_int_equal(p.from.told, STATE(RUNNING));
	assert_int_equal(release(&p).code, CODE(BAD_STATE));
	teardown(&p);
}

struct thief {
	struct reply r;
	struct chan *chan;
};

static void thief_up(struct chan *chan, void *arg)
{
	((struct thief *)arg)->chan = chan;
}

/* A third vServer with the right token, and the right one in a second session */
static void test_stolen_token(void **state)
{
	static const struct chan_ops ops = { .up = thief_up };
	Nvo3__ImageRead req = NVO3__IMAGE_READ__INIT;
	struct bed *bed = *state;
	struct thief thief = {};
	const char *addr;
	struct bed_host third;
	struct chan *chan;
	struct pair p;

	setup(&p, state, true);
	host_up(&third, bed, "host3");
	assert_int_equal(source(&p).code, CODE(OK));
	addr = p.from.images;
	req.token = (ProtobufCBinaryData){ 32, token };
	req.length = 1;
	chan = chan_connect(bed->loop, third.tls, &addr, 1, ROLE_BIT(ROLE_VSERVER), &ops, &thief,
			    NULL);
	BED_WAIT(bed, thief.chan);
	thief.r = bed_ask(bed, chan, MSG(IMAGE_READ), &req.base);
	assert_int_equal(thief.r.code, CODE(DENIED));
	assert_non_null(strstr(thief.r.text, "for dc1/host2, not for dc1/host3"));
	req.token.len = 31;
	thief.r = bed_ask(bed, chan, MSG(IMAGE_READ), &req.base);
	assert_non_null(strstr(thief.r.text, "opens no image"));
	chan_free(chan);
	/* The right vServer, but beside the session that the token belongs to */
	thief.chan = NULL;
	chan = chan_connect(bed->loop, p.to.tls, &addr, 1, ROLE_BIT(ROLE_VSERVER), &ops, &thief,
			    NULL);
	BED_WAIT(bed, thief.chan);
	req.token.len = 32;
	req.length = 0;
	thief.r = bed_ask(bed, chan, MSG(IMAGE_READ), &req.base);
	assert_int_equal(thief.r.code, CODE(BAD_MESSAGE));
	assert_int_equal(dest(&p).code, CODE(DENIED));
	chan_free(chan);
	host_down(&third);
	teardown(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_move),
		BED_TEST(test_stopped_vm),
		BED_TEST(test_abort),
		BED_TEST(test_abort_that_fails),
		BED_TEST(test_abort_while_pulling),
		BED_TEST(test_refused_before_anything),
		BED_TEST(test_wrong_source),
		BED_TEST(test_source_is_away),
		BED_TEST(test_source_is_told_to_forget_first),
		BED_TEST(test_destination_restarts),
		BED_TEST(test_pulled_again_while_the_rest_goes),
		BED_TEST(test_busy_while_moving),
		BED_TEST(test_stolen_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
