/* SPDX-License-Identifier: GPL-2.0 */
/* Where the bytes of a disk are: here, or behind a network (V11) */
#ifndef NVO3D_VSERVER_STORAGE_H
#define NVO3D_VSERVER_STORAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Is a file system of this type (statfs.f_type) another machine's? @name, as /proc/self/mountinfo
 * has it, tells apart those of FUSE; NULL: not known. Pure, as the next one.
 */
bool storage_type_is_network(uint64_t f_type, const char *name);
/* The name of the type of what is mounted from device @major:@minor; false: nothing is */
bool storage_type_find(const char *mountinfo, unsigned int major, unsigned int minor, char *ret,
		       size_t size);

/* What has no path here is reached by a network; a file that is not there is not known to be */
bool storage_is_network(const char *path);
/* That a file takes of its disk, holes not counted; 0: not known */
uint64_t storage_kib(const char *path);

#endif
