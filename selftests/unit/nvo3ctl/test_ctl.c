// SPDX-License-Identifier: GPL-2.0
/*
 * The whole program against a server that answers from tables: what it asks, what it prints,
 * how it ends. The server is a child process; it counts how often each object was asked for
 * and goes one state further each time.
 */
#include <curl/curl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../lib/forked.h"
#include "../lib/free_port.h"
#include "ctl.h"
#include "lib/addr.h"
#include "lib/cleanup.h"
#include "lib/daemon.h"
#include "lib/http.h"
#include "lib/pki.h"
#include "server.h"

static char dir[] = "/tmp/test_ctl.XXXXXX";
static char addr[32], url[64];
static pid_t server_pid;

static int serve(int ready)
{
	struct http_server *server = NULL;
	struct loop *loop = loop_new();
	struct err err;
	struct tls *tls;

	tls = tls_new("ca.pem", "vcenter.pem", "vcenter.key", &err);
	if (tls && daemon_signals(loop, &err) == 0)
		server = http_listen(loop, tls, addr, "api.sock", routes, NULL, &err);
	if (!server || write(ready, "", 1) != 1) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	loop_run(loop);
	http_server_free(server);
	tls_free(tls);
	loop_free(loop);
	return 0;
}

static void choose_port(void)
{
	snprintf(addr, sizeof(addr), "127.0.0.1:%u", free_ports(1));
	snprintf(url, sizeof(url), "https://%s", addr);
}

/* --- the client --- */

struct result {
	int status;
	char *out;
	char *errors;
};

static struct result run(const char *line)
{
	_cleanup_free_ char *text = strdup(line);
	struct result r = { 0 };
	char *argv[32] = { "nvo3ctl" };
	FILE *out, *errors;
	int argc = 1;
	size_t len;

	for (char *p = strtok(text, " "); p; p = strtok(NULL, " "))
		argv[argc++] = p;
	out = open_memstream(&r.out, &len);
	errors = open_memstream(&r.errors, &len);
	r.status = ctl_main(argc, argv, out, errors);
	fclose(out);
	fclose(errors);
	return r;
}

static void result_free(struct result *r)
{
	free(r->out);
	free(r->errors);
}

static void expect(const char *line, int status, const char *out, const char *errors)
{
	struct result r = run(line);

	if (r.status != status)
		fail_msg("%s: status %d, %s", line, r.status, r.errors);
	assert_string_equal(r.out, out);
	assert_string_equal(r.errors, errors);
	result_free(&r);
}

/* What is printed for somebody who gave wrong words: the error, then how to do better. */
static void expect_usage(const char *line, const char *error)
{
	struct result r = run(line);

	assert_int_equal(r.status, CTL_USAGE);
	assert_string_equal(r.out, "");
	if (strncmp(r.errors, error, strlen(error)) != 0)
		fail_msg("%s: %s", line, r.errors);
	assert_non_null(strstr(r.errors, "\nUsage: nvo3ctl "));
	result_free(&r);
}

static void test_usage(void **state)
{
	struct result r;

	expect_usage("", "Error: OBJECT is missing\n");
	expect_usage("vmm list", "Error: unknown object \"vmm\"\n");
	expect_usage("v list", "Error: unknown object \"v\"\n");
	expect_usage("vm", "Error: VERB is missing\n");
	expect_usage("vm li", "Error: unknown verb \"li\"\n");
	expect_usage("vm show", "Error: {NAME | ID} is missing\n");
	expect_usage("vm show a b", "Error: unexpected \"b\"\n");
	expect_usage("vm create a", "Error: --tenant is missing\n");
	expect_usage("vm list --bogus", "Error: unknown option \"--bogus\"\n");
	expect_usage("-j vm list -j", "Error: -j is given twice\n");
	expect_usage("pki issue d", "Error: NAME is missing\n");
	expect_usage("vm lookup --vn b", "Error: exactly one of --id, --name, --mac and --ip");
	expect_usage("vm lookup --vn b --id 1 --ip 2", "Error: exactly one of --id, --name,");
	expect_usage("--url https://a:1 --socket b vm list",
		     "Error: --url and --socket exclude each other\n");

	r = run("vm -h");
	assert_int_equal(r.status, CTL_OK);
	assert_non_null(strstr(r.out, "Usage: nvo3ctl vm create NAME"));
	assert_non_null(strstr(r.out, "       nvo3ctl vm lookup --vn VN"));
	result_free(&r);
	r = run("-h");
	assert_int_equal(r.status, CTL_OK);
	assert_non_null(strstr(r.out, "moves of VMs"));
	result_free(&r);
}

static void test_create(void **state)
{
	expect("vm create good --tenant alice --vn blue", CTL_OK,
	       "name        good\n"
	       "id          good\n"
	       "state       running\n"
	       "where       dc1/host1\n"
	       "cpus        1\n"
	       "\n"
	       "VN     VNI  MAC                IP           EPOCH\n"
	       "blue  4096  02:00:00:00:00:01  10.0.0.1/24     17\n",
	       "");
	expect("vm create good --tenant nobody --vn blue", CTL_FAILED, "",
	       "Error: MAC 02:00:00:00:00:01 is taken in VN blue\n");
	expect("vm create refused --tenant alice --vn blue", CTL_FAILED, "",
	       "Error: server host1 has no memory left\n");
	expect("vm create vanishes --tenant alice --vn blue", CTL_FAILED, "",
	       "Error: VM vanishes is not there any more, nvo3ctl events tells why\n");
}

static void test_no_wait(void **state)
{
	expect("--no-wait vm delete deleted", CTL_OK, "", "");
	expect("vm stop halts --no-wait -j", CTL_OK,
	       "{\n  \"id\": \"halts\",\n  \"name\": \"halts\",\n  \"state\": \"running\"\n}\n", "");
}

static void test_change(void **state)
{
	expect("vm delete deleted", CTL_OK, "", "");
	expect("vm delete deleted", CTL_FAILED, "", "Error: there is no deleted\n");
	expect("vm delete absent", CTL_FAILED, "", "Error: there is no absent\n");
	expect("vm stop sticks", CTL_FAILED, "", "Error: the process does not end\n");
	expect("vm stop halts", CTL_OK, "", "");
	expect("vm start revives", CTL_OK, "", "");
}

/* Times differ from run to run: all digits become 0. */
static void blur(char *text)
{
	for (; *text; text++)
		if (*text >= '0' && *text <= '9')
			*text = '0';
}

static void test_migrate(void **state)
{
	struct result r = run("vm migrate vm1 --to dc2/host3");

	assert_string_equal(r.errors, "");
	assert_int_equal(r.status, CTL_OK);
	blur(r.out);
	assert_string_equal(r.out, "vm0: dc0/host0 -> dc0/host0\n"
				   "     0.0 s  reserve\n"
				   "     0.0 s  stop\n"
				   "     0.0 s  pull\n"
				   "     0.0 s  image 00.0 of 00.0 MiB\n"
				   "     0.0 s  commit\n"
				   "     0.0 s  release\n"
				   "     0.0 s  done\n");
	result_free(&r);

	r = run("vm migrate vm1");
	assert_int_equal(r.status, CTL_FAILED);
	assert_string_equal(r.errors,
			    "Error: the move was aborted: vm1 arrived damaged\n");
	blur(r.out);
	assert_string_equal(r.out, "vm0: dc0/host0 -> dc0/host0\n"
				   "     0.0 s  reserve\n"
				   "     0.0 s  stop\n"
				   "     0.0 s  pull\n"
				   "     0.0 s  aborted\n");
	result_free(&r);

	expect("vm migrate vm1 --dc nowhere", CTL_FAILED, "", "Error: DC nowhere is not known\n");
}

#define ENDED	"id           wish-ended\nvm           vm1\nfrom         dc1\nto           dc2\n" \
	"step         copy\nstate        aborted\nerror        tenant alice has given it up\n"

/* Of ndirectord, with the words that a tenant is told */
static void test_wish(void **state)
{
	struct result r = run("--director-socket api.sock wish near vm1 --location dc2/row1");

	assert_string_equal(r.errors, "");
	assert_int_equal(r.status, CTL_OK);
	blur(r.out);
	assert_string_equal(r.out, "vm0: dc0 -> dc0\n"
				   "     0.0 s  reserve\n"
				   "     0.0 s  copy\n"
				   "     0.0 s  stop\n"
				   "     0.0 s  pull\n"
				   "     0.0 s  image 00.0 of 00.0 MiB\n"
				   "     0.0 s  commit\n"
				   "     0.0 s  release\n"
				   "     0.0 s  done\n");
	result_free(&r);
	expect("--director-socket api.sock wish near vm1 --location row1 --tenant bob", CTL_FAILED,
	       "", "Error: tenant bob has no VM near row1\n");
	expect("--director-socket api.sock wish show wish-ended --tenant alice", CTL_OK, ENDED,
	       "");
	r = run("--director-socket api.sock wish show wish-ended -w");
	assert_int_equal(r.status, CTL_FAILED);
	assert_string_equal(r.errors,
			    "Error: the move was aborted: tenant alice has given it up\n");
	result_free(&r);
	expect("--director-socket api.sock wish abort wish-ended", CTL_OK, ENDED, "");
	expect("--director-socket api.sock wish abort nothing", CTL_FAILED, "",
	       "Error: there is no nothing\n");
	expect("--director-socket api.sock wish near vm1 --client 192.0.2.7 --tenant bob",
	       CTL_FAILED, "", "Error: tenant bob has no VM near 192.0.2.7\n");
	expect_usage("wish near vm1", "Error: exactly one of --location and --client is needed\n");
	expect_usage("wish near vm1 --client 192.0.2.7 --location dc2",
		     "Error: exactly one of --location and --client is needed\n");
}

/* Nobody looks at a terminal: no bar. Who failed is told, and the exit status says so. */
static void test_group(void **state)
{
	struct result r;

	expect("group stop alice/good", CTL_OK, "4 VMs done\n", "");
	expect("group stop alice/bad", CTL_FAILED,
	       "VM   ERROR                 ID\n"
	       "vm1  server host1 is down  1\n"
	       "vm2  VM vm2 is moving      2\n", "Error: of 4 VMs 2 failed\n");
	expect("group stop alice/cut", CTL_FAILED, "",
	       "Error: the operation was aborted: of 4 VMs 0 failed, 3 are as they were\n");
	r = run("-j group stop alice/bad");
	assert_int_equal(r.status, CTL_FAILED);
	assert_non_null(strstr(r.out, "\"state\": \"done\""));
	assert_non_null(strstr(r.out, "\"error\": \"VM vm2 is moving\""));
	result_free(&r);
	r = run("--no-wait group migrate alice/web --to dc2/host3 --parallel 3");
	assert_int_equal(r.status, CTL_OK);
	/* it names the operation, to be able to ask again */
	assert_int_equal(strncmp(r.out, "id         ", 11), 0);
	assert_string_equal(strchr(r.out, '\n') + 1,
			    "group      alice/web\naction     migrate\nto         dc2\n"
			    "server     host3\nat a time  3\n");
	result_free(&r);
	expect("group abort nothing", CTL_FAILED, "", "Error: there is no nothing\n");
	r = run("group show op-bad");
	assert_int_equal(r.status, CTL_OK);
	assert_non_null(strstr(r.out, "failed     2\n"));
	assert_non_null(strstr(r.out, "vm2  failed  VM vm2 is moving"));
	result_free(&r);
	expect_usage("group stop alice", "Error: \"alice\" must be TENANT/GROUP\n");
	expect_usage("group stop alice/web/x", "Error: \"alice/web/x\" must be TENANT/GROUP\n");
	expect_usage("group stop a/b --parallel 65", "Error: --parallel");
	expect_usage("group migrate a/b --dc dc2 --server host1",
		     "Error: only one of --to, --dc and --server may be given\n");
	expect_usage("group reboot a/b", "Error: unknown verb \"reboot\"\n");
}

static bool says(const struct result *r, const char *text)
{
	return strstr(r->out, text);
}

/* For how long it was up, what was used, and what the machine did */
static void test_use(void **state)
{
	struct result r = run("group use alice");

	assert_int_equal(r.status, CTL_OK);
	assert_true(says(&r, "\nup 1/1000 of a day   990\nup s of s            99/100\n"));
	assert_true(says(&r, "\nup\nTIME"));
	assert_true(says(&r, "\naverages\nTIME"));
	assert_false(says(&r, "machine"));
	result_free(&r);
	r = run("server use host1");
	assert_int_equal(r.status, CTL_OK);
	assert_true(says(&r, "\nreports of the machine\nTIME"));
	assert_true(says(&r, "  1500"));
	assert_false(says(&r, "averages of the machine"));
	result_free(&r);
	expect("group use alice/none", CTL_FAILED, "",
	       "Error: no VM of tenant alice, group none is in dc1\n");
	expect_usage("group use alice/", "Error: \"alice/\" must be TENANT or TENANT/GROUP\n");
	expect_usage("group use a/b/c", "Error: \"a/b/c\" must be TENANT or TENANT/GROUP\n");
	expect_usage("group use /b", "Error: \"/b\" must be TENANT or TENANT/GROUP\n");
}

static void test_lists(void **state)
{
	expect("vm list --tenant a&b --state running", CTL_OK,
	       "NAME  TENANT  STATE\nvm1   a&b     running\n", "");
	expect("vm lookup --vn blue --name vm1", CTL_OK,
	       "result   found\nname     vm1\nid       1234\nstate    running\n"
	       "where    dc1/host1\n", "");
	expect("vm lookup --vn blue --ip 10.0.0.9", CTL_FAILED, "",
	       "Error: no such VM in VN blue\n");
	expect("vm lookup --vn blue --ip 10.0.0.9 -j", CTL_FAILED,
	       "{\n  \"result\": \"not-found\"\n}\n", "Error: no such VM in VN blue\n");
	expect("vn create b --vni 4096 --unknown relay --distribution auto", CTL_OK,
	       "name          b\nvni           4096\nunknown       relay\ndistribution  auto\n", "");
	expect("moves abort 1234", CTL_FAILED, "", "Error: there is no 1234\n");
	expect("--director-socket api.sock map forget dc1/host1 --force", CTL_FAILED, "",
	       "Error: host1 of dc1 is busy, force true\n");
	expect("vn set blue --unknown flood", CTL_OK, "unknown       flood\n", "");
	expect("vn set blue --distribution on-demand", CTL_OK, "distribution  on-demand\n", "");
	expect("--director-socket api.sock map list --vn blue", CTL_OK,
	       "VN     VNI  LOCATORS\nblue  4096  10.1.0.11\n", "");
}

static void test_other_data_centres(void **state)
{
	expect("dc list", CTL_OK,
	       "DC   UP   HERE  WEIGHT  SERVERS UP  VMS  CPUS  WHY NOT\n"
	       "dc1  yes  yes      100         1/2    3   4/8  -\n"
	       "dc2  no   no        50           -    -     -  its vCenter is down\n", "");
	expect("--dc dc2 vm list", CTL_OK, "NAME\n/api/v1/dcs/dc2/vms\n", "");
	expect("server list --dc a/b", CTL_OK, "NAME\n/api/v1/dcs/a%2Fb/servers\n", "");
	expect("--dc dc2 vm show web", CTL_OK,
	       "name        web\nid          web\nstate       running\nwhere       dc2/host3\n", "");
	/* a verb's own is behind it, and means where to */
	expect("vm migrate vm1 --dc nowhere", CTL_FAILED, "",
	       "Error: DC nowhere is not known\n");
	expect("--dc dc2 vm migrate vm1 --dc dc3", CTL_FAILED, "",
	       "Error: POST is not possible on /api/v1/dcs/dc2/vms/vm1/move, only GET\n");
	expect("--dc dc2 map list", CTL_FAILED, "",
	       "Error: --dc: ndirectord is asked only about its own data centre\n");
	/* it is followed where it is made */
	expect("vm create far --tenant alice --vn blue --dc any", CTL_OK,
	       "name        far\nid          far\nstate       running\nwhere       dc2/host3\n", "");
	expect("vm create far --tenant alice --vn blue --dc any --dry-run", CTL_OK,
	       "DC   FITS  SERVER  REASON\ndc1  no    -       full\ndc2  yes   host3   -\n"
	       "\nit would be made on server dc2/host3\n", "");
	expect("vm create far --tenant alice --vn blue --dry-run", CTL_OK,
	       "SERVER  FITS\nhost1   yes\n\nit would be made on server host1\n", "");
}

static void test_events(void **state)
{
	expect("events", CTL_OK,
	       "SEQ  TIME                 KIND       SUBJECT  TEXT\n"
	       "  1  1970-01-01 00:00:00  vm-create  vm1      asked for\n"
	       "  2  1970-01-01 00:00:01  vm-create  vm1      runs on host1\n",
	       "");
	expect("events -w", CTL_FAILED,
	       "1  1970-01-01 00:00:00  vm-create  vm1  asked for\n"
	       "2  1970-01-01 00:00:01  vm-create  vm1  runs on host1\n",
	       "Error: that is all\n");
}

static void test_audit(void **state)
{
	expect("audit", CTL_OK,
	       "SEQ  TIME                 WHO   METHOD  OBJECT    PATH              STATUS\n"
	       "  1  1970-01-01 00:00:00  root  PATCH   vns/blue  /api/v1/vns/blue     200\n", "");
	expect("audit --since 6 --who dc1/al --object vns/a/b", CTL_OK,
	       "SEQ  TIME                 WHO     METHOD  OBJECT   PATH              STATUS\n"
	       "  7  1970-01-01 00:00:00  dc1/al  PATCH   vns/a/b  /api/v1/vns/blue     200\n", "");
	expect_usage("audit --since x", "Error: --since");
}

/* All pages; then what changes; the whole again when something was missed; and the end. */
static void test_watch(void **state)
{
	expect("-j moves m1 -w", CTL_OK,
	       "{\"op\":\"set\",\"item\":{\"id\":\"m1\",\"vm_name\":\"m1\",\"state\":\"running\"}}\n"
	       "{\"op\":\"set\",\"item\":{\"id\":\"m1\",\"vm_name\":\"m1\",\"state\":\"running\"}}\n"
	       "{\"op\":\"set\",\"item\":{\"id\":\"m1\",\"vm_name\":\"m1\",\"state\":\"done\"}}\n",
	       "");
	expect("moves m1 -w", CTL_OK,
	       "VM  STATE    ID\nm1  running  m1\nVM  STATE    ID\nm1  running  m1\n"
	       "set  -  -  m1  -  -  -  -  done  -  -  m1\n", "");
	expect("moves --vm m2", CTL_OK, "VM  STATE    ID\nm2  running  m2\n", "");
	expect("moves", CTL_OK, "VM  STATE    ID\nm1  running  m1\nm2  running  m2\n", "");
	expect("--director-socket no.sock map vns -w", CTL_FAILED, "", "Error: ndirectord at no.sock: No such file or directory\n");
}

static void test_tls(void **state)
{
	char line[256], error[256];

	snprintf(line, sizeof(line), "--url %s --ca ca.pem --cert alice.pem --key alice.key vm list",
		 url);
	expect(line, CTL_OK, "NAME\nvm1\n", "");

	snprintf(line, sizeof(line), "--url %s --ca ca.pem --cert host1.pem --key host1.key vm list",
		 url);
	expect(line, CTL_FAILED, "",
	       "Error: certificate of dc1/host1 has role nve; need operator\n");

	/* The vCenter is not taken for an nDirector, whatever it would answer. */
	snprintf(line, sizeof(line),
		 "--director-url %s --ca ca.pem --cert alice.pem --key alice.key map list", url);
	snprintf(error, sizeof(error),
		 "Error: ndirectord at %s: certificate of dc1/vcenter1 has role vcenter; "
		 "need director\n", url);
	expect(line, CTL_FAILED, "", error);

	snprintf(line, sizeof(line), "--url %s --ca ca.pem --cert alice.pem vm list", url);
	expect(line, CTL_FAILED, "", "Error: https needs --ca, --cert and --key\n");
	expect("--url http://127.0.0.1:1 vm list", CTL_FAILED, "",
	       "Error: \"http://127.0.0.1:1\" must be https://HOST:PORT\n");
}

static void test_foreign_ca(void **state)
{
	char line[256];
	struct result r;

	snprintf(line, sizeof(line),
		 "--url %s --ca foreign/ca.pem --cert alice.pem --key alice.key vm list", url);
	r = run(line);
	assert_int_equal(r.status, CTL_FAILED);
	assert_string_equal(r.out, "");
	assert_non_null(strstr(r.errors, "certificate"));
	result_free(&r);
}

static void test_unreachable(void **state)
{
	expect("--socket no.sock vm list", CTL_FAILED, "",
	       "Error: vcenterd at no.sock: No such file or directory\n");
	expect("--socket ca.pem vm list", CTL_FAILED, "",
	       "Error: vcenterd at ca.pem: Connection refused\n");
}

static void test_pki(void **state)
{
	expect("pki init lab", CTL_OK, "certificate  lab/ca.pem\nkey          lab/ca.key\n", "");
	expect("-j pki issue lab host1 --san nvo3://dc1/nve/host1 --san nvo3://dc1/vserver/host1",
	       CTL_OK, "{\n  \"certificate\": \"lab/host1.pem\",\n  \"key\": \"lab/host1.key\"\n}\n",
	       "");
	expect("pki issue lab host1 --san nvo3://dc1/nve/host1", CTL_FAILED, "",
	       "Error: lab/host1.pem exists; it is kept\n");
	expect("pki issue lab host1 --san nvo3://dc1/nve/host1 --force", CTL_OK,
	       "certificate  lab/host1.pem\nkey          lab/host1.key\n", "");
}

static void issue(const char *pki, const char *name, const char *uri)
{
	struct err err;

	if (pki_issue(pki, name, &uri, 1, 1, false, &err) < 0)
		fail_msg("%s", err.text);
}

static int set_up(void **state)
{
	struct err err;

	setenv("TZ", "UTC", 1);
	tzset();
	curl_global_init(CURL_GLOBAL_DEFAULT);
	signal(SIGPIPE, SIG_IGN);
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	assert_int_equal(pki_init(".", false, &err), 0);
	assert_int_equal(pki_init("foreign", false, &err), 0);
	issue(".", "vcenter", "nvo3://dc1/vcenter/vcenter1");
	issue(".", "alice", "nvo3://dc1/operator/alice");
	issue(".", "host1", "nvo3://dc1/nve/host1");
	choose_port();
	unsetenv("NVO3_URL");
	unsetenv("NVO3_DIRECTOR_URL");
	unsetenv("NVO3_CA");
	unsetenv("NVO3_CERT");
	unsetenv("NVO3_KEY");
	setenv("NVO3_SOCKET", "api.sock", 1);
	server_pid = forked(serve);
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	return remove(path);
}

static int tear_down(void **state)
{
	int status = 0;

	if (server_pid > 0) {
		kill(server_pid, SIGTERM);
		waitpid(server_pid, &status, 0);
	}
	if (chdir("/") < 0 || nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS) < 0)
		return -1;
	return status;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_create),
		cmocka_unit_test(test_no_wait),
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_migrate),
		cmocka_unit_test(test_wish),
		cmocka_unit_test(test_group),
		cmocka_unit_test(test_use),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_other_data_centres),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_audit),
		cmocka_unit_test(test_watch),
		cmocka_unit_test(test_tls),
		cmocka_unit_test(test_foreign_ca),
		cmocka_unit_test(test_unreachable),
		cmocka_unit_test(test_pki),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
