/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the fast path asks of a port is in one word, so that all but the plainest state is one
 * branch: what else there may be is looked at behind it. Written under the mutex, but that the
 * fast path makes an armed port an active one that wakes (from_port.c); wake.c does the rest.
 */
#ifndef _NVO3_PORT_STATE_H
#define _NVO3_PORT_STATE_H

#include "port.h"

#define NVO3_PORT_STATE		3	/* the bits of enum nvo3_port_state */
#define NVO3_PORT_STAMPED	BIT(2)	/* when its tenant system sends is remembered */
#define NVO3_PORT_WAKING	BIT(3)	/* its mapping is not there yet; counted in vn->waking */

static inline enum nvo3_port_state nvo3_port_state(const struct nvo3_port *port)
{
	return READ_ONCE(port->state) & NVO3_PORT_STATE;
}

static inline bool nvo3_port_is_active(const struct nvo3_port *port)
{
	return nvo3_port_state(port) == NVO3_PORT_STATE_ACTIVE;
}

/* Active, and nothing else about it. */
static inline bool nvo3_port_is_plain(const struct nvo3_port *port)
{
	return READ_ONCE(port->state) == NVO3_PORT_STATE_ACTIVE;
}

/* Whatever it was; it wakes no more. Caller holds the mutex. */
void nvo3_port_set_state(struct nvo3_port *port, u32 state);

/* The port of the VN that wakes and will have the mapping of @mac, or NULL. Under RCU. */
struct nvo3_port *nvo3_port_find_waking(const struct nvo3_vn *vn, const u8 *mac);

/* A frame of its tenant system was forwarded now. Any context. */
void nvo3_port_stamp(struct nvo3_port *port);

#endif /* _NVO3_PORT_STATE_H */
