// SPDX-License-Identifier: GPL-2.0
/*
 * A VM's serial console: bytes between standard input and output and vcenterd, which has them from
 * where the guest runs. At a terminal a key ends it; of a pipe the end of the input does, once the
 * guest has said nothing for a while.
 */
#include "vm.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "escape.h"
#include "lib/cleanup.h"
#include "path.h"

#define PROTOCOL	"nvo3-console"
#define SILENCE_S	2
#define AGAIN_MS	200
#define AGAIN_S		60	/* after a move: for the VM to be there */

const struct opt vm_console_opts[] = {
	{ "--force", OPT_FLAG },
	{ "--escape", OPT_TEXT },
	{ "--timeout", OPT_NUMBER, .min = 0, .max = 86400 },
	{ NULL },
};

enum end { END_NONE, END_KEY, END_SILENCE, END_SIGNAL, END_SERVER, END_OUTPUT };

struct console {
	struct ctl *ctl;
	const char *vm;
	struct client_link *link;
	bool terminal;
	struct termios was;
	int key;
	uint64_t silence_ms;
	bool over;			/* the input is */
	uint64_t heard;			/* ms: the last byte of either side */
	char typed[4096];
	size_t at, len;			/* of what is still to be sent */
};

static volatile sig_atomic_t asked_to_end;
static int woken[2];			/* a pipe: who polls must not miss a signal */

static void on_signal(int signo)
{
	int saved = errno;

	asked_to_end = 1;
	/* A pipe that is full has been written to */
	if (write(woken[1], "", 1) < 0)
		errno = saved;
}

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* --- the terminal */

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };

#define N_SIGNALS (sizeof(signals) / sizeof(signals[0]))

/* Whatever ends us leaves the terminal as it was */
static void catch_signals(struct sigaction was[N_SIGNALS])
{
	const struct sigaction sa = { .sa_handler = on_signal };

	asked_to_end = 0;
	if (pipe2(woken, O_CLOEXEC | O_NONBLOCK))
		abort();
	for (size_t i = 0; i < N_SIGNALS; i++)
		sigaction(signals[i], &sa, &was[i]);
}

static void let_signals(const struct sigaction was[N_SIGNALS])
{
	for (size_t i = 0; i < N_SIGNALS; i++)
		sigaction(signals[i], &was[i], NULL);
	close(woken[0]);
	close(woken[1]);
}

static void make_raw(struct console *c)
{
	struct termios raw = c->was;

	cfmakeraw(&raw);
	if (c->terminal)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
}

static void make_cooked(struct console *c)
{
	if (c->terminal)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &c->was);
}

/* --- bytes */

static enum end take_input(struct console *c)
{
	ssize_t n = read(STDIN_FILENO, c->typed, sizeof(c->typed));
	bool ended = false;

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return END_NONE;
	c->heard = now_ms();
	c->at = 0;
	c->over = n <= 0;
	c->len = n > 0 ? escape_scan(c->key, c->typed, n, &ended) : 0;
	return ended ? END_KEY : END_NONE;
}

static enum end send_input(struct console *c)
{
	ssize_t n;

	while (c->len) {
		n = client_link_send(c->link, c->typed + c->at, c->len);
		if (n == -EAGAIN)
			return END_NONE;
		if (n < 0)
			return END_SERVER;
		c->heard = now_ms();
		c->at += n;
		c->len -= n;
	}
	return END_NONE;
}

/* All that is there; TLS may hold some of it that the socket does not tell of. */
static enum end take_output(struct console *c)
{
	char data[4096];
	ssize_t n;

	while ((n = client_link_recv(c->link, data, sizeof(data))) > 0) {
		c->heard = now_ms();
		if (fwrite(data, 1, n, c->ctl->out) != (size_t)n)
			return END_OUTPUT;
	}
	if (fflush(c->ctl->out))
		return END_OUTPUT;
	return n == -EAGAIN ? END_NONE : END_SERVER;
}

/* How long to wait, ms; -1: for ever, 0: it has been silent for long enough. */
static int left_ms(const struct console *c)
{
	uint64_t silent = now_ms() - c->heard;

	if (!c->over || c->len)
		return -1;
	return silent >= c->silence_ms ? 0 : c->silence_ms - silent;
}

static enum end turn(struct console *c)
{
	struct pollfd p[] = {
		{ client_link_fd(c->link), POLLIN | (c->len ? POLLOUT : 0), 0 },
		{ c->over || c->len ? -1 : STDIN_FILENO, POLLIN, 0 },
		{ woken[0], POLLIN, 0 },
	};
	enum end end = take_output(c);
	int left = left_ms(c);

	if (end != END_NONE)
		return asked_to_end ? END_SIGNAL : end;
	if (!left)
		return END_SILENCE;
	if (poll(p, 3, left) < 0 && errno != EINTR)
		return END_SERVER;
	if (asked_to_end)
		return END_SIGNAL;
	if (p[1].fd >= 0 && p[1].revents)
		end = take_input(c);
	/* What was typed before the key still goes */
	if (c->len && send_input(c) != END_NONE)
		return END_SERVER;
	return end;
}

static enum end converse(struct console *c)
{
	struct sigaction was[N_SIGNALS];
	enum end end = END_NONE;

	catch_signals(was);
	make_raw(c);
	c->heard = now_ms();
	while (end == END_NONE)
		end = turn(c);
	make_cooked(c);
	let_signals(was);
	return end;
}

/* --- its begin, and its end */

static int open_link(struct console *c, bool force, struct err *err)
{
	_cleanup_free_ char *path = path_make("vms", c->vm, "console", NULL);

	path = path_query(path, "force", force ? "true" : NULL);
	return client_upgrade(c->ctl->client, VCENTER, path, PROTOCOL, &c->link, err);
}

/* Where the VM is now; it may take a moment until it runs there. */
static int open_again(struct console *c, struct err *err)
{
	const struct timespec pause = { .tv_nsec = AGAIN_MS * 1000000l };
	uint64_t begun = now_ms();
	int r;

	for (;;) {
		r = open_link(c, false, err);
		if ((r != -EAGAIN && r != -ECONNREFUSED) || now_ms() - begun > AGAIN_S * 1000u)
			return r;
		nanosleep(&pause, NULL);
	}
}

/* Why has vcenterd ended it? True: the VM is elsewhere, and it can be had again. */
static bool has_moved(struct console *c, struct err *err)
{
	_cleanup_free_ char *path = path_make("consoles", client_link_id(c->link), NULL);
	const char *end, *why;
	json_t *told = NULL;
	bool moved;
	int r;

	r = client_call(c->ctl->client, VCENTER, "GET", path, NULL, &told, err);
	if (r < 0) {
		err_prefix(err, r, "vcenterd has ended the console, and does not say why");
		return false;
	}
	end = json_string_value(json_object_get(told, "end")) ?: "";
	why = json_string_value(json_object_get(told, "why")) ?: "vcenterd has ended it";
	moved = !strcmp(end, "moved");
	if (moved)
		fprintf(stderr, "\n%s; its console is opened again\n", why);
	else
		err_set(err, EPIPE, "%s", why);
	json_decref(told);
	return moved;
}

static int serve(struct console *c, struct err *err)
{
	for (;;) {
		switch (converse(c)) {
		case END_SERVER:
			break;
		case END_OUTPUT:
			err_sys(err, errno, "standard output");
			return CTL_FAILED;
		case END_SIGNAL:
			err_set(err, EINTR, "ended by a signal");
			return CTL_FAILED;
		default:
			return CTL_OK;
		}
		if (!has_moved(c, err))
			return CTL_FAILED;
		client_link_close(c->link);
		c->link = NULL;
		if (open_again(c, err))
			return CTL_FAILED;
	}
}

int vm_console(struct ctl *ctl, const struct args *args, struct err *err)
{
	struct console c = { .ctl = ctl, .vm = args->words[0] };
	long long silence = SILENCE_S;
	char name[8];
	int r;

	if (escape_parse(args_text(args, "--escape") ?: "^]", &c.key, err))
		return CTL_USAGE;
	args_number(args, "--timeout", &silence);
	c.silence_ms = silence * 1000;
	c.terminal = isatty(STDIN_FILENO) && !tcgetattr(STDIN_FILENO, &c.was);
	/* A script sends what it likes */
	if (!c.terminal)
		c.key = ESCAPE_NONE;
	if (open_link(&c, args_has(args, "--force"), err))
		return CTL_FAILED;
	if (c.terminal && c.key != ESCAPE_NONE)
		fprintf(stderr, "The console of VM %s; %s ends it.\n", c.vm,
			escape_name(c.key, name));
	r = serve(&c, err);
	client_link_close(c.link);
	if (c.terminal && r == CTL_OK)
		fputc('\n', stderr);
	return r;
}
