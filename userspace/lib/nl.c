// SPDX-License-Identifier: GPL-2.0
#include "nl.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "errs.h"
#include "netns.h"
#include "nlbuf.h"

/* The kernel fills a dump's datagrams up to 32 KiB when it is offered so much */
#define RECV_SIZE 32768
/* Errors of a whole batch must find room while the kernel works on it */
#define RECV_QUEUE (1 << 20)
/* Datagrams per call, so that a flood of notifications leaves the loop its turn */
#define RECEIVE_MAX 64

struct nlsock {
	struct mnl_socket *mnl;
	uint32_t seq;
	uint32_t error_offset;
	char mem[RECV_SIZE];
};

static int set_options(struct nlsock *s, struct err *err)
{
	int fd = mnl_socket_get_fd(s->mnl), on = 1, queue = RECV_QUEUE;

	if (setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on)) < 0)
		return err_sys(err, errno, "cannot set up the netlink socket");
	/* Beyond the system's limit with privilege, up to it without */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &queue, sizeof(queue)) < 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &queue, sizeof(queue)) < 0)
		return err_sys(err, errno, "cannot size the netlink socket");
	return 0;
}

int nlsock_open(struct nlsock **ret, int bus, int netns_fd, struct err *err)
{
	_cleanup_nlsock_ struct nlsock *s = calloc(1, sizeof(*s));
	_cleanup_close_ int fd = -1;
	int r;

	if (!s)
		return err_set(err, ENOMEM, "out of memory");
	fd = netns_socket(netns_fd, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, bus, err);
	if (fd < 0)
		return fd;
	s->mnl = mnl_socket_fdopen(fd);
	if (!s->mnl)
		return err_sys(err, errno, "cannot open netlink");
	steal_fd(&fd);
	r = set_options(s, err);
	if (r < 0)
		return r;
	if (mnl_socket_bind(s->mnl, 0, MNL_SOCKET_AUTOPID) < 0)
		return err_sys(err, errno, "cannot bind the netlink socket");
	*ret = steal_ptr(s);
	return 0;
}

void nlsock_close(struct nlsock *s)
{
	if (!s)
		return;
	if (s->mnl)
		mnl_socket_close(s->mnl);
	free(s);
}

int nlsock_fd(const struct nlsock *s)
{
	return mnl_socket_get_fd(s->mnl);
}

uint32_t nlsock_error_offset(const struct nlsock *s)
{
	return s->error_offset;
}

static int send_all(struct nlsock *s, const void *data, size_t len, struct err *err)
{
	ssize_t n;

	do {
		n = mnl_socket_sendto(s->mnl, data, len);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? err_sys(err, errno, "cannot send to the kernel") : 0;
}

static ssize_t receive_one(struct nlsock *s, struct err *err)
{
	ssize_t n;

	do {
		n = mnl_socket_recvfrom(s->mnl, s->mem, sizeof(s->mem));
	} while (n < 0 && errno == EINTR);
	return n < 0 ? err_sys(err, errno, "cannot receive from the kernel") : n;
}

/* What the kernel says about a request: zero or a negative errno, sentence, culprit */
struct verdict {
	int code;
	const char *text;	/* NULL when it gave none */
	uint32_t offset;
};

/*
 * Extended acknowledgment attributes come behind the echoed request, of which
 * NETLINK_CAP_ACK leaves the header; a dump's end has an errno alone.
 */
static void read_verdict(const struct nlmsghdr *nlh, struct verdict *ret)
{
	const struct nlattr *tb[NLMSGERR_ATTR_OFFS + 1] = {};
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	size_t skip = sizeof(int);

	*ret = (struct verdict){ .code = -EBADMSG };
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(int))
		return;
	ret->code = e->error;
	if (nlh->nlmsg_type == NLMSG_ERROR) {
		skip = sizeof(*e);
		if (mnl_nlmsg_get_payload_len(nlh) >= skip && !(nlh->nlmsg_flags & NLM_F_CAPPED))
			skip += e->msg.nlmsg_len - sizeof(e->msg);
	}
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) ||
	    nlmsg_index(nlh, skip, tb, NLMSGERR_ATTR_OFFS) < 0)
		return;
	if (tb[NLMSGERR_ATTR_MSG] && !mnl_attr_validate(tb[NLMSGERR_ATTR_MSG], MNL_TYPE_NUL_STRING))
		ret->text = mnl_attr_get_str(tb[NLMSGERR_ATTR_MSG]);
	if (tb[NLMSGERR_ATTR_OFFS])
		nlattr_copy(tb[NLMSGERR_ATTR_OFFS], &ret->offset, sizeof(ret->offset));
}

static int fail(struct nlsock *s, const struct verdict *v, struct err *err)
{
	s->error_offset = v->offset;
	return err_set(err, v->code, "%s", v->text ? v->text : strerror(-v->code));
}

/* One request under way; @done is set by the message that ends it */
struct exchange {
	struct nlsock *s;
	uint32_t first, last;	/* sequence numbers that are ours */
	bool done, interrupted;
	int ret;
	int (*cb)(const struct nlmsghdr *nlh, void *data);
	void *data;
	/* For a batch, which goes on after an error; the last message ends it */
	void (*failed)(size_t index, int code, const char *text, void *data);
	struct err *err;
};

static void take_verdict(struct exchange *x, const struct nlmsghdr *nlh)
{
	struct verdict v;

	read_verdict(nlh, &v);
	x->done = nlh->nlmsg_seq == x->last;
	if (v.code >= 0)
		return;
	if (x->failed)
		x->failed(nlh->nlmsg_seq - x->first, v.code,
			  v.text ? v.text : strerror(-v.code), x->data);
	else if (!x->ret)
		x->ret = fail(x->s, &v, x->err);
}

static void take_message(struct exchange *x, const struct nlmsghdr *nlh)
{
	/* Left over by a request whose caller did not stay for the end, or told to a group */
	if (nlh->nlmsg_seq - x->first > x->last - x->first)
		return;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		x->interrupted = true;
	if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE)
		take_verdict(x, nlh);
	else if (nlh->nlmsg_type >= NLMSG_MIN_TYPE && x->cb && !x->ret)
		x->ret = x->cb(nlh, x->data);
}

/* Always to the end, also after @cb failed: an open dump makes the next one EBUSY */
static int run_exchange(struct exchange *x)
{
	while (!x->done) {
		const struct nlmsghdr *nlh = (void *)x->s->mem;
		ssize_t n = receive_one(x->s, x->err);
		int left = n;

		if (n < 0)
			return n;
		for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
			take_message(x, nlh);
	}
	return x->ret < 0 ? x->ret : 0;
}

static int begin(struct nlsock *s, struct nlbuf *req, uint16_t flags, struct err *err)
{
	s->error_offset = 0;
	if (req->full)
		return err_set(err, EMSGSIZE, "the request is too long");
	req->nlh->nlmsg_flags |= flags;
	req->nlh->nlmsg_seq = ++s->seq;
	return send_all(s, req->nlh, req->nlh->nlmsg_len, err);
}

int nlsock_request(struct nlsock *s, struct nlbuf *req,
		   int (*cb)(const struct nlmsghdr *nlh, void *data), void *data, struct err *err)
{
	struct exchange x = { .s = s, .cb = cb, .data = data, .err = err };
	int r = begin(s, req, NLM_F_ACK, err);

	if (r < 0)
		return r;
	x.first = s->seq;
	x.last = s->seq;
	return run_exchange(&x);
}

int nlsock_dump(struct nlsock *s, struct nlbuf *req,
		int (*cb)(const struct nlmsghdr *nlh, void *data), void *data, struct err *err)
{
	struct exchange x = { .s = s, .cb = cb, .data = data, .err = err };
	int r = begin(s, req, NLM_F_DUMP, err);

	if (r < 0)
		return r;
	x.first = s->seq;
	x.last = s->seq;
	r = run_exchange(&x);
	if (!r && x.interrupted)
		return err_set(err, EINTR, "the table changed while it was read");
	return r;
}

/*
 * Of a batch only the last message asks for an acknowledgment: the kernel
 * works through a datagram in order and tells every error anyway.
 */
int nlsock_exchange(struct nlsock *s, void *data, size_t len, uint32_t n,
		    void (*failed)(size_t index, int code, const char *text, void *data),
		    void *arg, struct err *err)
{
	struct exchange x = { .s = s, .failed = failed, .data = arg, .err = err };
	struct nlmsghdr *nlh = data;
	int left = len, r;

	x.first = s->seq + 1;
	x.last = s->seq + n;
	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
		nlh->nlmsg_seq = ++s->seq;
		if (nlh->nlmsg_seq == x.last)
			nlh->nlmsg_flags |= NLM_F_ACK;
	}
	r = send_all(s, data, len, err);
	return r < 0 ? r : run_exchange(&x);
}

int nlsock_join(struct nlsock *s, uint32_t group, struct err *err)
{
	if (setsockopt(nlsock_fd(s), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
		       sizeof(group)) < 0)
		return err_sys(err, errno, "cannot join netlink group %u", group);
	return 0;
}

int nlsock_receive(struct nlsock *s, int (*cb)(const struct nlmsghdr *nlh, void *data),
		   void *data, struct err *err)
{
	struct pollfd pfd = { .fd = nlsock_fd(s), .events = POLLIN };
	int i;

	for (i = 0; i < RECEIVE_MAX && poll(&pfd, 1, 0) > 0; i++) {
		const struct nlmsghdr *nlh = (void *)s->mem;
		ssize_t n = receive_one(s, err);
		int left = n, r;

		if (n < 0)
			return n;
		for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left)) {
			r = nlh->nlmsg_type >= NLMSG_MIN_TYPE ? cb(nlh, data) : 0;
			if (r < 0)
				return r;
		}
	}
	return 0;
}
