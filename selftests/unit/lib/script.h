/* SPDX-License-Identifier: GPL-2.0 */
/* A shell command that runs beside a test whose loop turns. */
#ifndef SCRIPT_H
#define SCRIPT_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "textfile.h"

struct script {
	pid_t pid;
	int status;
	char log[128];
};

/* What it says goes into a file in @dir. */
static inline void script_start(struct script *s, const char *dir, const char *cmd)
{
	int fd;

	snprintf(s->log, sizeof(s->log), "%s/script.log", dir);
	s->pid = fork();
	assert_true(s->pid >= 0);
	if (s->pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = open(s->log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	execl("/bin/sh", "sh", "-c", cmd, NULL);
	_exit(127);
}

static inline bool script_ended(struct script *s)
{
	return waitpid(s->pid, &s->status, WNOHANG) == s->pid;
}

/* The test fails with what the script has said unless its status was 0. */
static inline void script_check(struct script *s)
{
	char *text = textfile_read(s->log, 1 << 20, NULL);

	if (s->status)
		fail_msg("%s", text ? text : "it says nothing");
	if (text && *text)
		print_message("# %s", text);
	free(text);
}

/* Requests of a fuzzer: NVO3_FUZZ_N, or a moment's. */
static inline int script_fuzz_n(int moment)
{
	const char *text = getenv("NVO3_FUZZ_N");

	return text ? atoi(text) : moment;
}

static inline const char *script_fuzz_seed(void)
{
	return getenv("NVO3_FUZZ_SEED") ?: "1";
}

#endif
