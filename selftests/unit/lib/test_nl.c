// SPDX-License-Identifier: GPL-2.0
/* The transport against the running kernel, in a network namespace of its own */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "errs.h"
#include "nl.h"
#include "nlbuf.h"
#include "nlgenl.h"
#include "sandbox.h"

#define LO 1	/* ifindex of lo in every netns */

static void link_request(struct nlbuf *b, void *mem, uint16_t type, uint32_t ifindex)
{
	struct ifinfomsg *ifi;

	nlbuf_init(b, mem, NLBUF_SMALL, type, 0);
	ifi = nlbuf_put_header(b, sizeof(*ifi));
	ifi->ifi_index = ifindex;
}

static int count(const struct nlmsghdr *nlh, void *data)
{
	++*(int *)data;
	return 0;
}

static int give_up(const struct nlmsghdr *nlh, void *data)
{
	++*(int *)data;
	return -ECANCELED;
}

static void replies_and_acks(void **state)
{
	NLBUF_MEM(mem, NLBUF_SMALL);
	_cleanup_nlsock_ struct nlsock *s = NULL;
	struct nlbuf b;
	int n = 0;

	assert_int_equal(nlsock_open(&s, NETLINK_ROUTE, -1, NULL), 0);
	link_request(&b, mem, RTM_GETLINK, LO);
	assert_int_equal(nlsock_request(s, &b, count, &n, NULL), 0);
	assert_int_equal(n, 1);
	link_request(&b, mem, RTM_GETLINK, 0);
	n = 0;
	assert_int_equal(nlsock_dump(s, &b, count, &n, NULL), 0);
	assert_true(n >= 1);
	link_request(&b, mem, RTM_NEWLINK, LO);
	assert_int_equal(nlsock_request(s, &b, NULL, NULL, NULL), 0);
}

static void callback_ends_it(void **state)
{
	NLBUF_MEM(mem, NLBUF_SMALL);
	_cleanup_nlsock_ struct nlsock *s = NULL;
	struct nlbuf b;
	int n = 0;

	assert_int_equal(nlsock_open(&s, NETLINK_ROUTE, -1, NULL), 0);
	link_request(&b, mem, RTM_GETLINK, LO);
	assert_int_equal(nlsock_request(s, &b, give_up, &n, NULL), -ECANCELED);
	link_request(&b, mem, RTM_GETLINK, 0);
	assert_int_equal(nlsock_dump(s, &b, give_up, &n, NULL), -ECANCELED);
	assert_int_equal(n, 2);
	/* Neither leaves anything behind that the next one would take for its own */
	link_request(&b, mem, RTM_GETLINK, LO);
	assert_int_equal(nlsock_request(s, &b, count, &n, NULL), 0);
	assert_int_equal(n, 3);
}

static void refusal_has_the_kernels_sentence(void **state)
{
	NLBUF_MEM(mem, NLBUF_SMALL);
	_cleanup_nlsock_ struct nlsock *s = NULL;
	struct nlattr *info;
	struct nlbuf b;
	struct err err;

	assert_int_equal(nlsock_open(&s, NETLINK_ROUTE, -1, NULL), 0);
	link_request(&b, mem, RTM_NEWLINK, 0);
	b.nlh->nlmsg_flags |= NLM_F_CREATE;
	info = nlbuf_nest_start(&b, IFLA_LINKINFO);
	nlbuf_put_str(&b, IFLA_INFO_KIND, "no-such-kind");
	nlbuf_nest_end(&b, info);
	assert_int_equal(nlsock_request(s, &b, NULL, NULL, &err), -EOPNOTSUPP);
	assert_string_equal(err.text, "Unknown device type");

	/* A refusal without one is told by its errno */
	link_request(&b, mem, RTM_DELLINK, 12345);
	assert_int_equal(nlsock_request(s, &b, NULL, NULL, &err), -ENODEV);
	assert_string_equal(err.text, "No such device");
	assert_int_equal(nlsock_error_offset(s), 0);
}

static void refusal_has_the_culprits_offset(void **state)
{
	NLBUF_MEM(mem, NLBUF_SMALL);
	_cleanup_nlsock_ struct nlsock *s = NULL;
	struct ifaddrmsg *ifa;
	struct nlbuf b;
	struct err err;
	size_t at;

	assert_int_equal(nlsock_open(&s, NETLINK_ROUTE, -1, NULL), 0);
	nlbuf_init(&b, mem, sizeof(mem), RTM_NEWADDR, NLM_F_CREATE);
	ifa = nlbuf_put_header(&b, sizeof(*ifa));
	ifa->ifa_family = AF_INET;
	ifa->ifa_index = LO;
	ifa->ifa_prefixlen = 32;
	nlbuf_put_u32(&b, IFA_LOCAL, 1);
	at = nlbuf_mark(&b);
	nlbuf_put_u8(&b, IFA_BROADCAST, 1);
	assert_int_equal(nlsock_request(s, &b, NULL, NULL, &err), -ERANGE);
	assert_int_equal(nlsock_error_offset(s), at);
	assert_true(strlen(err.text) > 0);
}

static void overfull_request_is_not_sent(void **state)
{
	NLBUF_MEM(mem, 32);
	_cleanup_nlsock_ struct nlsock *s = NULL;
	struct nlbuf b;
	struct err err;

	assert_int_equal(nlsock_open(&s, NETLINK_ROUTE, -1, NULL), 0);
	nlbuf_init(&b, mem, sizeof(mem), RTM_NEWLINK, 0);
	nlbuf_put(&b, 1, mem, sizeof(mem));
	assert_int_equal(nlsock_request(s, &b, NULL, NULL, &err), -EMSGSIZE);
	assert_string_equal(err.text, "the request is too long");
}

struct failures {
	size_t n, last;
	bool ordered;
};

static void note(size_t index, int code, const char *text, void *data)
{
	struct failures *f = data;

	assert_int_equal(code, -ENODEV);
	assert_string_equal(text, "No such device");
	/* Every third request was about a device that is not there */
	assert_int_equal(index % 3, 2);
	f->ordered &= !f->n || index > f->last;
	f->last = index;
	f->n++;
}

static void batch_tells_who_failed(void **state)
{
	_cleanup_nlbatch_ struct nlbatch *batch = nlbatch_new();
	NLBUF_MEM(mem, NLBUF_SMALL);
	_cleanup_nlsock_ struct nlsock *s = NULL;
	struct failures f = { .ordered = true };
	size_t i, round;
	struct nlbuf b;

	assert_int_equal(nlsock_open(&s, NETLINK_ROUTE, -1, NULL), 0);
	for (round = 0; round < 3; round++) {
		f.n = 0;
		for (i = 0; ; i++) {
			link_request(&b, mem, RTM_NEWLINK, i % 3 == 2 ? 12345 : LO);
			nlbuf_put_u32(&b, IFLA_MTU, 60000 + i);
			if (nlbatch_add(batch, &b) == -ENOSPC)
				break;
		}
		assert_int_equal(nlbatch_count(batch), i);
		assert_true(i >= 100);
		assert_int_equal(nlbatch_send(batch, s, note, &f, NULL), 0);
		assert_int_equal(f.n, i / 3);
		assert_true(f.ordered);
		assert_int_equal(nlbatch_count(batch), 0);
	}
	/* An empty one asks nothing and does not wait for an answer */
	assert_int_equal(nlbatch_send(batch, s, note, &f, NULL), 0);
}

static void count_failures(size_t index, int code, const char *text, void *data)
{
	++*(size_t *)data;
}

/* Even when every request of a full batch fails, no answer is lost */
static void batch_of_failures(void **state)
{
	_cleanup_nlbatch_ struct nlbatch *batch = nlbatch_new();
	NLBUF_MEM(mem, NLBUF_SMALL);
	_cleanup_nlsock_ struct nlsock *s = NULL;
	int queue = 212992 / 2;
	size_t n = 0, failed = 0;
	struct nlbuf b;

	assert_int_equal(nlsock_open(&s, NETLINK_ROUTE, -1, NULL), 0);
	/* What who may not raise it has by default; the kernel doubles the number */
	assert_int_equal(setsockopt(nlsock_fd(s), SOL_SOCKET, SO_RCVBUF, &queue, sizeof(queue)), 0);
	link_request(&b, mem, RTM_DELLINK, 12345);
	while (nlbatch_add(batch, &b) == 0)
		n++;
	assert_int_equal(nlbatch_send(batch, s, count_failures, &failed, NULL), 0);
	assert_int_equal(failed, n);
}

static void notifications(void **state)
{
	NLBUF_MEM(mem, NLBUF_SMALL);
	_cleanup_nlsock_ struct nlsock *s = NULL, *ears = NULL;
	struct pollfd pfd = { .events = POLLIN };
	struct nlbuf b;
	int n = 0, i;

	assert_int_equal(nlsock_open(&s, NETLINK_ROUTE, -1, NULL), 0);
	assert_int_equal(nlsock_open(&ears, NETLINK_ROUTE, -1, NULL), 0);
	assert_int_equal(nlsock_join(ears, RTNLGRP_LINK, NULL), 0);
	assert_int_equal(nlsock_receive(ears, count, &n, NULL), 0);
	assert_int_equal(n, 0);
	for (i = 0; i < 3; i++) {
		link_request(&b, mem, RTM_NEWLINK, LO);
		nlbuf_put_u32(&b, IFLA_MTU, 50000 + i);
		assert_int_equal(nlsock_request(s, &b, NULL, NULL, NULL), 0);
	}
	pfd.fd = nlsock_fd(ears);
	assert_int_equal(poll(&pfd, 1, 5000), 1);
	assert_int_equal(nlsock_receive(ears, count, &n, NULL), 0);
	assert_true(n >= 3);
}

static void lost_notifications_are_told(void **state)
{
	NLBUF_MEM(mem, NLBUF_SMALL);
	_cleanup_nlsock_ struct nlsock *s = NULL, *ears = NULL;
	int n = 0, i, queue = 1;
	struct nlbuf b;

	assert_int_equal(nlsock_open(&s, NETLINK_ROUTE, -1, NULL), 0);
	assert_int_equal(nlsock_open(&ears, NETLINK_ROUTE, -1, NULL), 0);
	assert_int_equal(setsockopt(nlsock_fd(ears), SOL_SOCKET, SO_RCVBUF, &queue,
				    sizeof(queue)), 0);
	assert_int_equal(nlsock_join(ears, RTNLGRP_LINK, NULL), 0);
	for (i = 0; i < 50; i++) {
		link_request(&b, mem, RTM_NEWLINK, LO);
		nlbuf_put_u32(&b, IFLA_MTU, 40000 + i);
		assert_int_equal(nlsock_request(s, &b, NULL, NULL, NULL), 0);
	}
	assert_int_equal(nlsock_receive(ears, count, &n, NULL), -ENOBUFS);
	/* What came before is still there, and it can be gone on with */
	assert_int_equal(nlsock_receive(ears, count, &n, NULL), 0);
	assert_in_range(n, 1, 49);
}

static void other_netns(void **state)
{
	NLBUF_MEM(mem, NLBUF_SMALL);
	_cleanup_close_ int other = sandbox_other_netns();
	_cleanup_nlsock_ struct nlsock *s = NULL;
	ino_t here = sandbox_here();
	struct nlbuf b;
	int n = 0;

	assert_true(other >= 0);
	assert_int_equal(nlsock_open(&s, NETLINK_ROUTE, other, NULL), 0);
	assert_int_equal(sandbox_here(), here);
	link_request(&b, mem, RTM_GETLINK, 0);
	assert_int_equal(nlsock_dump(s, &b, count, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_int_equal(nlsock_open(&s, NETLINK_ROUTE, 0x7fff0000, NULL), -EBADF);
	assert_int_equal(sandbox_here(), here);
}

static void families(void **state)
{
	_cleanup_nlsock_ struct nlsock *s = NULL;
	struct nlgenl_family f = {};
	struct err err;

	assert_int_equal(nlsock_open(&s, NETLINK_GENERIC, -1, NULL), 0);
	assert_int_equal(nlgenl_resolve(s, "nlctrl", &f, NULL), 0);
	assert_int_equal(f.id, GENL_ID_CTRL);
	assert_true(f.version >= 1);
	assert_true(nlgenl_group(&f, "notify") > 0);
	assert_int_equal(nlgenl_group(&f, "no-such-group"), 0);
	assert_int_equal(nlgenl_resolve(s, "no-such-family", &f, &err), -ENOENT);
	assert_string_equal(err.text,
			    "the kernel does not know \"no-such-family\"; its module is not loaded");
	assert_int_equal(nlgenl_resolve(s, "a-name-of-more-than-sixteen", &f, &err), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replies_and_acks), cmocka_unit_test(callback_ends_it),
		cmocka_unit_test(refusal_has_the_kernels_sentence),
		cmocka_unit_test(refusal_has_the_culprits_offset),
		cmocka_unit_test(overfull_request_is_not_sent),
		cmocka_unit_test(batch_tells_who_failed), cmocka_unit_test(batch_of_failures),
		cmocka_unit_test(notifications), cmocka_unit_test(lost_notifications_are_told),
		cmocka_unit_test(other_netns), cmocka_unit_test(families),
	};

	return cmocka_run_group_tests(tests, sandbox_enter, NULL);
}
