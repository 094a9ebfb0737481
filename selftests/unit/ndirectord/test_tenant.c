// SPDX-License-Identifier: GPL-2.0
/*
 * V10: a tenant asks the nDirector, which knows him by his certificate and asks the vCenter. The
 * two vCenters are the test's.
 */
#include <signal.h>
#include "lab.c"
#include "lib/pki.h"

static struct proc d;
static struct peer one, two;

static void begin(void **state)
{
	struct lab *lab = *state;

	proc_init(&d, lab, 1);
	proc_start(&d);
	peer_open(&one, &d, "dc1", "vcenter", "one", true);
}

static void issue_tenant(const char *name)
{
	char uri[64];
	const char *uris = uri;
	struct err err;

	snprintf(uri, sizeof(uri), "nvo3://dc1/tenant/%s", name);
	if (pki_issue(d.lab->dir, name, &uris, 1, 1, false, &err))
		fail_msg("%s", err.text);
}

/* A request with the certificate @cert; its answer is taken by answer(). */
static pid_t ask_for(const char *cert, const char *method, const char *path, const char *body)
{
	char cmd[1024], out[128];
	pid_t pid;

	snprintf(out, sizeof(out), "%s", lab_path(d.lab, "answer"));
	snprintf(cmd, sizeof(cmd),
		 "curl -sk --noproxy '*' --max-time 50 -w '\n%%{http_code}' --cert %s/%s.pem --key %s/%s.key -X %s %s%s%s https://127.0.0.1:%u/api/v1%s >%s",
		 d.lab->dir, cert, d.lab->dir, cert, method, body ? "-d '" : "", body ? body : "",
		 body ? "'" : "", d.api, path, out);
	pid = fork();
	if (!pid) {
		execl("/bin/sh", "sh", "-c", cmd, NULL);
		_exit(127);
	}
	return pid;
}

/* The loop turns meanwhile. 0: there is none. *ret is static. */
static int answer(pid_t pid, const char **ret)
{
	static char *text;
	int status;
	pid_t done;

	LAB_WAIT(d.lab, (done = waitpid(pid, &status, WNOHANG)) != 0);
	assert_true(done == pid && WIFEXITED(status));
	if (WEXITSTATUS(status))
		return 0;
	free(text);
	text = textfile_read(lab_path(d.lab, "answer"), 1 << 16, NULL);
	assert_non_null(text);
	*ret = text;
	return atoi(strrchr(text, '\n') + 1);
}

static int ask(const char *cert, const char *method, const char *path, const char *body,
	       const char **ret)
{
	return answer(ask_for(cert, method, path, body), ret);
}

static void wish(const char *cert, const char *body, int status, const char *text)
{
	const char *got;
	int code = ask(cert, "POST", "/vms/web/replicate", body, &got);

	if (code != status || !strstr(got, text))
		fail_msg("%d %s, not %d %s", code, got, status, text);
}

#define NEAR "{\"location\":\"dc2/row1\"}"

static void test_his_wish_goes_to_the_vcenter(void **state)
{
	begin(state);
	issue_tenant("alice");
	wish("alice", "{\"location\":\"dc2/row1\",\"id\":\"11111111-2222-4333-8444-555555555555\"}",
	     202, "\"id\":\"11111111-2222-4333-8444-555555555555\"");
	assert_int_equal(one.wishes, 1);
	assert_string_equal(one.wish_tenant, "alice");
	assert_string_equal(one.wish_vm, "web");
	assert_string_equal(one.wish_location, "dc2/row1");
	assert_int_equal(one.wish_move[0], 0x11);
	assert_true(proc_count(&d, "/events", "kind", "tenant-wish") == 1);
	/* an operator says for whom */
	wish("dc1-operator-root", "{\"location\":\"dc2\",\"tenant\":\"bob\"}", 202, "");
	assert_string_equal(one.wish_tenant, "bob");
	one.wish_code = CODE(BAD_STATE);
	wish("alice", NEAR, 409, "no, says the fake");
	one.wish_code = CODE(FULL);
	wish("alice", NEAR, 507, "no, says the fake");
}

/* One of two has it. */
static void test_two_vcenters(void **state)
{
	begin(state);
	issue_tenant("alice");
	peer_open(&two, &d, "dc1", "vcenter", "two", true);
	one.wish_code = CODE(NOT_FOUND);
	wish("alice", NEAR, 202, "\"vm_name\":\"web\"");
	assert_int_equal(two.wishes, 1);
	two.wish_code = CODE(NOT_FOUND);
	wish("alice", NEAR, 404, "tenant alice has no VM web");
	/* the other may have it, and cannot be asked */
	two.wish_code = CODE(UNAVAILABLE);
	wish("alice", NEAR, 503, "no, says the fake");
}

#define ID "11111111-2222-4333-8444-555555555555"
#define MOVE "/moves/" ID

static void tells(const char *cert, const char *method, const char *path, int status,
		  const char *text)
{
	const char *got;
	int code = ask(cert, method, path, NULL, &got);

	if (code != status || !strstr(got, text))
		fail_msg("%d %s, not %d %s", code, got, status, text);
}

static void test_he_follows_his_move(void **state)
{
	begin(state);
	issue_tenant("alice");
	tells("alice", "GET", MOVE, 200,
	      "{\"id\":\"" ID "\",\"vm_name\":\"web\",\"from\":\"dc1\",\"to\":\"dc2\",\"step\":\"copy\",\"state\":\"running\",\"image\":{\"done\":4194304,\"total\":16777216},\"started\":1700000000000}");
	assert_string_equal(one.move_tenant, "alice");
	assert_int_equal(one.move_id[0], 0x11);
	assert_int_equal(one.moves_shown, 1);
	/* an operator says whose */
	tells("dc1-operator-root", "GET", MOVE "?tenant=bob", 200, "web");
	assert_string_equal(one.move_tenant, "bob");
	tells("dc1-operator-root", "GET", MOVE, 400, "tenant is missing");
	tells("alice", "GET", MOVE "?tenant=bob", 400,
	      "tenant: your certificate says who you are");
	tells("alice", "GET", "/moves/web", 404, "tenant alice has no move web");
	tells("alice", "GET", "/moves", 404, "/api/v1/moves");
	assert_int_equal(one.moves_shown, 2);
	assert_int_equal(proc_count(&d, "/events", "kind", "tenant-abort"), 0);
}

static void test_he_gives_it_up(void **state)
{
	begin(state);
	issue_tenant("alice");
	for (int i = 1; i <= 2; i++) {
		tells("alice", "POST", MOVE "/abort", 202,
		      "\"ended\":1700000001000,\"error\":\"tenant alice has given it up\"");
		assert_int_equal(one.moves_aborted, i);
	}
	assert_int_equal(one.moves_shown, 0);
	assert_int_equal(proc_count(&d, "/events", "kind", "tenant-abort"), 2);
	one.move_code = CODE(BAD_STATE);
	tells("alice", "POST", MOVE "/abort", 409, "no, says the fake");
	assert_int_equal(proc_count(&d, "/events", "kind", "tenant-abort"), 2);
}

/* One of two vCenters knows it, or none does. */
static void test_who_knows_the_move(void **state)
{
	begin(state);
	issue_tenant("alice");
	peer_open(&two, &d, "dc1", "vcenter", "two", true);
	one.move_code = CODE(NOT_FOUND);
	tells("alice", "GET", MOVE, 200, "web");
	tells("alice", "POST", MOVE "/abort", 202, "web");
	assert_int_equal(two.moves_shown, 1);
	assert_int_equal(two.moves_aborted, 1);
	two.move_code = CODE(NOT_FOUND);
	tells("alice", "GET", MOVE, 404, "tenant alice has no move " ID);
	tells("alice", "POST", MOVE "/abort", 404, "tenant alice has no move " ID);
	/* the other may know it, and cannot be asked */
	two.move_code = CODE(UNAVAILABLE);
	tells("alice", "GET", MOVE, 503, "no, says the fake");
	/* who is silent keeps nobody from asking the next */
	one.move_mute = true;
	two.move_code = CODE(OK);
	tells("alice", "GET", MOVE, 200, "web");
}

/* The vCenter's session ends, then the director, before the answer: who asks again has it. */
static void test_a_lost_answer(void **state)
{
	const char *got;
	pid_t pid;

	begin(state);
	issue_tenant("alice");
	one.move_mute = true;
	pid = ask_for("alice", "POST", MOVE "/abort", NULL);
	LAB_WAIT(d.lab, one.moves_aborted == 1);
	chan_drop(one.chan, "the answer is lost");
	assert_int_equal(answer(pid, &got), 503);
	LAB_WAIT(d.lab, one.up);
	pid = ask_for("alice", "POST", MOVE "/abort", NULL);
	LAB_WAIT(d.lab, one.moves_aborted == 2);
	proc_end(&d, SIGKILL, -1);
	assert_int_equal(answer(pid, &got), 0);
	one.move_mute = false;
	proc_start(&d);
	LAB_WAIT(d.lab, one.up);
	tells("alice", "POST", MOVE "/abort", 202, "aborted");
	assert_int_equal(one.moves_aborted, 3);
}

static size_t vcenters(void)
{
	json_t *status = proc_get(&d, "/status");
	size_t n = json_array_size(json_object_get(status, "vcenters"));

	json_decref(status);
	return n;
}

static void test_refused(void **state)
{
	const char *got;

	begin(state);
	issue_tenant("alice");
	wish("alice", "{}", 400, "location");
	wish("alice", "{\"location\":\"\"}", 400, "location");
	wish("alice", "{\"location\":\"a\",\"id\":\"7\"}", 400, "id");
	wish("alice", "{\"location\":\"a\",\"tenant\":\"bob\"}", 400,
	     "tenant: your certificate says who you are");
	wish("dc1-operator-root", NEAR, 400, "tenant");
	/* a tenant's certificate opens nothing else */
	assert_int_equal(ask("alice", "GET", "/status", NULL, &got), 403);
	assert_int_equal(ask("alice", "GET", "/mappings", NULL, &got), 403);
	assert_non_null(strstr(got, "is not for tenants"));
	assert_int_equal(one.wishes, 0);
	peer_close(&one);
	LAB_WAIT(d.lab, !vcenters());
	wish("alice", NEAR, 503, "no vCenter of dc1 has a session");
	tells("alice", "GET", MOVE, 503, "no vCenter of dc1 has a session");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_his_wish_goes_to_the_vcenter),
		LAB_TEST(test_two_vcenters),
		LAB_TEST(test_he_follows_his_move),
		LAB_TEST(test_he_gives_it_up),
		LAB_TEST(test_who_knows_the_move),
		LAB_TEST(test_a_lost_answer),
		LAB_TEST(test_refused),
	};

	return LAB_MAIN(argc, argv, "tenant", tests);
}
