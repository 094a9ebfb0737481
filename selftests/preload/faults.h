/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a test tells a program that runs with faults.so, and hears of it: a file of this, which
 * both map. NVO3_FAULTS names it. All zero is no fault. Written by the test while the program runs
 * or before; no locks.
 */
#ifndef FAULTS_H
#define FAULTS_H

#include <stdatomic.h>
#include <stdint.h>

#define FAULTS_POINTS	64
#define FAULTS_FILES	4
#define FAULTS_RANGES	4096

/* Counted by the program */
struct faults_point {
	char name[32];
	atomic_uint passed;
};

struct faults_range {
	uint64_t from, to;	/* bytes */
};

/* What was written of a file of the state and not synced since */
struct faults_file {
	char path[192];
	atomic_uint n;
	struct faults_range dirty[FAULTS_RANGES];	/* may overlap */
};

struct faults {
	char state[160];		/* files whose path begins like that, but for -shm */

	char kill[32];			/* a signal at this crash point, */
	atomic_uint kill_at;		/* the so many-th time from now on: 1 the next */
	atomic_uint kill_with;		/* which; 0: SIGKILL */

	atomic_uint sync_at, sync_errno;	/* the same; the syncs behind it fail, too */
	atomic_uint write_at, write_errno;	/* of writes; 0: its first half is written */
	atomic_uint synced, wrote;	/* counted by the program */

	atomic_llong clock_ns;		/* added to CLOCK_REALTIME */

	struct faults_point points[FAULTS_POINTS];
	struct faults_file files[FAULTS_FILES];
};

#endif /* FAULTS_H */
