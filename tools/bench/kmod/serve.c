// SPDX-License-Identifier: GPL-2.0
/*
 * The end that answers: a TCP server in the writer's namespace.
 *
 *	serve PORT	one connection after the other: the first byte says what it is
 *	serve stop	all of them
 *
 * 'r': every byte is sent back. 's': what comes is counted and thrown away; when the
 * other side has said that it is done, the count is sent back as eight bytes.
 */
#include <linux/in.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <linux/tcp.h>
#include <net/sock.h>
#include "bench.h"

#define CHUNK	(256 << 10)

struct server {
	struct list_head node;
	struct socket *listener;
	struct task_struct *task;
};

static LIST_HEAD(servers);	/* under the command lock */

static int send_all(struct socket *sock, void *data, size_t len)
{
	struct msghdr msg = { .msg_flags = MSG_NOSIGNAL };
	struct kvec vec = { data, len };

	return kernel_sendmsg(sock, &msg, &vec, 1, len) == len ? 0 : -EPIPE;
}

static void echo(struct socket *sock)
{
	u8 byte;

	do {
		struct msghdr msg = {};
		struct kvec vec = { &byte, 1 };

		if (kernel_recvmsg(sock, &msg, &vec, 1, 1, 0) != 1)
			return;
	} while (!send_all(sock, &byte, 1));
}

static void swallow(struct socket *sock)
{
	u64 total = 0;
	int got;

	for (;;) {
		struct msghdr msg = {};

		/* MSG_TRUNC: taken off the queue, copied nowhere. */
		iov_iter_discard(&msg.msg_iter, ITER_DEST, CHUNK);
		got = sock_recvmsg(sock, &msg, MSG_TRUNC);
		if (got <= 0)
			break;
		total += got;
	}
	if (!got)
		send_all(sock, &total, sizeof(total));
}

static void serve_one(struct socket *sock)
{
	struct msghdr msg = {};
	u8 what = 0;
	struct kvec vec = { &what, 1 };

	tcp_sock_set_nodelay(sock->sk);
	/* Whoever has gone without a word must not keep the next one waiting. */
	sock->sk->sk_rcvtimeo = 10 * HZ;
	sock->sk->sk_sndtimeo = 10 * HZ;
	if (kernel_recvmsg(sock, &msg, &vec, 1, 1, 0) != 1)
		return;
	if (what == 'r' && !send_all(sock, &what, 1))
		echo(sock);
	else if (what == 's')
		swallow(sock);
}

static int serve_thread(void *data)
{
	struct server *server = data;
	struct socket *sock;

	while (!kthread_should_stop()) {
		if (kernel_accept(server->listener, &sock, 0)) {
			/* The listener was shut down: wait for our end. */
			schedule_timeout_interruptible(1);
			continue;
		}
		serve_one(sock);
		sock_release(sock);
	}
	return 0;
}

static struct socket *listen_on(struct net *net, u16 port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct socket *sock;
	int err;

	err = sock_create_kern(net, AF_INET, SOCK_STREAM, IPPROTO_TCP, &sock);
	if (err)
		return ERR_PTR(err);
	sock_set_reuseaddr(sock->sk);
	err = kernel_bind(sock, (struct sockaddr *)&addr, sizeof(addr));
	if (!err)
		err = kernel_listen(sock, 128);
	if (!err)
		return sock;
	sock_release(sock);
	return ERR_PTR(err);
}

void bench_serve_uninit(void)
{
	struct server *server, *tmp;

	list_for_each_entry_safe(server, tmp, &servers, node) {
		kernel_sock_shutdown(server->listener, SHUT_RDWR);
		kthread_stop(server->task);
		sock_release(server->listener);
		list_del(&server->node);
		kfree(server);
	}
}

int bench_serve(struct bench_cmd *cmd)
{
	struct server *server;
	u16 port;
	int err;

	if (!strcmp(cmd->argv[1], "stop")) {
		bench_serve_uninit();
		return 0;
	}
	err = kstrtou16(cmd->argv[1], 0, &port);
	if (err)
		return err;
	server = kzalloc(sizeof(*server), GFP_KERNEL);
	if (!server)
		return -ENOMEM;
	server->listener = listen_on(cmd->net, port);
	if (IS_ERR(server->listener)) {
		err = PTR_ERR(server->listener);
		goto err_free;
	}
	server->task = kthread_run(serve_thread, server, "bench-serve");
	if (IS_ERR(server->task)) {
		err = PTR_ERR(server->task);
		goto err_release;
	}
	list_add(&server->node, &servers);
	return 0;

err_release:
	sock_release(server->listener);
err_free:
	kfree(server);
	return err;
}
