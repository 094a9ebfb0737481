// SPDX-License-Identifier: GPL-2.0
/* V10: a tenant, whom the nDirector has authenticated, wishes his VM near to him. */
#include "lab_move.h"

struct wish_reply {
	bool here;
	uint32_t code;
	char text[256], dc[32];
};

static void answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__TenantReplicateReply *reply;
	struct wish_reply *r = arg;

	r->here = true;
	r->code = code;
	snprintf(r->text, sizeof(r->text), "%s", text);
	if (code != CODE(OK))
		return;
	reply = msg_decode(body, &nvo3__tenant_replicate_reply__descriptor, NULL);
	assert_non_null(reply);
	snprintf(r->dc, sizeof(r->dc), "%s", reply->dc);
	msg_free(reply);
}

static uint8_t move_id[16] = { 0x11, 0x22 };

#define MOVE "/moves/11220000-0000-0000-0000-000000000000"

/* As the nDirector of @dc would ask */
static struct wish_reply wish(struct lab *lab, int dc, const char *tenant, const char *vm,
			      const char *location)
{
	Nvo3__TenantReplicate req = NVO3__TENANT_REPLICATE__INIT;
	struct wish_reply r = { false };

	req.tenant = (char *)tenant;
	req.vm = (char *)vm;
	req.location = (char *)location;
	req.move = (ProtobufCBinaryData){ 16, move_id };
	chan_request(lab->director[dc].chan, MSG(TENANT_REPLICATE), &req.base, 0, answered, &r);
	LAB_WAIT(lab, r.here);
	return r;
}

static void expect(struct wish_reply r, uint32_t code, const char *text)
{
	if (r.code != code || !strstr(r.text, text))
		fail_msg("%u \"%s\", not %u \"%s\"", r.code, r.text, code, text);
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

#define LAB_TEST(fn) cmocka_unit_test_setup_teardown(fn, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_to_the_tenants_location),
		LAB_TEST(test_by_another_dc),
		LAB_TEST(test_not_his),
		LAB_TEST(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
