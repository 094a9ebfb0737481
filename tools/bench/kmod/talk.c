// SPDX-License-Identifier: GPL-2.0
/*
 * The end that asks, in the writer's context, for so many microseconds:
 *
 *	rr addr=IP port=PORT us=N	a byte there and back, again and again: "count=N ns=N"
 *	crr ...				the same with a connection for each
 *	stream ...			as much as goes: "bytes=N ns=N", bytes as counted
 *					by the other end
 *	times ...			as rr, but each has its own time: "count=N p50=N p99=N"
 */
#include <linux/in.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/tcp.h>
#include <net/sock.h>
#include "bench.h"

/* To look at a clock is a system call here, and costs as much as a hop of a path. */
#define UNTIMED	16

#define TIMES_MAX	(1 << 17)

struct talk {
	struct net *net;
	struct sockaddr_in addr;
	u64 end;
	u64 count, bytes, ns;
	u32 p50, p99;
};

static struct socket *connect_to(const struct talk *talk, u8 what)
{
	struct sockaddr_in addr = talk->addr;
	struct msghdr msg = { .msg_flags = MSG_NOSIGNAL };
	struct kvec vec = { &what, 1 };
	struct socket *sock;
	int err;

	err = sock_create_kern(talk->net, AF_INET, SOCK_STREAM, IPPROTO_TCP, &sock);
	if (err)
		return ERR_PTR(err);
	tcp_sock_set_nodelay(sock->sk);
	/* A path that loses the answer must not hang the bench. */
	sock->sk->sk_rcvtimeo = 5 * HZ;
	sock->sk->sk_sndtimeo = 5 * HZ;
	err = kernel_connect(sock, (struct sockaddr *)&addr, sizeof(addr), 0);
	if (!err && kernel_sendmsg(sock, &msg, &vec, 1, 1) != 1)
		err = -EPIPE;
	if (!err)
		return sock;
	sock_release(sock);
	return ERR_PTR(err);
}

static int receive(struct socket *sock, void *data, size_t len)
{
	struct msghdr msg = {};
	struct kvec vec = { data, len };
	int got = kernel_recvmsg(sock, &msg, &vec, 1, len, MSG_WAITALL);

	return got == len ? 0 : got < 0 ? got : -ECONNRESET;
}

/* A byte there and back. */
static int ping(struct socket *sock)
{
	struct msghdr msg = { .msg_flags = MSG_NOSIGNAL };
	struct kvec vec;
	u8 byte = 'r';

	vec = (struct kvec){ &byte, 1 };
	if (kernel_sendmsg(sock, &msg, &vec, 1, 1) != 1)
		return -EPIPE;
	return receive(sock, &byte, 1);
}

static int talk_rr(struct talk *talk)
{
	struct socket *sock = connect_to(talk, 'r');
	u64 begin;
	int err, i;
	u8 byte;

	if (IS_ERR(sock))
		return PTR_ERR(sock);
	err = receive(sock, &byte, 1);
	begin = bench_cpu_ns();
	while (!err && ktime_get_ns() < talk->end) {
		for (i = 0; !err && i < UNTIMED; i++)
			err = ping(sock);
		talk->count += i;
	}
	talk->ns = bench_cpu_ns() - begin;
	sock_release(sock);
	return err;
}

static int compare(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

static int time_each(struct talk *talk, struct socket *sock, u32 *times)
{
	u64 before, now;
	int err;

	while (talk->count < TIMES_MAX && ktime_get_ns() < talk->end) {
		before = bench_cpu_ns();
		bench_flood_turn();
		err = ping(sock);
		if (err)
			return err;
		now = bench_cpu_ns();
		times[talk->count++] = min_t(u64, now - before, U32_MAX);
		talk->ns += now - before;
	}
	sort(times, talk->count, sizeof(*times), compare, NULL);
	talk->p50 = times[talk->count / 2];
	talk->p99 = times[talk->count * 99 / 100];
	return 0;
}

static int talk_times(struct talk *talk)
{
	u32 *times = kvcalloc(TIMES_MAX, sizeof(*times), GFP_KERNEL);
	struct socket *sock;
	int err;
	u8 byte;

	if (!times)
		return -ENOMEM;
	sock = connect_to(talk, 'r');
	err = PTR_ERR_OR_ZERO(sock);
	if (!err) {
		err = receive(sock, &byte, 1) ?: time_each(talk, sock, times);
		sock_release(sock);
	}
	kvfree(times);
	return err;
}

static int talk_crr(struct talk *talk)
{
	u64 begin = bench_cpu_ns();
	struct socket *sock;
	int err = 0;
	u8 byte;

	while (!err && ktime_get_ns() < talk->end) {
		sock = connect_to(talk, 'r');
		if (IS_ERR(sock))
			return PTR_ERR(sock);
		err = receive(sock, &byte, 1);
		/* Without TIME_WAIT, or its ports would be used up. */
		sock_no_linger(sock->sk);
		sock_release(sock);
		talk->count++;
	}
	talk->ns = bench_cpu_ns() - begin;
	return err;
}

static int stream_pages(struct talk *talk, struct socket *sock, struct page *page)
{
	struct bio_vec vec[16];
	int i, sent;

	for (i = 0; i < ARRAY_SIZE(vec); i++)
		bvec_set_page(&vec[i], page, PAGE_SIZE, 0);
	while (ktime_get_ns() < talk->end) {
		struct msghdr msg = { .msg_flags = MSG_NOSIGNAL | MSG_SPLICE_PAGES };

		iov_iter_bvec(&msg.msg_iter, ITER_SOURCE, vec, ARRAY_SIZE(vec),
			      ARRAY_SIZE(vec) * PAGE_SIZE);
		sent = sock_sendmsg(sock, &msg);
		if (sent < 0)
			return sent;
	}
	return 0;
}

static int talk_stream(struct talk *talk)
{
	u64 begin = bench_cpu_ns();
	struct socket *sock;
	struct page *page;
	int err;

	page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!page)
		return -ENOMEM;
	sock = connect_to(talk, 's');
	if (IS_ERR(sock)) {
		put_page(page);
		return PTR_ERR(sock);
	}
	err = stream_pages(talk, sock, page);
	if (!err)
		err = kernel_sock_shutdown(sock, SHUT_WR);
	if (!err)
		err = receive(sock, &talk->bytes, sizeof(talk->bytes));
	/* Until the last byte has been counted. */
	talk->ns = bench_cpu_ns() - begin;
	sock_release(sock);
	put_page(page);
	return err;
}

int bench_talk(struct bench_cmd *cmd)
{
	struct talk talk = { .net = cmd->net, .addr.sin_family = AF_INET };
	int err = 0;

	talk.addr.sin_addr.s_addr = bench_addr(cmd, "addr", &err);
	talk.addr.sin_port = htons(bench_u64(cmd, "port", 7777, &err));
	talk.end = ktime_get_ns() + bench_u64(cmd, "us", 100000, &err) * NSEC_PER_USEC;
	if (err)
		return err;
	if (!strcmp(cmd->argv[0], "rr"))
		err = talk_rr(&talk);
	else if (!strcmp(cmd->argv[0], "times"))
		err = talk_times(&talk);
	else if (!strcmp(cmd->argv[0], "crr"))
		err = talk_crr(&talk);
	else
		err = talk_stream(&talk);
	if (!err)
		scnprintf(cmd->reply, PAGE_SIZE, "count=%llu bytes=%llu ns=%llu p50=%u p99=%u\n",
			  talk.count, talk.bytes, talk.ns, talk.p50, talk.p99);
	return err;
}
