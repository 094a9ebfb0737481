// SPDX-License-Identifier: GPL-2.0

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "cleanup.h"
#include "hostload.h"
#include "textfile.h"

#define PROC_MAX (4u << 20)	/* of /proc/stat, which has a line of all interrupts */

enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, TICKS };

static const char *next_line(const char *line)
{
	const char *end = strchr(line, '\n');

	return end ? end + 1 : NULL;
}

/* A number in this line, from *at on; nothing else is one */
static int number(const char **at, uint64_t *ret)
{
	unsigned long long value;
	char *end;

	*at += strspn(*at, " \t");
	if (!isdigit((unsigned char)**at))
		return -EINVAL;
	errno = 0;
	value = strtoull(*at, &end, 10);
	if (errno)
		return -EINVAL;
	*at = end;
	*ret = value;
	return 0;
}

/* --- processors */

/* "cpu  1 2 3 4 5 6 7 8 9 10": the time of guests, the last two, is in the first two already */
static int take_ticks(const char *at, struct host_ticks *ret, struct err *err)
{
	uint64_t v[TICKS];

	for (int i = 0; i < TICKS; i++)
		if (number(&at, &v[i]) || v[i] > UINT64_MAX / TICKS)
			return err_set(err, EINVAL, "/proc/stat: number %d of cpu is not a number of ticks",
				       i + 1);
	ret->busy = v[USER] + v[NICE] + v[SYSTEM] + v[IRQ] + v[SOFTIRQ] + v[STEAL];
	ret->all = ret->busy + v[IDLE] + v[IOWAIT];
	return 0;
}

int host_ticks_parse(const char *text, struct host_ticks *ret, struct err *err)
{
	struct host_ticks ticks = {};
	const char *line = text;

	if (strncmp(line, "cpu ", 4))
		return err_set(err, EINVAL, "/proc/stat does not begin with cpu");
	if (take_ticks(line + 4, &ticks, err))
		return -EINVAL;
	while ((line = next_line(line)) && !strncmp(line, "cpu", 3))
		ticks.cpus++;
	if (!ticks.cpus)
		return err_set(err, EINVAL, "/proc/stat names no processor");
	*ret = ticks;
	return 0;
}

uint32_t host_busy_permille(const struct host_ticks *a, const struct host_ticks *b)
{
	uint64_t all = b->all > a->all ? b->all - a->all : 0;
	uint64_t busy = b->busy > a->busy ? b->busy - a->busy : 0;

	if (!all)
		return 0;
	return busy < all ? (long double)busy * 1000 / all : 1000;
}

int host_loadavg_parse(const char *text, uint32_t *ret_milli, struct err *err)
{
	unsigned int milli = 0, digit = 100;
	const char *at = text;
	uint64_t whole;

	if (number(&at, &whole) || whole > UINT32_MAX / 1000 - 1 || *at != '.')
		return err_set(err, EINVAL, "/proc/loadavg does not begin with a load");
	for (at++; isdigit((unsigned char)*at) && digit; at++, digit /= 10)
		milli += (*at - '0') * digit;
	*ret_milli = whole * 1000 + milli;
	return 0;
}

/* --- memory */

static int find_kib(const char *text, const char *name, uint64_t *ret, struct err *err)
{
	size_t len = strlen(name);

	for (const char *line = text; line; line = next_line(line)) {
		const char *at;

		if (strncmp(line, name, len) || line[len] != ':')
			continue;
		at = line + len + 1;
		if (number(&at, ret) || strncmp(at, " kB", 3))
			return err_set(err, EINVAL, "/proc/meminfo: %s is not a number of kB",
				       name);
		return 0;
	}
	return err_set(err, EINVAL, "/proc/meminfo has no %s", name);
}

int host_memory_parse(const char *text, struct host_load *ret, struct err *err)
{
	uint64_t all, left;

	if (find_kib(text, "MemTotal", &all, err) ||
	    find_kib(text, "MemAvailable", &left, err))
		return -EINVAL;
	if (!all || left > all)
		return err_set(err, EINVAL, "/proc/meminfo: %llu kB of %llu are available",
			       (unsigned long long)left, (unsigned long long)all);
	ret->memory_kib = all;
	ret->memory_used_kib = all - left;
	return 0;
}

/* --- all of it */

static int read_disk(const char *dir, struct host_load *ret, struct err *err)
{
	struct statvfs st;

	if (statvfs(dir, &st))
		return err_sys(err, errno, "cannot look at the file system of %s", dir);
	ret->disk_kib = (uint64_t)st.f_blocks * st.f_frsize / 1024;
	ret->disk_used_kib = (uint64_t)(st.f_blocks - st.f_bfree) * st.f_frsize / 1024;
	return 0;
}

int host_load_read(const char *dir, struct host_load *ret, struct err *err)
{
	_cleanup_free_ char *stat = textfile_read("/proc/stat", PROC_MAX, err);
	_cleanup_free_ char *memory = stat ? textfile_read("/proc/meminfo", PROC_MAX, err) : NULL;
	_cleanup_free_ char *load = memory ? textfile_read("/proc/loadavg", PROC_MAX, err) : NULL;
	struct host_load l = {};

	if (!load || host_ticks_parse(stat, &l.ticks, err) || host_memory_parse(memory, &l, err) ||
	    host_loadavg_parse(load, &l.load_milli, err) || read_disk(dir, &l, err))
		return -EINVAL;
	*ret = l;
	return 0;
}
