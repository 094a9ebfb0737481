// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "cleanup.h"
#include "pki_file.h"

static int path_of(char buf[PATH_MAX], const char *dir, const char *name, const char *suffix,
		   struct err *err)
{
	if (snprintf(buf, PATH_MAX, "%s/%s%s", dir, name, suffix) >= PATH_MAX)
		return err_set(err, ENAMETOOLONG, "the path of %s%s is too long", name, suffix);
	return 0;
}

int pki_file_free(const char *dir, const char *name, bool force, struct err *err)
{
	static const char *const suffixes[] = { ".pem", ".key" };
	char path[PATH_MAX];
	int i, ret;

	for (i = 0; i < 2; i++) {
		ret = path_of(path, dir, name, suffixes[i], err);
		if (ret < 0)
			return ret;
		if (!force && !access(path, F_OK))
			return err_set(err, EEXIST, "%s exists; it is kept", path);
	}
	return 0;
}

static int put_cert(FILE *f, const void *cert)
{
	return PEM_write_X509(f, cert);
}

static int put_key(FILE *f, const void *key)
{
	return PEM_write_PKCS8PrivateKey(f, key, NULL, NULL, 0, NULL, NULL);
}

static int put_crl(FILE *f, const void *crl)
{
	return PEM_write_X509_CRL(f, crl);
}

/* @what by @put, in a file that nobody but those of @mode ever could read. */
static int write_new(const char *path, mode_t mode, int (*put)(FILE *f, const void *what),
		     const void *what, struct err *err)
{
	FILE *f;
	int fd, ok;

	unlink(path);	/* what an interrupted run left */
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	if (fd < 0)
		return err_sys(err, errno, "%s", path);
	f = fdopen(fd, "w");
	if (!f) {
		close(fd);
		return err_sys(err, ENOMEM, "%s", path);
	}
	ok = put(f, what) && !fflush(f) && !fsync(fd);
	if (fclose(f) || !ok) {
		ERR_clear_error();
		unlink(path);
		return err_set(err, EIO, "%s could not be written", path);
	}
	return 0;
}

struct paths {
	char pem[PATH_MAX], key[PATH_MAX];
	char new_pem[PATH_MAX], new_key[PATH_MAX];
};

static int name_files(struct paths *p, const char *dir, const char *name, struct err *err)
{
	int ret;

	ret = path_of(p->pem, dir, name, ".pem", err);
	if (!ret)
		ret = path_of(p->key, dir, name, ".key", err);
	if (!ret)
		ret = path_of(p->new_pem, dir, name, ".pem.new", err);
	if (!ret)
		ret = path_of(p->new_key, dir, name, ".key.new", err);
	return ret;
}

int pki_file_write(const char *dir, const char *name, const X509 *cert, const EVP_PKEY *key,
		   struct err *err)
{
	struct paths p;
	int ret;

	ret = name_files(&p, dir, name, err);
	if (ret < 0)
		return ret;
	ret = write_new(p.new_key, 0600, put_key, key, err);
	if (ret < 0)
		return ret;
	ret = write_new(p.new_pem, 0644, put_cert, cert, err);
	if (ret < 0)
		goto unlink_key;
	if (rename(p.new_key, p.key) < 0 || rename(p.new_pem, p.pem) < 0) {
		ret = err_sys(err, errno, "%s", p.pem);
		goto unlink_pem;
	}
	return 0;

unlink_pem:
	unlink(p.new_pem);
unlink_key:
	unlink(p.new_key);
	return ret;
}

static FILE *open_part(char path[PATH_MAX], const char *dir, const char *name, const char *suffix,
		       struct err *err)
{
	FILE *f;

	if (path_of(path, dir, name, suffix, err) < 0)
		return NULL;
	f = fopen(path, "re");
	if (!f)
		err_sys(err, errno, "%s", path);
	return f;
}

int pki_file_read(const char *dir, const char *name, X509 **cert, EVP_PKEY **key,
		  struct err *err)
{
	_cleanup_fclose_ FILE *pem = NULL, *pk = NULL;
	char pem_path[PATH_MAX], key_path[PATH_MAX];

	pem = open_part(pem_path, dir, name, ".pem", err);
	pk = pem ? open_part(key_path, dir, name, ".key", err) : NULL;
	if (!pk)
		return -ENOENT;
	*cert = PEM_read_X509(pem, NULL, NULL, NULL);
	*key = PEM_read_PrivateKey(pk, NULL, NULL, NULL);
	ERR_clear_error();
	if (!*cert)
		return err_set(err, EINVAL, "%s holds no PEM certificate", pem_path);
	if (!*key)
		return err_set(err, EINVAL, "%s holds no PEM key", key_path);
	if (X509_check_private_key(*cert, *key) != 1) {
		ERR_clear_error();
		return err_set(err, EINVAL, "%s is not the key of %s", key_path, pem_path);
	}
	return 0;
}

int pki_file_cert(const char *dir, const char *name, X509 **cert, struct err *err)
{
	_cleanup_fclose_ FILE *f = NULL;
	char path[PATH_MAX];

	f = open_part(path, dir, name, ".pem", err);
	if (!f)
		return -ENOENT;
	*cert = PEM_read_X509(f, NULL, NULL, NULL);
	ERR_clear_error();
	return *cert ? 0 : err_set(err, EINVAL, "%s holds no PEM certificate", path);
}

int pki_file_read_crl(const char *dir, X509_CRL **ret, struct err *err)
{
	_cleanup_fclose_ FILE *f = NULL;
	char path[PATH_MAX];

	*ret = NULL;
	if (path_of(path, dir, "crl", ".pem", err) < 0)
		return -ENAMETOOLONG;
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	f = open_part(path, dir, "crl", ".pem", err);
	if (!f)
		return -EIO;
	*ret = PEM_read_X509_CRL(f, NULL, NULL, NULL);
	ERR_clear_error();
	return *ret ? 0 : err_set(err, EINVAL, "%s holds no PEM list of revoked certificates",
				  path);
}

int pki_file_write_crl(const char *dir, const X509_CRL *crl, struct err *err)
{
	char path[PATH_MAX], new[PATH_MAX];
	int ret;

	ret = path_of(path, dir, "crl", ".pem", err);
	if (!ret)
		ret = path_of(new, dir, "crl", ".pem.new", err);
	if (!ret)
		ret = write_new(new, 0644, put_crl, crl, err);
	if (ret < 0 || !rename(new, path))
		return ret;
	ret = err_sys(err, errno, "%s", path);
	unlink(new);
	return ret;
}
