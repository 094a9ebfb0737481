// SPDX-License-Identifier: GPL-2.0

#include <stdlib.h>

#include "ask.h"
#include "log.h"
#include "mem.h"
#include "nvo3_monitor.h"
#include "port.h"
#include "watch.h"

struct watch {
	struct nve *nve;
	uint32_t ifindex;
	struct nvo3_monitor *monitor;
	struct loop_fd *fd;
};

static int told(const struct nvo3_event *event, void *arg)
{
	struct watch *w = arg;
	char mac[MAC_ADDR_STRLEN], ip[IP_ADDR_STRLEN];

	if (event->ifindex != w->ifindex)
		return 0;
	if (event->cmd == NVO3_CMD_PORT_DEL_NTF)
		port_gone(w->nve, event->port.dev, event->port.vlan);
	else if (event->cmd == NVO3_CMD_MISS_NTF)
		ask_miss(w->nve, &event->miss);
	else if (event->cmd == NVO3_CMD_ALERT_NTF)
		log_warn("the kernel refused a claim of %s in VNI %u with epoch %llu",
			 mac_addr_format(&event->map.mac, mac), event->map.vni,
			 (unsigned long long)event->map.epoch);
	else if (event->cmd == NVO3_CMD_SOURCE_NTF)
		log_warn("%s sends as %s in VNI %u, which is not behind it (%u more not told)",
			 ip_addr_format(&event->source.addr, ip),
			 mac_addr_format(&event->source.src, mac), event->source.vni,
			 event->source.suppressed);
	return 0;
}

static void readable(int fd, unsigned int events, void *arg)
{
	struct watch *w = arg;
	struct err err;
	int rc;

	rc = monitor_receive(w->monitor, told, w, &err);
	if (rc == -ENOBUFS) {
		port_gone(w->nve, 0, 0);
		ask_all(w->nve);
	} else if (rc) {
		log_err("notifications of the kernel: %s", err.text);
	}
}

struct watch *watch_new(struct nve *nve, uint32_t ifindex, struct err *err)
{
	struct watch *w = mem_zalloc(sizeof(*w));

	w->nve = nve;
	w->ifindex = ifindex;
	if (monitor_open(&w->monitor, -1, NVO3_GROUP_CONFIG | NVO3_GROUP_MISS | NVO3_GROUP_ALERT,
			 err)) {
		free(w);
		return NULL;
	}
	w->fd = loop_fd_new(nve->loop, monitor_fd(w->monitor), LOOP_READ, readable, w);
	return w;
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	loop_fd_free(w->fd);
	monitor_close(w->monitor);
	free(w);
}
