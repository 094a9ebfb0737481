/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The vServer role with the driver libvirt, on libvirt's own test driver: a hypervisor in the
 * memory of this process. What somebody else does comes over a second connection, @hand.
 */
#ifndef NVO3D_UNIT_LIBVIRT_BED_H
#define NVO3D_UNIT_LIBVIRT_BED_H

#include "host_bed.h"

#include <linux/netlink.h>

#include "lib/nl.h"
#include "lib/rtnl.h"
#include "../lib/sandbox.h"
#include "vserver/virt.h"

#define STATE(name) NVO3__VM_STATE__VM_##name

static struct virt *hand;
static struct nlsock *rt;

static inline void nothing(void *arg)
{
}

static inline void heard(const struct uuid *id, void *arg)
{
}

static inline void failed(const char *why, void *arg)
{
	fail_msg("%s", why);
}

static inline int set_up(void **state)
{
	static const struct virt_ops ops = { .changed = heard, .up = nothing, .down = failed };
	struct link_info lo;

	if (sandbox_enter(state) || nlsock_open(&rt, NETLINK_ROUTE, -1, NULL) ||
	    link_get(rt, "lo", &lo, NULL) || link_set_up(rt, lo.ifindex, true, NULL))
		return -1;
	return virt_open(&hand, "test:///default", &ops, NULL, NULL);
}

static inline int tear_down(void **state)
{
	virt_close(hand);
	nlsock_close(rt);
	return 0;
}

static inline void up(struct bed_host *h, struct bed *bed, const char *uri)
{
	struct err err;

	host_prepare(h, bed, "host1");
	h->config.vserver.libvirt = true;
	h->config.vserver.mtu = 1430;
	h->config.libvirt = (struct config_libvirt){
		.uri = uri, .type = "test", .machine = "", .emulator = "", .kernel = "",
		.initrd = "", .cmdline = "", .template = "", .migrate = "", .init = "",
		.shutdown_s = 3,
	};
	if (driver_libvirt_new(&h->real, &h->config, &err))
		fail_msg("%s", err.text);
	host_begin(h);
}

static inline void down(struct bed_host *h)
{
	host_down(h);
	h->real->ops->free(h->real);
}

static inline struct virt_domain see(uint8_t n)
{
	struct uuid id = { { n } };
	struct virt_domain dom;

	assert_int_equal(virt_look(hand, &id, &dom, NULL), 0);
	return dom;
}

static inline bool tap(uint8_t n, bool *ret_up)
{
	struct link_info info;
	char name[IFNAMSIZ];

	snprintf(name, sizeof(name), "v%02x000000", n);
	if (link_get(rt, name, &info, NULL))
		return false;
	assert_int_equal(info.mtu, 1430);
	*ret_up = info.up;
	return true;
}

#endif
