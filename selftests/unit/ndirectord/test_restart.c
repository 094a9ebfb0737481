// SPDX-License-Identifier: GPL-2.0
/*
 * A real director that dies: what it answered is there afterwards, and nobody notices more than
 * he has to.
 */
#include <signal.h>
#include <sys/stat.h>
#include "lab.c"

static struct proc d;
static struct peer center, host1, host2;

static void connect_all(void)
{
	peer_open(&center, &d, "dc1", "vcenter", "vc", true);
	peer_open(&host1, &d, "dc1", "nve", "host1", true);
	peer_open(&host2, &d, "dc1", "nve", "host2", true);
}

static void begin(void **state)
{
	proc_init(&d, *state, 1);
	proc_start(&d);
	connect_all();
	assert_int_equal(say_vn_set(&center, 1, 100, "blue"), CODE(OK));
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_int_equal(say_register(&host2, 2), CODE(OK));
	assert_int_equal(say_join(&host1, 1, NULL, 0), CODE(OK));
	assert_int_equal(say_join(&host2, 1, NULL, 0), CODE(OK));
}

static uint64_t live(struct peer *nve, uint32_t addr)
{
	struct place p = { .vn = 1, .vm = addr, .addr = addr, .ip = 1, .nve = nve->self };

	assert_int_equal(say_place(&center, &p), CODE(OK));
	assert_int_equal(say_advertise(nve, 1, addr, 1, center.epoch), CODE(OK));
	return center.epoch;
}

/* All that the API shows of what must survive, as one text */
static char *everything(void)
{
	static const char *const paths[] = { "/status", "/nves", "/vns", "/mappings",
					     "/placements" };
	char *text = strdup(""), *more;
	json_t *json;
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		json = proc_get(&d, paths[i]);
		json_object_del(json, "vcenters");
		more = json_dumps(json, JSON_SORT_KEYS);
		text = realloc(text, strlen(text) + strlen(more) + 1);
		strcat(text, more);
		free(more);
		json_decref(json);
	}
	return text;
}

static void restart(int signo, int status)
{
	proc_end(&d, signo, status);
	proc_start(&d);
}

static void same_after(int signo, int status)
{
	char *before = everything(), *after;

	restart(signo, status);
	after = everything();
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void test_it_knows_all_after_being_killed(void **state)
{
	begin(state);
	live(&host1, 1);
	live(&host1, 2);
	live(&host2, 3);
	assert_int_equal(say_withdraw(&host2, 1, 3, center.epoch), CODE(OK));
	same_after(SIGKILL, -1);
	same_after(SIGTERM, 0);
	assert_int_equal(proc_count(&d, "/members", NULL, NULL), 2);
	assert_int_equal(proc_count(&d, "/alerts", NULL, NULL), 0);
}

static void reconnected(struct peer *p, unsigned int ups)
{
	LAB_WAIT(d.lab, p->up && p->ups > ups);
}

static void test_sessions_resume(void **state)
{
	uint64_t early, epoch;

	begin(state);
	live(&host1, 1);
	LAB_WAIT(d.lab, peer_map(&host2, 1, 1));
	early = host2.revision;
	epoch = live(&host1, 2);
	live(&host1, 3);
	LAB_WAIT(d.lab, peer_map(&host2, 1, 3));
	assert_int_equal(say_withdraw(&host1, 1, 2, epoch), CODE(OK));
	LAB_WAIT(d.lab, !peer_map(&host2, 1, 2));
	live(&host1, 4);
	LAB_WAIT(d.lab, peer_map(&host2, 1, 4));

	restart(SIGKILL, -1);
	reconnected(&host1, 1);
	reconnected(&host2, 1);
	reconnected(&center, 1);
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_int_equal(say_join(&host1, 1, host1.store, host1.revision), CODE(OK));
	assert_int_equal(say_register(&host2, 2), CODE(OK));
	host2.begins = 0;
	host2.updates = 0;
	/* up to date: told nothing but what is new */
	assert_int_equal(say_join(&host2, 1, host2.store, host2.revision), CODE(OK));
	live(&host1, 5);
	LAB_WAIT(d.lab, peer_map(&host2, 1, 5));
	assert_int_equal(host2.updates, 1);
	assert_int_equal(HASH_COUNT(host2.maps), 4);
	/* behind the newest deletion, which it has forgotten: a snapshot */
	host2.ends = 0;
	assert_int_equal(say_join(&host2, 1, host2.store, early), CODE(OK));
	LAB_WAIT(d.lab, host2.ends == 1);
	assert_int_equal(HASH_COUNT(host2.maps), 4);
	assert_int_equal(host1.member_sets, 1);
}

static void test_who_does_not_come_back_is_stale(void **state)
{
	begin(state);
	live(&host1, 1);
	LAB_WAIT(d.lab, peer_map(&host2, 1, 1));
	peer_close(&host1);
	LAB_WAIT(d.lab, peer_member(&host2, 1, "dc1/host1")->stale);
	restart(SIGKILL, -1);
	/* it was silent before: that is known still */
	assert_int_equal(proc_count(&d, "/nves", "stale", "true"), 1);
	d.grace = 1;
	restart(SIGTERM, 0);
	LAB_WAIT(d.lab, host2.up);
	peer_close(&host2);
	LAB_WAIT(d.lab, proc_count(&d, "/nves", "stale", "true") == 2);
	assert_int_equal(proc_count(&d, "/alerts", "subject", "dc1/host2"), 1);
	assert_int_equal(proc_count(&d, "/mappings", "stale", "true"), 1);
	assert_int_equal(proc_count(&d, "/members", "stale", "true"), 2);
}

static void test_epochs_climb_on(void **state)
{
	struct place p = { .vn = 1, .vm = 1, .addr = 1, .ip = 1, .nve = "dc1/host1" };
	uint64_t first, second;
	uint8_t store[16];
	char command[256];

	begin(state);
	live(&host1, 8);
	first = live(&host1, 1);
	memcpy(store, host1.store, sizeof(store));
	restart(SIGKILL, -1);
	reconnected(&center, 1);
	reconnected(&host1, 1);
	p.addr = 2;
	p.vm = 2;
	assert_int_equal(say_place(&center, &p), CODE(OK));
	second = center.epoch;
	assert_true(second > first);
	p.addr = 1;
	p.vm = 1;

	/* the store is lost: vCenter tells its placements again, the NVE knows its epochs */
	proc_end(&d, SIGTERM, 0);
	snprintf(command, sizeof(command), "rm %s/dc1.db*", d.lab->dir);
	assert_int_equal(system(command), 0);
	proc_start(&d);
	reconnected(&center, 2);
	reconnected(&host1, 2);
	assert_int_equal(say_vn_set(&center, 1, 100, "blue"), CODE(OK));
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_memory_not_equal(host1.store, store, sizeof(store));
	host1.ends = 0;
	assert_int_equal(say_join(&host1, 1, store, host1.revision), CODE(OK));
	LAB_WAIT(d.lab, host1.ends == 1);
	assert_int_equal(HASH_COUNT(host1.maps), 0);
	p.epoch = first;
	assert_int_equal(say_place(&center, &p), CODE(OK));
	assert_int_equal(say_advertise(&host1, 1, 1, 1, first), CODE(OK));
	assert_int_equal(say_advertise(&host1, 1, 77, 1, second), CODE(DENIED));
	p = (struct place){ .vn = 1, .vm = 3, .addr = 3, .ip = 1, .nve = "dc1/host1" };
	assert_int_equal(say_place(&center, &p), CODE(OK));
	assert_true(center.epoch > second);
}

/* Killed again and again in the middle of work: what was answered is there. */
static void test_what_was_answered_is_there(void **state)
{
	enum { ROUNDS = 6, N = 300 };
	static uint64_t epochs[ROUNDS * N];
	unsigned int round, from, ups;

	begin(state);
	for (round = 0; round < ROUNDS; round++) {
		from = round * N;
		say_place_many(&center, 1, from, N, "dc1/host1", epochs + from);
		assert_int_equal(say_advertise_many(&host1, 1, from, N, 0, epochs + from),
				 CODE(OK));
		/* and more, whose answers nobody waits for */
		say_unheard(&host1, 1, 100000 + from, N, epochs + from);
		ups = host1.ups;
		restart(SIGKILL, -1);
		reconnected(&host1, ups);
		reconnected(&center, ups);
		assert_int_equal(say_register(&host1, 1), CODE(OK));
		assert_int_equal(say_join(&host1, 1, NULL, 0), CODE(OK));
		assert_int_equal(proc_count(&d, "/mappings", NULL, NULL), from + N);
		assert_int_equal(proc_count(&d, "/placements", NULL, NULL), from + N);
	}
}

static void test_an_operator_removes_an_nve(void **state)
{
	begin(state);
	live(&host1, 1);
	live(&host2, 2);
	proc_delete(&d, "/nves/dc1/host9", 404, "NVE dc1/host9 is not known here");
	proc_delete(&d, "/nves/dc1/host1", 409, "NVE dc1/host1 has a session");
	peer_close(&host1);
	LAB_WAIT(d.lab, proc_count(&d, "/nves", "up", "false") == 1);
	proc_delete(&d, "/nves/dc1/host1", 409, "1 addresses of VMs are placed at NVE dc1/host1");
	LAB_WAIT(d.lab, peer_map(&host2, 1, 1));
	proc_delete(&d, "/nves/dc1/host1?force=true", 200, NULL);
	/* the others hear of it, and a restart does not bring it back */
	LAB_WAIT(d.lab, !peer_map(&host2, 1, 1) && !peer_member(&host2, 1, "dc1/host1"));
	restart(SIGKILL, -1);
	assert_int_equal(proc_count(&d, "/nves", "name", "dc1/host1"), 0);
	assert_int_equal(proc_count(&d, "/mappings", NULL, NULL), 1);
	/* should it come all the same, it is taken as any other */
	peer_open(&host1, &d, "dc1", "nve", "host1", true);
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_int_equal(proc_count(&d, "/nves", "name", "dc1/host1"), 1);
}

static void test_an_nve_without_anything_is_forgotten(void **state)
{
	begin(state);
	live(&host2, 2);
	assert_int_equal(say_leave(&host1, 1), CODE(OK));
	peer_close(&host1);
	peer_close(&host2);
	LAB_WAIT(d.lab, proc_count(&d, "/nves", "up", "false") == 2);
	proc_end(&d, SIGTERM, 0);
	d.forget = 1;
	proc_start(&d);
	LAB_WAIT(d.lab, proc_count(&d, "/nves", NULL, NULL) == 1);
	assert_int_equal(proc_count(&d, "/nves", "name", "dc1/host2"), 1);
	assert_int_equal(proc_count(&d, "/events", "kind", "nve-forgotten"), 1);
	proc_end(&d, SIGTERM, 0);
	d.forget = 0;
	proc_start(&d);
	assert_int_equal(proc_count(&d, "/nves", NULL, NULL), 1);
}

/* Two directors on one store would each undo what the other one knows. */
static void test_a_second_one_is_refused(void **state)
{
	struct proc second;
	char text[256];

	begin(state);
	proc_init(&second, d.lab, 1);
	proc_launch(&second);
	proc_end(&second, 0, 1);
	snprintf(text, sizeof(text), "store %s: is in use by ndirectord, process %d",
		 lab_path(d.lab, "dc1.db"), d.pid);
	assert_true(proc_logged(&d, text));
	assert_int_equal(proc_count(&d, "/vns", NULL, NULL), 1);
	/* the kernel takes the lock from a process that was killed */
	proc_end(&d, SIGKILL, -1);
	proc_start(&d);
}

/* A store that cannot grow: the director says so and ends, and goes on when it can. */
static void test_a_full_disk(void **state)
{
	static uint64_t epochs[20000];
	unsigned int n, answers;
	struct stat st;

	begin(state);
	say_place_many(&center, 1, 0, 100, "dc1/host1", epochs);
	proc_end(&d, SIGTERM, 0);
	assert_int_equal(stat(lab_path(d.lab, "dc1.db"), &st), 0);
	d.file_limit = st.st_size + 300000;
	proc_start(&d);
	LAB_WAIT(d.lab, center.up && center.ups == 2);
	for (n = 100; proc_alive(&d) && n < 20000; n++) {
		struct place p = { .vn = 1, .vm = n, .addr = n, .nve = "dc1/host1" };

		answers = center.answers;
		if (say_place(&center, &p) != CODE(OK))
			break;
		assert_int_equal(center.answers, answers + 1);
	}
	assert_int_equal(center.code, CODE(UNAVAILABLE));
	/* it was told why before the session ended */
	assert_memory_equal(center.text, "store ", strlen("store "));
	proc_end(&d, 0, 1);
	assert_true(proc_logged(&d, "the store cannot be written, stopping: store "));
	d.file_limit = 0;
	proc_start(&d);
	assert_in_range(proc_count(&d, "/placements", NULL, NULL), n, n + 1);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_it_knows_all_after_being_killed),
		LAB_TEST(test_sessions_resume),
		LAB_TEST(test_who_does_not_come_back_is_stale),
		LAB_TEST(test_epochs_climb_on),
		LAB_TEST(test_what_was_answered_is_there),
		LAB_TEST(test_an_operator_removes_an_nve),
		LAB_TEST(test_an_nve_without_anything_is_forgotten),
		LAB_TEST(test_a_second_one_is_refused),
		LAB_TEST(test_a_full_disk),
	};

	return LAB_MAIN(argc, argv, "restart", tests);
}
