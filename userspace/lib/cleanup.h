/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Release at the end of a scope, for locals of userspace code.
 *
 *	_cleanup_free_ char *text = NULL;
 *	_cleanup_close_ int fd = -1;
 *
 * A variable so marked must be initialised where it is declared. What is to
 * outlive the scope is taken out with steal_ptr() or steal_fd().
 */
#ifndef NVO3_LIB_CLEANUP_H
#define NVO3_LIB_CLEANUP_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(fn) __attribute__((cleanup(fn)))

/* Defines cleanup_NAME() for variables of TYPE that FN releases; FN must accept NULL */
#define DEFINE_CLEANUP(type, name, fn)				\
	static inline void cleanup_##name(void *p)		\
	{							\
		fn(*(type *)p);					\
	}							\
	struct nvo3_swallow_semicolon

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

/* errno is kept: a scope often ends by returning it */
static inline void cleanup_close(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	errno = saved;
}

static inline void cleanup_fclose(FILE **file)
{
	if (*file)
		fclose(*file);
}

#define _cleanup_free_ _cleanup_(cleanup_free)
#define _cleanup_close_ _cleanup_(cleanup_close)
#define _cleanup_fclose_ _cleanup_(cleanup_fclose)

#define steal_ptr(p)				\
	({					\
		__auto_type stolen = (p);	\
		(p) = NULL;			\
		stolen;				\
	})

static inline int steal_fd(int *fd)
{
	int stolen = *fd;

	*fd = -1;
	return stolen;
}

#endif
