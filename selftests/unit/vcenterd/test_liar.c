// SPDX-License-Identifier: GPL-2.0
/*
 * A vServer that lies (Documentation/monitoring.rst). host1 and host2 have one VM each; host2 says
 * what the test wants, by the real protocol. Nothing of host1's may change, and somebody is told.
 *
 *	host1 [web]		host2 [own], the liar
 *	     \			/
 *	      vCenter of dc1
 */
#include "lab_api.h"
#include "move_run.h"

#define BLUE "{\"name\":\"blue\",\"vni\":100}"
#define VM(name, server, n) "{\"name\":\"" name "\",\"tenant\":\"alice\",\"server\":\"" server "\"," \
	"\"nics\":[{\"vn\":\"blue\",\"mac\":\"02:00:00:00:00:0" n "\",\"ip\":\"10.0.0." n "/24\"}]}"
#define HONEST	0
#define LIAR	1

struct answer {
	bool done;
	uint32_t code;
	char text[512];
};

static void heard(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct answer *a = arg;

	a->done = true;
	a->code = code;
	snprintf(a->text, sizeof(a->text), "%s", text ? text : "");
}

static struct answer ask(struct lab *lab, uint32_t type, const ProtobufCMessage *msg)
{
	struct answer a = { };

	chan_request(lab->server[LIAR].chan, type, msg, 0, heard, &a);
	LAB_WAIT(lab, a.done);
	return a;
}

/* All that was sent before has been read: requests and events come in order. */
static void settle(struct lab *lab)
{
	Nvo3__VmLookup msg = NVO3__VM_LOOKUP__INIT;

	msg.name = "web";
	assert_int_equal(ask(lab, MSG(VM_LOOKUP), &msg.base).code, CODE(OK));
}

/* What host1 has, and its VM, as the API shows them; to be compared. */
static json_t *honest(struct lab *lab)
{
	struct reply vm = lab_api(lab, 0, "GET", "/vms/web", NULL);
	struct reply server = lab_api(lab, 0, "GET", "/servers/host1", NULL);
	struct reply use = lab_api(lab, 0, "GET", "/vms/web/use", NULL);

	assert_int_equal(vm.status + server.status + use.status, 600);
	return json_pack("{s:o, s:o, s:o}", "vm", vm.body, "server", server.body, "use",
			 use.body);
}

static void unchanged(struct lab *lab, json_t *before)
{
	json_t *after = honest(lab);

	if (!json_equal(before, after))
		fail_msg("before: %s\nafter: %s", json_dumps(before, JSON_SORT_KEYS),
			 json_dumps(after, JSON_SORT_KEYS));
	json_decref(before);
	json_decref(after);
}

static struct vm *vm_of(struct lab *lab, const char *name)
{
	return inventory_vm_by_name(lab->vc[0]->inv, name);
}

static void say_use(struct lab *lab, int server, const char *vm, uint64_t time, uint64_t cpu_ns,
		    uint64_t memory_kib)
{
	Nvo3__VmUseEvent event = NVO3__VM_USE_EVENT__INIT;
	Nvo3__VmUse use = NVO3__VM_USE__INIT, *uses = &use;

	use.vm = msg_put_uuid(&vm_of(lab, vm)->uuid);
	use.time = time;
	use.cpu_ns = cpu_ns;
	use.memory_kib = memory_kib;
	event.uses = &uses;
	event.n_uses = 1;
	chan_event(lab->server[server].chan, MSG(VM_USE), &event.base);
}

static const struct usage *usage_of(struct lab *lab, const char *vm)
{
	static const struct usage none;

	return vm_of(lab, vm)->watched ? &vm_of(lab, vm)->watched->usage : &none;
}

static int setup(void **state)
{
	struct lab *lab;
	uint64_t now;

	if (lab_setup(state))
		return -1;
	lab = *state;
	lab_expect(lab, 0, "POST", "/vns", BLUE, 201, "name", "blue");
	lab_expect(lab, 0, "POST", "/vms", VM("web", "host1", "1"), 202, "state", "creating");
	lab_expect(lab, 0, "POST", "/vms", VM("own", "host2", "2"), 202, "state", "creating");
	lab_until(lab, 0, "/vms/web", "state", "running");
	lab_until(lab, 0, "/vms/own", "state", "running");
	/* a rate of 500 permille each */
	now = wall_ms() - 60000;
	for (int n = HONEST; n <= LIAR; n++) {
		const char *vm = n == HONEST ? "web" : "own";

		say_use(lab, n, vm, now, 1000000000, 1000);
		say_use(lab, n, vm, now + 20000, 11000000000, 1000);
		LAB_WAIT(lab, usage_of(lab, vm)->now.cpu_permille == 500);
	}
	return 0;
}

static struct answer register_again(struct lab *lab, uint32_t cpus, uint32_t memory_mib,
				    uint32_t max_vms)
{
	Nvo3__ServerRegister req = NVO3__SERVER_REGISTER__INIT;
	Nvo3__VmReport report = NVO3__VM_REPORT__INIT, *reports = &report;

	report.profile = fake_vm_find(lab, LIAR, "own")->profile;
	report.state = NVO3__VM_STATE__VM_RUNNING;
	req.nve = "dc1/host2";
	req.image_addr = "127.0.0.1:6660";
	req.cpus = cpus;
	req.memory_mib = memory_mib;
	req.disk_mib = 4096;
	req.max_vms = max_vms;
	req.vms = &reports;
	req.n_vms = 1;
	return ask(lab, MSG(SERVER_REGISTER), &req.base);
}

/* --- capacity */

static void test_more_than_any_machine(void **state)
{
	struct lab *lab = *state;
	json_t *before = honest(lab);
	struct answer a;

	a = register_again(lab, UINT32_MAX, UINT32_MAX, UINT32_MAX);
	assert_int_equal(a.code, CODE(BAD_MESSAGE));
	assert_non_null(strstr(a.text, "no machine has that"));
	assert_true(lab_event(lab, 0, true, "server-refused", "no machine has that"));
	/* what it said before holds: VMs do not all go there */
	lab_expect(lab, 0, "GET", "/servers/host2", NULL, 200, "cpus", "8");
	unchanged(lab, before);
}

static void test_less_than_is_booked(void **state)
{
	struct lab *lab = *state;
	json_t *before = honest(lab);

	assert_int_equal(register_again(lab, 0, 1, 1).code, CODE(OK));
	assert_true(lab_event(lab, 0, true, "server-overbooked", "host2 has 1 VMs, 0 cpus, 1 MiB"));
	lab_expect(lab, 0, "GET", "/vms/own", NULL, 200, "state", "running");
	lab_expect(lab, 0, "POST", "/vms", VM("new", "host2", "3"), 507, "error", "host2");
	unchanged(lab, before);
	assert_int_equal(register_again(lab, 8, 4096, 4).code, CODE(OK));
	assert_true(lab_event(lab, 0, false, "server-overbooked", "is over"));
}

/* --- uses */

static void test_uses_of_others(void **state)
{
	struct lab *lab = *state;
	json_t *before = honest(lab);

	for (int i = 1; i <= 100; i++)
		say_use(lab, LIAR, "web", wall_ms() - 30000 + i * 10, i * 1000000000ull, 1 << 30);
	settle(lab);
	assert_true(lab_event(lab, 0, true, "server-foreign",
			      "host2 speaks of what is not its own: web"));
	unchanged(lab, before);
}

static void test_uses_that_cannot_be(void **state)
{
	struct lab *lab = *state;
	json_t *before = honest(lab);
	uint64_t now = wall_ms();

	say_use(lab, LIAR, "own", now, 11000000000 + 100 * 40000000000ull, 1000);
	say_use(lab, LIAR, "own", now, 12000000000, UINT64_MAX);
	say_use(lab, LIAR, "own", UINT64_MAX, 12000000000, 1000);
	settle(lab);
	assert_true(lab_event(lab, 0, true, "vm-absurd", "server host2 says of VM own"));
	assert_int_equal(usage_of(lab, "own")->now.cpu_permille, 500);
	lab_expect(lab, 0, "GET", "/servers/host2", NULL, 200, "overloaded", "");
	unchanged(lab, before);
	lab_metrics(lab, 0, "'nvo3_use_refused_total=3' 'nvo3_alarms{kind=\"vm-absurd\"}=1'");
}

static void test_repeats_and_reorders(void **state)
{
	struct lab *lab = *state;
	uint64_t last = usage_of(lab, "own")->last.time;
	json_t *before = honest(lab);

	for (int i = 0; i < 100; i++) {
		say_use(lab, LIAR, "own", last, 11000000000, 1000);
		say_use(lab, LIAR, "own", last - i * 100, 900000000000, 1000);
	}
	settle(lab);
	assert_int_equal(usage_of(lab, "own")->last.time, last);
	assert_null(history_recent(&usage_of(lab, "own")->history, 1));
	assert_int_equal(lab->vc[0]->monitor->refused, 200);
	/* who tells nothing new is silent: what was told last does not count for ever */
	assert_true(lab_event(lab, 0, true, "vm-silent", "host2 tells nothing of its use"));
	assert_int_equal(usage_of(lab, "own")->now.cpu_permille, 0);
	unchanged(lab, before);
}

/* --- silence */

/* --- its machine */

static Nvo3__HostLoad machine(uint32_t permille)
{
	Nvo3__HostLoad l = NVO3__HOST_LOAD__INIT;

	l.time = wall_ms();
	l.cpus = 4;
	l.cpu_permille = permille;
	l.memory_kib = 1 << 20;
	l.memory_used_kib = 1 << 19;
	l.disk_kib = 1 << 20;
	return l;
}

/* As the API has it at @path; -1: nothing is known, which is not 0 */
static int shown(struct lab *lab, const char *path)
{
	struct reply r = lab_api(lab, 0, "GET", path, NULL);
	json_t *host = json_object_get(r.body, "host");
	int n = host ? json_integer_value(json_object_get(host, "cpu_permille")) : -1;

	assert_int_equal(r.status, 200);
	reply_free(&r);
	return n;
}

static void test_a_machine_that_cannot_be(void **state)
{
	struct lab *lab = *state;
	json_t *before = honest(lab);
	Nvo3__HostLoad good = machine(250), l;

	assert_int_equal(shown(lab, "/servers/host1"), -1);
	assert_int_equal(shown(lab, "/servers/host2/use"), -1);
	chan_event(lab->server[LIAR].chan, MSG(HOST_LOAD), &good.base);
	settle(lab);
	assert_int_equal(shown(lab, "/servers/host2"), 250);
	assert_int_equal(shown(lab, "/servers/host2/use"), 250);
	for (int i = 0; i < 100; i++) {
		l = machine(UINT32_MAX);
		l.memory_used_kib = UINT64_MAX;
		chan_event(lab->server[LIAR].chan, MSG(HOST_LOAD), &l.base);
		l = good;
		chan_event(lab->server[LIAR].chan, MSG(HOST_LOAD), &l.base);
	}
	settle(lab);
	assert_true(lab_event(lab, 0, true, "server-absurd", "server host2 says of its machine"));
	assert_int_equal(shown(lab, "/servers/host2"), 250);
	lab_metrics(lab, 0, "'nvo3_use_refused_total=200' 'nvo3_alarms{kind=\"server-absurd\"}=1' "
		    "'nvo3_host_used_cpus{server=\"host2\"}=1'");
	unchanged(lab, before);
	/* without a session nothing of it is known */
	chan_drop(lab->server[LIAR].chan, "by the test");
	LAB_WAIT(lab, !inventory_server(lab->vc[0]->inv, "host2")->session);
	assert_int_equal(shown(lab, "/servers/host2"), -1);
}

static void test_silence(void **state)
{
	struct lab *lab = *state;
	struct server *liar = inventory_server(lab->vc[0]->inv, "host2");

	/* as if its last report were long ago */
	liar->watched->heard -= 10 * 60000;
	LAB_WAIT(lab, lab_event(lab, 0, true, "server-silent", "host2 told of its VMs"));
	assert_false(lab_event(lab, 0, true, "server-silent", "host1"));
	say_use(lab, LIAR, "own", wall_ms(), 12000000000, 1000);
	LAB_WAIT(lab, lab_event(lab, 0, false, "server-silent", "is over"));
	/* it tells of its VMs, but not of this one */
	for (int i = 0; i < 3; i++) {
		Nvo3__VmUseEvent event = NVO3__VM_USE_EVENT__INIT;

		chan_event(lab->server[LIAR].chan, MSG(VM_USE), &event.base);
	}
	LAB_WAIT(lab, lab_event(lab, 0, true, "vm-silent", "host2 tells nothing of its use"));
	assert_int_equal(liar->use.cpu_permille, 0);
	assert_int_equal(usage_of(lab, "web")->now.cpu_permille, 500);
}

/* --- VMs of others */

static void test_states_of_others(void **state)
{
	Nvo3__VmStateEvent event = NVO3__VM_STATE_EVENT__INIT;
	struct lab *lab = *state;
	json_t *before = honest(lab);

	event.vm = msg_put_uuid(&vm_of(lab, "web")->uuid);
	event.state = NVO3__VM_STATE__VM_FAILED;
	event.text = "it is mine now";
	chan_event(lab->server[LIAR].chan, MSG(VM_STATE), &event.base);
	settle(lab);
	assert_true(lab_event(lab, 0, true, "server-foreign", "web"));
	assert_false(lab_event(lab, 0, true, "vm-state", "it is mine now"));
	unchanged(lab, before);
}

static void test_others_are_its_own(void **state)
{
	Nvo3__VmRegister msg = NVO3__VM_REGISTER__INIT;
	Nvo3__VmUnregister un = NVO3__VM_UNREGISTER__INIT;
	Nvo3__VmReport report = NVO3__VM_REPORT__INIT;
	struct lab *lab = *state;
	json_t *before = honest(lab);
	uint64_t epoch = fake_place_find(lab, 0, "02:00:00:00:00:01")->epoch;

	report.profile = fake_vm_find(lab, HONEST, "web")->profile;
	report.state = NVO3__VM_STATE__VM_RUNNING;
	msg.vm = &report;
	assert_int_equal(ask(lab, MSG(VM_REGISTER), &msg.base).code, CODE(EXISTS));
	assert_true(lab_event(lab, 0, true, "claim-refused",
			      "to server host2: VM web does not live on"));
	un.vm = report.profile->vm;
	assert_int_equal(ask(lab, MSG(VM_UNREGISTER), &un.base).code, CODE(DENIED));
	assert_true(lab_event(lab, 0, true, "vm-unregister", "refused to server host2"));
	assert_int_equal(fake_place_find(lab, 0, "02:00:00:00:00:01")->epoch, epoch);
	unchanged(lab, before);
}

static void test_moves_of_others(void **state)
{
	Nvo3__RelocateProgress event = NVO3__RELOCATE_PROGRESS__INIT;
	struct lab *lab = *state;
	struct move_job *job;
	struct uuid move;
	struct reply r;

	/* from host1 to another DC, which does not answer any more */
	lab->mute = MSG(RELOCATE_DEST);
	r = lab_api(lab, 0, "POST", "/vms/web/move", "{\"dc\":\"dc2\",\"server\":\"host3\"}");
	assert_int_equal(r.status, 202);
	uuid_parse(&move, json_string_value(json_object_get(r.body, "id")), NULL);
	reply_free(&r);
	job = move_run_lookup(lab->vc[0], &move);
	LAB_WAIT(lab, job->m.size);
	event.move = msg_put_uuid(&move);
	event.done = 12345;
	event.total = job->m.size;
	event.late_known = true;
	event.late = 1 << 20;
	event.silent = 1;
	event.last_out = 1;
	event.active = 1;
	event.first_in = 1;
	chan_event(lab->server[LIAR].chan, MSG(RELOCATE_PROGRESS), &event.base);
	settle(lab);
	assert_int_equal(job->m.image_done, 0);
	assert_false(job->m.figures.late_known);
	assert_int_equal(job->m.figures.silent + job->m.figures.active, 0);
	/* who takes part may say it */
	chan_event(lab->server[HONEST].chan, MSG(RELOCATE_PROGRESS), &event.base);
	LAB_WAIT(lab, job->m.image_done == 12345);
	lab->mute = 0;
}

/* --- again and again */

static void test_registers_again_and_again(void **state)
{
	struct lab *lab = *state;
	json_t *before = honest(lab);
	unsigned int places = 0;
	struct fake_place *p;

	for (int i = 0; i < 200; i++)
		assert_int_equal(register_again(lab, 8, 4096, 4).code, CODE(OK));
	assert_int_equal(HASH_COUNT(lab->vc[0]->inv->vms), 2);
	DL_COUNT(lab->director[0].places, p, places);
	assert_int_equal(places, 2);
	assert_true(lab_event(lab, 0, true, "server-noisy", "host2") ||
		    lab_event(lab, 0, true, "server-noisy", "says more than"));
	unchanged(lab, before);
}

/* What others have said is still in the log. */
static void test_alerts_without_end(void **state)
{
	struct lab *lab = *state;
	json_t *before = honest(lab);
	unsigned int said = 0;
	const struct event *e;
	uint64_t seq = 0;

	note_alert(lab->vc[0], "vm-state", "web", "said by host1 before");
	for (int i = 0; i < 5000; i++) {
		Nvo3__Alert alert = NVO3__ALERT__INIT;
		char subject[32];

		snprintf(subject, sizeof(subject), "vm%d", i);
		alert.kind = "server-down";
		alert.subject = subject;
		alert.text = "all is lost";
		chan_event(lab->server[LIAR].chan, MSG(ALERT), &alert.base);
		if (i % 100 == 0)
			settle(lab);
	}
	settle(lab);
	assert_true(lab_event(lab, 0, true, "vm-state", "said by host1 before"));
	assert_true(lab_event(lab, 0, true, "server-noisy", "it says more than"));
	while ((e = events_next(lab->vc[0]->events, seq, true))) {
		seq = e->seq;
		said += !!strstr(e->text, "all is lost");
		/* and whose word it is */
		assert_true(!strstr(e->text, "all is lost") || strstr(e->text, "host2 says:"));
	}
	assert_true(said >= CHATTER_BURST / 2 && said < 1000);
	unchanged(lab, before);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_more_than_any_machine),
		TEST(test_less_than_is_booked),
		TEST(test_uses_of_others),
		TEST(test_uses_that_cannot_be),
		TEST(test_repeats_and_reorders),
		TEST(test_a_machine_that_cannot_be),
		TEST(test_silence),
		TEST(test_states_of_others),
		TEST(test_others_are_its_own),
		TEST(test_moves_of_others),
		TEST(test_registers_again_and_again),
		TEST(test_alerts_without_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
