// SPDX-License-Identifier: GPL-2.0
/*
 * nvo3d's NVE role for a machine that has no module: the tables lie in memory, and a port that is
 * active is a port of the bridge br0. So frames pass when the NVE says that they do. What guests
 * ask about their addresses is read from the port by a packet socket, and answered through it. In
 * the place of mappings, bridges learn where a MAC address is when its port becomes active.
 */

#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "nvo3d/config.h"
#include "lib/daemon.h"
#include "lib/guest_frame.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "lib/nl.h"
#include "lib/nvo3_event_obj.h"
#include "lib/rtnl.h"
#include "nvo3d/nve/kern-stub.h"
#include "nvo3d/nve/nve.h"
#include "nvo3d/nve/serve.h"
#include "nvo3d/nve/state.h"

#define BRIDGE "br0"

/* The port of a guest */
struct guest {
	struct guest *prev, *next;
	uint32_t dev;
	int fd;			/* its frames */
	struct loop_fd *event;
};

static struct kern_ops memory, ops;
static struct nlsock *rt;
static struct loop *loop;
static struct nve *nve;
static struct guest *guests;

/* --- what guests ask */

static void readable(int fd, unsigned int events, void *arg)
{
	struct guest *g = arg;
	uint8_t frame[GUEST_FRAME_MAX];
	struct guest_question question;
	struct nvo3_guest guest = { .dev = g->dev };
	struct sockaddr_ll from;
	socklen_t len = sizeof(from);
	ssize_t n = recvfrom(fd, frame, sizeof(frame), MSG_DONTWAIT | MSG_TRUNC,
			     (struct sockaddr *)&from, &len);

	if (n < 0 || n > (ssize_t)sizeof(frame) || from.sll_pkttype == PACKET_OUTGOING)
		return;
	if (guest_frame_parse(frame, n, &question, NULL))
		return;
	guest.frame = (struct nvo3_bytes){ frame, n };
	serve_question(nve->serve, &guest);
}

static struct guest *guest_find(uint32_t dev)
{
	struct guest *g;

	DL_SEARCH_SCALAR(guests, g, dev, dev);
	return g;
}

static int guest_add(uint32_t dev, struct err *err)
{
	const struct sockaddr_ll all = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = dev,
	};
	struct guest *g = mem_zalloc(sizeof(*g));

	g->dev = dev;
	g->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (g->fd < 0 || bind(g->fd, (const struct sockaddr *)&all, sizeof(all)) < 0) {
		err_sys(err, errno, "a socket for the frames of a guest");
		if (g->fd >= 0)
			close(g->fd);
		free(g);
		return -EIO;
	}
	g->event = loop_fd_new(loop, g->fd, LOOP_READ, readable, g);
	DL_APPEND(guests, g);
	return 0;
}

static void guest_del(uint32_t dev)
{
	struct guest *g = guest_find(dev);

	if (!g)
		return;
	DL_DELETE(guests, g);
	loop_fd_free(g->event);
	close(g->fd);
	free(g);
}

static int guest_answer(struct kern *k, const struct nvo3_guest *guest, struct err *err)
{
	struct guest *g = guest_find(guest->dev);

	if (!g)
		return err_set(err, ENOENT, "no guest there");
	if (send(g->fd, guest->frame.data, guest->frame.len, 0) < 0)
		return err_sys(err, errno, "a frame for a guest");
	return 0;
}

/* --- ports */

static int dev_index(struct kern *k, const char *dev, uint32_t *ret, struct err *err)
{
	*ret = if_nametoindex(dev);
	return *ret ? 0 : err_set(err, ENODEV, "there is no device %s", dev);
}

static int dev_release(struct kern *k, uint32_t dev, struct err *err)
{
	return 0;
}

static int bridge(uint32_t dev, bool on, struct err *err)
{
	uint32_t master = on ? if_nametoindex(BRIDGE) : 0;

	return link_set_master(rt, dev, master, err);
}

/* As who lives there, to all: a RARP frame without a question */
static int announce(const struct mac_addr *mac, struct err *err)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_ifindex = if_nametoindex(BRIDGE),
	};
	struct ethhdr frame[5] = { { .h_proto = htons(ETH_P_RARP) } };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	int rc = 0;

	memset(frame[0].h_dest, 0xff, ETH_ALEN);
	memcpy(frame[0].h_source, mac->b, ETH_ALEN);
	if (sendto(fd, frame, sizeof(frame), 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		rc = err_sys(err, errno, "a frame on " BRIDGE);
	close(fd);
	return rc;
}

static int follow(struct kern *k, uint32_t dev, uint16_t vlan, struct err *err)
{
	struct nvo3_port port;
	int rc = memory.port_get(k, dev, vlan, &port, err);
	bool active = !rc && port.state == NVO3_PORT_STATE_ACTIVE;

	if (!rc)
		rc = bridge(dev, active, err);
	return rc || !active ? rc : announce(&port.mac, err);
}

static int port_add(struct kern *k, const struct nvo3_port *port, struct err *err)
{
	int rc = memory.port_add(k, port, err);

	if (!rc)
		rc = guest_add(port->dev, err);
	return rc ? rc : follow(k, port->dev, port->vlan, err);
}

static int port_set(struct kern *k, const struct nvo3_port *port, struct err *err)
{
	int rc = memory.port_set(k, port, err);

	if (rc || !(port->has & NVO3_HAS(PORT_STATE)))
		return rc;
	return follow(k, port->dev, port->vlan, err);
}

static int port_del(struct kern *k, uint32_t dev, uint16_t vlan, struct err *err)
{
	guest_del(dev);
	/* The device may be gone already */
	bridge(dev, false, NULL);
	return memory.port_del(k, dev, vlan, err);
}

static struct kern *kernel(void)
{
	struct kern *k = kern_stub_new();

	memory = *k->ops;
	ops = memory;
	ops.dev_index = dev_index;
	ops.dev_take = dev_index;
	ops.dev_release = dev_release;
	ops.port_add = port_add;
	ops.port_set = port_set;
	ops.port_del = port_del;
	ops.guest_answer = guest_answer;
	k->ops = &ops;
	return k;
}

static void lost(const struct err *why, void *arg)
{
	exit(EXIT_FAILURE);
}

static int serve(const struct config *c, struct err *err)
{
	struct store *store;
	struct tls *tls;
	char url[512];
	int rc;

	loop = loop_new();
	rc = daemon_mkdir(c->state, err);
	tls = rc ? NULL : tls_open(&c->tls, err);
	if (!tls)
		return -EINVAL;
	snprintf(url, sizeof(url), "sqlite:%s/nve.db", c->state);
	store = store_open(url, "nvo3d-nve", err);
	if (!store)
		return -EINVAL;
	rc = store_defer(store, loop, lost, NULL, err);
	if (!rc)
		rc = daemon_signals(loop, err);
	if (!rc)
		rc = nlsock_open(&rt, NETLINK_ROUTE, -1, err);
	if (!rc)
		rc = nve_start_with(&nve, c, loop, tls, kernel(), store, err);
	if (rc)
		return rc;
	daemon_ready("nvo3d");
	rc = loop_run(loop);
	nve_stop(nve);
	store_close(store);
	return rc;
}

int main(int argc, char **argv)
{
	struct daemon_options options;
	struct config config;
	struct conf *conf;
	struct err err;
	int rc;

	daemon_start(argc, argv, "nvo3d", "an NVE without a module, for tests", &options);
	conf = conf_open(options.conf, &err);
	if (!conf || config_read(conf, &config, &err)) {
		log_err("%s", err.text);
		return 1;
	}
	rc = serve(&config, &err);
	if (rc)
		log_err("%s", err.text);
	return rc ? 1 : 0;
}
