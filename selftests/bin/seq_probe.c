// SPDX-License-Identifier: GPL-2.0
/*
 * A probe whose frames are numbered, and who saw them where. The kernel of whoever has the address
 * answers it, so nothing has to be started there.
 *
 *	seq_probe send ADDR HERTZ [PORT]...
 *		ICMP echo requests from this network namespace, or UDP to the ports by turns, until
 *		SIGTERM; then how many
 *	seq_probe tap FILE [PREFIX]
 *		what passes devices called PREFIX... (v...) of this namespace, to a system behind
 *		them ("to") or from it ("from"), until SIGTERM. A line is a run of numbers, each
 *		STEP more than the one before: BEGIN END to|from FIRST LAST STEP request|reply|udp,
 *		with the times of the first and the last, ns of CLOCK_REALTIME. Of other frames from
 *		a system each has a line, with numbers -1 and "other"
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/udp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAGIC		0x6e766f33u
#define ICMP_FILTER	1		/* of SOL_RAW, in no header that goes with those of libc */
#define BUFFER		(64 << 20)
#define PORTS		8
#define BATCH		64
#define FRAME		128
#define NAP_NS		5000000		/* between two looks of a tap */
#define TURN_NS		1000000		/* a sender sends what is due as often */
#define ARREARS_NS	50000000	/* and gives up what it is behind by more than this */
#define NAMES		256		/* devices of a namespace, over all the time of a tap */

/* Behind a header of 8 bytes, whether ICMP's or UDP's */
struct payload {
	uint32_t magic;
	uint32_t number;
	uint32_t step;			/* to the next one of the same kind and port */
	uint8_t rest[20];
};

struct echo {
	struct icmphdr icmp;
	struct payload p;
};

enum kind { REQUEST, REPLY, UDP, KINDS };

/* Of one device, way, kind and port: numbers that have followed each other */
struct run {
	bool open;
	uint64_t begin, end;
	uint32_t first, last, step;
};

static struct watched {
	bool known, ours;
	struct run run[2][KINDS][PORTS];
} devices[NAMES];

static const char *prefix = "v";
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

/* --- sending */

static struct {
	int fd;
	struct sockaddr_in to;
	uint16_t ports[PORTS];
	uint32_t n_ports;
} sender;

static uint16_t checksum(const void *data, size_t len)
{
	const uint16_t *p = data;
	uint32_t sum = 0;

	for (; len > 1; len -= 2)
		sum += *p++;
	sum = (sum >> 16) + (sum & 0xffff);
	return ~(sum + (sum >> 16));
}

static void send_one(uint32_t number)
{
	struct echo e = { .icmp.type = ICMP_ECHO, .p = { htonl(MAGIC), htonl(number) } };
	const void *data = &e.p;
	size_t len = sizeof(e.p);

	e.p.step = htonl(sender.n_ports ?: 1);
	if (sender.n_ports) {
		sender.to.sin_port = htons(sender.ports[number % sender.n_ports]);
	} else {
		e.icmp.un.echo.id = htons(7);
		e.icmp.un.echo.sequence = htons(number);
		e.icmp.checksum = checksum(&e, sizeof(e));
		data = &e;
		len = sizeof(e);
	}
	/* Numbers are those that were sent */
	while (sendto(sender.fd, data, len, 0, (const struct sockaddr *)&sender.to,
		      sizeof(sender.to)) < 0 && !over)
		if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR && errno != ECONNREFUSED)
			die("sendto");
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static void sleep_until(uint64_t ns)
{
	struct timespec ts = { ns / 1000000000, ns % 1000000000 };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}

static void open_sender(const char *addr)
{
	uint32_t every = ~0u;

	sender.to.sin_family = AF_INET;
	if (inet_pton(AF_INET, addr, &sender.to.sin_addr) != 1)
		die(addr);
	sender.fd = sender.n_ports ? socket(AF_INET, SOCK_DGRAM, 0) :
				     socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	if (sender.fd < 0)
		die("socket");
	/* Answers are for the taps */
	if (!sender.n_ports)
		setsockopt(sender.fd, SOL_RAW, ICMP_FILTER, &every, sizeof(every));
}

/*
 * What is due, in turns. Who was held up a little catches up, so that the rate is what was asked
 * for; for more than that the machine is too slow, and arrears would take the time from all the
 * rest.
 */
static int send_all(const char *addr, uint64_t hertz)
{
	uint64_t turn = 1000000000 / hertz > TURN_NS ? 1000000000 / hertz : TURN_NS;
	uint64_t begin, at, now;
	uint32_t number = 0;

	open_sender(addr);
	begin = now_ns();
	for (at = begin; !over; at += turn) {
		sleep_until(at);
		now = now_ns();
		if (now > at + ARREARS_NS) {
			begin += now - at;
			at = now;
		}
		while (number <= (at - begin) * hertz / 1000000000 && !over)
			send_one(number++);
	}
	printf("%u\n", number);
	return 0;
}

/* --- the tap */

/* The number of a frame of ours, -1 if it is none */
static int64_t number_of(const uint8_t *frame, size_t len, enum kind *kind, uint32_t *step)
{
	const struct iphdr *ip = (const void *)(frame + ETH_HLEN);
	const struct echo *e = (const void *)(ip + 1);

	if (len < ETH_HLEN + sizeof(*ip) + sizeof(*e) || ip->ihl != 5 ||
	    e->p.magic != htonl(MAGIC))
		return -1;
	if (ip->protocol == IPPROTO_UDP)
		*kind = UDP;
	else if (ip->protocol == IPPROTO_ICMP)
		*kind = e->icmp.type == ICMP_ECHOREPLY ? REPLY : REQUEST;
	else
		return -1;
	*step = ntohl(e->p.step);
	return *step && *step <= PORTS ? (int64_t)ntohl(e->p.number) : -1;
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

static void write_run(FILE *out, const struct run *run, bool to, enum kind kind)
{
	static const char *const kinds[] = { "request", "reply", "udp" };

	fprintf(out, "%llu %llu %s %u %u %u %s\n", (unsigned long long)run->begin,
		(unsigned long long)run->end, to ? "to" : "from", run->first, run->last, run->step,
		kinds[kind]);
}

static void add(FILE *out, struct run *run, uint64_t when, bool to, enum kind kind,
		uint32_t number, uint32_t step)
{
	if (!run->open || number != run->last + step || step != run->step) {
		if (run->open)
			write_run(out, run, to, kind);
		*run = (struct run){ .open = true, .begin = when, .first = number, .step = step };
	}
	run->end = when;
	run->last = number;
}

static struct watched *device_of(int ifindex)
{
	struct watched *w = &devices[ifindex % NAMES];
	char name[IF_NAMESIZE];

	if (ifindex >= NAMES) {
		fprintf(stderr, "more than %d devices\n", NAMES);
		exit(1);
	}
	/* What has gone already by the time of the look is no device of a system's */
	if (!w->known) {
		w->known = true;
		w->ours = if_indextoname(ifindex, name) && !strncmp(name, prefix, strlen(prefix));
	}
	return w->ours ? w : NULL;
}

static void take(FILE *out, struct msghdr *msg, size_t len)
{
	const struct sockaddr_ll *from = msg->msg_name;
	struct watched *w = device_of(from->sll_ifindex);
	bool to = from->sll_pkttype == PACKET_OUTGOING;	/* the device: to the system behind it */
	uint64_t when = time_of(msg);
	enum kind kind = REQUEST;
	uint32_t step = 1;
	int64_t number;

	if (!w)
		return;
	number = number_of(msg->msg_iov->iov_base, len, &kind, &step);
	if (number >= 0)
		add(out, &w->run[to][kind][number % step], when, to, kind, number, step);
	else if (!to)
		fprintf(out, "%llu %llu from -1 -1 1 other\n", (unsigned long long)when,
			(unsigned long long)when);
}

/* All but UDP and TCP that is not ours: the overlay and the daemons need not be copied here */
static void filter(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 4),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ETH_HLEN + 9),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 8, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 5, 0),
		BPF_STMT(BPF_JMP | BPF_JA, 7),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 0, 6),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ETH_HLEN + 6),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 2, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ETH_HLEN + 28),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MAGIC, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, FRAME),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)))
		die("filter");
}

static int open_tap(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW, 0), on = 1, size = BUFFER;
	struct sockaddr_ll all = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };

	if (fd < 0)
		die("socket");
	filter(fd);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&all, sizeof(all)))
		die("bind");
	return fd;
}

/* All that has come; false if nothing has */
static bool take_all(int fd, FILE *out)
{
	static uint8_t frames[BATCH][FRAME], control[BATCH][128];
	static struct sockaddr_ll from[BATCH];
	struct mmsghdr msgs[BATCH];
	struct iovec iov[BATCH];
	int i, n;

	for (i = 0; i < BATCH; i++) {
		iov[i] = (struct iovec){ frames[i], FRAME };
		msgs[i].msg_hdr = (struct msghdr){
			.msg_name = &from[i], .msg_namelen = sizeof(from[i]), .msg_iov = &iov[i],
			.msg_iovlen = 1, .msg_control = control[i],
			.msg_controllen = sizeof(control[i]) };
	}
	n = recvmmsg(fd, msgs, BATCH, MSG_DONTWAIT, NULL);
	for (i = 0; i < n; i++)
		take(out, &msgs[i].msg_hdr, msgs[i].msg_len);
	return n > 0;
}

static void write_all(FILE *out)
{
	struct watched *w;
	int to, kind, port;

	for (w = devices; w < devices + NAMES; w++)
		for (to = 0; to < 2; to++)
			for (kind = 0; kind < KINDS; kind++)
				for (port = 0; port < PORTS; port++)
					if (w->run[to][kind][port].open)
						write_run(out, &w->run[to][kind][port], to, kind);
}

static int tap(const char *path)
{
	int fd = open_tap();		/* when the file is there, it listens */
	FILE *out = fopen(path, "w");
	struct tpacket_stats stats;
	socklen_t len = sizeof(stats);

	if (!out)
		die(path);
	while (!over)
		if (!take_all(fd, out))
			sleep_until(now_ns() + NAP_NS);
	while (take_all(fd, out))
		;
	write_all(out);
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
	if (argc >= 4 && argc <= 4 + PORTS && !strcmp(argv[1], "send") && atol(argv[3]) > 0) {
		while (4 + sender.n_ports < (unsigned int)argc) {
			sender.ports[sender.n_ports] = atoi(argv[4 + sender.n_ports]);
			sender.n_ports++;
		}
		return send_all(argv[2], atol(argv[3]));
	}
	if ((argc == 3 || argc == 4) && !strcmp(argv[1], "tap")) {
		if (argc == 4)
			prefix = argv[3];
		return tap(argv[2]);
	}
	fprintf(stderr, "usage: seq_probe send ADDR HERTZ [PORT]... | seq_probe tap FILE [PREFIX]\n");
	return 2;
}
