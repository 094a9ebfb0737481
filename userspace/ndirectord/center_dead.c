// SPDX-License-Identifier: GPL-2.0
/*
 * vCenter's verdict over an NVE (proto/placement.proto). It is the authority over what runs where,
 * so it need not wait for the lease, nor for what others see; but who speaks to us is alive.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "center_dead.h"
#include "lease.h"
#include "withdraw.h"

static uint32_t is_dead(struct director *d, const char *by, const char *name, struct err *err)
{
	struct db_nve *nve = db_nve_find(&d->db, name);
	size_t dc = strlen(d->self.dc);
	char why[2 * DB_NAME];

	if (strncmp(name, d->self.dc, dc) || name[dc] != '/') {
		err_set(err, EPERM, "NVE %.99s is not of data centre %s", name, d->self.dc);
		return CODE(DENIED);
	}
	if (!nve)
		return CODE(OK);
	if (nve_session_exists(d, nve)) {
		err_set(err, EBUSY, "NVE %s has a session: it is not dead", nve->name);
		return CODE(BUSY);
	}
	snprintf(why, sizeof(why), "vCenter %s says that it is dead", by);
	nve_silent(d, nve, why);
	withdraw(d->withdrawals, nve, why);
	return CODE(OK);
}

void center_nve_dead(struct director *d, struct chan *chan, const struct msg *msg,
		     const Nvo3__NveDead *m)
{
	struct err err;
	uint32_t code;

	code = is_dead(d, chan_peer_name(chan), m->nve, &err);
	director_answer(d, chan, msg, code, &err, NULL);
}
