// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "wire.h"

#define REPLY_MAX	(4 << 20)

static int proc, sock, family;
static uint32_t devs[DEVS], underlay, nve;
static uint8_t *reply;
static unsigned char answer[1 << 16];

static const struct nlattr *next_attr(const struct nlattr *nla)
{
	return (const void *)((const char *)nla + NLA_ALIGN(nla->nla_len));
}

#define for_each_attr(nla, from, len)							\
	for ((nla) = (const void *)(from);						\
	     (const char *)(nla) + NLA_HDRLEN <= (const char *)(from) + (len) &&		\
	     (nla)->nla_len >= NLA_HDRLEN; (nla) = next_attr(nla))

static const void *attr_data(const struct nlattr *nla)
{
	return (const char *)nla + NLA_HDRLEN;
}

static int attr_type(const struct nlattr *nla)
{
	return nla->nla_type & NLA_TYPE_MASK;
}

/* One request with one attribute; its answer is in answer[]. Returns the attributes' length. */
static ssize_t request(int type, int cmd, int attr, const void *data, size_t len)
{
	struct {
		struct nlmsghdr nlh;
		struct genlmsghdr g;
		struct nlattr nla;
		char data[32];
	} req = {
		.nlh = { .nlmsg_type = type, .nlmsg_flags = NLM_F_REQUEST },
		.g = { .cmd = cmd, .version = 1 },
		.nla = { .nla_type = attr, .nla_len = NLA_HDRLEN + len },
	};
	const struct nlmsghdr *nlh = (const void *)answer;
	ssize_t got;

	memcpy(req.data, data, len);
	req.nlh.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN + NLA_ALIGN(req.nla.nla_len);
	if (send(sock, &req, req.nlh.nlmsg_len, 0) < 0)
		err(2, "netlink");
	got = recv(sock, answer, sizeof(answer), 0);
	if (got < NLMSG_HDRLEN + GENL_HDRLEN || nlh->nlmsg_type == NLMSG_ERROR)
		errx(2, "netlink refuses request %d of type %d", cmd, type);
	return got - NLMSG_HDRLEN - GENL_HDRLEN;
}

static const void *attrs(void)
{
	return answer + NLMSG_HDRLEN + GENL_HDRLEN;
}

static void open_netlink(void)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK };
	const struct nlattr *nla;
	ssize_t len;

	sock = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
	if (sock < 0 || connect(sock, (struct sockaddr *)&to, sizeof(to)))
		err(2, "netlink");
	len = request(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_NAME, "nvo3", 5);
	for_each_attr(nla, attrs(), len)
		if (attr_type(nla) == CTRL_ATTR_FAMILY_ID)
			family = *(const uint16_t *)attr_data(nla);
}

static void read_drop(const struct nlattr *nest, struct drops *drops)
{
	const struct nlattr *nla;
	uint32_t reason = 0;
	uint64_t count = 0;

	for_each_attr(nla, attr_data(nest), nest->nla_len - NLA_HDRLEN) {
		if (attr_type(nla) == NVO3_A_DROP_REASON)
			reason = *(const uint32_t *)attr_data(nla);
		else if (attr_type(nla) == NVO3_A_DROP_COUNT)
			memcpy(&count, attr_data(nla), sizeof(count));
	}
	if (reason < DROPS)
		drops->count[reason] = count;
}

static void read_counter(const struct nlattr *nla, struct drops *drops)
{
	switch (attr_type(nla)) {
	case NVO3_A_NVE_DROP:
		read_drop(nla, drops);
		break;
	case NVO3_A_NVE_TX_FAST:
		memcpy(&drops->tx_fast, attr_data(nla), sizeof(drops->tx_fast));
		break;
	case NVO3_A_NVE_RX_FAST:
		memcpy(&drops->rx_fast, attr_data(nla), sizeof(drops->rx_fast));
	}
}

void wire_drops(struct drops *drops)
{
	ssize_t len = request(family, NVO3_CMD_NVE_GET, NVO3_A_IFINDEX, &nve, sizeof(nve));
	const struct nlattr *nla, *inner;

	memset(drops, 0, sizeof(*drops));
	for_each_attr(nla, attrs(), len) {
		if (attr_type(nla) != NVO3_A_NVE)
			continue;
		for_each_attr(inner, attr_data(nla), nla->nla_len - NLA_HDRLEN)
			read_counter(inner, drops);
	}
}

static FILE *start(const char *program)
{
	FILE *to = popen(program, "w");

	if (!to)
		err(2, "%s", program);
	return to;
}

static void finish(FILE *to, const char *program)
{
	if (pclose(to))
		errx(2, "%s failed", program);
}

void wire_command(const char *line)
{
	FILE *to = start("nvo3 -b -");

	fprintf(to, "%s\n", line);
	finish(to, "nvo3");
}

void wire_configure(const struct world *w)
{
	FILE *to = start("nvo3 -b -");

	if (if_nametoindex("nve0"))
		fprintf(to, "nve del dev nve0\n");
	world_tell_nve(w, to);
	finish(to, "nvo3");
	to = start("ip -b -");
	world_tell_links(w, to);
	finish(to, "ip");
	to = start("nvo3 -b -");
	world_tell(w, to);
	finish(to, "nvo3");
	nve = if_nametoindex("nve0");
}

void wire_open(void)
{
	char name[] = "f0";
	int i;

	proc = open("/proc/nvo3_fuzz", O_RDWR);
	if (proc < 0)
		err(2, "/proc/nvo3_fuzz");
	reply = malloc(REPLY_MAX);
	if (!reply)
		err(2, "no memory");
	open_netlink();
	for (i = 0; i < DEVS; i++) {
		name[1] = '0' + i;
		devs[i] = if_nametoindex(name);
	}
	underlay = if_nametoindex("u0");
}

int wire_dev(uint32_t ifindex)
{
	int i;

	for (i = 0; i < DEVS; i++)
		if (devs[i] == ifindex)
			return i;
	return -1;
}

void batch_begin(struct batch *batch, uint32_t room)
{
	if (!batch->data) {
		batch->data = malloc(room);
		batch->room = room;
	}
	if (!batch->data)
		err(2, "no memory");
	batch->len = sizeof(struct fuzz_cmd);
	batch->count = 0;
}

void batch_add(struct batch *batch, const struct frame *frame, uint16_t fates, uint16_t tcp,
	       uint16_t gso)
{
	struct fuzz_frame head = {
		.dev = frame->dev < 0 ? underlay : devs[frame->dev],
		.len = frame->bytes.len,
		.keep = frame->keep,
		.fates = fates,
		.tcp = tcp,
		.gso = gso,
	};

	if (batch->len + sizeof(head) + head.len + 4 > batch->room)
		errx(2, "a batch has no room");
	memcpy(batch->data + batch->len, &head, sizeof(head));
	memcpy(batch->data + batch->len + sizeof(head), frame->bytes.data, head.len);
	batch->len += sizeof(head) + ((head.len + 3) & ~3);
	batch->count++;
}

static void command(const struct batch *batch, struct fuzz_cmd cmd)
{
	uint32_t len = batch ? batch->len : sizeof(cmd);
	const void *data = &cmd;

	cmd.nve = nve;
	if (batch) {
		memcpy(batch->data, &cmd, sizeof(cmd));
		data = batch->data;
	}
	if (write(proc, data, len) != len)
		err(2, "/proc/nvo3_fuzz, command %u", cmd.what);
}

static uint32_t read_reply(void)
{
	ssize_t len = read(proc, reply, REPLY_MAX);

	if (len < 0)
		err(2, "/proc/nvo3_fuzz");
	return len;
}

const uint8_t *wire_run(struct batch *batch, uint64_t seed, uint32_t *len)
{
	command(batch, (struct fuzz_cmd){ .what = FUZZ_RUN, .seed = seed });
	*len = read_reply();
	return reply;
}

void wire_pool(struct batch *batch)
{
	command(batch, (struct fuzz_cmd){ .what = FUZZ_POOL });
}

const struct fuzz_sums *wire_storm(uint64_t seed, uint32_t count)
{
	command(NULL, (struct fuzz_cmd){ .what = FUZZ_STORM, .seed = seed, .count = count });
	if (read_reply() != sizeof(struct fuzz_sums))
		errx(2, "a storm has no sums");
	return (const struct fuzz_sums *)reply;
}
