/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel's fast path has met and tells of, as the objects of nvo3_obj.h */
#ifndef NVO3_LIB_NVO3_EVENT_OBJ_H
#define NVO3_LIB_NVO3_EVENT_OBJ_H

#include <linux/nvo3.h>
#include <stddef.h>
#include <stdint.h>

#include "addr.h"

/*
 * With addr that is what is missing, instead of dst.
 * dev 0: dst is the unknown source of what another NVE sent to src, or nobody has asked for it.
 * The last three are of what is listed; lifetime (in milliseconds) also of what is set absent.
 */
struct nvo3_miss {
	uint32_t has, vni;
	struct mac_addr dst, src;
	uint32_t dev, suppressed;
	uint32_t lifetime, held;
	uint8_t state;			/* enum nvo3_miss_state */
	struct ip_addr addr;
};

/* addr sent what src, which is not behind it, is said to send to dst */
struct nvo3_source {
	uint32_t has, vni;
	struct mac_addr src, dst;
	struct ip_addr addr;
	uint32_t suppressed;
};

struct nvo3_bytes {
	const uint8_t *data;
	size_t len;
};

/*
 * A question of the guest behind a port, or an answer to it. The frame is borrowed: from the
 * message that was parsed, or from the caller.
 */
struct nvo3_guest {
	uint32_t has, vni, dev;
	uint16_t vlan;			/* 0 untagged */
	struct nvo3_bytes frame;
};

#endif
