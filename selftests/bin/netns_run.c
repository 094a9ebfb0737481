// SPDX-License-Identifier: GPL-2.0
/*
 * Run a command in a network namespace, with the /sys that belongs to it: what
 * "ip netns exec" does, without what starting ip costs under emulation.
 *
 * usage: netns_run NAME COMMAND [ARG]...
 */
#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

static void enter(const char *name)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err(1, "%s", path);
	if (setns(fd, CLONE_NEWNET))
		err(1, "setns %s", name);
	close(fd);
}

/* A mount of its own, so that others keep their /sys; nothing of it gets out. */
static void mount_sys(void)
{
	if (unshare(CLONE_NEWNS) || mount("", "/", NULL, MS_SLAVE | MS_REC, NULL))
		err(1, "a mount namespace");
	umount2("/sys", MNT_DETACH);
	if (mount("sysfs", "/sys", "sysfs", 0, NULL))
		err(1, "mount /sys");
}

int main(int argc, char **argv)
{
	if (argc < 3)
		errx(2, "usage: netns_run NAME COMMAND [ARG]...");
	enter(argv[1]);
	mount_sys();
	execvp(argv[2], argv + 2);
	err(127, "%s", argv[2]);
}
