// SPDX-License-Identifier: GPL-2.0
/*
 * nvo3ctl vm console against a server of the test's in a child process: by a pipe, as scripts do,
 * and at a terminal. What the server does with a VM's console is by the VM's name.
 */
#include <curl/curl.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "ctl.h"
#include "lib/cleanup.h"
#include "lib/daemon.h"
#include "lib/http.h"
#include "lib/http_upgrade.h"

static char dir[] = "/tmp/test_console.XXXXXX";
static pid_t server_pid;

/* --- the server */

struct session {
	struct http_request *req;
	char vm[32];
};

static int moves;			/* how often that one was opened */

static void gone(void *arg)
{
	struct session *s = arg;

	http_upgrade_end(s->req);
	free(s);
}

static void came(void *arg)
{
	struct session *s = arg;
	char data[4096];
	size_t n;

	while ((n = http_upgrade_read(s->req, data, sizeof(data)))) {
		if (!strcmp(s->vm, "mute"))
			continue;
		http_upgrade_write(s->req, data, n);
		/* a guest that is shut down */
		if (strcmp(s->vm, "ends") || !memmem(data, n, "poweroff", 8))
			continue;
		gone(s);
		return;
	}
}

static void went(void *arg)
{
}

static void open_console(struct http_request *req, void *arg)
{
	static const struct http_upgrade_ops ops = { came, went, gone };
	const char *vm = http_param(req, "id"), *force = http_query(req, "force");
	struct session *s;
	bool moved = false;

	if (!http_upgrade_asked(req, "nvo3-console"))
		return;
	if (!strcmp(vm, "taken") && !force) {
		http_error(req, 409, "exists", "alice is at the console of VM taken");
		return;
	}
	if (!strcmp(vm, "moves")) {
		moved = !moves++;
		if (moves == 2) {
			http_error(req, 409, "bad-state", "VM moves is moving");
			return;
		}
	}
	s = calloc(1, sizeof(*s));
	s->req = req;
	snprintf(s->vm, sizeof(s->vm), "%s", vm);
	if (!http_upgrade_begin(req, "nvo3-console", "Nvo3-Console", vm, NULL, &ops, s)) {
		free(s);
		return;
	}
	if (moved) {
		http_upgrade_write(req, "here\n", 5);
		gone(s);
	} else if (!strcmp(vm, "moves")) {
		http_upgrade_write(req, "there\n", 6);
	}
}

static void show_console(struct http_request *req, void *arg)
{
	const char *id = http_param(req, "id");

	if (!strcmp(id, "moves"))
		http_reply(req, 200, json_pack("{s:s, s:s}", "end", "moved", "why",
					       "VM moves has moved to dc1/host2"));
	else
		http_reply(req, 200, json_pack("{s:s, s:s}", "end", "stopped", "why",
					       "the guest of VM ends has ended"));
}

static int serve(int ready)
{
	static const struct http_route routes[] = {
		{ "GET", "/api/v1/vms/{id}/console", open_console, "force" },
		{ "GET", "/api/v1/consoles/{id}", show_console },
		{ NULL },
	};
	struct http_server *server = NULL;
	struct loop *loop = loop_new();
	struct err err;

	if (!daemon_signals(loop, &err))
		server = http_listen(loop, NULL, NULL, "api.sock", routes, NULL, &err);
	if (!server || write(ready, "", 1) != 1)
		return 1;
	loop_run(loop);
	http_server_free(server);
	loop_free(loop);
	return 0;
}

static int start(void **state)
{
	int fds[2];
	char c;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	if (!mkdtemp(dir) || chdir(dir) || pipe(fds))
		return -1;
	server_pid = fork();
	if (!server_pid) {
		close(fds[0]);
		exit(serve(fds[1]));
	}
	close(fds[1]);
	assert_int_equal(read(fds[0], &c, 1), 1);
	close(fds[0]);
	return 0;
}

static int stop(void **state)
{
	int status;

	kill(server_pid, SIGTERM);
	assert_int_equal(waitpid(server_pid, &status, 0), server_pid);
	assert_int_equal(status, 0);
	return chdir("/") ? -1 : rmdir(dir);
}

/* --- the client */

static int run(int argc, const char *const *args)
{
	char *argv[16] = { "nvo3ctl", "--socket", "api.sock", "vm", "console" };

	for (int i = 0; i < argc; i++)
		argv[5 + i] = (char *)args[i];
	return ctl_main(5 + argc, argv, stdout, stderr);
}

struct result {
	int status;
	char out[1 << 20], errors[4096];
};

static void read_file(const char *name, char *buf, size_t size)
{
	FILE *f = fopen(name, "r");
	size_t n;

	assert_non_null(f);
	n = fread(buf, 1, size - 1, f);
	buf[n] = '\0';
	fclose(f);
	unlink(name);
}

/* As "printf INPUT | nvo3ctl vm console ..." */
static const struct result *script(const char *input, size_t len, int argc,
				   const char *const *args)
{
	static struct result r;
	int fds[2], status;
	pid_t pid, writer;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (!pid) {
		dup2(fds[0], STDIN_FILENO);
		close(fds[1]);
		if (!freopen("out", "w", stdout) || !freopen("errors", "w", stderr))
			_exit(9);
		status = run(argc, args);
		fflush(NULL);
		_exit(status);
	}
	close(fds[0]);
	/* beside it: the pipe may be full */
	writer = fork();
	if (!writer) {
		signal(SIGPIPE, SIG_IGN);
		_exit(write(fds[1], input, len) != (ssize_t)len);
	}
	close(fds[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	r.status = WEXITSTATUS(status);
	assert_int_equal(waitpid(writer, &status, 0), writer);
	read_file("out", r.out, sizeof(r.out));
	read_file("errors", r.errors, sizeof(r.errors));
	return &r;
}

#define SCRIPT(input, ...)								\
	script(input, strlen(input), sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *),	\
	       (const char *[]){ __VA_ARGS__ })

/* Every byte is the guest's, and it ends when nothing more comes. */
static void test_a_pipe(void **state)
{
	const struct result *r = SCRIPT("ls\n\x1dls\n", "echo", "--timeout", "1");

	assert_int_equal(r->status, CTL_OK);
	assert_string_equal(r->out, "ls\n\x1dls\n");
	assert_string_equal(r->errors, "");
}

static void test_a_guest_that_says_nothing(void **state)
{
	const struct result *r = SCRIPT("ls\n", "mute", "--timeout", "0");

	assert_int_equal(r->status, CTL_OK);
	assert_string_equal(r->out, "");
}

static void test_much_at_once(void **state)
{
	static char text[600 * 1024];
	static const char *const args[] = { "echo", "--timeout", "3" };
	const struct result *r;

	for (size_t i = 0; i < sizeof(text) - 1; i++)
		text[i] = 'a' + i % 23;
	r = script(text, sizeof(text) - 1, 3, args);
	assert_int_equal(r->status, CTL_OK);
	assert_string_equal(r->out, text);
}

static void test_it_ends_at_the_other_side(void **state)
{
	const struct result *r = SCRIPT("poweroff\n", "ends");

	assert_int_equal(r->status, CTL_FAILED);
	assert_string_equal(r->out, "poweroff\n");
	assert_string_equal(r->errors, "Error: the guest of VM ends has ended\n");
}

static void test_refusals(void **state)
{
	const struct result *r = SCRIPT("", "taken");

	assert_int_equal(r->status, CTL_FAILED);
	assert_string_equal(r->errors, "Error: alice is at the console of VM taken\n");
	r = SCRIPT("mine", "taken", "--force", "--timeout", "1");
	assert_int_equal(r->status, CTL_OK);
	assert_string_equal(r->out, "mine");
	r = SCRIPT("", "echo", "--escape", "x");
	assert_int_equal(r->status, CTL_USAGE);
	assert_non_null(strstr(r->errors, "\"x\" is no escape character"));
}

/* By itself, as soon as it can be had there */
static void test_the_vm_moves(void **state)
{
	const struct result *r = SCRIPT("", "moves", "--timeout", "1");

	assert_int_equal(r->status, CTL_OK);
	assert_string_equal(r->out, "here\nthere\n");
	assert_string_equal(r->errors,
			    "\nVM moves has moved to dc1/host2; its console is opened again\n");
}

/* --- at a terminal */

static void read_until(int fd, char *buf, size_t size, const char *text)
{
	struct pollfd p = { fd, POLLIN, 0 };
	size_t len = strlen(buf);
	ssize_t n;

	while (!strstr(buf, text)) {
		if (poll(&p, 1, 30000) <= 0)
			fail_msg("\"%s\" and no \"%s\"", buf, text);
		n = read(fd, buf + len, size - 1 - len);
		if (n <= 0)
			fail_msg("\"%s\", its end, and no \"%s\"", buf, text);
		len += n;
		buf[len] = '\0';
	}
}

static void type(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static pid_t at_terminal(int *fd, int argc, const char *const *args)
{
	pid_t pid = forkpty(fd, NULL, NULL, NULL);

	assert_true(pid >= 0);
	if (!pid) {
		int status = run(argc, args);

		fflush(NULL);
		_exit(status);
	}
	return pid;
}

static int status_of(pid_t pid, int fd)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(fd);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_a_key_ends_it(void **state)
{
	static const char *const args[] = { "echo" };
	struct termios was, is;
	char buf[4096] = "";
	pid_t pid;
	int fd;

	pid = at_terminal(&fd, 1, args);
	tcgetattr(fd, &was);
	read_until(fd, buf, sizeof(buf), "The console of VM echo; Ctrl-] ends it.");
	/* keys that a terminal would take for itself, and no echo of its own */
	do
		tcgetattr(fd, &is);
	while (is.c_lflag & ICANON);
	type(fd, "a\x03\x04\x1a|");
	read_until(fd, buf, sizeof(buf), "a\x03\x04\x1a|");
	type(fd, "last\x1d");
	read_until(fd, buf, sizeof(buf), "|\r\n");
	tcgetattr(fd, &is);
	assert_int_equal(is.c_lflag, was.c_lflag);
	assert_int_equal(is.c_iflag, was.c_iflag);
	assert_int_equal(status_of(pid, fd), CTL_OK);
}

static void test_another_key(void **state)
{
	static const char *const args[] = { "echo", "--escape", "^A" };
	struct termios is;
	char buf[4096] = "";
	pid_t pid;
	int fd;

	pid = at_terminal(&fd, 3, args);
	read_until(fd, buf, sizeof(buf), "Ctrl-A ends it.");
	do
		tcgetattr(fd, &is);
	while (is.c_lflag & ICANON);
	type(fd, "\x1d|");
	read_until(fd, buf, sizeof(buf), "\x1d|");
	type(fd, "\x01");
	assert_int_equal(status_of(pid, fd), CTL_OK);
}

/* Whoever ends it, the terminal is as it was. */
static void test_a_signal(void **state)
{
	static const char *const args[] = { "echo" };
	struct termios was, is;
	char buf[4096] = "";
	pid_t pid;
	int fd;

	pid = at_terminal(&fd, 1, args);
	tcgetattr(fd, &was);
	do
		tcgetattr(fd, &is);
	while (is.c_lflag & ICANON);
	kill(pid, SIGTERM);
	read_until(fd, buf, sizeof(buf), "Error: ended by a signal");
	tcgetattr(fd, &is);
	assert_int_equal(is.c_lflag, was.c_lflag);
	assert_int_equal(status_of(pid, fd), CTL_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_pipe),
		cmocka_unit_test(test_a_guest_that_says_nothing),
		cmocka_unit_test(test_much_at_once),
		cmocka_unit_test(test_it_ends_at_the_other_side),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_the_vm_moves),
		cmocka_unit_test(test_a_key_ends_it),
		cmocka_unit_test(test_another_key),
		cmocka_unit_test(test_a_signal),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
