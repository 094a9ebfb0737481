/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two real vCenters, as they are built for use, in the lab's place of its own: processes that are
 * killed at a crash point and started again. For one test program.
 */
#ifndef VCENTERD_UNIT_CRASH_LAB_H
#define VCENTERD_UNIT_CRASH_LAB_H

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "lab_api.h"
#include "../lib/faults_lab.h"

#define MAC "02:00:00:00:00:01"
#define MANY_MS		3000	/* for a point that may not be passed so often */

static char program[256];
static char files[LAB_DCS][160];	/* of faults */
static struct faults *faults[LAB_DCS];
static pid_t pids[LAB_DCS];
static unsigned int kills;

static inline void launch(struct lab *lab, int dc)
{
	char conf[160], log[160];
	int fd;

	snprintf(conf, sizeof(conf), "%s/vc%d.conf", lab->dir, dc + 1);
	snprintf(log, sizeof(log), "%s/vc%d.log", lab->dir, dc + 1);
	pids[dc] = fork();
	assert_true(pids[dc] >= 0);
	if (pids[dc])
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	faults_load(files[dc]);
	execl(program, "vcenterd", "-c", conf, NULL);
	_exit(127);
}

static inline bool alive(int dc)
{
	siginfo_t info = { };

	waitid(P_PID, pids[dc], &info, WEXITED | WNOHANG | WNOWAIT);
	return !info.si_pid;
}

static inline void reap(int dc, bool killed)
{
	int status;

	assert_int_equal(waitpid(pids[dc], &status, 0), pids[dc]);
	assert_true(killed ? WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL :
			     !WIFSIGNALED(status) && !WEXITSTATUS(status));
	pids[dc] = 0;
}

/* Like lab_api(), but it may be that nobody answers: 0 */
static inline int ask(struct lab *lab, int dc, const char *method, const char *path,
		      const char *body, const char *key, char *ret, size_t size)
{
	struct reply r = lab_api(lab, dc, method, path, body);

	*ret = '\0';
	if (r.body)
		reply_text(&r, key, ret, size);
	json_decref(r.body);
	return r.status;
}

static inline bool is(struct lab *lab, int dc, const char *path, int status, const char *key,
		      const char *text)
{
	char got[128];

	return ask(lab, dc, "GET", path, NULL, key, got, sizeof(got)) == status &&
	       (!key || !strcmp(got, text));
}

static inline int set_up(void **state)
{
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
	char path[160], *slash;
	struct lab *lab;

	program[len < 0 ? 0 : len] = '\0';
	slash = strstr(program, "/unit/vcenterd/");
	if (!slash)
		return -1;
	strcpy(slash, "/bin/vcenterd");
	lab_processes = true;
	lab_setup(state);
	lab = *state;
	for (int dc = 0; dc < LAB_DCS; dc++) {
		snprintf(files[dc], sizeof(files[dc]), "%s/faults%d", lab->dir, dc);
		snprintf(path, sizeof(path), "%s/vc%d/vc.db", lab->dir, dc + 1);
		faults[dc] = faults_new(files[dc], path);
		launch(lab, dc);
	}
	LAB_WAIT(lab, is(lab, 0, "/vns", 200, NULL, NULL) && is(lab, 1, "/vns", 200, NULL, NULL));
	LAB_WAIT(lab, lab_ready(lab));
	lab_expect(lab, 0, "POST", "/vns", "{\"name\":\"blue\",\"vni\":100}", 201, "name", "blue");
	LAB_WAIT(lab, is(lab, 1, "/vns/blue", 200, NULL, NULL));
	return 0;
}

static inline int tear_down(void **state)
{
	for (int dc = 0; dc < LAB_DCS; dc++) {
		kill(pids[dc], SIGTERM);
		reap(dc, false);
		faults_free(faults[dc]);
	}
	return lab_teardown(state);
}

/* Servers that hold something of the VM, or where it runs */
static inline int holders(struct lab *lab, bool running)
{
	int n = 0;

	for (int i = 0; i < LAB_DCS * LAB_SERVERS; i++) {
		struct fake_vm *vm = fake_vm_find(lab, i, "web");

		n += vm && (!running || vm->running);
	}
	return n;
}

static inline int places(struct lab *lab)
{
	return !!fake_place_find(lab, 0, MAC) + !!fake_place_find(lab, 1, MAC);
}

/*
 * It is killed at @name, and started again. @at: how often that is passed first; more than once
 * may be more than there are, since some syncs serve for several writes: then it is false.
 */
static inline bool revive(struct lab *lab, int dc, const char *name, unsigned int at)
{
	uint64_t end = loop_now_ms() + (at > 1 ? MANY_MS : LAB_DEADLINE_MS);

	while (alive(dc) && loop_now_ms() < end)
		lab_turn(lab);
	if (alive(dc) && at > 1) {
		faults_none(faults[dc]);
		return false;
	}
	if (alive(dc))
		fail_msg("nobody passes %s", name);
	reap(dc, true);
	if (!faults_passed(faults[dc], name))
		fail_msg("it was killed, but not at %s", name);
	kills++;
	faults_none(faults[dc]);
	if (random() % 2)
		faults_power_cut(faults[dc]);
	else
		faults_forget_dirty(faults[dc]);
	/* the next kill, if there is one, comes after this */
	launch(lab, dc);
	return true;
}

static inline void kill_now(int dc)
{
	kill(pids[dc], SIGKILL);
	reap(dc, true);
	faults_forget_dirty(faults[dc]);
}

#endif
