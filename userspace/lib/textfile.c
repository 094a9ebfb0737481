// SPDX-License-Identifier: GPL-2.0
#include "textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"

static char *fail(struct err *err, int code, const char *path)
{
	err_sys(err, code, "%s", path);
	return NULL;
}

char *textfile_read(const char *path, size_t max, struct err *err)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	_cleanup_free_ char *text = NULL;
	size_t len = 0;
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(err, errno, path);
	if (S_ISDIR(st.st_mode))
		return fail(err, EISDIR, path);

	/* One byte more than allowed shows that it is too long, one is for the NUL. */
	text = malloc(max + 2);
	if (!text)
		abort();
	do {
		n = read(fd, text + len, max + 1 - len);
		if (n < 0 && errno != EINTR)
			return fail(err, errno, path);
		if (n > 0)
			len += n;
	} while (n != 0 && len <= max);

	if (len > max) {
		err_set(err, EFBIG, "%s: longer than %zu bytes", path, max);
		return NULL;
	}
	if (memchr(text, '\0', len)) {
		err_set(err, EINVAL, "%s: not a text file (it has a NUL byte)", path);
		return NULL;
	}
	text[len] = '\0';
	return steal_ptr(text);
}
