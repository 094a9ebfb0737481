// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
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
#include "own_dir.h"

/* What @fn writes to @fd, and the exit status in *status. */
static char *in_child(void (*fn)(void *arg), void *arg, int fd, int *status)
{
	static char text[4096];
	size_t len = 0;
	int fds[2];
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(fds[1], fd);
		close(fds[0]);
		close(fds[1]);
		fn(arg);
		fflush(stdout);
		_exit(0);
	}
	close(fds[1]);
	while ((n = read(fds[0], text + len, sizeof(text) - 1 - len)) > 0)
		len += n;
	text[len] = '\0';
	close(fds[0]);
	assert_int_equal(waitpid(pid, status, 0), pid);
	return text;
}

/* Prints what became of the options. */
static void start(void *arg)
{
	struct daemon_options options;
	char *argv[8] = { "exampled" };
	int argc = 1;

	for (char *p = strtok(arg, " "); p; p = strtok(NULL, " "))
		argv[argc++] = p;
	daemon_start(argc, argv, "exampled", "an example", &options);
	printf("%s %d %d", options.conf, options.check, options.debug);
}

static void expect_start(const char *line, int fd, int exit_status, const char *part)
{
	_cleanup_free_ char *copy = strdup(line);
	const char *text;
	int status;

	text = in_child(start, copy, fd, &status);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), exit_status);
	if (!strstr(text, part))
		fail_msg("\"%s\": \"%s\"", line, text);
}

static void test_options(void **state)
{
	expect_start("", STDOUT_FILENO, 0, "/etc/nvo3/exampled.conf 0 0");
	expect_start("-c x.conf -t -d", STDOUT_FILENO, 0, "x.conf 1 1");
	expect_start("-h", STDOUT_FILENO, 0, "exampled - an example\n\nUsage: exampled [-c FILE]");
	expect_start("-V", STDOUT_FILENO, 0, "exampled 0.");
	expect_start("-x", STDERR_FILENO, 2, "invalid option -- 'x'\nUsage: exampled");
	expect_start("-c", STDERR_FILENO, 2, "requires an argument -- 'c'\nUsage: exampled");
	expect_start("-t junk", STDERR_FILENO, 2, "exampled: unexpected argument \"junk\"\nUsage:");
}

static void test_mkdir(void **state)
{
	struct stat st;
	struct err err;

	assert_int_equal(daemon_mkdir("a/b/c", &err), 0);
	assert_int_equal(daemon_mkdir("a/b/c/", &err), 0);
	assert_int_equal(stat("a/b/c", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(daemon_mkdir(dir, &err), 0);

	assert_int_equal(close(creat("file", 0600)), 0);
	assert_int_equal(daemon_mkdir("file", &err), -ENOTDIR);
	assert_string_equal(err.text, "file: Not a directory");
	assert_int_equal(daemon_mkdir("file/x", &err), -ENOTDIR);
	assert_int_equal(daemon_mkdir("", &err), -ENOENT);
}

static void lock_and_wait(void *arg)
{
	if (daemon_lock(".", NULL) == 0 && write(STDOUT_FILENO, "", 1) == 1)
		pause();
	_exit(1);
}

static void test_lock(void **state)
{
	int fds[2], status;
	struct err err;
	pid_t pid;
	char c;

	assert_int_equal(daemon_lock("absent", &err), -ENOENT);
	assert_string_equal(err.text, "absent/lock: No such file or directory");

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(fds[1], STDOUT_FILENO);
		lock_and_wait(NULL);
	}
	assert_int_equal(read(fds[0], &c, 1), 1);
	assert_int_equal(daemon_lock(".", &err), -EBUSY);
	assert_string_equal(err.text, "./lock: another process uses this directory");

	/* However it ends, the lock ends with it. */
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(daemon_lock(".", &err), 0);
	close(fds[0]);
	close(fds[1]);
}

static void ready(void *arg)
{
	setenv("NOTIFY_SOCKET", arg, 1);
	daemon_ready("exampled");
}

static void expect_ready(const struct sockaddr_un *sa, socklen_t len, char *path)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	char text[64] = "";
	const char *log;
	int status;

	assert_int_equal(bind(fd, (const struct sockaddr *)sa, len), 0);
	log = in_child(ready, path, STDERR_FILENO, &status);
	assert_non_null(strstr(log, "exampled: ready\n"));
	assert_null(strstr(log, "cannot"));
	assert_int_equal(recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT), strlen("READY=1"));
	assert_string_equal(text, "READY=1");
}

static void test_ready(void **state)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX, .sun_path = "notify.sock" };
	char name[64];
	int status;

	expect_ready(&sa, sizeof(sa), "notify.sock");

	snprintf(name, sizeof(name), "@test_daemon.%d", getpid());
	memset(sa.sun_path, 0, sizeof(sa.sun_path));
	memcpy(sa.sun_path + 1, name + 1, strlen(name) - 1);
	expect_ready(&sa, offsetof(struct sockaddr_un, sun_path) + strlen(name), name);

	/* That nobody listens is no reason not to run. */
	assert_non_null(strstr(in_child(ready, "absent.sock", STDERR_FILENO, &status),
			       "cannot tell the service manager on absent.sock"));
	assert_int_equal(status, 0);
}

/* Sent to itself from the loop: the loop ends, and SIGPIPE does nothing. */
static void raise_both(void *arg)
{
	raise(SIGPIPE);
	raise(*(int *)arg);
}

static void run_until(void *arg)
{
	struct loop *loop = loop_new();

	if (daemon_signals(loop, NULL) < 0)
		_exit(1);
	loop_defer(loop, raise_both, arg);
	if (loop_run(loop) == 0)
		printf("ended");
}

static void test_signals(void **state)
{
	int signals[] = { SIGTERM, SIGINT }, status;

	for (int i = 0; i < 2; i++) {
		assert_string_equal(in_child(run_until, &signals[i], STDOUT_FILENO, &status),
				    "ended");
		assert_int_equal(status, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options), cmocka_unit_test(test_mkdir),
		cmocka_unit_test(test_lock),	cmocka_unit_test(test_ready),
		cmocka_unit_test(test_signals),
	};

	return cmocka_run_group_tests(tests, enter_dir, leave_dir);
}
