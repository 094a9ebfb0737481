// SPDX-License-Identifier: GPL-2.0
/* V10: a tenant, whom the nDirector has authenticated, wishes his VM near to him. */
#include "lab_tenant.h"

#define GIVEN_UP "tenant alice has given it up"

struct reply_of_move {
	bool here;
	uint32_t code;
	char text[256];			/* or the error */
	char state[16], step[16], all[256];
	uint64_t done, total, ended;
};

static void move_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct reply_of_move *r = arg;
	Nvo3__TenantMoveReply *m;

	r->here = true;
	r->code = code;
	snprintf(r->text, sizeof(r->text), "%s", text);
	if (code != CODE(OK))
		return;
	m = msg_decode(body, &nvo3__tenant_move_reply__descriptor, NULL);
	assert_non_null(m);
	snprintf(r->text, sizeof(r->text), "%s", m->error);
	snprintf(r->state, sizeof(r->state), "%s", m->state);
	snprintf(r->step, sizeof(r->step), "%s", m->step);
	snprintf(r->all, sizeof(r->all), "%s %s>%s %s/%s %s", m->vm_name, m->from_dc, m->to_dc,
		 m->step, m->state, m->error);
	r->done = m->done;
	r->total = m->total;
	r->ended = m->ended;
	assert_true(m->started);
	msg_free(m);
}

static void ask_for(struct lab *lab, int dc, uint32_t type, const char *tenant,
		    struct reply_of_move *r)
{
	Nvo3__TenantMove req = NVO3__TENANT_MOVE__INIT;

	*r = (struct reply_of_move){ false };
	req.tenant = (char *)tenant;
	req.move = (ProtobufCBinaryData){ 16, move_id };
	chan_request(lab->director[dc].chan, type, &req.base, 0, move_answered, r);
}

/* As the nDirector of @dc would ask */
static struct reply_of_move ask(struct lab *lab, int dc, uint32_t type, const char *tenant)
{
	struct reply_of_move r;

	ask_for(lab, dc, type, tenant, &r);
	LAB_WAIT(lab, r.here);
	return r;
}

static struct reply_of_move show(struct lab *lab, int dc)
{
	return ask(lab, dc, MSG(TENANT_MOVE), "alice");
}

static struct reply_of_move give_up(struct lab *lab, int dc)
{
	return ask(lab, dc, MSG(TENANT_MOVE_ABORT), "alice");
}

static void expect_move(struct reply_of_move r, const char *state, const char *error)
{
	if (r.code != CODE(OK) || strcmp(r.state, state) || strcmp(r.text, error))
		fail_msg("%u %s \"%s\", not %s \"%s\"", r.code, r.state, r.text, state, error);
}

static void expect_told(struct reply_of_move r, uint32_t code, const char *text)
{
	if (r.code != code || !strstr(r.text, text))
		fail_msg("%u \"%s\", not %u \"%s\"", r.code, r.text, code, text);
}

static void until_state(struct lab *lab, int dc, const char *state)
{
	struct reply_of_move r;

	LAB_WAIT(lab, (r = show(lab, dc), r.code == CODE(OK) && !strcmp(r.state, state)));
}

static void restart(struct lab *lab, int dc)
{
	lab_vcenter_stop(lab, dc);
	lab_vcenter_start(lab, dc);
	LAB_WAIT(lab, lab_ready(lab));
}

static void test_to_the_tenants_location(void **state)
{
	struct lab *lab = *state;
	uint64_t epoch;

	make_web(lab);
	epoch = fake_place_find(lab, 0, MAC)->epoch;
	expect(wish(lab, 0, "alice", "web", "dc2"), CODE(OK), "");
	/* the answer was lost: it is the same one */
	expect(wish(lab, 0, "alice", "web", "dc2"), CODE(OK), "");
	lab_until(lab, 0, MOVE, "state", "done");
	lab_expect(lab, 0, "GET", MOVE, NULL, 200, "kind", "replication");
	assert_null(fake_place_find(lab, 0, MAC));
	assert_true(fake_place_find(lab, 1, MAC)->epoch > epoch);
	assert_true(lab_event(lab, 0, false, "tenant-wish",
			      "tenant alice wishes it near to dc2"));
}

/* His nDirector's vCenter has it not: it goes to the VM's home. */
static void test_by_another_dc(void **state)
{
	struct wish_reply r;
	struct lab *lab = *state;

	make_web(lab);
	r = wish(lab, 1, "alice", "web", "dc2");
	expect(r, CODE(OK), "");
	assert_string_equal(r.dc, "dc1");
	lab_until(lab, 0, MOVE, "state", "done");
	lab_expect(lab, 1, "GET", "/vms/web", NULL, 200, "state", "running");
}

/* Whose VM it is not learns nothing of it, and moves nothing. */
static void test_not_his(void **state)
{
	struct lab *lab = *state;
	int before;

	make_web(lab);
	before = lab->count;
	for (int dc = 0; dc < 2; dc++) {
		expect(wish(lab, dc, "bob", "web", "dc2"), CODE(NOT_FOUND),
		       "tenant bob has no VM web");
		expect(wish(lab, dc, "alice", "nobody", "dc2"), CODE(NOT_FOUND),
		       "tenant alice has no VM nobody");
	}
	for (int dc = 0; dc < 2; dc++) {
		expect_told(show(lab, dc), CODE(NOT_FOUND), "tenant alice has no move " ID);
		expect_told(give_up(lab, dc), CODE(NOT_FOUND),
			    "tenant alice has no move " ID);
	}
	expect(wish(lab, 0, "alice", "web", ""), CODE(BAD_MESSAGE), "location");
	expect(wish(lab, 0, "", "web", "dc2"), CODE(BAD_MESSAGE), "tenant");
	expect(wish(lab, 0, "alice", "", "dc2"), CODE(BAD_MESSAGE), "vm");
	assert_int_equal(lab->count, before);
	assert_null(lab->vc[0]->moves);
	assert_true(fake_vm_find(lab, 0, "web")->running);
}

static void test_refused(void **state)
{
	struct lab *lab = *state;

	make_web(lab);
	lab_expect(lab, 0, "POST", "/vms/web/stop", NULL, 202, NULL, NULL);
	lab_until(lab, 0, "/vms/web", "state", "stopped");
	expect(wish(lab, 0, "alice", "web", "dc2"), CODE(BAD_STATE), "does not run");
	expect(wish(lab, 1, "alice", "web", "dc2"), CODE(BAD_STATE), "does not run");
}

/* --- what came of it */

/* By either DC, while it goes on and behind it, also when the VM has left; no server is named. */
static void test_he_follows_it(void **state)
{
	struct lab *lab = *state;
	struct reply_of_move r;

	make_web(lab);
	lab->mute = MSG(RELOCATE_COPY);
	expect(wish(lab, 0, "alice", "web", "dc2"), CODE(OK), "");
	LAB_WAIT(lab, fake_vm_find(lab, 2, "web"));
	for (int dc = 0; dc < 2; dc++) {
		r = show(lab, dc);
		expect_move(r, "running", "");
		assert_string_equal(r.all, "web dc1>dc2 copy/running ");
		assert_int_equal(r.total, 16 << 20);
		assert_int_equal(r.ended, 0);
	}
	/* bytes as the destination says */
	move_run_progress(lab->vc[0], &lab->vc[0]->moves->m.id, NULL, 5 << 20, 16 << 20);
	assert_int_equal(show(lab, 1).done, 5 << 20);
	lab->mute = 0;
	lab_server_stop(lab, 2);
	lab_server_start(lab, 2);
	until_state(lab, 1, "done");
	restart(lab, 0);
	for (int dc = 0; dc < 2; dc++) {
		r = show(lab, dc);
		assert_string_equal(r.all, "web dc1>dc2 done/done ");
		assert_int_equal(r.done, 16 << 20);
		assert_true(r.ended);
	}
}

/* Another one's, and one that an operator has begun: as if there were none. */
static void test_not_what_he_has_asked_for(void **state)
{
	static const uint32_t asks[] = { MSG(TENANT_MOVE), MSG(TENANT_MOVE_ABORT) };
	struct lab *lab = *state;

	make_web(lab);
	lab->mute = MSG(RELOCATE_COPY);
	lab_expect(lab, 0, "POST", "/vms/web/replicate", "{\"dc\":\"dc2\",\"id\":\"" ID "\"}",
		   202, NULL, NULL);
	for (int dc = 0; dc < 2; dc++) {
		expect_told(show(lab, dc), CODE(NOT_FOUND), "tenant alice has no move " ID);
		expect_told(give_up(lab, dc), CODE(NOT_FOUND),
			    "tenant alice has no move " ID);
	}
	expect(wish(lab, 0, "alice", "web", "dc2"), CODE(EXISTS), "another move");
	lab_expect(lab, 0, "POST", MOVE "/abort", NULL, 202, NULL, NULL);
	lab_until(lab, 0, MOVE, "state", "aborted");
	check_at_home(lab);
	/* one of his own */
	move_id[0]++;
	expect(wish(lab, 0, "alice", "web", "dc2"), CODE(OK), "");
	for (int dc = 0; dc < 2; dc++)
		for (int i = 0; i < 2; i++)
			expect_told(ask(lab, dc, asks[i], "bob"), CODE(NOT_FOUND),
				    "tenant bob has no move 12");
	expect(wish(lab, 0, "bob", "web", "dc2"), CODE(EXISTS), "another move");
	expect_move(show(lab, 0), "running", "");
	expect_move(give_up(lab, 1), "running", GIVEN_UP);
	check_at_home(lab);
	move_id[0]--;
}

/* --- he gives it up */

/* Said again it is the same, also by a vCenter that was started meanwhile, and behind the end. */
static void test_he_gives_it_up(void **state)
{
	struct lab *lab = *state;

	make_web(lab);
	lab->mute = MSG(RELOCATE_COPY);
	expect(wish(lab, 0, "alice", "web", "dc2"), CODE(OK), "");
	LAB_WAIT(lab, fake_vm_find(lab, 2, "web"));
	lab->mute = 0;
	expect_move(give_up(lab, 1), "running", GIVEN_UP);
	until_state(lab, 0, "aborted");
	check_at_home(lab);
	for (int dc = 0; dc < 2; dc++) {
		expect_move(give_up(lab, 0), "aborted", GIVEN_UP);
		expect_move(give_up(lab, 1), "aborted", GIVEN_UP);
		restart(lab, dc);
	}
	expect_move(show(lab, 0), "aborted", GIVEN_UP);
	assert_true(lab_event(lab, 0, false, "tenant-abort", "tenant alice gives its move up"));
	lab_expect(lab, 0, "GET", MOVE, NULL, 200, "error", "tenant alice");
	/* the next one */
	move_id[1]++;
	expect(wish(lab, 1, "alice", "web", "dc2"), CODE(OK), "");
	until_state(lab, 0, "done");
	move_id[1]--;
}

/* vCenter dies when the abort is on its disk; who has asked hears nothing, and asks again. */
static void test_its_answer_is_lost(void **state)
{
	struct lab *lab = *state;
	struct reply_of_move r;

	make_web(lab);
	lab->mute = MSG(RELOCATE_COPY);
	expect(wish(lab, 0, "alice", "web", "dc2"), CODE(OK), "");
	LAB_WAIT(lab, fake_vm_find(lab, 2, "web"));
	lab->mute = MSG(RELOCATE_ABORT);
	lab->crash_who = 3;
	lab->crash_at = lab->count + 1;
	ask_for(lab, 1, MSG(TENANT_MOVE_ABORT), "alice", &r);
	LAB_WAIT(lab, r.here && !lab->crash && lab->crash_at <= lab->count);
	LAB_WAIT(lab, lab_ready(lab));
	lab->crash_at = 0;
	lab->mute = 0;
	/* its source may have its VM back by now, or not yet */
	expect_told(give_up(lab, 1), CODE(OK), GIVEN_UP);
	until_state(lab, 1, "aborted");
	check_at_home(lab);
}

/* Who may know it is not there: nobody says that there is none. */
static void test_its_coordinator_is_away(void **state)
{
	struct lab *lab = *state;

	make_web(lab);
	expect(wish(lab, 0, "alice", "web", "dc2"), CODE(OK), "");
	lab_until(lab, 0, MOVE, "state", "done");
	lab_vcenter_stop(lab, 0);
	LAB_WAIT(lab, !lab->vc[1]->peers[0].up);
	expect_told(show(lab, 1), CODE(UNAVAILABLE),
		    "these did not answer, and may know move " ID ": dc1");
	expect_told(give_up(lab, 1), CODE(UNAVAILABLE), "dc1");
	lab_vcenter_start(lab, 0);
	LAB_WAIT(lab, lab_ready(lab));
	expect_told(give_up(lab, 1), CODE(BAD_STATE), "the move of VM web has ended");
	expect_move(show(lab, 1), "done", "");
}

/* From the commit on, with the sentence that an operator has. */
static void test_too_late(void **state)
{
	static const char late[] = "the move of VM web is past the point of no return";
	struct lab *lab = *state;

	make_web(lab);
	lab->mute = MSG(RELOCATE_COMMIT);
	expect(wish(lab, 0, "alice", "web", "dc2"), CODE(OK), "");
	lab_until(lab, 0, MOVE, "step", "commit");
	for (int dc = 0; dc < 2; dc++)
		expect_told(give_up(lab, dc), CODE(BAD_STATE), late);
	lab_expect(lab, 0, "POST", MOVE "/abort", NULL, 409, "error", late);
	expect_move(show(lab, 0), "running", "");
	lab->mute = 0;
	lab_server_stop(lab, 2);
	lab_server_start(lab, 2);
	until_state(lab, 0, "done");
	expect_told(give_up(lab, 0), CODE(BAD_STATE), "the move of VM web has ended");
	lab_expect(lab, 1, "GET", "/vms/web", NULL, 200, "state", "running");
}

/* Why it failed is told without what is the provider's. */
static void test_it_fails(void **state)
{
	struct lab *lab = *state;

	make_web(lab);
	lab->refuse = MSG(RELOCATE_COPY);
	expect(wish(lab, 0, "alice", "web", "dc2"), CODE(OK), "");
	lab_until(lab, 0, MOVE, "state", "aborted");
	lab->refuse = 0;
	expect_move(show(lab, 1), "aborted", "given up at step copy, VM web stays where it was");
	expect_told(give_up(lab, 1), CODE(BAD_STATE), "the move of VM web has ended");
	check_at_home(lab);
}

#define LAB_TEST(fn) cmocka_unit_test_setup_teardown(fn, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_to_the_tenants_location),
		LAB_TEST(test_by_another_dc),
		LAB_TEST(test_not_his),
		LAB_TEST(test_refused),
		LAB_TEST(test_he_follows_it),
		LAB_TEST(test_not_what_he_has_asked_for),
		LAB_TEST(test_he_gives_it_up),
		LAB_TEST(test_its_answer_is_lost),
		LAB_TEST(test_its_coordinator_is_away),
		LAB_TEST(test_too_late),
		LAB_TEST(test_it_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
