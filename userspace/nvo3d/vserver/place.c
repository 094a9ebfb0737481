// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cleanup.h"
#include "netns.h"
#include "place.h"

#define NETNS_DIR "/run/netns"
#define PATH_LEN 256

static const char *path_of(char buf[PATH_LEN], const char *name)
{
	snprintf(buf, PATH_LEN, NETNS_DIR "/%s", name);
	return buf;
}

/* Mounts below must show in all mount namespaces, as those of "ip netns" do */
static int make_dir(struct err *err)
{
	if (mkdir(NETNS_DIR, 0755) && errno != EEXIST)
		return err_sys(err, errno, "cannot make " NETNS_DIR);
	if (!mount("", NETNS_DIR, "none", MS_SHARED | MS_REC, NULL))
		return 0;
	if (errno != EINVAL)
		return err_sys(err, errno, "cannot share " NETNS_DIR);
	if (mount(NETNS_DIR, NETNS_DIR, "none", MS_BIND | MS_REC, NULL) ||
	    mount("", NETNS_DIR, "none", MS_SHARED | MS_REC, NULL))
		return err_sys(err, errno, "cannot mount " NETNS_DIR);
	return 0;
}

int place_open(const char *name, struct err *err)
{
	_cleanup_close_ int fd = -1;
	char path[PATH_LEN];
	struct statfs st;

	fd = open(path_of(path, name), O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstatfs(fd, &st))
		return err_sys(err, errno, "cannot open %s", path);
	/* An empty file: its mount went with the mount namespace of another process */
	if (st.f_type != NSFS_MAGIC)
		return err_set(err, ENOENT, "%s is not a network namespace", path);
	return steal_fd(&fd);
}

static int bind_to(const char *name, const char *source, struct err *err)
{
	_cleanup_close_ int fd = -1;
	char path[PATH_LEN];

	fd = open(path_of(path, name), O_RDONLY | O_CREAT | O_CLOEXEC, 0);
	if (fd < 0)
		return err_sys(err, errno, "cannot make %s", path);
	if (mount(source, path, "none", MS_BIND, NULL)) {
		int rc = err_sys(err, errno, "cannot mount %s", path);

		unlink(path);
		return rc;
	}
	return 0;
}

int place_rename(const char *name, int fd, struct err *err)
{
	char source[64];
	int rc;

	rc = make_dir(err);
	if (rc)
		return rc;
	snprintf(source, sizeof(source), "/proc/self/fd/%d", fd);
	return bind_to(name, source, err);
}

int place_make(const char *name, struct err *err)
{
	_cleanup_close_ int here = -1;
	int fd, rc;

	fd = place_open(name, err);
	if (fd != -ENOENT)
		return fd;
	rc = make_dir(err);
	if (rc)
		return rc;
	here = netns_open("/proc/thread-self/ns/net", err);
	if (here < 0)
		return here;
	if (unshare(CLONE_NEWNET))
		return err_sys(err, errno, "cannot make a network namespace");
	rc = bind_to(name, "/proc/thread-self/ns/net", err);
	/* Anywhere else, nothing this program does next would be where it belongs */
	if (setns(here, CLONE_NEWNET))
		abort();
	return rc ? rc : place_open(name, err);
}

int place_remove(const char *name, struct err *err)
{
	char path[PATH_LEN];

	path_of(path, name);
	if (umount2(path, MNT_DETACH) && errno != EINVAL && errno != ENOENT)
		return err_sys(err, errno, "cannot unmount %s", path);
	if (unlink(path) && errno != ENOENT)
		return err_sys(err, errno, "cannot remove %s", path);
	return 0;
}
