// SPDX-License-Identifier: GPL-2.0

#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "model_touch.h"

void model_touch_mac(struct model_touch *touch, const struct mac_addr *mac)
{
	if (touch->n == touch->cap) {
		touch->cap = touch->cap ? 2 * touch->cap : 16;
		touch->macs = mem_check(realloc(touch->macs, touch->cap * sizeof(*touch->macs)));
	}
	touch->macs[touch->n++] = *mac;
}

void model_touch_ip(struct model_touch *touch, const struct ip_addr *ip)
{
	if (touch->n_ips == touch->cap_ips) {
		touch->cap_ips = touch->cap_ips ? 2 * touch->cap_ips : 16;
		touch->ips = mem_check(realloc(touch->ips, touch->cap_ips * sizeof(*touch->ips)));
	}
	touch->ips[touch->n_ips++] = *ip;
}

void model_touch_uninit(struct model_touch *touch)
{
	free(touch->macs);
	free(touch->ips);
	memset(touch, 0, sizeof(*touch));
}
