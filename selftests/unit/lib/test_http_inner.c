// SPDX-License-Identifier: GPL-2.0
/* Requests that come by no connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "http_inner.h"

static struct http_request *held;
static char seen[256], answer[256];
static int status, answers;

static void handle_echo(struct http_request *req, void *arg)
{
	json_t *body = http_body(req);

	if (body)
		http_reply(req, 200,
			   json_pack("{s:s, s:s?, s:s, s:O}", "id", http_param(req, "id"), "q",
				     http_query(req, "q"), "via", http_inner_via(req), "body",
				     body));
}

static void handle_rest(struct http_request *req, void *arg)
{
	size_t len;
	const char *body = http_body_raw(req, &len);

	http_reply(req, 200, json_pack("{s:s, s:s, s:s%}", "rest", http_param(req, "rest"), "path",
				       http_path(req), "body", body, len));
}

static void handle_hold(struct http_request *req, void *arg)
{
	held = req;
}

static void handle_direct(struct http_request *req, void *arg)
{
	fail();
}

static json_t *before(struct http_request *req, void *arg)
{
	return NULL;
}

static void after(struct http_request *req, json_t *was, int code, json_t *json, void *arg)
{
	char who[IDENTITY_STRLEN];

	snprintf(seen, sizeof(seen), "%s by %s: %s %s %d",
		 identity_format(http_client(req), who, sizeof(who)), http_inner_via(req),
		 http_method(req), http_path(req), code);
}

static const struct http_route routes[] = {
	{ "POST", "/things/{id}", handle_echo, "q" },
	{ "POST", "/at/{dc}/{rest...}", handle_rest, .any_query = true },
	{ "POST", "/hold", handle_hold },
	{ "GET", "/direct", handle_direct, .direct = true },
	{ NULL },
};

static const struct http_observer observer = { before, after };
static struct loop *loop;
static struct http_server *server;

static int setup(void **state)
{
	loop = loop_new();
	server = http_listen(loop, NULL, NULL, NULL, routes, NULL, NULL);
	http_observe(server, &observer);
	answers = 0;
	return 0;
}

static int teardown(void **state)
{
	http_server_free(server);
	loop_free(loop);
	return 0;
}

static void answered(int code, const char *text, void *arg)
{
	assert_ptr_equal(arg, &answers);
	answers++;
	status = code;
	snprintf(answer, sizeof(answer), "%s", text);
}

static void ask(const char *method, const char *target, const char *body, bool unobserved)
{
	static const struct identity alice = { ROLE_OPERATOR, "dc1", "alice" };
	struct http_inner_ask ask = { &alice, "dc1/vc1", method, target, body, strlen(body),
				      unobserved };

	*seen = '\0';
	http_inner(server, &ask, answered, &answers);
}

static void expect(const char *method, const char *target, const char *body, int code,
		   const char *text)
{
	int n = answers;

	ask(method, target, body, false);
	assert_int_equal(answers, n + 1);
	assert_int_equal(status, code);
	if (!strstr(answer, text))
		fail_msg("%s %s: %s", method, target, answer);
}

static void test_it_goes_by_the_routes(void **state)
{
	expect("POST", "/things/a%20b?q=1", "{\"x\":1}", 200,
	       "{\"id\":\"a b\",\"q\":\"1\",\"via\":\"dc1/vc1\",\"body\":{\"x\":1}}");
	assert_string_equal(seen, "dc1/alice by dc1/vc1: POST /things/a%20b 200");
	expect("POST", "/things/a", "", 400, "empty");
	expect("POST", "/things/a", "{", 400, "not JSON");
	expect("POST", "/things/a?p=1", "{}", 400, "p: unknown parameter");
	expect("POST", "/things/a?q=%", "{}", 400, "encoding");
	expect("POST", "/things/%", "{}", 400, "encoding");
	expect("PUT", "/things/a", "{}", 405, "not possible");
	expect("GET", "/nothing", "", 404, "there is no /nothing");
	ask("POST", "/things/a", "{}", true);
	assert_string_equal(seen, "");
}

static void test_the_rest_of_a_path(void **state)
{
	expect("POST", "/at/dc2/a%2Fb/c?x=1&x=2", "raw", 200,
	       "{\"rest\":\"a/b/c\",\"path\":\"/at/dc2/a%2Fb/c\",\"body\":\"raw\"}");
	expect("POST", "/at/dc2/", "", 404, "there is no");
	expect("POST", "/at/dc2", "", 404, "there is no");
	expect("GET", "/at/dc2/a/b", "", 405, "only POST");
}

static void test_what_needs_a_connection_is_refused(void **state)
{
	expect("GET", "/direct", "", 400, "needs a connection of its own");
}

static void test_later_or_never(void **state)
{
	ask("POST", "/hold", "", false);
	assert_int_equal(answers, 0);
	http_reply(held, 202, json_pack("{s:b}", "late", 1));
	assert_int_equal(answers, 1);
	assert_int_equal(status, 202);
	/* the server goes: it is told at once, and only once */
	ask("POST", "/hold", "", false);
	http_server_free(server);
	server = NULL;
	assert_int_equal(answers, 2);
	assert_int_equal(status, 503);
	http_reply(held, 200, json_object());
	assert_int_equal(answers, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_it_goes_by_the_routes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_the_rest_of_a_path, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_needs_a_connection_is_refused, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_later_or_never, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
