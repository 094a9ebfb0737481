// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "guest.h"
#include "proc_stat.h"

#define PATH_LEN 512

struct guest {
	pid_t pid;
	unsigned long long start;
};

static void pidfile(char buf[PATH_LEN], const char *dir)
{
	snprintf(buf, PATH_LEN, "%s/guest.pid", dir);
}

/* False if there is no such process */
static bool look(pid_t pid, struct proc_stat *ret)
{
	char path[64], text[1024];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return proc_stat_parse(text, ret);
}

/* It lives, and is not another one with its number */
static bool is_it(const struct guest *g, struct proc_stat *ret)
{
	return look(g->pid, ret) && ret->start == g->start;
}

static int read_pidfile(const char *dir, struct guest *ret, struct err *err)
{
	_cleanup_fclose_ FILE *f = NULL;
	unsigned long long start;
	struct proc_stat stat;
	char path[PATH_LEN];
	int pid;

	pidfile(path, dir);
	f = fopen(path, "re");
	if (!f)
		return err_set(err, ESRCH, "no guest has been started");
	if (fscanf(f, "%d %llu", &pid, &start) != 2 || pid <= 1)
		return err_set(err, ESRCH, "%s does not tell a process", path);
	ret->pid = pid;
	ret->start = start;
	if (!is_it(ret, &stat) || stat.state == 'Z')
		return err_set(err, ESRCH, "the guest's process %d has ended", pid);
	return 0;
}

static int open_pidfd(const struct guest *g, struct err *err)
{
	struct proc_stat stat;
	int fd = syscall(SYS_pidfd_open, g->pid, 0);

	if (fd < 0)
		return err_sys(err, errno == ESRCH ? ESRCH : errno, "cannot watch process %d",
			       (int)g->pid);
	/* Its number might have been given to another one between the look and the open */
	if (!is_it(g, &stat)) {
		close(fd);
		return err_set(err, ESRCH, "the guest's process %d has ended", (int)g->pid);
	}
	return fd;
}

/* In the child: nothing but system calls from here on. Value is the errno to tell */
static int become_guest(int netns_fd, const char *pid_path, const char *www)
{
	char *const argv[] = { "busybox", "httpd", "-f", "-p", "80", "-h", (char *)www, NULL };
	char *const envp[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	struct proc_stat stat = {};
	int null, fd, n;
	sigset_t none;
	char text[64];

	if (setns(netns_fd, CLONE_NEWNET))
		return errno;
	setsid();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	/* It outlives us: a lock or a socket of ours in its hands would stay */
	close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
	/* Written here and not by the parent, which may die before it could */
	look(getpid(), &stat);
	n = snprintf(text, sizeof(text), "%d %llu\n", (int)getpid(),
		     (unsigned long long)stat.start);
	fd = open(pid_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, text, n) != n)
		return errno;
	null = open("/dev/null", O_RDWR);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
		return errno;
	execvpe("busybox", argv, envp);
	return errno;
}

int guest_start(int netns_fd, const char *dir, int *ret_fd, struct err *err)
{
	char pid_path[PATH_LEN], www[PATH_LEN];
	_cleanup_close_ int in = -1, out = -1;
	int failure = 0, pipes[2], fd;
	pid_t pid;

	pidfile(pid_path, dir);
	snprintf(www, sizeof(www), "%s/www", dir);
	if (pipe2(pipes, O_CLOEXEC))
		return err_sys(err, errno, "cannot make a pipe");
	in = pipes[0];
	out = pipes[1];
	pid = fork();
	if (pid < 0)
		return err_sys(err, errno, "cannot fork");
	if (!pid) {
		failure = become_guest(netns_fd, pid_path, www);
		if (write(out, &failure, sizeof(failure)) != sizeof(failure))
			_exit(126);
		_exit(127);
	}
	close(steal_fd(&out));
	/* End of file: exec has closed its end */
	if (read(in, &failure, sizeof(failure)) > 0) {
		waitpid(pid, NULL, 0);
		unlink(pid_path);
		return err_sys(err, failure, "cannot start the guest (busybox httpd)");
	}
	fd = syscall(SYS_pidfd_open, pid, 0);
	if (fd < 0) {
		int rc = err_sys(err, errno, "cannot watch the guest");

		kill(-pid, SIGKILL);
		waitpid(pid, NULL, 0);
		unlink(pid_path);
		return rc;
	}
	*ret_fd = fd;
	return 0;
}

int guest_find(const char *dir, int *ret_fd, struct err *err)
{
	struct guest g;
	int rc;

	rc = read_pidfile(dir, &g, err);
	if (rc)
		return rc;
	rc = open_pidfd(&g, err);
	if (rc < 0)
		return rc;
	*ret_fd = rc;
	return 0;
}

int guest_kill(const char *dir, bool now, struct err *err)
{
	struct guest g;

	if (read_pidfile(dir, &g, err))
		return 0;
	/* The one that it began is its session's and its group's number, too */
	if (kill(-g.pid, now ? SIGKILL : SIGTERM) && errno != ESRCH)
		return err_sys(err, errno, "cannot signal the guest's process %d", (int)g.pid);
	return 0;
}

int guest_netns(const char *dir, struct err *err)
{
	struct guest g;
	char path[64];
	int fd, rc;

	rc = read_pidfile(dir, &g, err);
	if (rc)
		return rc;
	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)g.pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? err_sys(err, errno, "cannot open %s", path) : fd;
}

int guest_use(const char *dir, uint64_t *ret_cpu_ns, uint64_t *ret_memory_kib, struct err *err)
{
	struct proc_stat stat;
	struct guest g;
	int rc;

	rc = read_pidfile(dir, &g, err);
	if (rc)
		return rc;
	if (!is_it(&g, &stat))
		return err_set(err, ESRCH, "the guest's process %d has ended", (int)g.pid);
	*ret_cpu_ns = stat.cpu_ticks * (1000000000u / sysconf(_SC_CLK_TCK));
	*ret_memory_kib = stat.rss_pages * (sysconf(_SC_PAGESIZE) / 1024);
	return 0;
}
