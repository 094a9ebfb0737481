/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every daemon does the same: options, directories, readiness, signals.
 */
#ifndef DAEMON_H
#define DAEMON_H

#include "errs.h"
#include "loop.h"
#include "tls.h"

struct daemon_options {
	const char *conf;	/* -c FILE */
	bool check;		/* -t: read the configuration, say what is wrong, exit */
	bool debug;		/* -d */
	const char *restore;	/* -r FILE, of a daemon that has it; NULL: not asked for */
};

/* Parses argv, handles -h and -V, sets up logging; exits with a usage sentence on bad input. */
void daemon_start(int argc, char **argv, const char *name, const char *summary,
		  struct daemon_options *ret);
void daemon_restores(void);	/* before that: this daemon has -r */
/* mkdir -p with mode 0700. */
int daemon_mkdir(const char *path, struct err *err);
/* One instance per directory: takes a lock that the kernel frees with the process. */
int daemon_lock(const char *dir, struct err *err);
/* READY=1 to systemd ($NOTIFY_SOCKET), and the line "NAME: ready" to the log. */
void daemon_ready(const char *name);
/*
 * SIGHUP: read the certificates of *@tls again (tls_reload()); what came of it goes to the log.
 * NULL:
 * they are read later anyway.
 */
int daemon_reload(struct loop *loop, struct tls **tls, struct err *err);
/* SIGTERM and SIGINT stop the loop; SIGPIPE is ignored. And holes.h. */
int daemon_signals(struct loop *loop, struct err *err);

#endif /* DAEMON_H */
