// SPDX-License-Identifier: GPL-2.0
/*
 * A probe whose frames are numbered, and who saw them where. The kernel of whoever has the address
 * answers it, so nothing has to be started there.
 *
 *	seq_probe send ADDR HERTZ
 *		ICMP echo requests from this network namespace, until SIGTERM; then how many
 *	seq_probe tap FILE
 *		what passes devices called v... of this namespace, to a system behind them ("to") or
 *		from it ("from"), until SIGTERM: lines of TIME to|from NUMBER request|reply, ns of
 *		CLOCK_REALTIME; of other frames from a system, number -1 and "other"
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAGIC	0x6e766f33u
#define BUFFER	(16 << 20)

struct payload {
	uint32_t magic;
	uint32_t number;
	uint8_t rest[24];
};

struct echo {
	struct icmphdr icmp;
	struct payload p;
};

static volatile sig_atomic_t over;

static void end(int signo)
{
	over = 1;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint16_t checksum(const void *data, size_t len)
{
	const uint16_t *p = data;
	uint32_t sum = 0;

	for (; len > 1; len -= 2)
		sum += *p++;
	sum = (sum >> 16) + (sum & 0xffff);
	return ~(sum + (sum >> 16));
}

static void send_one(int fd, const struct sockaddr_in *to, uint32_t number)
{
	struct echo e = { .icmp.type = ICMP_ECHO, .p = { htonl(MAGIC), htonl(number), { 0 } } };

	e.icmp.un.echo.id = htons(7);
	e.icmp.un.echo.sequence = htons(number);
	e.icmp.checksum = checksum(&e, sizeof(e));
	/* Numbers are those that were sent */
	while (sendto(fd, &e, sizeof(e), 0, (const struct sockaddr *)to, sizeof(*to)) < 0 && !over)
		if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR)
			die("sendto");
}

static int send_all(const char *addr, long hertz)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	long period = 1000000000 / hertz;
	struct timespec next;
	uint32_t number = 0;

	if (fd < 0)
		die("socket");
	if (inet_pton(AF_INET, addr, &to.sin_addr) != 1)
		die(addr);
	clock_gettime(CLOCK_MONOTONIC, &next);
	while (!over) {
		send_one(fd, &to, number++);
		next.tv_nsec += period;
		next.tv_sec += next.tv_nsec / 1000000000;
		next.tv_nsec %= 1000000000;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
	printf("%u\n", number);
	return 0;
}

/* The number of a frame of ours, -1 if it is none; *reply: it is an answer */
static int64_t number_of(const uint8_t *frame, size_t len, int *reply)
{
	const struct iphdr *ip = (const void *)(frame + ETH_HLEN);
	const struct echo *e = (const void *)(ip + 1);

	if (len < ETH_HLEN + sizeof(*ip) + sizeof(*e) || ip->ihl != 5 ||
	    ip->protocol != IPPROTO_ICMP || e->p.magic != htonl(MAGIC))
		return -1;
	*reply = e->icmp.type == ICMP_ECHOREPLY;
	return ntohl(e->p.number);
}

static uint64_t time_of(struct msghdr *msg)
{
	struct cmsghdr *c;
	struct timespec ts = { 0 };

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS)
			memcpy(&ts, CMSG_DATA(c), sizeof(ts));
	return (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void take_one(int fd, FILE *out)
{
	uint8_t frame[256], control[256];
	struct sockaddr_ll from;
	struct iovec iov = { frame, sizeof(frame) };
	struct msghdr msg = { .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov,
			      .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(fd, &msg, 0);
	char dev[IF_NAMESIZE];
	int64_t number;
	int reply;

	if (n < 0)
		return;
	if (!if_indextoname(from.sll_ifindex, dev) || dev[0] != 'v')
		return;
	number = number_of(frame, n, &reply);
	/* out of the device is to the system behind it */
	if (number < 0 && from.sll_pkttype != PACKET_OUTGOING)
		fprintf(out, "%llu from -1 other\n", (unsigned long long)time_of(&msg));
	if (number < 0)
		return;
	fprintf(out, "%llu %s %lld %s\n", (unsigned long long)time_of(&msg),
		from.sll_pkttype == PACKET_OUTGOING ? "to" : "from", (long long)number,
		reply ? "reply" : "request");
}

static int tap(const char *path)
{
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL)), on = 1, size = BUFFER;
	struct timeval wake = { .tv_usec = 100000 };
	FILE *out = fopen(path, "w");
	struct tpacket_stats stats;
	socklen_t len = sizeof(stats);

	if (fd < 0 || !out)
		die(path);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wake, sizeof(wake));
	while (!over)
		take_one(fd, out);
	fclose(out);
	/* What the tap itself has lost must not look like a loss */
	if (getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len) || stats.tp_drops) {
		fprintf(stderr, "the tap has lost %u frames\n", stats.tp_drops);
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = end };

	sigaction(SIGTERM, &action, NULL);
	if (argc == 4 && !strcmp(argv[1], "send") && atol(argv[3]) > 0)
		return send_all(argv[2], atol(argv[3]));
	if (argc == 3 && !strcmp(argv[1], "tap"))
		return tap(argv[2]);
	fprintf(stderr, "usage: seq_probe send ADDR HERTZ | seq_probe tap FILE\n");
	return 2;
}
