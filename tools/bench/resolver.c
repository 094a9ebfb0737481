// SPDX-License-Identifier: GPL-2.0
/*
 * Answers what an NVE asks, as nvo3d does when its director has answered: those that are there
 * have a mapping to the locator, all others are absent.
 *
 * usage: resolver NVE VNI LOCATOR PREFIX     PREFIX: the first two bytes of whom there is, in hex
 *
 * Says "ready", and answers until it is stopped.
 */
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "errs.h"
#include "nvo3_kernel.h"
#include "nvo3_monitor.h"

#define ABSENT_MS	60000

static struct nvo3_kernel *kernel;
static uint32_t nve, vni;
static struct ip_addr locator;
static unsigned long prefix;

static int missed(const struct nvo3_event *event, void *data)
{
	const struct nvo3_miss *miss = &event->miss;
	struct nvo3_map map = {
		.vni = vni, .mac = miss->dst, .addr = locator, .prov = NVO3_PROV_AGENT,
	};
	struct nvo3_miss absent = {
		.vni = vni, .dst = miss->dst, .lifetime = ABSENT_MS,
		.has = NVO3_HAS(MISS_LIFETIME),
	};
	struct err err;
	int ret;

	if ((unsigned long)(miss->dst.b[0] << 8 | miss->dst.b[1]) == prefix)
		ret = kernel_map_add(kernel, nve, &map, 1, 0, NULL, &err);
	else
		ret = kernel_miss_set(kernel, nve, &absent, &err);
	if (ret)
		fprintf(stderr, "resolver: %s\n", err.text);
	return ret;
}

int main(int argc, char **argv)
{
	struct nvo3_monitor *monitor;
	struct pollfd ready;
	struct err err;

	if (argc != 5)
		return 2;
	nve = if_nametoindex(argv[1]);
	vni = strtoul(argv[2], NULL, 0);
	prefix = strtoul(argv[4], NULL, 16);
	if (!nve || ip_addr_parse(&locator, argv[3], &err) || kernel_open(&kernel, -1, &err) ||
	    monitor_open(&monitor, -1, NVO3_GROUP_MISS, &err))
		return 1;
	puts("ready");
	fflush(stdout);
	ready = (struct pollfd){ monitor_fd(monitor), POLLIN };
	while (poll(&ready, 1, -1) == 1)
		if (monitor_receive(monitor, missed, NULL, &err))
			return 1;
	return 1;
}
