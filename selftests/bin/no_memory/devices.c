// SPDX-License-Identifier: GPL-2.0
/* Devices that come, change and go, by rtnetlink */
#include <errno.h>
#include <string.h>

#include "nl.h"
#include "no_memory.h"
#include "rtnl.h"

static const struct link_nve conf = { .dstport = 9999, .geneve_port = 9998, .csum = -1 };

static int nve_add(void)
{
	return link_nve_add(rt, "nve9", &conf, &why);
}

static int nve_del(void)
{
	return link_del(rt, other, &why);
}

static int nve_up(void)
{
	return link_set_up(rt, other, true, &why);
}

static int nve_down(void)
{
	return link_set_up(rt, other, false, &why);
}

static int nve_ttl(uint8_t ttl)
{
	return link_nve_set(rt, other, &(struct link_nve){
		.csum = -1, .ttl = ttl, .has = LINK_HAS(TTL),
	}, &why);
}

static int nve_set(void)
{
	return nve_ttl(9);
}

static int nve_reset(void)
{
	return nve_ttl(64);
}

static int spare_add(void)
{
	return link_set_master(rt, spare, nve, &why);
}

static int spare_del(void)
{
	return link_set_master(rt, spare, 0, &why);
}

static int slave_del(void)
{
	return link_set_master(rt, slave, 0, &why);
}

static int slave_add(void)
{
	return link_set_master(rt, slave, nve, &why) ?: base_port_add(nve, slave) ?: tagged_add();
}

/* By netlink: to the ioctl for names, the kernel asks modprobe about one that is not there. */
uint32_t index_of(const char *name)
{
	struct link_info link;

	return link_get(rt, name, &link, NULL) ? 0 : link.ifindex;
}

/* An NVE with something of everything. */
static int nve_full(void)
{
	int r = nve_add();

	other = index_of("nve9");
	return r ?: nve_up() ?: link_set_master(rt, spare, other, &why) ?: fill_nve(other);
}

static int begin(void)
{
	int r = nve_add();

	nve = index_of(target);
	return r ?: vn100_add();
}

int renewed_add(void)
{
	target = "nve9";
	return begin();
}

int renew(void)
{
	return link_del(rt, nve, &why) ?: begin();
}

int renewed_del(void)
{
	int r = link_del(rt, nve, &why);

	target = "nve0";
	return r;
}

/* The core says EINVAL of a device that it cannot name, and a socket ENFILE. */
static const struct op slaves[] = {
	{ "a slave comes", spare_add, spare_del }, { "a slave goes", spare_del, spare_add, true },
	{ NULL, tagged_add }, { "a slave with ports goes", slave_del, slave_add },
	{ NULL, tagged_del }, { }
}, nves[] = {
	{ "an NVE comes", nve_add, nve_del, false, -EINVAL },
	{ "an NVE goes", nve_del, nve_add, true },
	{ NULL, nve_add }, { "an NVE goes up", nve_up, nve_down, false, -ENFILE },
	{ "an NVE goes down", nve_down, nve_up, true }, { "nve-set", nve_set, nve_reset },
	{ NULL, nve_del }, { "a full NVE goes", nve_del, nve_full, true }, { }
};

const struct op *devices(const char *group)
{
	if (!strcmp(group, "slaves"))
		return slaves;
	return strcmp(group, "devices") ? NULL : nves;
}
