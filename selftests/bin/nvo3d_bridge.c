// SPDX-License-Identifier: GPL-2.0
/*
 * nvo3d's NVE role for a machine that has no module: the tables lie in memory, and a port that is
 * active is a port of the bridge br0. So frames pass when the NVE says that they do.
 */

#include <errno.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <stdio.h>

#include "nvo3d/config.h"
#include "lib/daemon.h"
#include "lib/log.h"
#include "lib/nl.h"
#include "lib/rtnl.h"
#include "nvo3d/nve/kern-stub.h"
#include "nvo3d/nve/nve.h"
#include "nvo3d/nve/state.h"

#define BRIDGE "br0"

static struct kern_ops memory, ops;
static struct nlsock *rt;

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

static int port_add(struct kern *k, const struct nvo3_port *port, struct err *err)
{
	int rc = memory.port_add(k, port, err);

	return rc ? rc : bridge(port->dev, port->state == NVO3_PORT_STATE_ACTIVE, err);
}

static int port_set(struct kern *k, const struct nvo3_port *port, struct err *err)
{
	int rc = memory.port_set(k, port, err);

	return rc ? rc : bridge(port->dev, port->state == NVO3_PORT_STATE_ACTIVE, err);
}

static int port_del(struct kern *k, uint32_t dev, uint16_t vlan, struct err *err)
{
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
	k->ops = &ops;
	return k;
}

static void lost(const struct err *why, void *arg)
{
	exit(EXIT_FAILURE);
}

static int serve(const struct config *c, struct err *err)
{
	struct loop *loop = loop_new();
	struct store *store;
	struct tls *tls;
	struct nve *nve;
	char url[512];
	int rc;

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
