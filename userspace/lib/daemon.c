// SPDX-License-Identifier: GPL-2.0
#include "daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cleanup.h"
#include "holes.h"
#include "log.h"
#include "version.h"

static bool restores;

static void usage(FILE *out, const char *name, const char *conf)
{
	fprintf(out,
		"Usage: %s [-c FILE] [-t] [-d]%s\n"
		"       %s -h | -V\n"
		"\n"
		"  -c FILE  configuration (default %s)\n"
		"  -t       check the configuration and exit\n"
		"  -d       log debug messages\n",
		name, restores ? " [-r FILE]" : "", name, conf);
	if (restores)
		fprintf(out, "  -r FILE  put a backup into an empty store and exit\n");
	fprintf(out,
		"  -h       show this text\n"
		"  -V       show the version\n");
}

static _Noreturn void bad_usage(const char *name, const char *conf)
{
	usage(stderr, name, conf);
	exit(2);
}

void daemon_restores(void)
{
	restores = true;
}

void daemon_start(int argc, char **argv, const char *name, const char *summary,
		  struct daemon_options *ret)
{
	static char default_conf[64];
	int opt;

	snprintf(default_conf, sizeof(default_conf), "/etc/nvo3/%s.conf", name);
	*ret = (struct daemon_options){ .conf = default_conf };

	while ((opt = getopt(argc, argv, restores ? "c:tdr:hV" : "c:tdhV")) != -1) {
		switch (opt) {
		case 'c':
			ret->conf = optarg;
			break;
		case 't':
			ret->check = true;
			break;
		case 'd':
			ret->debug = true;
			break;
		case 'r':
			ret->restore = optarg;
			break;
		case 'h':
			printf("%s - %s\n\n", name, summary);
			usage(stdout, name, default_conf);
			exit(0);
		case 'V':
			printf("%s %s\n", name, NVO3_VERSION);
			exit(0);
		default:
			bad_usage(name, default_conf);
		}
	}
	if (optind < argc) {
		fprintf(stderr, "%s: unexpected argument \"%s\"\n", name, argv[optind]);
		bad_usage(name, default_conf);
	}

	log_init(name, ret->debug ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO);
}

/* What is there already keeps its mode, but must be a directory. */
static int make_one(const char *path, struct err *err)
{
	struct stat st;

	if (mkdir(path, 0700) == 0)
		return 0;
	if (errno != EEXIST)
		return err_sys(err, errno, "%s", path);
	if (stat(path, &st) < 0)
		return err_sys(err, errno, "%s", path);
	if (!S_ISDIR(st.st_mode))
		return err_sys(err, ENOTDIR, "%s", path);
	return 0;
}

int daemon_mkdir(const char *path, struct err *err)
{
	_cleanup_free_ char *part = strdup(path);
	char *slash = part;
	int r;

	if (!part)
		abort();
	/* The first byte may be a slash, and is then no end of a name. */
	while (*slash && (slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		r = make_one(part, err);
		if (r < 0)
			return r;
		*slash = '/';
	}
	return make_one(part, err);
}

/*
 * flock() and not a pid file: it cannot be stale. The descriptor stays open, unreferred to,
 * until the process ends.
 */
int daemon_lock(const char *dir, struct err *err)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_close_ int fd = -1;

	if (asprintf(&path, "%s/lock", dir) < 0)
		abort();
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_sys(err, errno, "%s", path);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EWOULDBLOCK)
			return err_set(err, EBUSY, "%s: another process uses this directory", path);
		return err_sys(err, errno, "%s", path);
	}
	steal_fd(&fd);
	return 0;
}

/* As sd_notify(3) describes the protocol; a name that starts with @ is an abstract one. */
static int notify(const char *path, const char *text)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	size_t len = strlen(path);

	if (fd < 0)
		return -errno;
	if (len == 0 || len >= sizeof(sa.sun_path))
		return -EINVAL;
	memcpy(sa.sun_path, path, len);
	if (path[0] == '@')
		sa.sun_path[0] = '\0';
	if (sendto(fd, text, strlen(text), MSG_NOSIGNAL, (struct sockaddr *)&sa,
		   offsetof(struct sockaddr_un, sun_path) + len) < 0)
		return -errno;
	return 0;
}

void daemon_ready(const char *name)
{
	const char *path = getenv("NOTIFY_SOCKET");
	int r = path ? notify(path, "READY=1") : 0;

	if (r < 0)
		log_warn("cannot tell the service manager on %s: %s", path, strerror(-r));
	log_info("%s: ready", name);
}

/* They live as long as the process. One apart, never read, would be optimized away: a leak. */
static struct loop_signal *caught[3];

static void stop(void *arg)
{
	loop_stop(arg);
}

static void reload(void *arg)
{
	struct tls **tls = arg;
	struct err err;

	if (!*tls)
		return;
	if (tls_reload(*tls, &err) < 0)
		log_err("the certificates stay as they are: %s", err.text);
	else
		log_info("the certificates were read again");
}

int daemon_reload(struct loop *loop, struct tls **tls, struct err *err)
{
	caught[2] = loop_signal_new(loop, SIGHUP, reload, tls);
	return caught[2] ? 0 : err_set(err, EIO, "cannot catch SIGHUP");
}

int daemon_signals(struct loop *loop, struct err *err)
{
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return err_sys(err, errno, "SIGPIPE");
	caught[0] = loop_signal_new(loop, SIGTERM, stop, loop);
	caught[1] = loop_signal_new(loop, SIGINT, stop, loop);
	holes_watch(loop);
	if (!caught[0] || !caught[1])
		return err_set(err, EIO, "cannot catch SIGTERM and SIGINT");
	return 0;
}
