/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hosts for a test that cuts the network between them: network namespaces on one switch. Host 0 is
 * the test itself, with the switch in its namespace; the others are 1 and on.
 *
 *	[0] 10.9.0.100 --- br0 ---+--- 10.9.0.1 [1]
 *	                          +--- 10.9.0.2 [2] ...
 *
 * What is cut swallows what comes from the other end, and says nothing. They end with the test,
 * however that ends. All functions fail the test when something does not work.
 */
#ifndef NVO3_UNIT_NETS_LAB_H
#define NVO3_UNIT_NETS_LAB_H

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define NETS_LAB_MAX	8

struct nets_lab {
	int n;			/* with host 0 */
	pid_t holder[NETS_LAB_MAX];
	int fd[NETS_LAB_MAX];	/* of the namespace */
	char addr[NETS_LAB_MAX][16];
	bool cut[NETS_LAB_MAX][NETS_LAB_MAX];
};

static inline void nets_lab_die(const char *what)
{
	fprintf(stderr, "nets_lab: %s\n", what);
	exit(1);
}

/* In the namespace of @host */
static inline void nets_lab_run(const struct nets_lab *nets, int host, const char *command)
{
	char line[512];

	snprintf(line, sizeof(line), "nsenter --net=/proc/%d/ns/net sh -ec '%s'",
		 nets->holder[host], command);
	if (system(line))
		nets_lab_die(line);
}

/* A process that does nothing but be in a namespace of its own */
static inline void nets_lab_hold(struct nets_lab *nets, int host)
{
	int ready[2];
	char path[32], c;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC))
		nets_lab_die("no pipe");
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWNET) || write(ready[1], "", 1) != 1)
			_exit(1);
		close_range(0, ~0U, 0);
		for (;;)
			pause();
	}
	if (pid < 0 || read(ready[0], &c, 1) != 1)
		nets_lab_die("no namespace");
	close(ready[0]);
	close(ready[1]);
	nets->holder[host] = pid;
	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	nets->fd[host] = open(path, O_RDONLY | O_CLOEXEC);
	if (nets->fd[host] < 0)
		nets_lab_die(path);
}

#define NETS_LAB_TABLE "nft \"table inet cut { set from { type ipv4_addr; }; chain in { " \
	"type filter hook input priority 0; ip saddr @from drop; }; }\""

static inline void nets_lab_connect(struct nets_lab *nets, int host)
{
	char line[256];

	snprintf(nets->addr[host], sizeof(nets->addr[host]), "10.9.0.%d", host);
	nets_lab_hold(nets, host);
	snprintf(line, sizeof(line),
		 "ip link add v%d type veth peer name eth0 netns %d; ip link set v%d master br0 up",
		 host, nets->holder[host], host);
	nets_lab_run(nets, 0, line);
	snprintf(line, sizeof(line),
		 "ip link set lo up; ip addr add 10.9.0.%d/24 dev eth0; ip link set eth0 up", host);
	nets_lab_run(nets, host, line);
	nets_lab_run(nets, host, NETS_LAB_TABLE);
}

/* The test goes into a namespace of its own, for good; @n hosts besides. */
static inline void nets_lab_start(struct nets_lab *nets, int n)
{
	*nets = (struct nets_lab){ .n = n + 1 };
	if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET))
		nets_lab_die("no namespace");
	nets->holder[0] = getpid();
	snprintf(nets->addr[0], sizeof(nets->addr[0]), "10.9.0.100");
	nets_lab_run(nets, 0,
		     "ip link set lo up; ip link add br0 type bridge; ip addr add 10.9.0.100/24 dev br0; ip link set br0 up");
	nets_lab_run(nets, 0, NETS_LAB_TABLE);
	for (int host = 1; host <= n; host++)
		nets_lab_connect(nets, host);
}

static inline void nets_lab_stop(struct nets_lab *nets)
{
	for (int host = 1; host < nets->n; host++) {
		kill(nets->holder[host], SIGKILL);
		waitpid(nets->holder[host], NULL, 0);
		close(nets->fd[host]);
	}
	nets->n = 0;
}

static inline void nets_lab_drop(const struct nets_lab *nets, int at, int from, bool cut)
{
	char line[128];

	snprintf(line, sizeof(line), "nft %s element inet cut from { %s }",
		 cut ? "add" : "delete", nets->addr[from]);
	nets_lab_run(nets, at, line);
}

/* Between @one and @two nothing passes, or everything again. */
static inline void nets_lab_cut(struct nets_lab *nets, int one, int two, bool cut)
{
	if (nets->cut[one][two] == cut)
		return;
	nets->cut[one][two] = cut;
	nets->cut[two][one] = cut;
	nets_lab_drop(nets, one, two, cut);
	nets_lab_drop(nets, two, one, cut);
}

static inline void nets_lab_heal(struct nets_lab *nets)
{
	for (int one = 0; one < nets->n; one++)
		for (int two = one + 1; two < nets->n; two++)
			nets_lab_cut(nets, one, two, false);
}

/* In a child: it is on that host from now on. */
static inline void nets_lab_enter(int fd)
{
	if (setns(fd, CLONE_NEWNET))
		_exit(126);
}

#endif /* NVO3_UNIT_NETS_LAB_H */
