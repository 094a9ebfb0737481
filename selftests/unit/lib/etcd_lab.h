/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A real etcd cluster for a test: processes of Debian's etcd on free ports of the loopback, in a
 * folder of their own. They end with the test, however that ends: the kernel kills them with the
 * process that made them, and a keeper, which waits for that, removes the folder.
 *
 * Members are numbered from 0. All functions fail the test when something does not work; in a group
 * setup, where cmocka has no test to fail, that ends the program.
 */
#ifndef NVO3_UNIT_ETCD_LAB_H
#define NVO3_UNIT_ETCD_LAB_H

#include <arpa/inet.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/etcd_http.h"
#include "lib/etcd_json.h"
#include "lib/loop.h"
#include "free_port.h"

#define ETCD_LAB_MEMBERS	3
#define ETCD_LAB_DEADLINE_MS	60000

struct etcd_member {
	char addr[16];
	const int *net;		/* the namespace it runs in (nets_lab.h); NULL: the test's */
	uint16_t port, peer_port;
	pid_t pid;		/* 0: does not run */
};

struct etcd_lab {
	char dir[64];
	int n;
	unsigned long quota;	/* bytes; 0: as etcd has it */
	char tls[256];		/* parameters of a URL for it; "": without */
	struct etcd_member members[ETCD_LAB_MEMBERS];
	int keeper_fd;
	pid_t keeper;
};

/* Requests are the lab's own: for who counts those of the store. */
static __thread bool etcd_lab_asks;

static inline void etcd_lab_die(const char *what)
{
	fprintf(stderr, "etcd_lab: %s\n", what);
	exit(1);
}

/* Conditions are looked at a hundred times a second. */
static inline void etcd_lab_tick(void)
{
	const struct timespec tick = { .tv_nsec = 10000000 };

	nanosleep(&tick, NULL);
}

#define ETCD_LAB_WAIT(cond)							\
	do {									\
		uint64_t etcd_lab_end = loop_now_ms() + ETCD_LAB_DEADLINE_MS;	\
										\
		while (!(cond)) {						\
			if (loop_now_ms() > etcd_lab_end)			\
				etcd_lab_die("waited in vain for " #cond);	\
			etcd_lab_tick();					\
		}								\
	} while (0)

static inline int etcd_lab_remove(const char *path, const struct stat *st, int flag,
				  struct FTW *ftw)
{
	return remove(path);
}

/* Until the folder is gone: a member that is being killed may still write into it. */
static inline void etcd_lab_keep(const char *dir, int fd)
{
	char c;

	while (read(fd, &c, 1) > 0)
		;
	while (nftw(dir, etcd_lab_remove, 8, FTW_DEPTH | FTW_PHYS) && !access(dir, F_OK))
		etcd_lab_tick();
	_exit(0);
}

static inline void etcd_lab_start_keeper(struct etcd_lab *lab)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		etcd_lab_die("no pipe");
	lab->keeper = fork();
	if (lab->keeper == 0) {
		/* nothing of the test's is the keeper's: it would keep it open */
		setsid();
		dup2(fds[0], 0);
		close_range(1, ~0U, 0);
		etcd_lab_keep(lab->dir, 0);
	}
	close(fds[0]);
	lab->keeper_fd = fds[1];
}

static inline void etcd_lab_cluster(const struct etcd_lab *lab, char *text, size_t size)
{
	size_t len = 0;
	int i;

	for (i = 0; i < lab->n; i++)
		len += snprintf(text + len, size - len, "%sm%d=http://%s:%u", i ? "," : "", i,
				lab->members[i].addr, lab->members[i].peer_port);
}

static inline void etcd_lab_become(const struct etcd_lab *lab, int i)
{
	char name[16], data[96], client[48], peer[48], cluster[256], quota[24], log[96];
	char pem[96], key[96];
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (lab->members[i].net && setns(*lab->members[i].net, CLONE_NEWNET))
		_exit(126);
	snprintf(name, sizeof(name), "m%d", i);
	snprintf(data, sizeof(data), "%s/m%d", lab->dir, i);
	snprintf(log, sizeof(log), "%s/m%d.log", lab->dir, i);
	snprintf(pem, sizeof(pem), "%s/tls.pem", lab->dir);
	snprintf(key, sizeof(key), "%s/tls.key", lab->dir);
	snprintf(client, sizeof(client), "http%s://%s:%u", *lab->tls ? "s" : "",
		 lab->members[i].addr, lab->members[i].port);
	snprintf(peer, sizeof(peer), "http://%s:%u", lab->members[i].addr,
		 lab->members[i].peer_port);
	snprintf(quota, sizeof(quota), "%lu", lab->quota);
	etcd_lab_cluster(lab, cluster, sizeof(cluster));
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	/* without TLS the list ends before that */
	execlp("etcd", "etcd", "--name", name, "--data-dir", data, "--listen-client-urls", client,
	       "--advertise-client-urls", client, "--listen-peer-urls", peer,
	       "--initial-advertise-peer-urls", peer, "--initial-cluster", cluster,
	       "--quota-backend-bytes", quota,
	       /* The size counts what is committed; a fast machine would fill it far beyond. */
	       "--backend-batch-limit", lab->quota ? "1" : "10000",
	       *lab->tls ? "--client-cert-auth" : NULL,
	       "--cert-file", pem, "--key-file", key, "--trusted-ca-file", pem, NULL);
	_exit(127);
}

static inline void etcd_lab_run(struct etcd_lab *lab, int i)
{
	pid_t pid = fork();

	if (pid < 0)
		etcd_lab_die("fork");
	if (pid == 0)
		etcd_lab_become(lab, i);
	lab->members[i].pid = pid;
}

/* @only: of this member; -1: of all. With what follows the "?" of the URL. */
static inline const char *etcd_lab_url(const struct etcd_lab *lab, int only, const char *params)
{
	static char text[512];
	size_t len = 0;
	int i;

	for (i = 0; i < lab->n; i++)
		if (only < 0 || i == only)
			len += snprintf(text + len, sizeof(text) - len, "%shttp%s://%s:%u",
					len ? "," : "", *lab->tls ? "s" : "", lab->members[i].addr,
					lab->members[i].port);
	snprintf(text + len, sizeof(text) - len, "?%s", params);
	return text;
}

/* An answer for json_decref(), or NULL. Takes @body. */
static inline json_t *etcd_lab_ask(const struct etcd_lab *lab, int only, const char *path,
				   json_t *body, struct err *err)
{
	struct etcd_patience patience = { };
	struct etcd_client *client;
	json_t *answer = NULL;
	struct etcd_url url;
	char params[280];

	snprintf(params, sizeof(params), "prefix=/lab%s", lab->tls);
	if (etcd_url_parse(&url, etcd_lab_url(lab, only, params), NULL))
		etcd_lab_die("its own URL");
	client = etcd_client_new(&url, 1000);
	etcd_lab_asks = true;
	if (etcd_post(client, path, body, &patience, &answer, err))
		answer = NULL;
	etcd_lab_asks = false;
	etcd_client_free(client);
	etcd_url_uninit(&url);
	json_decref(body);
	return answer;
}

/* It answers what needs the agreement of most. */
static inline bool etcd_lab_healthy(const struct etcd_lab *lab, int i)
{
	json_t *answer = etcd_lab_ask(lab, i, "kv/range", etcd_range("health", NULL, 0, 0), NULL);

	json_decref(answer);
	return answer;
}

static inline bool etcd_lab_ended(struct etcd_lab *lab)
{
	siginfo_t info = { };
	int i;

	for (i = 0; i < lab->n; i++)
		if (!waitid(P_PID, lab->members[i].pid, &info, WEXITED | WNOHANG | WNOWAIT) &&
		    info.si_pid)
			return true;
	return false;
}

static inline void etcd_lab_kill(struct etcd_lab *lab, int i)
{
	if (lab->members[i].pid <= 0)
		return;
	kill(lab->members[i].pid, SIGKILL);
	waitpid(lab->members[i].pid, NULL, 0);
	lab->members[i].pid = 0;
}

/* False: somebody else took a port before the member did. */
static inline bool etcd_lab_try(struct etcd_lab *lab)
{
	uint64_t end = loop_now_ms() + ETCD_LAB_DEADLINE_MS;
	int i, healthy = 0;

	for (i = 0; i < lab->n; i++) {
		lab->members[i].port = free_ports(1);
		lab->members[i].peer_port = free_ports(1);
	}
	for (i = 0; i < lab->n; i++)
		etcd_lab_run(lab, i);
	while (healthy < lab->n) {
		if (etcd_lab_ended(lab))
			return false;
		if (loop_now_ms() > end)
			etcd_lab_die("the cluster does not get healthy");
		if (etcd_lab_healthy(lab, healthy))
			healthy++;
		else
			etcd_lab_tick();
	}
	return true;
}

/* One certificate that is its own authority, the members' and the clients' */
static inline void etcd_lab_certify(struct etcd_lab *lab)
{
	char line[512];

	snprintf(line, sizeof(line),
		 "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=lab -addext subjectAltName=IP:127.0.0.1 -keyout %s/tls.key -out %s/tls.pem 2>/dev/null",
		 lab->dir, lab->dir);
	if (system(line))
		etcd_lab_die("no certificate");
	snprintf(lab->tls, sizeof(lab->tls), "&ca=%s/tls.pem&cert=%s/tls.pem&key=%s/tls.key",
		 lab->dir, lab->dir, lab->dir);
}

static inline void etcd_lab_begin(struct etcd_lab *lab, int n, unsigned long quota)
{
	int i;

	*lab = (struct etcd_lab){ .n = n, .quota = quota };
	for (i = 0; i < n; i++)
		snprintf(lab->members[i].addr, sizeof(lab->members[i].addr), "127.0.0.1");
	/* the death of processes is tested, not that of the machine: a disk would only be slow */
	snprintf(lab->dir, sizeof(lab->dir), "%s/nvo3-etcd-XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	if (!mkdtemp(lab->dir))
		etcd_lab_die("no folder");
	etcd_lab_start_keeper(lab);
}

static inline void etcd_lab_run_all(struct etcd_lab *lab)
{
	char data[96];
	int i, tries;

	for (tries = 0; !etcd_lab_try(lab); tries++) {
		for (i = 0; i < lab->n; i++) {
			etcd_lab_kill(lab, i);
			snprintf(data, sizeof(data), "%s/m%d", lab->dir, i);
			nftw(data, etcd_lab_remove, 8, FTW_DEPTH | FTW_PHYS);
		}
		if (tries == 3)
			etcd_lab_die("etcd does not start; is etcd-server installed?");
	}
}

static inline void etcd_lab_start(struct etcd_lab *lab, int n, unsigned long quota)
{
	etcd_lab_begin(lab, n, quota);
	etcd_lab_run_all(lab);
}

/* Each member on a host of its own, which has this address */
static inline void etcd_lab_start_apart(struct etcd_lab *lab, int n, const int *nets,
					char (*addrs)[16])
{
	int i;

	etcd_lab_begin(lab, n, 0);
	for (i = 0; i < n; i++) {
		lab->members[i].net = &nets[i];
		snprintf(lab->members[i].addr, sizeof(lab->members[i].addr), "%s", addrs[i]);
	}
	etcd_lab_run_all(lab);
}

static inline void etcd_lab_start_tls(struct etcd_lab *lab, int n)
{
	etcd_lab_begin(lab, n, 0);
	etcd_lab_certify(lab);
	etcd_lab_run_all(lab);
}

/* 0 if nothing is left */
static inline int etcd_lab_stop(struct etcd_lab *lab)
{
	int i;

	for (i = 0; i < lab->n; i++)
		etcd_lab_kill(lab, i);
	close(lab->keeper_fd);
	waitpid(lab->keeper, NULL, 0);
	return access(lab->dir, F_OK) ? 0 : -1;
}

/* All of its threads stand still when it returns. */
static inline void etcd_lab_pause(struct etcd_lab *lab, int i)
{
	int status;

	kill(lab->members[i].pid, SIGSTOP);
	if (waitpid(lab->members[i].pid, &status, WUNTRACED) < 0 || !WIFSTOPPED(status))
		etcd_lab_die("a member has ended");
}

static inline void etcd_lab_resume(struct etcd_lab *lab, int i)
{
	kill(lab->members[i].pid, SIGCONT);
}

static inline void etcd_lab_wait_healthy(struct etcd_lab *lab)
{
	int i;

	for (i = 0; i < lab->n; i++)
		ETCD_LAB_WAIT(etcd_lab_healthy(lab, i));
}

static inline int etcd_lab_leader(const struct etcd_lab *lab)
{
	json_t *answer, *header;
	bool found;
	int i;

	for (i = 0; i < lab->n; i++) {
		answer = etcd_lab_ask(lab, i, "maintenance/status", json_object(), NULL);
		header = json_object_get(answer, "header");
		found = answer && json_equal(json_object_get(answer, "leader"),
					     json_object_get(header, "member_id"));
		json_decref(answer);
		if (found)
			return i;
	}
	return -1;
}

/* etcdctl, for what an operator does */
static inline int etcd_lab_ctl(const struct etcd_lab *lab, const char *command)
{
	char line[512];
	int len;

	len = snprintf(line, sizeof(line), "ETCDCTL_API=3 etcdctl --endpoints %s",
		       etcd_lab_url(lab, -1, ""));
	line[len - 1] = '\0';	/* the "?" */
	len = strlen(line);
	snprintf(line + len, sizeof(line) - len, " %s >/dev/null 2>&1", command);
	return system(line);
}

/* The lease of who has the prefix ends now, as if he had been silent for its time. */
static inline void etcd_lab_end_lease(const struct etcd_lab *lab, const char *prefix)
{
	struct etcd_kv kv = { };
	json_t *answer;
	char key[160];

	snprintf(key, sizeof(key), "%s/owner", prefix);
	answer = etcd_lab_ask(lab, -1, "kv/range", etcd_range(key, NULL, 0, 0), NULL);
	if (!answer)
		etcd_lab_die("nobody answers");
	if (!etcd_first_kv(answer, &kv, NULL)) {
		json_t *body = json_object();

		json_object_set_new(body, "ID", etcd_number(kv.lease));
		json_decref(etcd_lab_ask(lab, -1, "lease/revoke", body, NULL));
		etcd_kv_uninit(&kv);
	}
	json_decref(answer);
}

#endif /* NVO3_UNIT_ETCD_LAB_H */
