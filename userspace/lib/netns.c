// SPDX-License-Identifier: GPL-2.0
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cleanup.h"
#include "errs.h"

#define NETNS_DIR "/run/netns"

int netns_open(const char *name, struct err *err)
{
	char path[sizeof(NETNS_DIR) + 256];
	int fd;

	if (!*name || !strcmp(name, ".") || !strcmp(name, ".."))
		return err_set(err, EINVAL, "\"%s\" is not a name of a network namespace", name);
	if (!strchr(name, '/')) {
		if (snprintf(path, sizeof(path), NETNS_DIR "/%s", name) >= (int)sizeof(path))
			return err_set(err, ENAMETOOLONG, "name of network namespace is too long");
		name = path;
	}
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, errno, "cannot open network namespace %s", name);
	return fd;
}

int netns_enter(int netns_fd, struct err *err)
{
	if (setns(netns_fd, CLONE_NEWNET) < 0)
		return err_sys(err, errno, "cannot enter network namespace");
	return 0;
}

int netns_socket(int netns_fd, int domain, int type, int protocol, struct err *err)
{
	_cleanup_close_ int home = -1;
	int fd, code, r;

	if (netns_fd >= 0) {
		home = netns_open("/proc/thread-self/ns/net", err);
		if (home < 0)
			return home;
		r = netns_enter(netns_fd, err);
		if (r < 0)
			return r;
	}
	fd = socket(domain, type, protocol);
	code = errno;
	if (home >= 0 && setns(home, CLONE_NEWNET) < 0)
		abort();
	if (fd < 0)
		return err_sys(err, code, "cannot open a socket");
	return fd;
}
