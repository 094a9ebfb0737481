// SPDX-License-Identifier: GPL-2.0
/*
 * Armed ports (distribution.rst). The first frame makes the port active by itself, in
 * from_port.c; here follows what needs the mutex.
 *
 * Nothing is lost meanwhile: the port is counted as waking before it is active, and no more when it
 * has its mapping. So who looks for waking ports first and for the mapping then finds one of them;
 * who has looked for the mapping before (from_outer.c) looks again.
 *
 * Lifetimes: the work is the NVE's and looks for its ports by the index, under the mutex, so none
 * of them has to wait for it; one that is deleted before is not found. A frame schedules it while
 * it holds the port by RCU, which hiding the slave's handler waits for: when the NVE's slaves are
 * released nobody schedules it any more, and it is cancelled before the NVE goes.
 */
#include <linux/sched.h>
#include "claim.h"
#include "fast.h"
#include "notify.h"
#include "wake.h"

/* Without memory it waits for the next frame; a newer claim elsewhere is right. */
static enum nvo3_port_state state_after(int err)
{
	switch (err) {
	case 0:
		return NVO3_PORT_STATE_ACTIVE;
	case -ENOMEM:
	case -ENOSPC:
		return NVO3_PORT_STATE_ARMED;
	default:
		return NVO3_PORT_STATE_ASSOCIATED;
	}
}

void nvo3_wake_settle(struct nvo3_nve *nve, struct nvo3_port *port)
{
	struct netlink_ext_ack unheard = {};
	int err;

	lockdep_assert_held(&nve->lock);
	/* Nobody else changes the state of one that wakes. */
	if (!(READ_ONCE(port->state) & NVO3_PORT_WAKING))
		return;
	err = nvo3_claim_port(nve, port, port->mac, port->epoch, NULL, &unheard);
	nvo3_port_set_state(port, (port->state & NVO3_PORT_STAMPED) | state_after(err));
	if (!err)
		nvo3_miss_answered(nve, port->vn->vni, port->mac);
	nvo3_nve_changed(nve);
	nvo3_notify_port(nve, NVO3_CMD_PORT_NTF, port);
}

void nvo3_wake_work(struct work_struct *work)
{
	struct nvo3_nve *nve = container_of(work, struct nvo3_nve, wake);
	struct nvo3_port *port;
	u32 nr;

	mutex_lock(&nve->lock);
	for (nr = 0; nr < nvo3_index_size(&nve->ports); nr++) {
		port = nvo3_index_lookup(&nve->ports, nr);
		if (port)
			nvo3_wake_settle(nve, port);
		cond_resched();
	}
	mutex_unlock(&nve->lock);
}
