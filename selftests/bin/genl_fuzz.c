// SPDX-License-Identifier: GPL-2.0
/*
 * Requests of a generic netlink family by its grammar (tools/fuzz/table on standard
 * input), mostly right, so that objects come to be, and now and then wrong in length,
 * type, nesting or number. The same seed makes the same requests.
 *
 * usage: genl_fuzz FAMILY SECONDS SEED MESSAGES NVE INTERFACE... <TABLE
 * Ends after the seconds, or the messages unless they are 0. The interfaces' numbers are
 * tried most where one is asked for.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SETS	64
#define ATTRS	64
#define OPS	64
#define ROOM	(60 << 10)

struct attr {
	bool there, nest, nve, interface, addr4, rare, key;
	uint32_t len;
	int set;
	uint64_t min, max;
};

struct op {
	int cmd, set, n, attrs[ATTRS];
};

static struct attr sets[SETS][ATTRS];
static struct op ops[OPS];
static int n_ops;
static uint32_t interfaces[16];
static int n_interfaces;
static uint64_t state;
static unsigned char buf[1 << 16];
static size_t used;
static uint64_t sent, accepted, refused, datagrams, reasons[200];

/* splitmix64 */
static uint64_t next(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static uint64_t below(uint64_t limit)
{
	return next() % limit;
}

static bool one_in(uint64_t n)
{
	return !below(n);
}

/* Half of the requests keep to the grammar, or hardly any would be accepted. */
static bool wild;

static bool mishap(uint64_t n)
{
	return wild && one_in(n);
}

static void read_attr(const char *line)
{
	int set, type, nest, read;
	struct attr a = { .there = true };
	char kind[16];

	read = sscanf(line, "attr %d %d %15s %u %d %" SCNu64 " %" SCNu64, &set, &type, kind,
		      &a.len, &nest, &a.min, &a.max);
	if (read != 7 || set < 0 || set >= SETS || type < 0 || type >= ATTRS || nest >= SETS)
		errx(2, "the table has a bad line: %s", line);
	a.nest = !strcmp(kind, "nest");
	a.nve = !strcmp(kind, "nve");
	a.interface = !strcmp(kind, "interface");
	a.addr4 = !strcmp(kind, "addr4");
	a.rare = !strcmp(kind, "rare");
	a.key = !strcmp(kind, "key");
	a.set = nest;
	sets[set][type] = a;
}

static void read_op(char *line)
{
	struct op *op = &ops[n_ops];
	char *word;

	if (n_ops == OPS)
		errx(2, "more than %d operations", OPS);
	n_ops++;
	strtok(line, " ");
	op->cmd = atoi(strtok(NULL, " "));
	op->set = atoi(strtok(NULL, " "));
	while ((word = strtok(NULL, " ")) && op->n < ATTRS)
		op->attrs[op->n++] = atoi(word);
}

static void read_table(void)
{
	char line[4096];

	while (fgets(line, sizeof(line), stdin)) {
		if (!strncmp(line, "attr ", 5))
			read_attr(line);
		else
			read_op(line);
	}
	if (!n_ops)
		errx(2, "the table has no operations");
}

/* Out of few, so that requests meet the objects of others. */
static uint64_t number(const struct attr *a)
{
	if (a->nve && n_interfaces && !one_in(12))
		return interfaces[0];
	if (a->interface && n_interfaces && !one_in(8))
		return interfaces[below(n_interfaces)];
	if (a->addr4 && !one_in(8))
		return htonl(0xc0000202 + below(12));
	switch (wild ? below(40) : 39) {
	case 0:
		return a->min - 1;
	case 1:
		return a->max + 1;
	case 2:
		return next();
	case 3:
		return a->max;
	case 4:
		return a->min + below(1000);
	default:
		return a->min + below(a->max - a->min < 12 ? a->max - a->min + 1 : 12);
	}
}

static void fill(unsigned char *data, const struct attr *a, size_t len)
{
	uint64_t value = number(a);
	size_t i;

	if (len <= sizeof(value)) {
		memcpy(data, &value, len);
		/* A binary of few bytes is an Ethernet address, as often as not a good one. */
		if (len != 6 || one_in(8))
			return;
		memset(data, 0, len);
		data[0] = 2;
		data[5] = below(16);
		return;
	}
	memset(data, 0, len);
	memcpy(data, "\x20\x01\x0d\xb8", 4);
	data[len - 1] = below(16);
	for (i = 0; one_in(4) && i < len; i++)
		data[i] = next();
}

static struct nlattr *attr_begin(uint16_t type)
{
	struct nlattr *nla = (struct nlattr *)(buf + used);

	nla->nla_type = type;
	used += NLA_HDRLEN;
	return nla;
}

static void attr_end(struct nlattr *nla)
{
	size_t len = buf + used - (unsigned char *)nla;

	nla->nla_len = len;
	if (mishap(200))
		nla->nla_len = below(len + 64);
	memset(buf + used, 0, NLA_ALIGN(len) - len);
	used += NLA_ALIGN(len) - len;
}

static void put(int set, int type, int depth);

static void put_nest(int set, int depth)
{
	/* Some objects have all attributes, and some hardly any. */
	uint64_t sparse = below(100);
	int type;

	for (type = 0; type < ATTRS; type++) {
		if (!sets[set][type].there)
			continue;
		/* What names an object is hardly ever left out. */
		if (sets[set][type].key ? mishap(10) : below(100) < sparse)
			continue;
		if (sets[set][type].rare && !mishap(50))
			continue;
		put(set, type, depth);
		if (mishap(40))
			put(set, type, depth);
	}
}

static void put(int set, int type, int depth)
{
	const struct attr *a = &sets[set][type];
	size_t len = a->len;
	struct nlattr *nla;

	if (used > ROOM)
		return;
	nla = attr_begin(mishap(300) ? (int)below(70) : type);
	if (a->nest && depth < 6 && !mishap(100)) {
		nla->nla_type |= mishap(30) ? 0 : NLA_F_NESTED;
		put_nest(mishap(100) ? set : a->set, depth + 1);
	} else {
		if (mishap(200))
			len = below(40);
		fill(buf + used, a, len);
		used += len;
	}
	attr_end(nla);
}

static void put_request(int family)
{
	static const uint16_t flags[] = { NLM_F_REPLACE, NLM_F_EXCL, NLM_F_DUMP, NLM_F_CREATE };
	const struct op *op = &ops[below(n_ops)];
	struct nlmsghdr *nlh = (struct nlmsghdr *)(buf + used);
	size_t start = used;
	struct genlmsghdr *g;
	int i, times;

	wild = one_in(2);
	memset(nlh, 0, NLMSG_HDRLEN + GENL_HDRLEN);
	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	if (one_in(wild ? 8 : 40))
		nlh->nlmsg_flags |= flags[below(4)];
	if (mishap(300))
		nlh->nlmsg_flags = next();
	g = NLMSG_DATA(nlh);
	g->cmd = mishap(200) ? (int)below(256) : op->cmd;
	g->version = 1;
	used += NLMSG_HDRLEN + GENL_HDRLEN;
	for (i = 0; i < op->n; i++) {
		if (mishap(40))
			continue;
		times = one_in(20) ? 1 + below(20) : 1;
		while (times--)
			put(op->set, op->attrs[i], 0);
	}
	nlh->nlmsg_len = used - start;
	if (mishap(200))
		nlh->nlmsg_len -= below(nlh->nlmsg_len);
	sent++;
}

static void count(int error)
{
	if (!error)
		accepted++;
	else
		refused++;
	if (error > 0 && error < 200)
		reasons[error]++;
}

static void report(void)
{
	int error;

	printf("%" PRIu64 " requests in %" PRIu64 " datagrams, %" PRIu64 " accepted, %" PRIu64
	       " refused\n", sent, datagrams, accepted, refused);
	for (error = 1; error < 200; error++)
		if (reasons[error])
			printf("%10" PRIu64 " %s\n", reasons[error], strerror(error));
}

static void drain(int sock)
{
	static unsigned char answer[1 << 17];
	struct nlmsghdr *nlh;
	ssize_t got;

	while ((got = recv(sock, answer, sizeof(answer), MSG_DONTWAIT)) > 0)
		for (nlh = (void *)answer; NLMSG_OK(nlh, got); nlh = NLMSG_NEXT(nlh, got))
			if (nlh->nlmsg_type == NLMSG_ERROR)
				count(-((struct nlmsgerr *)NLMSG_DATA(nlh))->error);
}

static int open_socket(void)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK };
	int sock = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC), on = 1;

	if (sock < 0 || connect(sock, (struct sockaddr *)&to, sizeof(to)))
		err(2, "generic netlink");
	setsockopt(sock, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	return sock;
}

static int resolve(int sock, const char *name)
{
	struct {
		struct nlmsghdr nlh;
		struct genlmsghdr g;
		struct nlattr nla;
		char name[GENL_NAMSIZ];
	} req = { .nlh.nlmsg_type = GENL_ID_CTRL, .nlh.nlmsg_flags = NLM_F_REQUEST,
		  .g.cmd = CTRL_CMD_GETFAMILY, .nla.nla_type = CTRL_ATTR_FAMILY_NAME };
	unsigned char *answer = buf;
	struct nlattr *nla;
	ssize_t got, at;

	snprintf(req.name, sizeof(req.name), "%s", name);
	req.nla.nla_len = NLA_HDRLEN + strlen(req.name) + 1;
	req.nlh.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN + NLA_ALIGN(req.nla.nla_len);
	if (send(sock, &req, req.nlh.nlmsg_len, 0) < 0)
		err(2, "asking for the family %s", name);
	got = recv(sock, answer, sizeof(buf), 0);
	if (got < NLMSG_HDRLEN || ((struct nlmsghdr *)answer)->nlmsg_type == NLMSG_ERROR)
		errx(2, "there is no netlink family %s", name);
	for (at = NLMSG_HDRLEN + GENL_HDRLEN; at < got; at += NLA_ALIGN(nla->nla_len)) {
		nla = (void *)(answer + at);
		if (nla->nla_type == CTRL_ATTR_FAMILY_ID)
			return *(uint16_t *)(nla + 1);
	}
	errx(2, "the family %s has no number", name);
}

int main(int argc, char **argv)
{
	int sock, family, batch, i;
	uint64_t enough;
	time_t end;

	if (argc < 5 || argc > 5 + 16)
		errx(2, "usage: genl_fuzz FAMILY SECONDS SEED MESSAGES NVE INTERFACE... <TABLE");
	read_table();
	for (i = 5; i < argc; i++)
		interfaces[n_interfaces++] = if_nametoindex(argv[i]);
	state = strtoull(argv[3], NULL, 0);
	sock = open_socket();
	family = resolve(sock, argv[1]);
	end = time(NULL) + atoi(argv[2]);
	enough = strtoull(argv[4], NULL, 0) ?: UINT64_MAX;
	while (time(NULL) < end && sent < enough) {
		used = 0;
		for (batch = 1 + below(6); batch && used < ROOM; batch--) {
			put_request(family);
			used = NLMSG_ALIGN(used);
		}
		if (send(sock, buf, used, 0) < 0 && errno != ENOBUFS)
			err(1, "sending %zu bytes", used);
		datagrams++;
		drain(sock);
	}
	report();
	/* Nothing accepted: all of it ended at the first check, and nothing was tried. */
	return !accepted;
}
