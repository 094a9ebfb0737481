// SPDX-License-Identifier: GPL-2.0
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
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cleanup.h"
#include "http.h"

#define SOCKET "api.sock"

static char dir[] = "/tmp/test_http_listen.XXXXXX";
static const struct http_route routes[] = { { NULL } };

/* Each test leaves the directory empty, or the last rmdir() fails. */
static int enter_dir(void **state)
{
	return mkdtemp(dir) && chdir(dir) == 0 ? 0 : -1;
}

static int leave_dir(void **state)
{
	return chdir("/") == 0 ? rmdir(dir) : -1;
}

static void refuse(const char *addr, const char *path, const char *error)
{
	struct loop *loop = loop_new();
	struct err err = { "" };

	assert_null(http_listen(loop, NULL, addr, path, routes, NULL, &err));
	assert_string_equal(err.text, error);
	loop_free(loop);
}

static struct http_server *must_listen(struct loop *loop)
{
	struct http_server *server;
	struct err err;

	server = http_listen(loop, NULL, NULL, SOCKET, routes, NULL, &err);
	if (!server)
		fail_msg("%s", err.text);
	return server;
}

static void test_refused(void **state)
{
	char path[201], error[256];

	refuse(NULL, "absent/api.sock",
	       "cannot listen on absent/api.sock: No such file or directory");
	refuse("localhost:1", NULL, "\"localhost:1\" is not ADDRESS:PORT or [ADDRESS]:PORT");

	assert_int_equal(close(creat("file", 0600)), 0);
	refuse(NULL, "file", "file: is there and is not a socket");
	assert_int_equal(unlink("file"), 0);

	/* A link is not followed: it may lead to a socket of somebody else. */
	assert_int_equal(symlink(SOCKET, "link"), 0);
	refuse(NULL, "link", "link: is there and is not a socket");
	assert_int_equal(unlink("link"), 0);

	snprintf(path, sizeof(path), "%0200d", 0);
	snprintf(error, sizeof(error), "%s: longer than 107 bytes", path);
	refuse(NULL, path, error);
}

static void test_port_taken(void **state)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	_cleanup_close_ int fd = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t len = sizeof(sa);
	char addr[32], error[80];

	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
	snprintf(addr, sizeof(addr), "127.0.0.1:%u", ntohs(sa.sin_port));
	snprintf(error, sizeof(error), "cannot listen on %s: Address already in use", addr);
	refuse(addr, SOCKET, error);
}

static void test_socket(void **state)
{
	struct loop *loop = loop_new();
	struct http_server *server = must_listen(loop);
	struct stat st;

	assert_int_equal(stat(SOCKET, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0600);
	refuse(NULL, SOCKET, "api.sock: another process listens on it");
	http_server_free(server);
	assert_int_equal(access(SOCKET, F_OK), -1);
	loop_free(loop);
}

/* Left behind by a process that was killed. */
static void test_stale(void **state)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX, .sun_path = SOCKET };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct loop *loop = loop_new();
	struct http_server *server;

	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	close(fd);
	server = must_listen(loop);
	refuse(NULL, SOCKET, "api.sock: another process listens on it");
	http_server_free(server);
	assert_int_equal(access(SOCKET, F_OK), -1);
	loop_free(loop);
}

/* What has been put in the socket's place is not ours to remove. */
static void test_replaced(void **state)
{
	struct loop *loop = loop_new();
	struct http_server *server = must_listen(loop);

	assert_int_equal(close(creat("new", 0600)), 0);
	assert_int_equal(rename("new", SOCKET), 0);
	http_server_free(server);
	assert_int_equal(unlink(SOCKET), 0);
	loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused), cmocka_unit_test(test_port_taken),
		cmocka_unit_test(test_socket),	cmocka_unit_test(test_stale),
		cmocka_unit_test(test_replaced),
	};

	return cmocka_run_group_tests(tests, enter_dir, leave_dir);
}
