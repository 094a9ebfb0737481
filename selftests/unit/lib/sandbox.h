/* SPDX-License-Identifier: GPL-2.0 */
/* A network namespace of the test's own, and helpers to look into it */
#ifndef NVO3_UNIT_SANDBOX_H
#define NVO3_UNIT_SANDBOX_H

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"

/* As root, or as who may make user namespaces. Group setup of cmocka */
static inline int sandbox_enter(void **state)
{
	if (!unshare(CLONE_NEWNET))
		return 0;
	return unshare(CLONE_NEWUSER | CLONE_NEWNET);
}

/* A second one, while the caller stays where it is */
static inline int sandbox_other_netns(void)
{
	_cleanup_close_ int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	int other;

	if (home < 0 || unshare(CLONE_NEWNET) < 0)
		return -1;
	other = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	return setns(home, CLONE_NEWNET) < 0 ? -1 : other;
}

static inline ino_t sandbox_here(void)
{
	struct stat st;

	return stat("/proc/thread-self/ns/net", &st) < 0 ? 0 : st.st_ino;
}

#endif
