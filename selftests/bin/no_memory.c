// SPDX-License-Identifier: GPL-2.0
/*
 * Each request with its first, then its second, its third... allocation failing, until there
 * is none left that could: what is refused has changed nothing, and is refused for want of
 * memory; what is done although something was missing, is done wholly.
 *
 * usage: no_memory GROUP NVE SLAVE SPARE     in the namespace of no_memory.sh
 *
 * It wants a kernel with failslab, fail_page_alloc and /proc/thread-self/fail-nth.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "nl.h"
#include "no_memory/no_memory.h"

#define NTH_MAX	5000

struct nvo3_kernel *k;
struct nlsock *rt;
struct err why;
const char *target;
uint32_t nve, slave, spare, other;
static int nth_fd;

static void say_nth(unsigned int n)
{
	char text[12];
	int len = snprintf(text, sizeof(text), "%u", n);

	if (pwrite(nth_fd, text, len, 0) != len)
		err(1, "fail-nth");
}

/* Has the one that was to fail come, and failed? */
static bool has_failed(void)
{
	char text[12] = "";

	if (pread(nth_fd, text, sizeof(text) - 1, 0) < 1)
		err(1, "fail-nth");
	say_nth(0);
	return atoi(text) == 0;
}

static void connect_anew(void)
{
	kernel_close(k);
	nlsock_close(rt);
	k = NULL;
	rt = NULL;
	if (kernel_open(&k, -1, &why) || nlsock_open(&rt, NETLINK_ROUTE, -1, &why))
		errx(1, "%s", why.text);
	nve = index_of(target);
	other = index_of("nve9");
}

static void must(const char *name, int (*run)(void))
{
	int r;

	connect_anew();
	r = run ? run() : 0;
	if (r)
		errx(1, "%s: %s (%d)", name, why.text, r);
}

static struct state before, after, now;

/* ENOBUFS is about the message or its answer: what was asked for may have been done. */
static bool judge(const struct op *op, int r)
{
	if (!r)
		return state_same(&now, &after);
	if (r == -ENOBUFS && state_same(&now, &after))
		return true;
	return (r == -ENOBUFS || r == -ENOMEM || r == op->error) && state_same(&now, &before);
}

/* False: the n-th did not come, so all have been tried. */
static bool try_nth(const struct op *op, unsigned int n)
{
	bool failed;
	int r;

	connect_anew();
	why.text[0] = '\0';
	say_nth(n);
	r = op->run();
	failed = has_failed();
	connect_anew();
	state_read(&now);
	if (!judge(op, r) || (r && !failed))
		errx(1, "%s, allocation %u%s: result %d (%s), %zu objects before, %zu now, %zu after",
		     op->name, n, failed ? "" : " not reached", r, why.text, before.n, now.n,
		     after.n);
	if (op->undo && !state_same(&now, &before)) {
		must(op->name, op->undo);
		state_read(&now);
		if (!state_same(&now, &before))
			errx(1, "%s, allocation %u: it cannot be taken back", op->name, n);
	}
	return failed;
}

static void try(const struct op *op)
{
	unsigned int n = 0;

	if (op->reverse)
		must(op->name, op->undo);
	connect_anew();
	state_read(&before);
	must(op->name, op->run);
	connect_anew();
	state_read(&after);
	must(op->name, op->undo);
	while (try_nth(op, ++n))
		if (n == NTH_MAX)
			errx(1, "%s: no end of allocations", op->name);
	printf("%s: %u allocations\n", op->name, n - 1);
	if (op->reverse)
		must(op->name, op->run);
}

int main(int argc, char **argv)
{
	const struct op *op = argc == 5 ? requests(argv[1]) ?: devices(argv[1]) : NULL;

	if (!op)
		errx(2, "usage: no_memory GROUP NVE SLAVE SPARE");
	target = argv[2];
	slave = if_nametoindex(argv[3]);
	spare = if_nametoindex(argv[4]);
	nth_fd = open("/proc/thread-self/fail-nth", O_RDWR);
	if (nth_fd < 0)
		err(1, "fail-nth");
	setlinebuf(stdout);
	must("the beginning", base);
	for (; op->run; op++)
		if (op->name)
			try(op);
		else
			must("a step", op->run);
	must("the end", base_del);
	return 0;
}
