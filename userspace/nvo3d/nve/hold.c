// SPDX-License-Identifier: GPL-2.0

#include <errno.h>

#include "assoc.h"
#include "hold.h"
#include "log.h"

static void over(void *arg)
{
	struct nve_tsi *tsi = arg;
	char id[UUID_STRLEN];
	struct err err;

	/* The queue ends with what makes it active, or it is over later */
	if (tsi->t.state != TSI_ASSOCIATED)
		return;
	err_set(&err, ETIMEDOUT, "interface %s on %s was not activated within %u s of coming here",
		uuid_format(&tsi->t.id, id), tsi->t.dev, tsi->t.hold_s);
	log_warn("%s", err.text);
	assoc_alert(tsi->nve->assoc, tsi->owner, "hold-over", id, err.text);
	port_submit(tsi->nve, tsi->owner, TSI_DEASSOCIATE, &tsi->t, NULL, NULL);
}

void hold_begin(struct nve_tsi *tsi)
{
	hold_end(tsi);
	if (!tsi->t.hold_s)
		return;
	tsi->hold = loop_timer_new(tsi->nve->loop, over, tsi);
	loop_timer_set(tsi->hold, tsi->t.hold_s * 1000ull);
}

void hold_end(struct nve_tsi *tsi)
{
	loop_timer_free(tsi->hold);
	tsi->hold = NULL;
}
