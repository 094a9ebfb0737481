/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For tests that do something to the programs that they start; see selftests/preload/faults.h.
 * Functions fail the test when something does not work.
 */
#ifndef NVO3_UNIT_FAULTS_LAB_H
#define NVO3_UNIT_FAULTS_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../preload/faults.h"

/* In the child, before it becomes the program */
static inline void faults_load(const char *file)
{
	char path[320], *slash;
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 32);

	path[len < 0 ? 0 : len] = '\0';
	slash = strstr(path, "/unit/");
	if (!slash)
		_exit(126);
	strcpy(slash, "/selftests/faults.so");
	setenv("LD_PRELOAD", path, 1);
	setenv("NVO3_FAULTS", file, 1);
	/* with address sanitizer: it wants to be first, and is not */
	setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 1);
}

/* No faults yet. @state: how the paths of the files begin that syncs and writes are about */
static inline struct faults *faults_new(const char *file, const char *state)
{
	int fd = open(file, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct faults *f;

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, sizeof(*f)), 0);
	f = mmap(NULL, sizeof(*f), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(f != MAP_FAILED);
	close(fd);
	snprintf(f->state, sizeof(f->state), "%s", state);
	return f;
}

static inline void faults_free(struct faults *f)
{
	munmap(f, sizeof(*f));
}

static inline void faults_kill(struct faults *f, const char *point, unsigned int at)
{
	atomic_store(&f->kill_at, 0);
	snprintf(f->kill, sizeof(f->kill), "%s", point);
	atomic_store(&f->kill_at, at);
}

/* But for the clock */
static inline void faults_none(struct faults *f)
{
	atomic_store(&f->kill_at, 0);
	atomic_store(&f->sync_at, 0);
	atomic_store(&f->write_at, 0);
}

static inline void faults_forget_dirty(struct faults *f)
{
	int i;

	for (i = 0; i < FAULTS_FILES; i++)
		atomic_store(&f->files[i].n, 0);
}

/* Zeros over a part of it: a sector that never came to the disk, or came as rubbish */
static inline uint64_t faults_tear_range(int fd, const struct faults_range *r)
{
	uint64_t from = r->from + random() % (r->to - r->from), len = r->to - from;
	char rubbish[512];
	size_t n;

	memset(rubbish, random(), sizeof(rubbish));
	for (; len; len -= n, from += n) {
		n = len < sizeof(rubbish) ? len : sizeof(rubbish);
		if (pwrite(fd, rubbish, n, from) != (ssize_t)n)
			return 0;
	}
	return r->to - r->from;
}

/*
 * As if the machine had lost its power when the program was killed: of what was not synced, some is
 * there, some is rubbish, and the end is missing perhaps. How many bytes were not synced.
 */
static inline uint64_t faults_power_cut(struct faults *f)
{
	uint64_t lost = 0;
	unsigned int i, j;

	for (i = 0; i < FAULTS_FILES && *f->files[i].path; i++) {
		struct faults_file *file = &f->files[i];
		int fd = open(file->path, O_RDWR | O_CLOEXEC);

		/* what was written last has the least chance */
		for (j = 0; fd >= 0 && j < atomic_load(&file->n); j++)
			if ((random() % 2 || j + 1 == atomic_load(&file->n)) &&
			    file->dirty[j].to > file->dirty[j].from)
				lost += faults_tear_range(fd, &file->dirty[j]);
		if (fd >= 0)
			close(fd);
	}
	faults_forget_dirty(f);
	return lost;
}

static inline unsigned int faults_passed(const struct faults *f, const char *point)
{
	const struct faults_point *p;

	for (p = f->points; p < f->points + FAULTS_POINTS && *p->name; p++)
		if (!strcmp(p->name, point))
			return atomic_load(&p->passed);
	return 0;
}

/* How many of it make check does, or make check-long */
static inline unsigned int faults_many(unsigned int some, unsigned int many)
{
	return getenv("NVO3_LONG") ? many : some;
}

#endif
