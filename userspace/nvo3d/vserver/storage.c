// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "cleanup.h"
#include "storage.h"
#include "textfile.h"

#define FUSE		0x65735546u
#define MOUNTINFO_MAX	(4u << 20)

/* Those whose blocks another machine has. OCFS2 and GFS2 are not: theirs are a device's of here */
static const uint32_t network_types[] = {
	0x00006969,		/* NFS */
	0x0000517b,		/* SMB */
	0xfe534d42,		/* SMB 2 and 3 */
	0xff534d42,		/* CIFS */
	0x00c36400,		/* Ceph */
	0x01021997,		/* 9P */
	0x5346414f,		/* AFS of OpenAFS */
	0x6b414653,		/* AFS of the kernel */
	0x73757245,		/* Coda */
	0x0bd00bd0,		/* Lustre */
	0x47504653,		/* GPFS */
	0x19830326,		/* BeeGFS */
};

static const char *const network_fuses[] = {
	"fuse.glusterfs", "fuse.ceph", "fuse.ceph-fuse", "fuse.sshfs", "fuse.s3fs", "fuse.rclone",
	"fuse.mfs", "fuse.lizardfs", "fuse.juicefs", "fuse.davfs", "fuse.curlftpfs",
};

bool storage_type_is_network(uint64_t f_type, const char *name)
{
	/* it is signed where a long has 32 bits */
	uint32_t type = f_type;

	for (size_t i = 0; i < sizeof(network_types) / sizeof(network_types[0]); i++)
		if (type == network_types[i])
			return true;
	for (size_t i = 0; i < sizeof(network_fuses) / sizeof(network_fuses[0]); i++)
		if (type == FUSE && name && !strcmp(name, network_fuses[i]))
			return true;
	return false;
}

/* "36 35 98:0 /root /mnt rw master:1 - ext4 /dev/root rw": the type is behind the dash */
static bool is_line_of(const char *line, unsigned int major, unsigned int minor)
{
	unsigned int a, b;

	return sscanf(line, "%*u %*u %u:%u ", &a, &b) == 2 && a == major && b == minor;
}

bool storage_type_find(const char *mountinfo, unsigned int major, unsigned int minor, char *ret,
		       size_t size)
{
	const char *line, *end, *type;

	for (line = mountinfo; *line; line = *end ? end + 1 : end) {
		end = line + strcspn(line, "\n");
		if (!is_line_of(line, major, minor))
			continue;
		type = strstr(line, " - ");
		if (!type || type > end)
			continue;
		type += 3;
		snprintf(ret, size, "%.*s", (int)strcspn(type, " \n"), type);
		return true;
	}
	return false;
}

static bool fuse_is_network(const char *path, uint64_t f_type)
{
	_cleanup_free_ char *mountinfo = NULL;
	struct stat st;
	char name[64];

	if (stat(path, &st))
		return false;
	mountinfo = textfile_read("/proc/self/mountinfo", MOUNTINFO_MAX, NULL);
	return mountinfo &&
	       storage_type_find(mountinfo, major(st.st_dev), minor(st.st_dev), name,
				 sizeof(name)) &&
	       storage_type_is_network(f_type, name);
}

bool storage_is_network(const char *path)
{
	struct statfs fs;

	if (*path != '/')
		return true;
	if (statfs(path, &fs))
		return false;
	if ((uint32_t)fs.f_type == FUSE)
		return fuse_is_network(path, fs.f_type);
	return storage_type_is_network(fs.f_type, NULL);
}

uint64_t storage_kib(const char *path)
{
	struct stat st;

	return *path == '/' && !stat(path, &st) ? (uint64_t)st.st_blocks / 2 : 0;
}
