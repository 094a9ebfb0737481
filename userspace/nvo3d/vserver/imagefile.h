/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The files of a VM, in a directory of its own: www/image, in a folder that the guest serves,
 * and image.part while one arrives. What blocks is made for the thread of a job.
 */
#ifndef NVO3D_VSERVER_IMAGEFILE_H
#define NVO3D_VSERVER_IMAGEFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "errs.h"
#include "job.h"

#define IMAGE_SHA256_LEN 32

/* A VM's memory beside its image (savedfile.h) */
struct saved {
	uint64_t size;		/* 0: there is none */
	uint8_t sha256[IMAGE_SHA256_LEN];
	int fd;			/* source: open while it is read; -1 */
};

/* In a job: at least so large, on the disk when this returns; what is new reads as zeroes */
int image_grow(const char *dir, uint64_t size, struct err *err);

int image_make_dir(const char *dir, struct err *err);
/* With all that is in it; absent is fine */
int image_remove_dir(const char *dir, struct err *err);

/* In a job: a fresh image with random content, on the disk when this returns */
int image_fill(const struct job *job, const char *dir, uint64_t size, struct err *err);
/* The same, with what is in @template at its beginning, "" for nothing */
int image_make(const struct job *job, const char *dir, uint64_t size, const char *template,
	       struct err *err);
/* In a job */
int image_hash(const struct job *job, const char *dir, uint64_t *ret_size,
	       uint8_t ret[IMAGE_SHA256_LEN], struct err *err);

/* An image that arrives: open, write at any offset, then in a job check and put in its place */
int image_part_open(const char *dir, struct err *err);
int image_part_finish(const struct job *job, const char *dir, uint64_t size,
		      const uint8_t sha256[IMAGE_SHA256_LEN], struct err *err);

/* The same one, with what has come of it, @size bytes long */
int image_part_keep(const char *dir, uint64_t size, struct err *err);
/* Of what is there; false: it cannot be read */
bool image_part_sum(int fd, uint64_t offset, size_t len, uint8_t ret[IMAGE_SHA256_LEN]);
bool image_sum(const void *data, size_t len, uint8_t ret[IMAGE_SHA256_LEN]);

int image_open(const char *dir, uint64_t *ret_size, struct err *err);

/* In a job, of any file: it is on the disk, and its size and sum */
int image_file_hash(const struct job *job, const char *path, uint64_t *ret_size,
		    uint8_t ret[IMAGE_SHA256_LEN], struct err *err);
/* The same, and they are these; @what: "image" */
int image_file_check(const struct job *job, const char *path, const char *what, uint64_t size,
		     const uint8_t sha256[IMAGE_SHA256_LEN], struct err *err);
/* Entries of a directory are on the disk only after this */
int image_sync_dir(const char *dir, struct err *err);

#endif
