// SPDX-License-Identifier: GPL-2.0
/*
 * Loaded before a program: does to it what faults.h says. The program is as it is built for use.
 */
#include "faults.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static struct faults *faults;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct {
	int (*fsync)(int fd);
	int (*fdatasync)(int fd);
	ssize_t (*write)(int fd, const void *data, size_t len);
	ssize_t (*pwrite)(int fd, const void *data, size_t len, off_t at);
	int (*clock_gettime)(clockid_t id, struct timespec *ts);
} real;

/* Also for the constructors of other libraries, some of which come before ours. */
static void find_real(void)
{
	if (real.clock_gettime)
		return;
	real.fsync = dlsym(RTLD_NEXT, "fsync");
	real.fdatasync = dlsym(RTLD_NEXT, "fdatasync");
	real.write = dlsym(RTLD_NEXT, "write");
	real.pwrite = dlsym(RTLD_NEXT, "pwrite");
	real.clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
}

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("NVO3_FAULTS");
	void *map;
	int fd;

	find_real();
	fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	if (fd < 0)
		return;
	map = mmap(NULL, sizeof(*faults), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (map != MAP_FAILED)
		faults = map;
}

/* --- crash points */

void crashpoint_passed(const char *name);

static void count(const char *name)
{
	struct faults_point *p = faults->points;

	pthread_mutex_lock(&lock);
	while (p < faults->points + FAULTS_POINTS - 1 && *p->name && strcmp(p->name, name))
		p++;
	snprintf(p->name, sizeof(p->name), "%s", name);
	pthread_mutex_unlock(&lock);
	atomic_fetch_add(&p->passed, 1);
}

void crashpoint_passed(const char *name)
{
	if (!faults)
		return;
	count(name);
	if (atomic_load(&faults->kill_at) && !strcmp(faults->kill, name) &&
	    atomic_fetch_sub(&faults->kill_at, 1) == 1)
		raise(atomic_load(&faults->kill_with) ?: SIGKILL);
}

/* --- files of the state */

/* NULL: it is none */
static struct faults_file *file_of(int fd)
{
	char link[32], path[sizeof(faults->files[0].path)];
	struct faults_file *file;
	ssize_t len;

	if (!faults || !*faults->state)
		return NULL;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	if (len < 0)
		return NULL;
	path[len] = '\0';
	if (strncmp(path, faults->state, strlen(faults->state)) || strstr(path, "-shm") ||
	    strstr(path, ".lock"))
		return NULL;
	for (file = faults->files; file < faults->files + FAULTS_FILES; file++) {
		if (!*file->path)
			strcpy(file->path, path);
		if (!strcmp(file->path, path))
			return file;
	}
	return NULL;
}

/* It is the one that was chosen, or behind it. */
static int is_due(atomic_uint *at)
{
	unsigned int n = atomic_load(at);

	if (!n)
		return 0;
	if (n > 1)
		atomic_store(at, n - 1);
	return n == 1;
}

/* What comes while the sync goes on is not part of it, and is not told apart: it stays dirty. */
static int do_sync(int fd, int (*sync)(int fd))
{
	struct faults_file *file;
	unsigned int n = 0;
	int r;

	pthread_mutex_lock(&lock);
	file = file_of(fd);
	if (file) {
		n = atomic_load(&file->n);
		atomic_fetch_add(&faults->synced, 1);
	}
	if (file && is_due(&faults->sync_at)) {
		errno = atomic_load(&faults->sync_errno);
		pthread_mutex_unlock(&lock);
		return -1;
	}
	pthread_mutex_unlock(&lock);
	r = sync(fd);
	if (!file || r < 0)
		return r;
	pthread_mutex_lock(&lock);
	memmove(file->dirty, file->dirty + n, (atomic_load(&file->n) - n) * sizeof(*file->dirty));
	atomic_fetch_sub(&file->n, n);
	pthread_mutex_unlock(&lock);
	return r;
}

int fsync(int fd)
{
	find_real();
	return do_sync(fd, real.fsync);
}

int fdatasync(int fd)
{
	find_real();
	return do_sync(fd, real.fdatasync);
}

static void dirty(struct faults_file *file, uint64_t from, uint64_t to)
{
	unsigned int n = atomic_load(&file->n);
	struct faults_range *last = file->dirty + n - 1;

	if (n && last->to == from) {
		last->to = to;
	} else if (n < FAULTS_RANGES) {
		file->dirty[n] = (struct faults_range){ from, to };
		atomic_store(&file->n, n + 1);
	} else {
		abort();	/* the test believes that it knows all of them */
	}
}

/* How much of it may be written; -1: nothing, and errno says why */
static ssize_t allowed(int fd, size_t len, uint64_t at)
{
	struct faults_file *file;
	int error;

	pthread_mutex_lock(&lock);
	file = file_of(fd);
	if (file) {
		atomic_fetch_add(&faults->wrote, 1);
		dirty(file, at, at + len);
	}
	error = file && is_due(&faults->write_at) ? (int)atomic_load(&faults->write_errno) : -1;
	pthread_mutex_unlock(&lock);
	if (error > 0) {
		errno = error;
		return -1;
	}
	return error ? (ssize_t)len : (ssize_t)len / 2;
}

ssize_t pwrite(int fd, const void *data, size_t len, off_t at)
{
	ssize_t n = faults ? allowed(fd, len, at) : (ssize_t)len;

	find_real();
	return n < 0 ? n : real.pwrite(fd, data, n, at);
}

ssize_t pwrite64(int fd, const void *data, size_t len, off64_t at)
{
	return pwrite(fd, data, len, at);
}

ssize_t write(int fd, const void *data, size_t len)
{
	ssize_t n = len;

	if (faults && lseek(fd, 0, SEEK_CUR) >= 0)
		n = allowed(fd, len, lseek(fd, 0, SEEK_CUR));
	find_real();
	return n < 0 ? n : real.write(fd, data, n);
}

/* --- the clock */

int clock_gettime(clockid_t id, struct timespec *ts)
{
	long long ns;
	int r;

	find_real();
	r = real.clock_gettime(id, ts);
	if (r || !faults || id != CLOCK_REALTIME)
		return r;
	ns = ts->tv_sec * 1000000000ll + ts->tv_nsec + atomic_load(&faults->clock_ns);
	ts->tv_sec = ns / 1000000000;
	ts->tv_nsec = ns % 1000000000;
	return 0;
}

time_t time(time_t *ret)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	if (ret)
		*ret = ts.tv_sec;
	return ts.tv_sec;
}

int gettimeofday(struct timeval *restrict tv, void *restrict tz)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	tv->tv_sec = ts.tv_sec;
	tv->tv_usec = ts.tv_nsec / 1000;
	return 0;
}
