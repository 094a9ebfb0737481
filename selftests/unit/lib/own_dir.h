/* SPDX-License-Identifier: GPL-2.0 */
/* A folder of the test's own, which it is in: group setup and teardown of cmocka */
#ifndef NVO3_UNIT_OWN_DIR_H
#define NVO3_UNIT_OWN_DIR_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char dir[] = "/tmp/nvo3-unit.XXXXXX";

static inline int enter_dir(void **state)
{
	return mkdtemp(dir) && chdir(dir) == 0 ? 0 : -1;
}

static inline int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	return remove(path);
}

static inline int leave_dir(void **state)
{
	return chdir("/") == 0 ? nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS) : -1;
}

#endif
