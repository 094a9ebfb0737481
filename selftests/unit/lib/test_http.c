// SPDX-License-Identifier: GPL-2.0
/*
 * A real server in a child process; libcurl, or bare sockets, as its clients. The child ends
 * with a request unanswered, and its exit status tells whether it ended well.
 */
#include <curl/curl.h>
#include <errno.h>
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
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "daemon.h"
#include "forked.h"
#include "free_port.h"
#include "http.h"
#include "pki.h"

#define SOCKET "api.sock"
#define MIB (1024 * 1024)

static char dir[] = "/tmp/test_http.XXXXXX";
static char addr[32];
static pid_t server_pid;

/* --- the server --- */

static struct http_request *held[8];
static int n_held;

static void handle_get(struct http_request *req, void *arg)
{
	const struct identity *client = http_client(req);

	http_reply(req, 200, json_pack("{s:s, s:s?, s:s, s:s, s:s}", "id", http_param(req, "id"),
				       "q", http_query(req, "q"), "role", role_name(client->role),
				       "client", client->name, "arg", arg));
}

static void handle_post(struct http_request *req, void *arg)
{
	json_t *body = http_body(req);

	if (body)
		http_reply(req, 201, json_incref(body));
}

static void handle_conflict(struct http_request *req, void *arg)
{
	http_error(req, 409, "conflict", "%s is \xff busy", http_param(req, "id"));
}

static void handle_hold(struct http_request *req, void *arg)
{
	held[n_held++] = req;
}

static void answer_held(void)
{
	for (int i = 0; i < n_held; i++)
		http_reply(held[i], 200, json_pack("{s:b}", "late", 1));
}

static void handle_release(struct http_request *req, void *arg)
{
	int n = n_held;

	answer_held();
	n_held = 0;
	http_reply(req, 200, json_pack("{s:i}", "released", n));
}

static void handle_held(struct http_request *req, void *arg)
{
	http_reply(req, 200, json_pack("{s:i}", "held", n_held));
}

static const struct http_route routes[] = {
	{ "GET", "/things/{id}", handle_get, "q x" },
	{ "DELETE", "/things/{id}", handle_conflict },
	{ "POST", "/things", handle_post },
	{ "POST", "/hold", handle_hold },
	{ "GET", "/hold", handle_held },
	{ "POST", "/release", handle_release },
	{ NULL },
};

static int serve(int ready)
{
	struct http_server *server;
	struct loop *loop;
	struct err err;
	struct tls *tls;

	loop = loop_new();
	tls = tls_new("ca.pem", "server.pem", "server.key", &err);
	if (!tls || daemon_signals(loop, &err) < 0)
		goto fail;
	server = http_listen(loop, tls, addr, SOCKET, routes, "the arg", &err);
	if (!server || write(ready, "", 1) != 1)
		goto fail;
	loop_run(loop);

	http_server_free(server);
	if (n_held != 1)
		return 2;
	answer_held();
	tls_free(tls);
	loop_free(loop);
	return access(SOCKET, F_OK) == 0 ? 3 : 0;
fail:
	fprintf(stderr, "%s\n", err.text);
	return 1;
}

static void choose_port(void)
{
	snprintf(addr, sizeof(addr), "127.0.0.1:%u", free_ports(1));
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

	curl_global_init(CURL_GLOBAL_DEFAULT);
	signal(SIGPIPE, SIG_IGN);
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	assert_int_equal(pki_init(".", false, &err), 0);
	assert_int_equal(pki_init("foreign", false, &err), 0);
	issue(".", "server", "nvo3://dc1/vcenter/vcenter1");
	issue(".", "alice", "nvo3://dc1/operator/alice");
	issue(".", "host1", "nvo3://dc1/nve/host1");
	issue("foreign", "mallory", "nvo3://dc1/operator/mallory");
	choose_port();
	server_pid = forked(serve);
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	return remove(path);
}

static int tear_down(void **state)
{
	if (server_pid > 0)
		kill(server_pid, SIGKILL);
	return chdir("/") == 0 ? nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS) : -1;
}

/* --- the client --- */

struct answer {
	CURLcode code;
	long status;
	char type[64];
	char allow[64];
	char text[4096];
	json_t *json;
};

static size_t keep_text(char *data, size_t size, size_t n, void *arg)
{
	struct answer *a = arg;

	assert_true(strlen(a->text) + n < sizeof(a->text));
	strncat(a->text, data, n);
	return n;
}

static void keep_value(const char *line, const char *name, char *ret)
{
	if (strncmp(line, name, strlen(name)) != 0)
		return;
	line += strlen(name);
	snprintf(ret, 64, "%.*s", (int)strcspn(line, "\r"), line);
}

static size_t keep_header(char *data, size_t size, size_t n, void *arg)
{
	struct answer *a = arg;

	keep_value(data, "Allow: ", a->allow);
	keep_value(data, "Content-Type: ", a->type);
	return n;
}

static CURL *client_unix(void)
{
	CURL *curl = curl_easy_init();

	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, SOCKET);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
	return curl;
}

static CURL *client_tls(const char *cert, const char *key)
{
	CURL *curl = curl_easy_init();

	curl_easy_setopt(curl, CURLOPT_CAINFO, "ca.pem");
	/* The certificates name roles, not hosts. */
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
	if (cert) {
		curl_easy_setopt(curl, CURLOPT_SSLCERT, cert);
		curl_easy_setopt(curl, CURLOPT_SSLKEY, key);
	}
	return curl;
}

/* Keeps @curl, so that a next request may use the same connection. */
static struct answer request_len(CURL *curl, const char *method, const char *path,
				 const char *body, size_t len)
{
	struct answer a = { .status = 0 };
	char url[256];
	const char *tls = NULL;

	curl_easy_getinfo(curl, CURLINFO_PRIVATE, &tls);
	snprintf(url, sizeof(url), "%s%s", tls ? tls : "http://x", path);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep_text);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &a);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, keep_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, &a);
	if (body) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)len);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	} else {
		curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
	}
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);

	a.code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &a.status);
	a.json = json_loads(a.text, 0, NULL);
	return a;
}

static struct answer request(CURL *curl, const char *method, const char *path, const char *body)
{
	return request_len(curl, method, path, body, body ? strlen(body) : 0);
}

static struct answer once_len(const char *method, const char *path, const char *body, size_t len)
{
	CURL *curl = client_unix();
	struct answer a = request_len(curl, method, path, body, len);

	curl_easy_cleanup(curl);
	return a;
}

static struct answer once(const char *method, const char *path, const char *body)
{
	return once_len(method, path, body, body ? strlen(body) : 0);
}

static const char *member(const struct answer *a, const char *name)
{
	return json_string_value(json_object_get(a->json, name)) ?: "(none)";
}

static void expect_json(const struct answer *a, int status)
{
	if (a->code != CURLE_OK)
		fail_msg("%s", curl_easy_strerror(a->code));
	assert_int_equal(a->status, status);
	assert_string_equal(a->type, "application/json");
	assert_non_null(a->json);
}

static void expect_error(struct answer a, int status, const char *code, const char *error)
{
	expect_json(&a, status);
	assert_string_equal(member(&a, "code"), code);
	assert_string_equal(member(&a, "error"), error);
	json_decref(a.json);
}

/* --- the tests --- */

static void test_ok(void **state)
{
	struct answer a = once("GET", "/things/a%20b%2Fc?x=1&q=%C3%BC+y", NULL);

	expect_json(&a, 200);
	assert_string_equal(member(&a, "id"), "a b/c");
	assert_string_equal(member(&a, "q"), "\xc3\xbc y");
	assert_string_equal(member(&a, "role"), "operator");
	assert_string_equal(member(&a, "client"), "root");
	assert_string_equal(member(&a, "arg"), "the arg");
	json_decref(a.json);

	a = once("POST", "/things", "{\"name\": \"vm1\"}");
	expect_json(&a, 201);
	assert_string_equal(member(&a, "name"), "vm1");
	json_decref(a.json);
}

static void test_keep_alive(void **state)
{
	CURL *curl = client_unix();
	struct answer a;
	long connects;

	for (int i = 0; i < 3; i++) {
		a = request(curl, "GET", "/things/1", NULL);
		expect_json(&a, 200);
		json_decref(a.json);
		expect_error(request(curl, "GET", "/nothing", NULL), 404, "not-found",
			     "there is no /nothing");
	}
	curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &connects);
	assert_int_equal(connects, 0);
	curl_easy_cleanup(curl);
}

static void test_bad_path(void **state)
{
	expect_error(once("GET", "/", NULL), 404, "not-found", "there is no /");
	expect_error(once("GET", "/things/1/", NULL), 404, "not-found", "there is no /things/1/");
	expect_error(once("GET", "/things//", NULL), 404, "not-found", "there is no /things//");
	expect_error(once("GET", "/things/%00", NULL), 400, "bad-request",
		     "\"%00\": bad percent encoding");
	expect_error(once("GET", "/things/1?q=%zz", NULL), 400, "bad-request",
		     "\"%zz\": bad percent encoding");
	expect_error(once("GET", "/things/1?Q=1", NULL), 400, "bad-request",
		     "Q: unknown parameter, did you mean q?");
	expect_error(once("GET", "/things/1?q=1&x=1&q=1", NULL), 400, "bad-request",
		     "q: is there twice");
	expect_error(once("DELETE", "/things/1?q=1", NULL), 400, "bad-request",
		     "q: unknown parameter");
	expect_error(once("DELETE", "/things/1", NULL), 409, "conflict", "1 is ? busy");
}

static void test_bad_method(void **state)
{
	struct answer a = once("PUT", "/things/1", NULL);

	assert_string_equal(a.allow, "GET, DELETE");
	expect_error(a, 405, "method-not-allowed",
		     "PUT is not possible on /things/1, only GET, DELETE");
	a = once("GET", "/things", NULL);
	assert_string_equal(a.allow, "POST");
	expect_error(a, 405, "method-not-allowed", "GET is not possible on /things, only POST");
}

static void test_bad_body(void **state)
{
	expect_error(once("POST", "/things", "{\"a\": 1,\n \"b\" 2}"), 400, "bad-request",
		     "the body is not JSON: line 2, column 6: ':' expected near '2'");
	expect_error(once("POST", "/things", "[1]"), 400, "bad-request",
		     "the body must be a JSON object");
	expect_error(once("POST", "/things", "{\"a\": 1, \"a\": 2}"), 400, "bad-request",
		     "the body is not JSON: line 1, column 12: duplicate object key near '\"a\"'");
	expect_error(once("POST", "/things", ""), 400, "bad-request",
		     "the body must be a JSON object, it is empty");
}

static void test_large_body(void **state)
{
	_cleanup_free_ char *body = malloc(9 * MIB);
	struct answer a;

	assert_non_null(body);
	memset(body, ' ', 9 * MIB);
	body[0] = '{';
	body[MIB - 1] = '}';
	a = once_len("POST", "/things", body, MIB);
	expect_json(&a, 201);
	json_decref(a.json);
	expect_error(once_len("POST", "/things", body, MIB + 1), 413, "too-large",
		     "the body is longer than 1048576 bytes");

	/* Beyond the server library's own limit it still says so. */
	a = once_len("POST", "/things", body, 9 * MIB);
	assert_int_equal(a.status, 413);
}

static CURL *client_https(const char *name, char *url, size_t size)
{
	char cert[64], key[64];
	CURL *curl;

	snprintf(cert, sizeof(cert), "%s.pem", name);
	snprintf(key, sizeof(key), "%s.key", name);
	curl = client_tls(name[0] ? cert : NULL, key);
	snprintf(url, size, "https://%s", addr);
	curl_easy_setopt(curl, CURLOPT_PRIVATE, url);
	return curl;
}

static struct answer once_https(const char *name, const char *path)
{
	char url[64];
	CURL *curl = client_https(name, url, sizeof(url));
	struct answer a = request(curl, "GET", path, NULL);

	curl_easy_cleanup(curl);
	return a;
}

static void test_tls(void **state)
{
	struct answer a = once_https("alice", "/things/1");

	expect_json(&a, 200);
	assert_string_equal(member(&a, "role"), "operator");
	assert_string_equal(member(&a, "client"), "alice");
	json_decref(a.json);

	expect_error(once_https("host1", "/things/1"), 403, "forbidden",
		     "certificate of dc1/host1 has role nve; need operator");
}

static void test_tls_refused(void **state)
{
	struct answer a;

	a = once_https("", "/things/1");
	assert_int_not_equal(a.code, CURLE_OK);
	assert_int_equal(a.status, 0);
	a = once_https("foreign/mallory", "/things/1");
	assert_int_not_equal(a.code, CURLE_OK);
	assert_int_equal(a.status, 0);
	a = once("GET", "/things/1", NULL);
	expect_json(&a, 200);
	json_decref(a.json);
}

/* A request that is sent, and not waited for. */
static int send_hold(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX, .sun_path = SOCKET };
	static const char text[] = "POST /hold HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	return fd;
}

static void await_held(int n)
{
	struct answer a;
	int now;

	for (int i = 0; i < 10000; i++) {
		a = once("GET", "/hold", NULL);
		expect_json(&a, 200);
		now = json_integer_value(json_object_get(a.json, "held"));
		json_decref(a.json);
		if (now == n)
			return;
	}
	fail_msg("%d requests are held, not %d", now, n);
}

static void release(int n)
{
	struct answer a = once("POST", "/release", "{}");

	expect_json(&a, 200);
	assert_int_equal(json_integer_value(json_object_get(a.json, "released")), n);
	json_decref(a.json);
}

static void test_later(void **state)
{
	_cleanup_close_ int fd = send_hold();
	char text[512] = "";
	ssize_t n;

	await_held(1);
	release(1);
	n = read(fd, text, sizeof(text) - 1);
	assert_true(n > 0);
	assert_non_null(strstr(text, "200 OK"));
	assert_non_null(strstr(text, "{\"late\":true}"));
}

static void test_client_gone(void **state)
{
	int fds[3];

	for (int i = 0; i < 3; i++)
		fds[i] = send_hold();
	await_held(3);
	close(fds[0]);
	shutdown(fds[1], SHUT_WR);
	release(3);
	close(fds[1]);
	close(fds[2]);
	await_held(0);
}

static void test_unix_peer(void **state)
{
	struct stat st;
	struct answer a;

	assert_int_equal(stat(SOCKET, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	if (geteuid() != 0)
		fail_msg("only root can be told from others");

	/* Not even with the socket open to all. */
	assert_int_equal(chmod(SOCKET, 0666), 0);
	assert_int_equal(chmod(dir, 0755), 0);
	assert_int_equal(seteuid(65534), 0);
	a = once("GET", "/things/1", NULL);
	assert_int_equal(seteuid(0), 0);
	expect_error(a, 403, "forbidden", "only root may use this socket, not uid 65534");
}

/* The last one: the server has to end with a request open. */
static void test_stop(void **state)
{
	_cleanup_close_ int fd = send_hold();
	pid_t pid = server_pid;
	int status;

	await_held(1);
	server_pid = 0;
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ok),
		cmocka_unit_test(test_keep_alive),
		cmocka_unit_test(test_bad_path),
		cmocka_unit_test(test_bad_method),
		cmocka_unit_test(test_bad_body),
		cmocka_unit_test(test_large_body),
		cmocka_unit_test(test_tls),
		cmocka_unit_test(test_tls_refused),
		cmocka_unit_test(test_later),
		cmocka_unit_test(test_client_gone),
		cmocka_unit_test(test_unix_peer),
		cmocka_unit_test(test_stop),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
