// SPDX-License-Identifier: GPL-2.0
/*
 * The end that asks, in the writer's context, for so many microseconds:
 *
 *	rr addr=IP port=PORT us=N	a byte there and back, again and again:
 *					"count=N ns=N p50=NS p99=NS"
 *	crr ...				the same with a connection for each
 *	stream ...			as much as goes: "bytes=N ns=N", bytes as counted
 *					by the other end
 */
#include <linux/in.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/tcp.h>
#include <net/sock.h>
#include "bench.h"

#define SAMPLES	65536

struct talk {
	struct net *net;
	struct sockaddr_in addr;
	u64 end;
	u32 *samples;		/* ns of each transaction, the first SAMPLES */
	u64 count, bytes, ns;
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

static void sample(struct talk *talk, u64 ns)
{
	if (talk->count < SAMPLES)
		talk->samples[talk->count] = min_t(u64, ns, U32_MAX);
	talk->count++;
}

static int talk_rr(struct talk *talk)
{
	struct socket *sock = connect_to(talk, 'r');
	u64 begin, now;
	int err;
	u8 byte;

	if (IS_ERR(sock))
		return PTR_ERR(sock);
	err = receive(sock, &byte, 1);
	begin = bench_cpu_ns();
	for (now = begin; !err && ktime_get_ns() < talk->end; ) {
		struct msghdr msg = { .msg_flags = MSG_NOSIGNAL };
		struct kvec vec = { &byte, 1 };
		u64 before = now;

		err = -EPIPE;
		if (kernel_sendmsg(sock, &msg, &vec, 1, 1) == 1)
			err = receive(sock, &byte, 1);
		now = bench_cpu_ns();
		sample(talk, now - before);
	}
	talk->ns = now - begin;
	sock_release(sock);
	return err;
}

static int talk_crr(struct talk *talk)
{
	u64 begin = bench_cpu_ns(), now = begin;
	struct socket *sock;
	int err = 0;
	u8 byte;

	while (!err && ktime_get_ns() < talk->end) {
		u64 before = now;

		sock = connect_to(talk, 'r');
		if (IS_ERR(sock))
			return PTR_ERR(sock);
		err = receive(sock, &byte, 1);
		/* Without TIME_WAIT, or its ports would be used up. */
		sock_no_linger(sock->sk);
		sock_release(sock);
		now = bench_cpu_ns();
		sample(talk, now - before);
	}
	talk->ns = now - begin;
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

static int compare_u32(const void *a, const void *b)
{
	return *(const u32 *)a < *(const u32 *)b ? -1 : *(const u32 *)a > *(const u32 *)b;
}

static void reply_counts(struct bench_cmd *cmd, struct talk *talk)
{
	u32 n = min_t(u64, talk->count, SAMPLES);

	if (!n) {
		scnprintf(cmd->reply, PAGE_SIZE, "bytes=%llu ns=%llu\n", talk->bytes, talk->ns);
		return;
	}
	sort(talk->samples, n, sizeof(u32), compare_u32, NULL);
	scnprintf(cmd->reply, PAGE_SIZE, "count=%llu ns=%llu p50=%u p99=%u\n", talk->count,
		  talk->ns, talk->samples[n / 2], talk->samples[n - 1 - n / 100]);
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
	talk.samples = kvmalloc_array(SAMPLES, sizeof(u32), GFP_KERNEL);
	if (!talk.samples)
		return -ENOMEM;
	if (!strcmp(cmd->argv[0], "rr"))
		err = talk_rr(&talk);
	else if (!strcmp(cmd->argv[0], "crr"))
		err = talk_crr(&talk);
	else
		err = talk_stream(&talk);
	if (!err)
		reply_counts(cmd, &talk);
	kvfree(talk.samples);
	return err;
}
