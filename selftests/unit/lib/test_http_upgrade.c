// SPDX-License-Identifier: GPL-2.0
/*
 * A connection that stops speaking HTTP, its client and its server in one loop: what each says
 * comes to the other, whoever goes first, and however slow he is.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "http_upgrade.h"

#define SOCKET	"api.sock"
#define ASK	"GET /echo HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"
#define LIMIT_MS 30000

static struct bed {
	char dir[40];
	struct loop *loop;
	struct loop_timer *tick;
	struct http_server *server;
	struct http_request *req;	/* the upgraded one */
	bool deaf;			/* what comes is left where it is */
	int gone, went, told;
	char in[1 << 20], head[4096];
	size_t len;
	int fd;
} bed;

static void stop(void *arg)
{
	loop_stop(arg);
}

static void turn(void)
{
	loop_timer_set(bed.tick, 1);
	assert_int_equal(loop_run(bed.loop), 0);
}

#define WAIT(cond)								\
	do {									\
		uint64_t end = loop_now_ms() + LIMIT_MS;			\
										\
		while (!(cond)) {						\
			if (loop_now_ms() > end)				\
				fail_msg("waited in vain for %s", #cond);	\
			turn();							\
		}								\
	} while (0)

/* --- the server */

static void came(void *arg)
{
	size_t n;

	assert_ptr_equal(arg, &bed);
	while (!bed.deaf &&
	       (n = http_upgrade_read(bed.req, bed.in + bed.len, sizeof(bed.in) - bed.len)))
		bed.len += n;
}

static void went(void *arg)
{
	bed.went++;
}

static void gone(void *arg)
{
	bed.gone++;
	http_upgrade_end(bed.req);
	bed.req = NULL;
}

static void echo(struct http_request *req, void *arg)
{
	static const struct http_upgrade_ops ops = { came, went, gone };

	if (!http_upgrade_asked(req, "echo"))
		return;
	bed.req = req;
	if (!http_upgrade_begin(req, "echo", "X-Name", "seven", json_pack("{s:b}", "up", 1), &ops,
				&bed))
		bed.req = NULL;
}

static json_t *before(struct http_request *req, void *arg)
{
	return NULL;
}

static void after(struct http_request *req, json_t *was, int status, json_t *answer, void *arg)
{
	bed.told = status;
	assert_true(status != 101 || json_is_true(json_object_get(answer, "up")));
}

/* --- the client */

static void dial(const char *request)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX, .sun_path = SOCKET };

	bed.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(bed.fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	fcntl(bed.fd, F_SETFL, O_NONBLOCK);
	assert_int_equal(write(bed.fd, request, strlen(request)), strlen(request));
}

/* Up to the end of the head */
static bool has_head(void)
{
	size_t len = strlen(bed.head);
	ssize_t n = read(bed.fd, bed.head + len, sizeof(bed.head) - 1 - len);

	if (n > 0)
		bed.head[len + n] = '\0';
	return strstr(bed.head, "\r\n\r\n");
}

static void upgrade(void)
{
	dial(ASK);
	WAIT(has_head());
	assert_non_null(bed.req);
	assert_non_null(strstr(bed.head, "HTTP/1.1 101 Switching Protocols\r\n"));
	assert_non_null(strstr(bed.head, "\r\nUpgrade: echo\r\nX-Name: seven\r\n\r\n"));
}

static int setup(void **state)
{
	static const struct http_route routes[] = {
		{ "GET", "/echo", echo, .audited = true },
		{ NULL },
	};
	static const struct http_observer observer = { before, after };
	struct err err;

	memset(&bed, 0, sizeof(bed));
	strcpy(bed.dir, "/tmp/test_http_upgrade.XXXXXX");
	assert_non_null(mkdtemp(bed.dir));
	assert_int_equal(chdir(bed.dir), 0);
	bed.loop = loop_new();
	bed.tick = loop_timer_new(bed.loop, stop, bed.loop);
	bed.server = http_listen(bed.loop, NULL, NULL, SOCKET, routes, NULL, &err);
	assert_non_null(bed.server);
	http_observe(bed.server, &observer);
	return 0;
}

static int teardown(void **state)
{
	if (bed.fd)
		close(bed.fd);
	http_server_free(bed.server);
	assert_null(bed.req);
	turn();
	loop_timer_free(bed.tick);
	loop_free(bed.loop);
	assert_int_equal(chdir("/"), 0);
	return rmdir(bed.dir);
}

/* --- */

static void test_who_does_not_ask_is_told_what_for(void **state)
{
	dial("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
	WAIT(has_head() && strstr(bed.head, "ask for it by Upgrade"));
	assert_non_null(strstr(bed.head, "HTTP/1.1 426 Upgrade Required\r\n"));
	assert_non_null(strstr(bed.head, "Upgrade: echo\r\n"));
	assert_null(bed.req);
}

static void test_bytes_go_both_ways(void **state)
{
	char back[16] = "";

	upgrade();
	assert_int_equal(bed.told, 101);
	assert_int_equal(write(bed.fd, "a\0b", 3), 3);
	WAIT(bed.len == 3);
	assert_memory_equal(bed.in, "a\0b", 3);
	http_upgrade_write(bed.req, "back", 4);
	WAIT(read(bed.fd, back, sizeof(back)) == 4);
	assert_string_equal(back, "back");
	assert_int_equal(http_upgrade_waiting(bed.req), 0);
}

/* With the request, before the answer to it */
static void test_who_does_not_wait_is_heard(void **state)
{
	dial(ASK "early");
	WAIT(bed.len == 5);
	assert_memory_equal(bed.in, "early", 5);
}

static void test_a_client_that_goes(void **state)
{
	upgrade();
	close(bed.fd);
	bed.fd = 0;
	WAIT(bed.gone);
	assert_int_equal(bed.gone, 1);
}

static size_t write_all(const char *data, size_t len)
{
	size_t sent = 0;
	ssize_t n;

	for (int i = 0; i < 50; i++) {
		while ((n = write(bed.fd, data, len)) > 0)
			sent += n;
		turn();
	}
	return sent;
}

/* What nobody takes here stays with him: some in the socket, and a little here. */
static void test_a_client_that_is_not_heard_has_to_wait(void **state)
{
	static char data[65536];
	size_t sent;

	bed.deaf = true;
	upgrade();
	sent = write_all(data, sizeof(data));
	assert_true(sent > 0 && sent < 512 * 1024);
	bed.deaf = false;
	came(&bed);
	WAIT(bed.len == sent);
}

static void test_a_client_that_does_not_read(void **state)
{
	static char data[1 << 20], back[1 << 20];
	size_t got = 0;
	ssize_t n;

	upgrade();
	http_upgrade_write(bed.req, data, sizeof(data));
	for (int i = 0; i < 20; i++)
		turn();
	assert_true(http_upgrade_waiting(bed.req) > 1 << 18);
	bed.went = 0;
	while (got < sizeof(data)) {
		n = read(bed.fd, back, sizeof(back));
		got += n > 0 ? n : 0;
		turn();
	}
	WAIT(bed.went && !http_upgrade_waiting(bed.req));
}

/* What was written before the end comes, and then the end. */
static void test_last_words(void **state)
{
	static char data[1 << 20], back[1 << 20];
	size_t got = 0;
	ssize_t n;

	upgrade();
	assert_int_equal(write(bed.fd, "unread", 6), 6);
	http_upgrade_write(bed.req, data, sizeof(data));
	http_upgrade_end(bed.req);
	bed.req = NULL;
	for (;;) {
		n = read(bed.fd, back, sizeof(back));
		if (!n)
			break;
		got += n > 0 ? n : 0;
		turn();
	}
	assert_int_equal(got, sizeof(data));
	assert_int_equal(bed.gone, 0);
}

/* Also one that is over, and whose last words nobody reads */
static void test_a_server_that_goes(void **state)
{
	static char data[1 << 20];

	upgrade();
	http_upgrade_write(bed.req, data, sizeof(data));
	http_upgrade_end(bed.req);
	bed.req = NULL;
	close(bed.fd);
	bed.head[0] = '\0';
	upgrade();
	http_upgrade_write(bed.req, data, sizeof(data));
	http_server_free(bed.server);
	bed.server = NULL;
	assert_int_equal(bed.gone, 1);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_who_does_not_ask_is_told_what_for),
		TEST(test_bytes_go_both_ways),
		TEST(test_who_does_not_wait_is_heard),
		TEST(test_a_client_that_goes),
		TEST(test_a_client_that_is_not_heard_has_to_wait),
		TEST(test_a_client_that_does_not_read),
		TEST(test_last_words),
		TEST(test_a_server_that_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
