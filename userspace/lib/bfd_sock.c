// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bfd_sock.h"
#include "cleanup.h"
#include "mem.h"

/* What a few thousand neighbors send while the loop is held up */
#define RECEIVE_BUFFER (8 << 20)
/* Network control (RFC 4594), as routing protocols have it */
#define CLASS_CS6 0xc0

struct bfd_inbox {
	struct mmsghdr msgs[BFD_BATCH];
	struct iovec iov[BFD_BATCH];
	struct sockaddr_storage from[BFD_BATCH];
	uint8_t data[BFD_BATCH][BFD_DATAGRAM_MAX];
	/* One int in it; aligned as a header must be */
	union {
		struct cmsghdr header;
		uint8_t b[CMSG_SPACE(sizeof(int))];
	} control[BFD_BATCH];
};

struct bfd_inbox *bfd_inbox_new(void)
{
	struct bfd_inbox *box = mem_zalloc(sizeof(*box));

	for (int i = 0; i < BFD_BATCH; i++) {
		box->iov[i].iov_base = box->data[i];
		box->iov[i].iov_len = sizeof(box->data[i]);
		box->msgs[i].msg_hdr.msg_iov = &box->iov[i];
		box->msgs[i].msg_hdr.msg_iovlen = 1;
		box->msgs[i].msg_hdr.msg_name = &box->from[i];
		box->msgs[i].msg_hdr.msg_control = &box->control[i];
	}
	return box;
}

void bfd_inbox_free(struct bfd_inbox *box)
{
	free(box);
}

static int set_int(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) < 0 ? -errno : 0;
}

static int open_socket(const struct ip_addr *local, struct err *err)
{
	const int type = SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
	_cleanup_close_ int fd = socket(local->family, type, 0);
	int rc;

	if (fd < 0)
		return err_sys(err, errno, "a socket for BFD");
	/* The underlay may come up after us */
	if (local->family == AF_INET) {
		rc = set_int(fd, IPPROTO_IP, IP_FREEBIND, 1);
	} else {
		rc = set_int(fd, IPPROTO_IPV6, IPV6_FREEBIND, 1);
		if (!rc)
			rc = set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	}
	if (rc)
		return err_sys(err, rc, "options of a socket for BFD");
	return steal_fd(&fd);
}

static int bind_socket(int fd, const struct ip_addr *local, uint16_t port)
{
	const struct sock_addr addr = { *local, port };
	struct sockaddr_storage native;
	socklen_t len = sock_addr_to_native(&addr, &native);

	return bind(fd, (struct sockaddr *)&native, len) < 0 ? -errno : 0;
}

int bfd_sock_listen(const struct ip_addr *local, uint16_t port, struct err *err)
{
	_cleanup_close_ int fd = open_socket(local, err);
	char text[IP_ADDR_STRLEN];
	int rc;

	if (fd < 0)
		return fd;
	if (local->family == AF_INET)
		rc = set_int(fd, IPPROTO_IP, IP_RECVTTL, 1);
	else
		rc = set_int(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
	/* Beyond the host's limit needs a privilege; with less we are only sooner in trouble */
	if (set_int(fd, SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER))
		set_int(fd, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER);
	if (!rc)
		rc = bind_socket(fd, local, port);
	if (rc)
		return err_sys(err, rc, "cannot listen for BFD at %s, UDP port %u",
			       ip_addr_format(local, text), port);
	return steal_fd(&fd);
}

static uint16_t port_after(uint16_t port)
{
	return port == BFD_SOURCE_MAX ? BFD_SOURCE_MIN : port + 1;
}

int bfd_sock_open(const struct ip_addr *local, uint16_t *source, struct err *err)
{
	_cleanup_close_ int fd = open_socket(local, err);
	char text[IP_ADDR_STRLEN];
	uint16_t first = *source;
	int rc;

	if (fd < 0)
		return fd;
	if (local->family == AF_INET) {
		rc = set_int(fd, IPPROTO_IP, IP_TTL, 255);
		set_int(fd, IPPROTO_IP, IP_TOS, CLASS_CS6);
	} else {
		rc = set_int(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 255);
		set_int(fd, IPPROTO_IPV6, IPV6_TCLASS, CLASS_CS6);
	}
	if (rc)
		return err_sys(err, rc, "options of a socket for BFD");
	/* Nobody reads it */
	set_int(fd, SOL_SOCKET, SO_RCVBUF, 0);
	do {
		rc = bind_socket(fd, local, *source);
		*source = port_after(*source);
	} while (rc == -EADDRINUSE && *source != first);
	if (rc)
		return err_sys(err, rc, "no UDP port from %d on for BFD at %s", BFD_SOURCE_MIN,
			       ip_addr_format(local, text));
	return steal_fd(&fd);
}

static int ttl_of(struct msghdr *msg)
{
	struct cmsghdr *c;
	int ttl = -1;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
		if ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TTL) ||
		    (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_HOPLIMIT))
			memcpy(&ttl, CMSG_DATA(c), sizeof(ttl));
	return ttl;
}

static struct ip_addr address_of(const struct sockaddr_storage *from)
{
	if (from->ss_family == AF_INET)
		return ip_addr_from(AF_INET, &((const struct sockaddr_in *)from)->sin_addr);
	return ip_addr_from(AF_INET6, &((const struct sockaddr_in6 *)from)->sin6_addr);
}

int bfd_sock_receive(int fd, struct bfd_inbox *box,
		     void (*take)(const struct bfd_datagram *datagram, void *arg), void *arg)
{
	int n;

	for (int i = 0; i < BFD_BATCH; i++) {
		box->msgs[i].msg_hdr.msg_namelen = sizeof(box->from[i]);
		box->msgs[i].msg_hdr.msg_controllen = sizeof(box->control[i]);
	}
	n = recvmmsg(fd, box->msgs, BFD_BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < n; i++) {
		const struct bfd_datagram datagram = {
			.from = address_of(&box->from[i]),
			.ttl = ttl_of(&box->msgs[i].msg_hdr),
			.data = box->data[i],
			.len = box->msgs[i].msg_len,
		};

		take(&datagram, arg);
	}
	return n < 0 ? 0 : n;
}

void bfd_sock_send(int fd, const struct ip_addr *to, uint16_t port, const void *data, size_t len)
{
	const struct sock_addr addr = { *to, port };
	struct sockaddr_storage native;
	socklen_t native_len = sock_addr_to_native(&addr, &native);

	sendto(fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&native, native_len);
}
