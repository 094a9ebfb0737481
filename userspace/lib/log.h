/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages of a program to standard error. Where that is the journal's
 * (JOURNAL_STREAM says so), each line starts with <N>, which journald takes as
 * its priority; otherwise with the local time. Only programs log; libraries
 * fill struct err.
 */
#ifndef NVO3_LIB_LOG_H
#define NVO3_LIB_LOG_H

/* Numbers are those of syslog */
enum log_level {
	LOG_LEVEL_ERR = 3,
	LOG_LEVEL_WARN = 4,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7,
};

/* @ident is kept by reference; messages above @level are not written */
void log_init(const char *ident, int level);

/* Level by its name: err, warn, info, debug; -EINVAL for any other word */
int log_level_parse(const char *name);

/* One message, one write, one line: line feeds inside become spaces */
void log_write(int level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_err(...) log_write(LOG_LEVEL_ERR, __VA_ARGS__)
#define log_warn(...) log_write(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...) log_write(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_write(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif
