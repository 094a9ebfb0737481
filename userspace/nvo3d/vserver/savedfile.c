// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "cleanup.h"
#include "savedfile.h"

static const char *part_path(char buf[SAVED_PATH_MAX], const char *dir)
{
	snprintf(buf, SAVED_PATH_MAX, "%s/saved.part", dir);
	return buf;
}

const char *saved_path(char buf[SAVED_PATH_MAX], const char *dir)
{
	snprintf(buf, SAVED_PATH_MAX, "%s/saved", dir);
	return buf;
}

bool saved_is_direct(const char *path, bool exists)
{
	int flags = (exists ? O_RDONLY : O_WRONLY | O_CREAT) | O_DIRECT | O_CLOEXEC;
	_cleanup_close_ int fd = open(path, flags, 0600);

	return fd >= 0;
}

int saved_room(const char *dir, uint64_t bytes, const char *what, struct err *err)
{
	struct statvfs st;
	uint64_t avail;

	if (statvfs(dir, &st))
		return err_sys(err, errno, "cannot look at the file system of %s", dir);
	avail = (uint64_t)st.f_bavail * st.f_frsize;
	if (bytes <= avail)
		return 0;
	return err_set(err, ENOSPC, "%llu MiB are free in %s, and %llu MiB are wanted for %s",
		       (unsigned long long)avail >> 20, dir, (unsigned long long)bytes >> 20, what);
}

int saved_open(const char *dir, struct err *err)
{
	char path[SAVED_PATH_MAX];
	int fd = open(saved_path(path, dir), O_RDONLY | O_CLOEXEC);

	return fd < 0 ? err_sys(err, errno, "cannot open %s", path) : fd;
}

int saved_remove(const char *dir, struct err *err)
{
	char path[SAVED_PATH_MAX];

	if (unlink(saved_path(path, dir)) && errno != ENOENT)
		return err_sys(err, errno, "cannot remove %s", path);
	/* Who removed it before may have died before this */
	return image_sync_dir(dir, err);
}

int saved_hash(const struct job *job, const char *dir, struct saved *ret, struct err *err)
{
	char path[SAVED_PATH_MAX];

	return image_file_hash(job, saved_path(path, dir), &ret->size, ret->sha256, err);
}

int saved_part_open(const char *dir, struct err *err)
{
	char path[SAVED_PATH_MAX];
	int fd = open(part_path(path, dir), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	return fd < 0 ? err_sys(err, errno, "cannot make %s", path) : fd;
}

int saved_part_finish(const struct job *job, const char *dir, const struct saved *saved,
		      struct err *err)
{
	char part[SAVED_PATH_MAX], path[SAVED_PATH_MAX];
	int rc;

	rc = image_file_check(job, part_path(part, dir), "saved memory", saved->size,
			      saved->sha256, err);
	if (rc)
		return rc;
	if (rename(part, saved_path(path, dir)))
		return err_sys(err, errno, "cannot rename %s", part);
	return image_sync_dir(dir, err);
}
