/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Places where a test may end the process; Documentation/testing.rst has their names. Nobody
 * defines the function but a library that tests load before the program
 * (selftests/preload/faults.c), so without that it is a comparison with zero.
 */
#ifndef CRASHPOINT_H
#define CRASHPOINT_H

void crashpoint_passed(const char *name) __attribute__((weak));

#define CRASHPOINT(name)				\
	do {						\
		if (crashpoint_passed)			\
			crashpoint_passed(name);	\
	} while (0)

#endif /* CRASHPOINT_H */
