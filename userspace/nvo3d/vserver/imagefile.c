// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "imagefile.h"
#include "mem.h"

#define CHUNK (256 * 1024)
#define PATH_LEN 512

static const char *path_of(char buf[PATH_LEN], const char *dir, const char *name)
{
	snprintf(buf, PATH_LEN, "%s/%s", dir, name);
	return buf;
}

static int make_dir(const char *path, struct err *err)
{
	if (mkdir(path, 0700) && errno != EEXIST)
		return err_sys(err, errno, "cannot make directory %s", path);
	return 0;
}

int image_make_dir(const char *dir, struct err *err)
{
	char path[PATH_LEN];
	int rc;

	rc = make_dir(dir, err);
	return rc ? rc : make_dir(path_of(path, dir, "www"), err);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

int image_remove_dir(const char *dir, struct err *err)
{
	/* Not FTW_MOUNT: on an overlay files have another device number than their folder */
	if (nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS) && errno != ENOENT)
		return err_sys(err, errno, "cannot remove %s", dir);
	return 0;
}

int image_sync_dir(const char *dir, struct err *err)
{
	_cleanup_close_ int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fsync(fd))
		return err_sys(err, errno, "cannot sync %s", dir);
	return 0;
}

/* image.part becomes the image */
static int publish(const char *dir, struct err *err)
{
	char part[PATH_LEN], image[PATH_LEN], www[PATH_LEN];

	path_of(part, dir, "image.part");
	path_of(image, dir, "www/image");
	path_of(www, dir, "www");
	if (rename(part, image))
		return err_sys(err, errno, "cannot rename %s", part);
	return image_sync_dir(www, err);
}

static int write_all(int fd, const uint8_t *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= n;
	}
	return 0;
}

static int fill(const struct job *job, int fd, uint64_t size)
{
	_cleanup_free_ uint8_t *buf = mem_zalloc(CHUNK);

	while (size) {
		size_t want = size < CHUNK ? size : CHUNK;
		ssize_t n;
		int rc;

		if (job_is_cancelled(job))
			return -ECANCELED;
		n = getrandom(buf, want, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		rc = write_all(fd, buf, n);
		if (rc)
			return rc;
		size -= n;
	}
	return fsync(fd) ? -errno : 0;
}

static int part_open(const char *dir, int flags, struct err *err)
{
	char path[PATH_LEN];
	int fd;

	path_of(path, dir, "image.part");
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | flags, 0600);
	if (fd < 0)
		return err_sys(err, errno, "cannot make %s", path);
	return fd;
}

int image_part_open(const char *dir, struct err *err)
{
	return part_open(dir, O_TRUNC, err);
}

int image_part_keep(const char *dir, uint64_t size, struct err *err)
{
	_cleanup_close_ int fd = part_open(dir, 0, err);

	if (fd < 0)
		return fd;
	if (ftruncate(fd, size))
		return err_sys(err, errno, "cannot make %s/image.part %llu bytes long", dir,
			       (unsigned long long)size);
	return steal_fd(&fd);
}

bool image_sum(const void *data, size_t len, uint8_t ret[IMAGE_SHA256_LEN])
{
	return EVP_Digest(data, len, ret, NULL, EVP_sha256(), NULL);
}

bool image_part_sum(int fd, uint64_t offset, size_t len, uint8_t ret[IMAGE_SHA256_LEN])
{
	_cleanup_free_ uint8_t *data = mem_zalloc(len);

	return pread(fd, data, len, offset) == (ssize_t)len && image_sum(data, len, ret);
}

int image_fill(const struct job *job, const char *dir, uint64_t size, struct err *err)
{
	_cleanup_close_ int fd = image_part_open(dir, err);
	int rc;

	if (fd < 0)
		return fd;
	rc = fill(job, fd, size);
	if (rc)
		return err_sys(err, rc, "cannot fill %s/image.part", dir);
	return publish(dir, err);
}

static int copy_range(const struct job *job, int from, int to, off_t at, off_t end)
{
	_cleanup_free_ uint8_t *buf = mem_zalloc(CHUNK);

	if (lseek(to, at, SEEK_SET) < 0)
		return -errno;
	while (at < end) {
		ssize_t n = pread(from, buf, end - at < CHUNK ? end - at : CHUNK, at);
		int rc;

		if (job_is_cancelled(job))
			return -ECANCELED;
		if (n <= 0)
			return n ? -errno : -EIO;
		rc = write_all(to, buf, n);
		if (rc)
			return rc;
		at += n;
	}
	return 0;
}

/* Holes stay holes, where the file system tells of them */
static int copy(const struct job *job, int from, int to)
{
	off_t end = 0;

	for (;;) {
		off_t begin = lseek(from, end, SEEK_DATA);
		int rc;

		if (begin < 0)
			return errno == ENXIO ? 0 : -errno;
		end = lseek(from, begin, SEEK_HOLE);
		if (end < 0)
			return -errno;
		rc = copy_range(job, from, to, begin, end);
		if (rc)
			return rc;
	}
}

int image_make(const struct job *job, const char *dir, uint64_t size, const char *template,
	       struct err *err)
{
	_cleanup_close_ int to = image_part_open(dir, err), from = -1;
	struct stat st = {};
	int rc = 0;

	if (to < 0)
		return to;
	if (*template) {
		from = open(template, O_RDONLY | O_CLOEXEC);
		if (from < 0 || fstat(from, &st))
			return err_sys(err, errno, "cannot open template %s", template);
		if ((uint64_t)st.st_size > size)
			return err_set(err, EFBIG, "template %s has %llu bytes, the disk %llu",
				       template, (unsigned long long)st.st_size,
				       (unsigned long long)size);
		rc = copy(job, from, to);
	}
	if (!rc && (ftruncate(to, size) || fsync(to)))
		rc = -errno;
	return rc ? err_sys(err, rc, "cannot make %s/image.part", dir) : publish(dir, err);
}

static int hash_fd(const struct job *job, int fd, uint64_t *ret_size,
		   uint8_t ret[IMAGE_SHA256_LEN])
{
	_cleanup_free_ uint8_t *buf = mem_zalloc(CHUNK);
	EVP_MD_CTX *ctx = mem_check(EVP_MD_CTX_new());
	uint64_t size = 0;
	ssize_t n = 0;
	int rc = 0;

	if (!EVP_DigestInit_ex(ctx, EVP_sha256(), NULL))
		rc = -EIO;
	while (!rc && (n = pread(fd, buf, CHUNK, size)) > 0) {
		if (job_is_cancelled(job))
			rc = -ECANCELED;
		else if (!EVP_DigestUpdate(ctx, buf, n))
			rc = -EIO;
		size += n;
	}
	if (n < 0)
		rc = -errno;
	if (!rc && !EVP_DigestFinal_ex(ctx, ret, NULL))
		rc = -EIO;
	EVP_MD_CTX_free(ctx);
	*ret_size = size;
	return rc;
}

int image_hash(const struct job *job, const char *dir, uint64_t *ret_size,
	       uint8_t ret[IMAGE_SHA256_LEN], struct err *err)
{
	_cleanup_close_ int fd = image_open(dir, ret_size, err);
	int rc;

	if (fd < 0)
		return fd;
	rc = hash_fd(job, fd, ret_size, ret);
	return rc ? err_sys(err, rc, "cannot read %s/www/image", dir) : 0;
}

int image_file_hash(const struct job *job, const char *path, uint64_t *ret_size,
		    uint8_t ret[IMAGE_SHA256_LEN], struct err *err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return err_sys(err, errno, "cannot open %s", path);
	if (fsync(fd))
		return err_sys(err, errno, "cannot sync %s", path);
	rc = hash_fd(job, fd, ret_size, ret);
	return rc ? err_sys(err, rc, "cannot read %s", path) : 0;
}

int image_file_check(const struct job *job, const char *path, const char *what, uint64_t size,
		     const uint8_t sha256[IMAGE_SHA256_LEN], struct err *err)
{
	uint8_t have[IMAGE_SHA256_LEN];
	uint64_t have_size;
	int rc = image_file_hash(job, path, &have_size, have, err);

	if (rc)
		return rc;
	if (have_size != size)
		return err_set(err, EBADMSG, "the %s has %llu bytes, %llu were announced", what,
			       (unsigned long long)have_size, (unsigned long long)size);
	if (memcmp(have, sha256, sizeof(have)))
		return err_set(err, EBADMSG,
			       "the %s that arrived has another SHA-256 than the one sent", what);
	return 0;
}

int image_part_finish(const struct job *job, const char *dir, uint64_t size,
		      const uint8_t sha256[IMAGE_SHA256_LEN], struct err *err)
{
	char path[PATH_LEN];
	int rc;

	rc = image_file_check(job, path_of(path, dir, "image.part"), "image", size, sha256, err);
	return rc ? rc : publish(dir, err);
}

int image_open(const char *dir, uint64_t *ret_size, struct err *err)
{
	char path[PATH_LEN];
	struct stat st;
	int fd;

	fd = open(path_of(path, dir, "www/image"), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, errno, "cannot open %s", path);
	if (fstat(fd, &st)) {
		int rc = err_sys(err, errno, "cannot look at %s", path);

		close(fd);
		return rc;
	}
	*ret_size = st.st_size;
	return fd;
}

int image_grow(const char *dir, uint64_t size, struct err *err)
{
	_cleanup_close_ int fd = -1;
	char path[PATH_LEN];
	struct stat st;

	fd = open(path_of(path, dir, "www/image"), O_RDWR | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		return err_sys(err, errno, "cannot open %s", path);
	if (((uint64_t)st.st_size < size && ftruncate(fd, size)) || fsync(fd))
		return err_sys(err, errno, "cannot make %s larger", path);
	return 0;
}
