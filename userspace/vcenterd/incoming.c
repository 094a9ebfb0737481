// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "codes.h"
#include "figures.h"
#include "incoming.h"
#include "lib/msg.h"
#include "proto/peering.pb-c.h"

#define RETRY_MS	300u
#define DEAD_MS		15000u	/* a server may come back within this time */

static const char *const phase_names[] = {
	[INCOMING_RESERVED] = "reserved",
	[INCOMING_PULLING] = "pulling the image",
	[INCOMING_PULLED] = "pulled",
	[INCOMING_PLACING] = "being committed",
	[INCOMING_STARTING] = "being committed",
	[INCOMING_COMMITTED] = "committed",
	[INCOMING_ABORTED] = "aborted",
};

static void renew(struct incoming *in, uint64_t now)
{
	in->expires = now + in->lease_s * 1000ull;
}

void incoming_begin(struct incoming *in, uint32_t lease_s, uint64_t now)
{
	in->phase = INCOMING_RESERVED;
	in->lease_s = lease_s;
	renew(in, now);
}

void incoming_resume(struct incoming *in, uint64_t now)
{
	if (in->phase == INCOMING_PULLING)
		in->phase = INCOMING_RESERVED;
	/* what was out when we died may have been carried out */
	in->asked_place = in->phase == INCOMING_PLACING;
	in->cleanup = in->phase == INCOMING_ABORTED;
	in->waiting = false;
	in->down_since = 0;
	renew(in, now);
}

bool incoming_is_over(const struct incoming *in)
{
	return in->phase == INCOMING_COMMITTED || in->phase == INCOMING_ABORTED;
}

uint32_t incoming_status(const struct incoming *in)
{
	switch (in->phase) {
	case INCOMING_RESERVED:
	case INCOMING_PULLING:
		return NVO3__MOVE_STATUS_REPLY__PHASE__RESERVED;
	case INCOMING_PULLED:
	case INCOMING_PLACING:
	case INCOMING_STARTING:
		/* the source keeps its copy until the VM is up here */
		return NVO3__MOVE_STATUS_REPLY__PHASE__PULLED;
	case INCOMING_COMMITTED:
		return NVO3__MOVE_STATUS_REPLY__PHASE__COMMITTED;
	case INCOMING_ABORTED:
		break;
	}
	return NVO3__MOVE_STATUS_REPLY__PHASE__ABORTED;
}

static int wrong_phase(const struct incoming *in, const char *what, struct err *err)
{
	return err_set(err, EPERM, "%s is not possible: the move is %s%s%s", what,
		       phase_names[in->phase], *in->text ? ": " : "", in->text);
}

int incoming_pull(struct incoming *in, bool copy, bool server_up, uint64_t now, struct err *err)
{
	renew(in, now);
	switch (in->phase) {
	case INCOMING_PULLED:
		return 1;
	case INCOMING_PULLING:
		return err_set(err, EBUSY, "the image is being pulled already");
	case INCOMING_RESERVED:
		break;
	default:
		return wrong_phase(in, "pulling the image", err);
	}
	if (!server_up)
		return err_set(err, EHOSTUNREACH, "server %s is down", in->server);
	in->phase = INCOMING_PULLING;
	in->copying = copy;
	return 0;
}

bool incoming_pulled(struct incoming *in, uint32_t code, const char *text, uint64_t now)
{
	if (in->phase != INCOMING_PULLING)
		return false;
	renew(in, now);
	in->phase = code == CODE(OK) && !in->copying ? INCOMING_PULLED : INCOMING_RESERVED;
	snprintf(in->text, sizeof(in->text), "%s", code == CODE(OK) ? "" : text);
	return in->phase == INCOMING_PULLED;
}

int incoming_commit(struct incoming *in, bool start, bool server_up, bool director_up,
		    uint64_t now, struct err *err)
{
	switch (in->phase) {
	case INCOMING_COMMITTED:
		return 1;
	case INCOMING_PLACING:
	case INCOMING_STARTING:
		return 0;
	case INCOMING_PULLED:
		break;
	default:
		return wrong_phase(in, "the commit", err);
	}
	renew(in, now);
	/* after the commit nobody can take it back, and the VM would wait for the server */
	if (!server_up)
		return err_set(err, EHOSTUNREACH, "server %s is down", in->server);
	if (!director_up)
		return err_set(err, EHOSTUNREACH, "the nDirector of the destination is down");
	in->phase = INCOMING_PLACING;
	in->start = start;
	in->placed = 0;
	in->asked_place = false;
	in->retry_at = 0;
	return 0;
}

int incoming_abort(struct incoming *in, const char *why, uint64_t wall, struct err *err)
{
	if (in->phase == INCOMING_ABORTED)
		return 1;
	if (in->phase >= INCOMING_PLACING)
		return wrong_phase(in, "the abort", err);
	in->phase = INCOMING_ABORTED;
	in->ended = wall;
	in->cleanup = true;
	snprintf(in->text, sizeof(in->text), "%s", why);
	return 0;
}

bool incoming_tick(struct incoming *in, bool server_up, uint64_t now, uint64_t wall)
{
	char why[VC_TEXT_SIZE];

	if (in->phase >= INCOMING_PLACING)
		return false;
	if (now >= in->expires)
		return !incoming_abort(in, "the lease ran out", wall, NULL);
	if (server_up)
		in->down_since = 0;
	else if (!in->down_since)
		in->down_since = now;
	if (!in->down_since || now - in->down_since < DEAD_MS)
		return false;
	snprintf(why, sizeof(why), "server %s is down", in->server);
	return !incoming_abort(in, why, wall, NULL);
}

enum incoming_act incoming_next(const struct incoming *in, int n_nics, bool server_up,
				bool director_up, uint64_t now, int *nic)
{
	if (in->waiting || now < in->retry_at)
		return INCOMING_ACT_NONE;
	switch (in->phase) {
	case INCOMING_PLACING:
		for (int i = 0; i < n_nics; i++) {
			if (in->placed & (1u << i))
				continue;
			*nic = i;
			return director_up ? INCOMING_ACT_PLACE : INCOMING_ACT_NONE;
		}
		break;
	case INCOMING_STARTING:
		return server_up ? INCOMING_ACT_START : INCOMING_ACT_NONE;
	case INCOMING_ABORTED:
		return in->cleanup && server_up ? INCOMING_ACT_ABORT : INCOMING_ACT_NONE;
	default:
		break;
	}
	return INCOMING_ACT_NONE;
}

bool incoming_placed(struct incoming *in, int nic, int n_nics, uint32_t code, const char *text,
		     uint64_t now)
{
	in->waiting = false;
	if (in->phase != INCOMING_PLACING)
		return false;
	if (code == CODE(OK)) {
		in->placed |= 1u << nic;
		if (in->placed == (1u << n_nics) - 1)
			in->phase = INCOMING_STARTING;
		return true;
	}
	snprintf(in->text, sizeof(in->text), "%s", text);
	in->retry_at = now + RETRY_MS;
	if (code_is_silence(code)) {
		in->asked_place = true;
		return false;
	}
	/* refused before anything was placed: the commit never happened */
	if (!in->placed && !in->asked_place) {
		in->phase = INCOMING_PULLED;
		return true;
	}
	return false;
}

bool incoming_started(struct incoming *in, uint32_t code, const char *text, uint64_t now,
		      uint64_t wall)
{
	in->waiting = false;
	if (in->phase != INCOMING_STARTING)
		return false;
	if (code_is_silence(code) || code == CODE(BUSY)) {
		in->retry_at = now + RETRY_MS;
		return false;
	}
	/* the VM is ours also when it does not start: a person sees to it here */
	in->phase = INCOMING_COMMITTED;
	in->ended = wall;
	snprintf(in->text, sizeof(in->text), "%s", code == CODE(OK) ? "" : text);
	return true;
}

bool incoming_arrived(struct incoming *in, uint64_t active, uint64_t first_in, uint64_t error)
{
	struct figures f = { .active = in->active, .first_in = in->first_in,
			     .dest_error = in->clock_error };

	if (in->phase == INCOMING_ABORTED || !figures_arrived(&f, active, first_in, error))
		return false;
	in->active = f.active;
	in->first_in = f.first_in;
	in->clock_error = f.dest_error;
	return true;
}
