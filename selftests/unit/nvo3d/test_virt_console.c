// SPDX-License-Identifier: GPL-2.0
/*
 * A domain's console as a descriptor. libvirt's test driver has none: in place of libvirt's streams
 * there are some of the test's, which are pairs of sockets, watched by libvirt's own event loop.
 *
 *	test -- fd === virt_console.c === stream -- guest
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <libvirt/libvirt.h>

#include "lib/mem.h"
#include "vserver/virt.h"

#define LIMIT_MS 30000

/* One at a time */
static struct {
	int fd, guest;			/* the stream's end, and the guest's */
	int watch;
	virStreamPtr st;
	virStreamEventCallback cb;
	void *arg;
	atomic_int open, aborted, finished;
	atomic_bool cannot;
	unsigned int flags;
} lab;

/* --- in place of libvirt's */

int virDomainOpenConsole(virDomainPtr dom, const char *dev, virStreamPtr st, unsigned int flags)
{
	int fds[2];

	if (lab.cannot)
		return -1;
	assert_int_equal(lab.open, 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	lab.fd = fds[0];
	lab.guest = fds[1];
	lab.st = st;
	lab.flags = flags;
	lab.open++;
	return 0;
}

static void ready(int watch, int fd, int events, void *arg)
{
	int what = (events & VIR_EVENT_HANDLE_READABLE ? VIR_STREAM_EVENT_READABLE : 0) |
		   (events & VIR_EVENT_HANDLE_WRITABLE ? VIR_STREAM_EVENT_WRITABLE : 0) |
		   (events & VIR_EVENT_HANDLE_HANGUP ? VIR_STREAM_EVENT_HANGUP : 0);

	lab.cb(lab.st, what, lab.arg);
}

static int handle_events(int events)
{
	return (events & VIR_STREAM_EVENT_READABLE ? VIR_EVENT_HANDLE_READABLE : 0) |
	       (events & VIR_STREAM_EVENT_WRITABLE ? VIR_EVENT_HANDLE_WRITABLE : 0);
}

int virStreamEventAddCallback(virStreamPtr st, int events, virStreamEventCallback cb, void *arg,
			      virFreeCallback ff)
{
	lab.cb = cb;
	lab.arg = arg;
	lab.watch = virEventAddHandle(lab.fd, handle_events(events), ready, NULL, NULL);
	return lab.watch < 0 ? -1 : 0;
}

int virStreamEventUpdateCallback(virStreamPtr st, int events)
{
	virEventUpdateHandle(lab.watch, handle_events(events));
	return 0;
}

int virStreamEventRemoveCallback(virStreamPtr st)
{
	return virEventRemoveHandle(lab.watch);
}

int virStreamRecv(virStreamPtr st, char *data, size_t size)
{
	ssize_t n = recv(lab.fd, data, size, MSG_DONTWAIT);

	return n < 0 ? (errno == EAGAIN ? -2 : -1) : n;
}

int virStreamSend(virStreamPtr st, const char *data, size_t size)
{
	ssize_t n = send(lab.fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);

	return n < 0 ? (errno == EAGAIN ? -2 : -1) : n;
}

static int let_go(void)
{
	close(lab.fd);
	lab.open--;
	return 0;
}

int virStreamAbort(virStreamPtr st)
{
	lab.aborted++;
	return let_go();
}

int virStreamFinish(virStreamPtr st)
{
	lab.finished++;
	return let_go();
}

/* --- */

static struct virt *virt;
static struct uuid id;

static void nothing(void *arg)
{
}

static void heard(const struct uuid *uuid, void *arg)
{
}

static void failed(const char *why, void *arg)
{
	fail_msg("%s", why);
}

/* The test driver's only domain, which runs */
static int set_up(void **state)
{
	static const struct virt_ops ops = { .changed = heard, .up = nothing, .down = failed };
	struct uuid *ids;
	size_t n;

	memset(&lab, 0, sizeof(lab));
	if (virt_open(&virt, "test:///default", &ops, NULL, NULL) ||
	    virt_list(virt, &ids, &n, NULL) || n != 1)
		return -1;
	id = ids[0];
	free(ids);
	return 0;
}

static int tear_down(void **state)
{
	virt_close(virt);
	assert_int_equal(lab.open, 0);
	if (lab.guest > 0)
		close(lab.guest);
	return 0;
}

static int open_console(bool force)
{
	struct err err;
	int fd;

	if (virt_console(virt, &id, force, &fd, &err))
		fail_msg("%s", err.text);
	return fd;
}

static void await(int fd, short events)
{
	struct pollfd p = { fd, events, 0 };

	assert_int_equal(poll(&p, 1, LIMIT_MS), 1);
}

/* Until it ends, or there are @len bytes */
static size_t take(int fd, uint8_t *data, size_t len)
{
	size_t got = 0;
	ssize_t n;

	while (got < len) {
		await(fd, POLLIN);
		n = read(fd, data + got, len - got);
		if (n <= 0)
			break;
		got += n;
	}
	return got;
}

static void test_bytes_go_both_ways(void **state)
{
	int fd = open_console(false);
	uint8_t data[16];

	assert_int_equal(lab.flags, 0);
	assert_int_equal(write(fd, "ls\n", 3), 3);
	assert_int_equal(take(lab.guest, data, 3), 3);
	assert_memory_equal(data, "ls\n", 3);
	assert_int_equal(write(lab.guest, "file", 4), 4);
	assert_int_equal(take(fd, data, 4), 4);
	assert_memory_equal(data, "file", 4);
	close(fd);
}

/* It is let go of, and the next one waits for that. */
static void test_closed_and_opened_again(void **state)
{
	uint8_t data[16];
	int fd;

	for (int i = 1; i < 20; i++) {
		fd = open_console(i % 2);
		assert_int_equal(lab.flags, i % 2 ? VIR_DOMAIN_CONSOLE_FORCE : 0);
		assert_int_equal(lab.aborted, i - 1);
		/* typed, and left at once: it is typed all the same */
		assert_int_equal(write(fd, "bye", 3), 3);
		close(fd);
		assert_int_equal(take(lab.guest, data, 16), 3);
		close(lab.guest);
		lab.guest = 0;
	}
	assert_int_equal(lab.finished, 0);
}

static void test_last_words_and_the_end(void **state)
{
	static uint8_t data[300000], back[300001];
	int fd = open_console(false);

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = i % 251;
	assert_int_equal(write(lab.guest, data, sizeof(data)), sizeof(data));
	close(lab.guest);
	lab.guest = 0;
	assert_int_equal(take(fd, back, sizeof(back)), sizeof(data));
	assert_memory_equal(back, data, sizeof(data));
	close(fd);
}

/* For a while its bytes are kept, and none in the middle is lost. */
static void test_a_reader_that_is_late(void **state)
{
	static uint8_t data[1 << 20], back[1 << 20];
	int fd = open_console(false);

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = i % 251;
	/* more than the sockets take */
	assert_int_equal(write(lab.guest, data, sizeof(data)), sizeof(data));
	assert_int_equal(take(fd, back, sizeof(back)), sizeof(data));
	assert_memory_equal(back, data, sizeof(data));
	close(fd);
}

static void test_a_reader_that_is_too_late(void **state)
{
	static uint8_t data[4 << 20], back[4 << 20];
	int fd = open_console(false);
	size_t sent = 0, got;
	ssize_t n;

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = i % 251;
	while (sent < sizeof(data)) {
		n = send(lab.guest, data + sent, sizeof(data) - sent, MSG_NOSIGNAL);
		if (n <= 0)
			break;
		sent += n;
	}
	assert_true(sent < sizeof(data));
	got = take(fd, back, sizeof(back));
	assert_memory_equal(back, data, got);
	assert_true(got < sent);
	close(fd);
}

/* Nobody reads what is typed: it waits, and what comes does not. */
static void test_a_guest_that_does_not_read(void **state)
{
	static uint8_t data[4096], back[8 << 20];
	int fd = open_console(false);
	size_t sent = 0;
	ssize_t n;

	while ((n = write(fd, data, sizeof(data))) > 0 || errno == EAGAIN) {
		struct pollfd p = { fd, POLLOUT, 0 };

		sent += n > 0 ? n : 0;
		if (n < 0 && !poll(&p, 1, 200))
			break;
	}
	assert_true(sent < sizeof(back));
	assert_int_equal(write(lab.guest, "here", 4), 4);
	assert_int_equal(take(fd, back, 4), 4);
	assert_int_equal(take(lab.guest, back, sent), sent);
	close(fd);
}

static void test_no_console(void **state)
{
	static const struct uuid nobody = { { 7 } };
	struct err err;
	int fd = 77;

	assert_int_equal(virt_console(virt, &nobody, false, &fd, &err), -ESRCH);
	lab.cannot = true;
	assert_true(virt_console(virt, &id, false, &fd, &err) < 0);
	assert_non_null(strstr(err.text, "cannot open the console of VM test"));
	assert_int_equal(fd, 77);
}

static void test_the_connection_ends(void **state)
{
	static const struct virt_ops ops = { .changed = heard, .up = nothing, .down = failed };
	int fd = open_console(false);
	uint8_t data[4];

	virt_close(virt);
	assert_int_equal(lab.aborted, 1);
	assert_int_equal(take(fd, data, 4), 0);
	close(fd);
	assert_int_equal(virt_open(&virt, "test:///default", &ops, NULL, NULL), 0);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_bytes_go_both_ways),
		TEST(test_closed_and_opened_again),
		TEST(test_last_words_and_the_end),
		TEST(test_a_reader_that_is_late),
		TEST(test_a_reader_that_is_too_late),
		TEST(test_a_guest_that_does_not_read),
		TEST(test_no_console),
		TEST(test_the_connection_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
