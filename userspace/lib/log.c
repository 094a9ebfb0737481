// SPDX-License-Identifier: GPL-2.0
#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *log_ident = "";
static int log_max = LOG_LEVEL_INFO;
static bool log_journal;

static const struct {
	int level;
	const char *name;
} log_levels[] = {
	{ LOG_LEVEL_ERR, "err" },
	{ LOG_LEVEL_WARN, "warn" },
	{ LOG_LEVEL_INFO, "info" },
	{ LOG_LEVEL_DEBUG, "debug" },
};

#define NLEVELS (sizeof(log_levels) / sizeof(log_levels[0]))

/* The variable is inherited also by programs whose standard error goes elsewhere */
static bool stderr_is_journal(void)
{
	const char *text = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	if (!text || sscanf(text, "%llu:%llu", &dev, &ino) != 2 || fstat(STDERR_FILENO, &st) < 0)
		return false;
	return st.st_dev == dev && st.st_ino == ino;
}

void log_init(const char *ident, int level)
{
	log_ident = ident;
	log_max = level;
	log_journal = stderr_is_journal();
}

int log_level_parse(const char *name)
{
	size_t i;

	for (i = 0; i < NLEVELS; i++)
		if (!strcmp(log_levels[i].name, name))
			return log_levels[i].level;
	return -EINVAL;
}

static const char *level_name(int level)
{
	size_t i;

	for (i = 0; i < NLEVELS; i++)
		if (log_levels[i].level == level)
			return log_levels[i].name;
	return "?";
}

static size_t put_head(char *line, size_t size, int level)
{
	struct timespec now;
	char text[32];
	struct tm tm;

	if (log_journal)
		return snprintf(line, size, "<%d>", level);
	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &tm);
	strftime(text, sizeof(text), "%F %T", &tm);
	return snprintf(line, size, "%s.%03ld %.32s: %s: ", text, now.tv_nsec / 1000000,
			log_ident, level_name(level));
}

void log_write(int level, const char *fmt, ...)
{
	size_t head, len, i;
	char line[2048];
	va_list ap;
	int n;

	if (level > log_max)
		return;
	head = put_head(line, sizeof(line), level);
	va_start(ap, fmt);
	n = vsnprintf(line + head, sizeof(line) - head - 1, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	len = head + n < sizeof(line) - 2 ? head + n : sizeof(line) - 2;
	for (i = head; i < len; i++)
		if (line[i] == '\n')
			line[i] = ' ';
	line[len++] = '\n';
	/* Nowhere to tell that standard error is gone */
	if (write(STDERR_FILENO, line, len) < 0)
		return;
}
