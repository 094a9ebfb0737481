// SPDX-License-Identifier: GPL-2.0
/*
 * V4: a vServer says that a VM is not on it any more. It is removed if it is known, otherwise the
 * vServer is alarmed; refused, asked again, with sessions that end before the answer, and a
 * vcenterd that ends in the middle.
 *
 *	host1 [web] -- vcenterd dc1 -- nDirector
 *	host2 ------------'
 */
#include "lab_api.h"

#define MAC "02:00:00:00:00:01"
#define WEB "{\"name\":\"web\",\"tenant\":\"alice\",\"server\":\"host1\"," \
	"\"nics\":[{\"vn\":\"blue\",\"mac\":\"" MAC "\",\"ip\":\"10.0.0.1/24\"}]}"

struct said {
	bool done;
	uint32_t code;
	char text[512];
};

static void heard(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct said *said = arg;

	said->done = true;
	said->code = code;
	snprintf(said->text, sizeof(said->text), "%s", text ? text : "");
}

static void begin_say(struct lab *lab, int server, const struct uuid *id, struct said *said)
{
	Nvo3__VmUnregister msg = NVO3__VM_UNREGISTER__INIT;

	*said = (struct said){ };
	msg.vm = msg_put_uuid(id);
	chan_request(lab->server[server].chan, MSG(VM_UNREGISTER), &msg.base, 0, heard, said);
}

static struct said say(struct lab *lab, int server, const struct uuid *id)
{
	struct said said;

	begin_say(lab, server, id, &said);
	LAB_WAIT(lab, said.done);
	return said;
}

static struct uuid make_web(struct lab *lab)
{
	lab_expect(lab, 0, "POST", "/vms", WEB, 202, NULL, NULL);
	lab_until(lab, 0, "/vms/web", "state", "running");
	lab_until(lab, 0, "/vms/web", "doing", "");
	return inventory_vm_by_name(lab->vc[0]->inv, "web")->uuid;
}

static struct uuid begin(struct lab *lab)
{
	lab_expect(lab, 0, "POST", "/vns", "{\"name\":\"blue\",\"vni\":100}", 201, NULL, NULL);
	return make_web(lab);
}

/* Its vServer has deleted it */
static void lose_web(struct lab *lab)
{
	fake_vm_del(&lab->server[0], fake_vm_find(lab, 0, "web"));
}

static void there_is_none(struct lab *lab)
{
	LAB_WAIT(lab, !lab->vc[0]->inv->vms && !fake_place_find(lab, 0, MAC));
	lab_expect(lab, 0, "GET", "/vms/web", NULL, 404, "code", "not-found");
}

static void nobody_was_alarmed(struct lab *lab)
{
	assert_int_equal(lab->server[0].alerts + lab->server[1].alerts, 0);
}

static void v4_unregistration(void **state)
{
	struct lab *lab = *state;
	struct uuid id = begin(lab);

	lose_web(lab);
	assert_int_equal(say(lab, 0, &id).code, CODE(OK));
	there_is_none(lab);
	nobody_was_alarmed(lab);
	assert_true(lab_event(lab, 0, false, "vm-unregister", "by server host1"));
	assert_true(lab_event(lab, 0, false, "vm-delete", "deleted"));
	/* its name and its addresses are free */
	make_web(lab);
}

static void v4_unknown(void **state)
{
	struct uuid stranger = uuid_new();
	char id[UUID_STRLEN], text[192];
	struct lab *lab = *state;
	struct said said;

	begin(lab);
	uuid_format(&stranger, id);
	for (uint32_t n = 1; n <= 3; n++) {
		said = say(lab, 0, &stranger);
		assert_int_equal(said.code, CODE(NOT_FOUND));
		snprintf(text, sizeof(text), "VM %s is not known in dc1", id);
		assert_string_equal(said.text, text);
		LAB_WAIT(lab, lab->server[0].alerts == n);
	}
	/* to who has said it, and to nobody else */
	snprintf(text, sizeof(text), "unregister-unknown %s: VM %s is not known in dc1", id, id);
	assert_string_equal(lab->server[0].alert, text);
	assert_int_equal(lab->server[1].alerts, 0);
	assert_true(lab_event(lab, 0, true, "vm-unregister", "refused to server host1: VM"));
	lab_expect(lab, 0, "GET", "/vms/web", NULL, 200, "state", "running");
}

static void v4_refused(void **state)
{
	Nvo3__VmUnregister bad = NVO3__VM_UNREGISTER__INIT;
	struct lab *lab = *state;
	struct uuid id = begin(lab);
	struct said said;

	/* another one's */
	said = say(lab, 1, &id);
	assert_int_equal(said.code, CODE(DENIED));
	assert_string_equal(said.text, "VM web does not live on server host2");
	/* no id at all */
	said = (struct said){ };
	bad.vm = (ProtobufCBinaryData){ 3, (uint8_t *)"abc" };
	chan_request(lab->server[0].chan, MSG(VM_UNREGISTER), &bad.base, 0, heard, &said);
	LAB_WAIT(lab, said.done);
	assert_int_equal(said.code, CODE(BAD_MESSAGE));
	assert_string_equal(said.text, "vm is not 16 bytes");
	/* in the middle of something */
	lab->mute = MSG(VM_POWER);
	lab_expect(lab, 0, "POST", "/vms/web/stop", NULL, 202, NULL, NULL);
	said = say(lab, 0, &id);
	assert_int_equal(said.code, CODE(BUSY));
	assert_string_equal(said.text, "VM web is in the middle of another operation");
	lab->mute = 0;
	chan_drop(lab->server[0].chan, "by the test");
	lab_until(lab, 0, "/vms/web", "doing", "");
	lab_expect(lab, 0, "POST", "/vms/web/start", NULL, 202, NULL, NULL);
	lab_until(lab, 0, "/vms/web", "doing", "");
	/* on its way */
	lab->mute = MSG(RELOCATE_DEST);
	lab_expect(lab, 0, "POST", "/vms/web/move", "{\"server\":\"host2\"}", 202, NULL, NULL);
	said = say(lab, 0, &id);
	assert_int_equal(said.code, CODE(BUSY));
	assert_string_equal(said.text, "VM web is moving");
	/* all of it is known here: no alert goes back */
	nobody_was_alarmed(lab);
	assert_non_null(fake_place_find(lab, 0, MAC));
	assert_non_null(inventory_vm(lab->vc[0]->inv, &id));
	lab->mute = 0;
}

/* While it goes on, and when it is over: the same answer, and one deletion */
static void v4_again(void **state)
{
	struct lab *lab = *state;
	struct uuid id = begin(lab);

	lose_web(lab);
	lab->mute = MSG(UNPLACE);
	assert_int_equal(say(lab, 0, &id).code, CODE(OK));
	assert_int_equal(say(lab, 0, &id).code, CODE(OK));
	lab_expect(lab, 0, "GET", "/vms/web", NULL, 200, "doing", "delete");
	/* until its address is given back it is taken */
	lab_expect(lab, 0, "POST", "/vms", "{\"name\":\"new\",\"tenant\":\"alice\",\"nics\":"
		   "[{\"vn\":\"blue\",\"mac\":\"" MAC "\"}]}", 409, "error", "taken");
	lab->mute = 0;
	chan_drop(lab->director[0].chan, "by the test");
	there_is_none(lab);
	for (int i = 0; i < 3; i++)
		assert_int_equal(say(lab, 0, &id).code, CODE(OK));
	/* nor does another one learn anything by asking */
	assert_int_equal(say(lab, 1, &id).code, CODE(OK));
	nobody_was_alarmed(lab);
}

/*
 * The nDirector's session ends before it has done its part, or behind that; vcenterd ends there.
 * What was answered is done.
 */
static void v4_trouble(void **state)
{
	struct lab *lab = *state;
	struct uuid id;

	begin(lab);
	for (int t = 0; t < 3; t++) {
		id = inventory_vm_by_name(lab->vc[0]->inv, "web")->uuid;
		lose_web(lab);
		lab->lose = t == 0 ? MSG(UNPLACE) : 0;
		lab->cut = t == 1 ? MSG(UNPLACE) : 0;
		lab->mute = t == 2 ? MSG(UNPLACE) : 0;
		lab->crash_who = 1;
		lab->crash_at = t == 2 ? lab->count + 1 : 0;
		assert_int_equal(say(lab, 0, &id).code, CODE(OK));
		LAB_WAIT(lab, !lab->lose && !lab->cut && lab->count >= lab->crash_at);
		LAB_WAIT(lab, !lab->crash);
		lab->crash_at = 0;
		lab->mute = 0;
		LAB_WAIT(lab, lab_ready(lab));
		there_is_none(lab);
		assert_int_equal(say(lab, 0, &id).code, CODE(OK));
		nobody_was_alarmed(lab);
		make_web(lab);
	}
}

/* Nobody heard it: the next session does not name the VM, which is told; it can be said then. */
static void v4_lost(void **state)
{
	struct lab *lab = *state;
	struct uuid id = begin(lab);
	struct said said;

	lose_web(lab);
	begin_say(lab, 0, &id, &said);
	lab_server_stop(lab, 0);
	LAB_WAIT(lab, said.done);
	assert_int_equal(said.code, CODE(UNAVAILABLE));
	lab_expect(lab, 0, "GET", "/vms/web", NULL, 200, "state", "running");
	lab_server_start(lab, 0);
	lab_until(lab, 0, "/vms/web", "state", "failed");
	lab_expect(lab, 0, "GET", "/vms/web", NULL, 200, "error", "its server no longer has it");
	assert_true(lab_event(lab, 0, true, "vm-state", "its server no longer has it"));
	assert_non_null(fake_place_find(lab, 0, MAC));
	assert_int_equal(say(lab, 0, &id).code, CODE(OK));
	there_is_none(lab);
	nobody_was_alarmed(lab);
}

/* The vServer ends when it was heard, and without the answer; its next session minds nothing. */
static void v4_vserver_restart(void **state)
{
	struct lab *lab = *state;
	struct uuid id = begin(lab);
	struct said said;

	lose_web(lab);
	lab->mute = MSG(UNPLACE);
	begin_say(lab, 0, &id, &said);
	LAB_WAIT(lab, inventory_vm(lab->vc[0]->inv, &id)->op == VM_OP_DELETE);
	lab_server_stop(lab, 0);
	LAB_WAIT(lab, said.done);
	lab_server_start(lab, 0);
	LAB_WAIT(lab, lab->server[0].registered);
	assert_false(lab_event(lab, 0, true, "vm-state", "its server no longer has it"));
	lab->mute = 0;
	chan_drop(lab->director[0].chan, "by the test");
	there_is_none(lab);
	assert_int_equal(say(lab, 0, &id).code, CODE(OK));
	nobody_was_alarmed(lab);
}

#define LAB_TEST(fn) cmocka_unit_test_setup_teardown(fn, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(v4_unregistration),
		LAB_TEST(v4_unknown),
		LAB_TEST(v4_refused),
		LAB_TEST(v4_again),
		LAB_TEST(v4_trouble),
		LAB_TEST(v4_lost),
		LAB_TEST(v4_vserver_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
