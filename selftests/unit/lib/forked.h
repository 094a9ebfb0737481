/* SPDX-License-Identifier: GPL-2.0 */
/* A server of a test's own, in a process of its own. */
#ifndef NVO3_UNIT_FORKED_H
#define NVO3_UNIT_FORKED_H

#include <stdlib.h>
#include <unistd.h>

/* It can be asked: @serve has written a byte to @ready by then. */
static inline pid_t forked(int (*serve)(int ready))
{
	int fds[2];
	pid_t pid;
	char c;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(fds[0]);
		exit(serve(fds[1]));
	}
	close(fds[1]);
	assert_int_equal(read(fds[0], &c, 1), 1);
	close(fds[0]);
	return pid;
}

#endif
