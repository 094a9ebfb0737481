/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The memory of a VM that was saved: DIR/saved, in the folder of its image, and saved.part while it
 * arrives. What is in it is for the driver. It is worth something only until its guest goes on:
 * from then on the disk is another one, and it is removed first.
 */
#ifndef NVO3D_VSERVER_SAVEDFILE_H
#define NVO3D_VSERVER_SAVEDFILE_H

#include "imagefile.h"

#define SAVED_PATH_MAX 512

const char *saved_path(char buf[SAVED_PATH_MAX], const char *dir);
/* Can it be written, or if it @exists be read, past the caches of this host? */
bool saved_is_direct(const char *path, bool exists);
/* -ENOSPC with a sentence that ends in "for WHAT": there are less than @bytes free in @dir */
int saved_room(const char *dir, uint64_t bytes, const char *what, struct err *err);
int saved_open(const char *dir, struct err *err);
/* Absent is fine; it is gone for good when this returns */
int saved_remove(const char *dir, struct err *err);

/* In a job: of one that the driver has written */
int saved_hash(const struct job *job, const char *dir, struct saved *ret, struct err *err);
/* One that arrives: open, write at any offset, then in a job check and put in its place */
int saved_part_open(const char *dir, struct err *err);
int saved_part_finish(const struct job *job, const char *dir, const struct saved *saved,
		      struct err *err);

#endif
