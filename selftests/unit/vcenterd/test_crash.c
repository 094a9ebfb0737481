// SPDX-License-Identifier: GPL-2.0
/*
 * Two real vCenters, as they are built for use; the one or the other is killed at each crash
 * point that it passes while a VM is made, stopped, changed, deleted, unregistered, moved or
 * replicated to the other data centre, or kept from moving there, or a group of them is stopped. In
 * every second round the machine has lost its power, too. What was answered goes on, the VM ends in
 * one place, it runs there, and its address has one owner.
 */
#include "crash_lab.h"

#define WEB "{\"name\":\"web\",\"tenant\":\"alice\",\"server\":\"host1\"," \
	"\"nics\":[{\"vn\":\"blue\",\"mac\":\"" MAC "\",\"ip\":\"10.0.0.1/24\"}]}"
#define HOST3 "{\"dc\":\"dc2\",\"server\":\"host3\"}"

#define SETTLE_MS	5000	/* with the pauses between two attempts to connect */

enum {
	CREATE, MOVE, COPY, ABORT, UNSURE, START, DELETE, STOP, CHANGE, GROW, REGROUP, LEAVE, GROUP
};

static const struct point {
	const char *name;
	int who;		/* 0: of dc1, 1: of dc2 */
	int when;
	unsigned int at;	/* passages that there are, or about */
	bool each;		/* exactly so many: each has its turn */
} points[] = {
	{ "vm-stored", 0, CREATE, 1 },
	{ "vm-placed", 0, CREATE, 1 },
	{ "store-written", 0, CREATE, 6 },
	{ "store-gathering", 0, CREATE, 4 },
	{ "store-gathered", 0, CREATE, 4 },
	{ "store-committing", 0, MOVE, 5 },
	{ "store-committed", 1, MOVE, 5 },
	{ "gate-syncing", 0, MOVE, 8 },
	{ "gate-synced", 1, MOVE, 5 },
	{ "gate-durable", 0, MOVE, 8 },
	{ "gate-answered", 1, MOVE, 4 },
	{ "move-stored", 0, MOVE, 6 },
	{ "move-answered", 0, MOVE, 5 },
	{ "move-reserve", 0, MOVE, 1 },
	{ "move-offer", 0, COPY, 1 },
	{ "move-copy", 0, COPY, 1 },
	{ "move-stop", 0, COPY, 1 },
	{ "move-stored", 0, COPY, 8 },
	{ "move-answered", 0, COPY, 7 },
	{ "dest-committing", 1, COPY, 1 },
	{ "move-stop", 0, MOVE, 1 },
	{ "move-pull", 0, MOVE, 1 },
	{ "move-commit", 0, MOVE, 1 },
	{ "move-status", 0, UNSURE, 1 },
	{ "move-release", 0, MOVE, 1 },
	{ "move-unplace", 0, MOVE, 1 },
	{ "move-undo-source", 0, ABORT, 1 },
	{ "move-undo-dest", 0, ABORT, 1 },
	{ "dest-reserved", 1, MOVE, 1 },
	{ "dest-committing", 1, MOVE, 1 },
	{ "dest-committed", 1, MOVE, 1 },
	{ "vcenter-loaded", 0, START, 1 },
	/* of the nDirector and of the vServer */
	{ "vm-asking", 0, CREATE, 2, true },
	{ "vm-answered", 0, CREATE, 2, true },
	{ "vm-asking", 0, STOP, 1, true },
	{ "vm-answered", 0, STOP, 1, true },
	{ "vm-asking", 0, CHANGE, 2, true },
	{ "vm-answered", 0, CHANGE, 2, true },
	{ "vm-asking", 0, GROW, 1, true },
	{ "vm-answered", 0, GROW, 1, true },
	{ "vm-asking", 0, REGROUP, 1, true },
	{ "vm-answered", 0, REGROUP, 1, true },
	{ "vm-asking", 0, DELETE, 2, true },
	{ "vm-answered", 0, DELETE, 2, true },
	/* of the nDirector: its vServer has it not any more */
	{ "vm-asking", 0, LEAVE, 1, true },
	{ "vm-answered", 0, LEAVE, 1, true },
	/* once, and for each of three VMs */
	{ "group-stored", 0, GROUP, 1 },
	{ "group-begun", 0, GROUP, 3, true },
	{ "group-member", 0, GROUP, 3, true },
	{ "group-ended", 0, GROUP, 1 },
};

#define N_POINTS (sizeof(points) / sizeof(points[0]))

static unsigned int slowest;
static const char *slowest_at = "";

/* True: it was answered, so it must be there whatever happens then. */
static bool create(struct lab *lab)
{
	char text[128];
	int status = ask(lab, 0, "POST", "/vms", WEB, "state", text, sizeof(text));

	assert_true(status == 202 || !status);
	return status;
}

/* The same; @id is empty if it was not answered. */
static void move(struct lab *lab, const char *verb, char *id, size_t size)
{
	char path[32];
	int status = 0;

	snprintf(path, sizeof(path), "/vms/web/%s", verb);
	/* who was started again has no session with the others yet; or one is dead already */
	LAB_WAIT(lab, !alive(0) || !alive(1) ||
		 (status = ask(lab, 0, "POST", path, HOST3, "id", id, size)) != 503);
	if (status && status != 503 && status != 202)
		fail_msg("the move is refused: %d", status);
	if (status != 202)
		*id = '\0';
}

/* A move that was answered is known, and none goes on. */
static bool ended(struct lab *lab, const char *id)
{
	struct reply r = lab_api(lab, 0, "GET", "/moves", NULL);
	json_t *items = json_object_get(r.body, "items"), *item;
	bool found = !*id, over = json_is_array(items);
	const char *state;
	size_t i;

	json_array_foreach(items, i, item) {
		state = json_string_value(json_object_get(item, "state"));
		over &= !strcmp(state, "done") || !strcmp(state, "aborted");
		found |= !strcmp(json_string_value(json_object_get(item, "id")), id);
	}
	reply_free(&r);
	return over && found;
}

/* One owner, one place, one vCenter that says so */
static void check(struct lab *lab, const struct point *p, const char *id)
{
	uint64_t since = loop_now_ms();
	bool there;

	LAB_WAIT(lab, ended(lab, id));
	LAB_WAIT(lab, holders(lab, false) == 1 && holders(lab, true) == 1 && places(lab) == 1);
	there = fake_vm_find(lab, 2, "web");
	LAB_WAIT(lab, is(lab, there, "/vms/web", 200, "state", "running"));
	LAB_WAIT(lab, is(lab, !there, "/vms/web", 404, NULL, NULL));
	assert_string_equal(fake_place_find(lab, there, MAC)->nve,
			    there ? "dc2/host3" : "dc1/host1");
	if (loop_now_ms() - since <= slowest)
		return;
	slowest = loop_now_ms() - since;
	slowest_at = p->name;
}

static void finish(struct lab *lab)
{
	int there = !!fake_vm_find(lab, 2, "web");

	lab_expect(lab, there, "DELETE", "/vms/web", NULL, 202, NULL, NULL);
	LAB_WAIT(lab, is(lab, there, "/vms/web", 404, NULL, NULL) && !holders(lab, false) &&
		 !places(lab));
}

/* Until it is made, also if the first request for it was lost with its vCenter */
static void until_made(struct lab *lab, bool answered)
{
	LAB_WAIT(lab, is(lab, 0, "/vns", 200, NULL, NULL) && lab_ready(lab));
	if (!answered && is(lab, 0, "/vms/web", 404, NULL, NULL)) {
		/* its server may be asked before the vCenter knows that it is there */
		LAB_WAIT(lab, create(lab));
	}
	LAB_WAIT(lab, is(lab, 0, "/vms/web", 200, "state", "running"));
}

/* Its status; 0 without an answer */
static int take_back(struct lab *lab, const char *id)
{
	char path[96], text[64];

	snprintf(path, sizeof(path), "/moves/%s/abort", id);
	return ask(lab, 0, "POST", path, NULL, "error", text, sizeof(text));
}

/* The operator takes it back while the image is on its way. */
static void begin_abort(struct lab *lab, char *id, size_t size)
{
	char path[96];

	lab->mute = MSG(RELOCATE_DEST);
	move(lab, "move", id, size);
	snprintf(path, sizeof(path), "/moves/%s", id);
	LAB_WAIT(lab, is(lab, 0, path, 200, "step", "pull"));
	take_back(lab, id);
	lab->mute = 0;
}

/* --- what is done while it is killed, and what must be then */

static const struct request {
	const char *method, *path, *body;
} requests[] = {
	[STOP] = { "POST", "/vms/web/stop", NULL },
	[CHANGE] = { "PATCH", "/vms/web",
		     "{\"nics\":[{\"ip\":[\"10.0.0.1/24\",\"10.0.0.7/24\"]}]}" },
	[GROW] = { "PATCH", "/vms/web", "{\"disk_mib\":48}" },
	[REGROUP] = { "PATCH", "/vms/web", "{\"group\":\"crew\"}" },
	[DELETE] = { "DELETE", "/vms/web", NULL },
};

struct word {
	bool done;
	uint32_t code;
};

static void heard(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	*(struct word *)arg = (struct word){ true, code };
}

/* V4, which its vServer asks for; as a status */
static int leave(struct lab *lab)
{
	static const uint8_t none[16];
	struct fake_vm *vm = fake_vm_find(lab, 0, "web");
	Nvo3__VmUnregister msg = NVO3__VM_UNREGISTER__INIT;
	static struct uuid id;
	struct word word = { };

	if (vm)
		id = vm->uuid;
	assert_memory_not_equal(id.b, none, sizeof(none));
	fake_vm_del(&lab->server[0], vm);
	msg.vm = msg_put_uuid(&id);
	chan_request(lab->server[0].chan, MSG(VM_UNREGISTER), &msg.base, 0, heard, &word);
	LAB_WAIT(lab, word.done);
	return word.code == CODE(OK) ? 202 : 0;
}

static int request(struct lab *lab, int when)
{
	char text[64];

	if (when == LEAVE)
		return leave(lab);
	return ask(lab, 0, requests[when].method, requests[when].path, requests[when].body,
		   "name", text, sizeof(text));
}

/* If the first request was lost with its vCenter it is made again: nobody minds. */
static void until_done(struct lab *lab, int when)
{
	int status = 0;

	LAB_WAIT(lab, is(lab, 0, "/vns", 200, NULL, NULL) && lab_ready(lab));
	/* it waits for its turn behind what goes on, and for sessions */
	LAB_WAIT(lab, (status = request(lab, when)) == 202 || status == 404);
	assert_true(status == 202 || when == DELETE);
	if (when == DELETE || when == LEAVE)
		LAB_WAIT(lab, is(lab, 0, "/vms/web", 404, NULL, NULL) && !holders(lab, false) &&
			 !places(lab));
	else
		LAB_WAIT(lab, is(lab, 0, "/vms/web", 200, "doing", ""));
}

static void check_done(struct lab *lab, int when)
{
	until_done(lab, when);
	if (when == DELETE || when == LEAVE)
		return;
	assert_int_equal(holders(lab, false), 1);
	assert_int_equal(holders(lab, true), when != STOP);
	assert_int_equal(places(lab), 1);
	assert_true(is(lab, 0, "/vms/web", 200, "state", when == STOP ? "stopped" : "running"));
	if (when == CHANGE)
		assert_int_equal(fake_place_find(lab, 0, MAC)->n_ips, 2);
	if (when == GROW) {
		assert_true(is(lab, 0, "/vms/web", 200, "disk_mib", "48"));
		assert_int_equal(fake_vm_find(lab, 0, "web")->profile->disk_mib, 48);
	}
	if (when == REGROUP) {
		assert_true(is(lab, 0, "/vms/web", 200, "group", "crew"));
		assert_string_equal(fake_vm_find(lab, 0, "web")->profile->group, "crew");
	}
	finish(lab);
}

/* Killed when the other one may have taken the commit, and not said so. */
static bool kill_unsure(struct lab *lab, const struct point *p, char *id, size_t size)
{
	faults_kill(faults[1], "dest-committing", 1);
	faults_kill(faults[0], p->name, 1);
	move(lab, "move", id, size);
	return revive(lab, 1, "dest-committing", 1) && revive(lab, 0, p->name, 1);
}

/* False: it is not passed so often. */
static bool kill_in_move(struct lab *lab, const struct point *p, unsigned int at)
{
	char id[64] = "";
	bool killed;
	int status;

	if (p->when == UNSURE) {
		killed = kill_unsure(lab, p, id, sizeof(id));
	} else {
		faults_kill(faults[p->who], p->name, at);
		if (p->when == ABORT)
			begin_abort(lab, id, sizeof(id));
		else
			move(lab, p->when == COPY ? "replicate" : "move", id, sizeof(id));
		killed = revive(lab, p->who, p->name, at);
	}
	/* without an answer it may be lost; asked for again, it is the same */
	if (p->when == ABORT)
		LAB_WAIT(lab, (status = take_back(lab, id)) && status != 503);
	check(lab, p, id);
	finish(lab);
	return killed;
}

static bool kill_in_operation(struct lab *lab, const struct point *p, unsigned int at)
{
	bool killed;

	faults_kill(faults[p->who], p->name, at);
	request(lab, p->when);
	killed = revive(lab, p->who, p->name, at);
	check_done(lab, p->when);
	return killed;
}

static bool kill_in_creation(struct lab *lab, const struct point *p, unsigned int at)
{
	bool answered, killed;

	faults_kill(faults[p->who], p->name, at);
	answered = create(lab);
	killed = revive(lab, p->who, p->name, at);
	until_made(lab, answered);
	check(lab, p, "");
	finish(lab);
	return killed;
}

/* --- a group of three */

#define CREW	3

static int crew(struct lab *lab, bool running)
{
	char name[8];
	int n = 0;

	for (int i = 0; i < CREW; i++) {
		struct fake_vm *vm;

		snprintf(name, sizeof(name), "crew%d", i);
		vm = fake_vm_find(lab, 0, name);
		n += vm && vm->running == running;
	}
	return n;
}

static void make_crew(struct lab *lab)
{
	char body[256], path[32], text[64];

	LAB_WAIT(lab, is(lab, 0, "/vns", 200, NULL, NULL) && lab_ready(lab));
	for (int i = 0; i < CREW; i++) {
		snprintf(body, sizeof(body), "{\"name\":\"crew%d\",\"tenant\":\"alice\",\"group\":"
			 "\"crew\",\"server\":\"host1\",\"nics\":[{\"vn\":\"blue\"}]}", i);
		snprintf(path, sizeof(path), "/vms/crew%d", i);
		LAB_WAIT(lab, ask(lab, 0, "POST", "/vms", body, "name", text, sizeof(text)) == 202);
		LAB_WAIT(lab, is(lab, 0, path, 200, "state", "running"));
	}
}

/* Who is not answered asks again, with the same id. */
static void until_all_done(struct lab *lab, const char *action, bool again)
{
	static unsigned int number;
	char body[256], path[64], text[64];
	int status = 0;

	number += !again;
	snprintf(path, sizeof(path), "/operations/6ba7b810-9dad-41d1-80b4-%012u", number);
	snprintf(body, sizeof(body), "{\"id\":\"%s\",\"tenant\":\"alice\",\"group\":\"crew\","
		 "\"action\":\"%s\",\"parallel\":2}", path + strlen("/operations/"), action);
	status = ask(lab, 0, "POST", "/operations", body, "state", text, sizeof(text));
	if (!again && !status)
		return;
	LAB_WAIT(lab, status == 202 || (status = ask(lab, 0, "POST", "/operations", body, "state",
						     text, sizeof(text))) == 202);
	if (again)
		LAB_WAIT(lab, is(lab, 0, path, 200, "state", "done"));
}

/* Each is stopped once, none is forgotten; and all can be deleted. */
static bool kill_in_group(struct lab *lab, const struct point *p, unsigned int at)
{
	bool killed;

	make_crew(lab);
	faults_kill(faults[0], p->name, at);
	until_all_done(lab, "stop", false);
	killed = revive(lab, 0, p->name, at);
	LAB_WAIT(lab, is(lab, 0, "/vns", 200, NULL, NULL) && lab_ready(lab));
	until_all_done(lab, "stop", true);
	assert_int_equal(crew(lab, false), CREW);
	until_all_done(lab, "delete", false);
	until_all_done(lab, "delete", true);
	assert_int_equal(crew(lab, false) + crew(lab, true), 0);
	return killed;
}

static bool kill_at(struct lab *lab, const struct point *p, unsigned int at)
{
	if (p->when == CREATE)
		return kill_in_creation(lab, p, at);
	if (p->when == GROUP)
		return kill_in_group(lab, p, at);
	if (p->when == START) {
		kill_now(p->who);
		faults_kill(faults[p->who], p->name, at);
		launch(lab, p->who);
		revive(lab, p->who, p->name, at);
	}
	until_made(lab, create(lab));
	if (p->when == START) {
		check(lab, p, "");
		finish(lab);
		return true;
	}
	if (p->when == STOP || p->when == CHANGE || p->when == GROW || p->when == REGROUP ||
	    p->when == DELETE || p->when == LEAVE)
		return kill_in_operation(lab, p, at);
	return kill_in_move(lab, p, at);
}

static void test_each_point(void **state)
{
	unsigned int wanted = 0;

	for (unsigned int i = 0; i < N_POINTS; i++) {
		for (unsigned int at = 1; at <= (points[i].each ? points[i].at : 1); at++) {
			assert_true(kill_at(*state, &points[i], at));
			/* both are, where one is unsure about the other */
			wanted += points[i].when == UNSURE ? 2 : 1;
		}
	}
	print_message("%u kills; all in its place after %u ms at most (%s)\n", kills, slowest,
		      slowest_at);
	assert_true(slowest < SETTLE_MS);
	assert_int_equal(kills, wanted);
}

/* At a passage that there is: one that is not passed so often has its turn at an earlier one. */
static void random_kill(struct lab *lab)
{
	const struct point *p = &points[random() % N_POINTS];
	unsigned int at = 1 + random() % p->at;

	while (!kill_at(lab, p, at))
		at = 1 + random() % (at - 1);
}

static void test_random_points(void **state)
{
	unsigned int n = faults_many(4, 200), seed = getpid();

	print_message("seed %u\n", seed);
	srandom(seed);
	kills = 0;
	for (unsigned int i = 0; i < n; i++)
		random_kill(*state);
	assert_in_range(kills, n, 2 * n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_each_point, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_random_points, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
