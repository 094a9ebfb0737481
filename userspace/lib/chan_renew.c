// SPDX-License-Identifier: GPL-2.0
/*
 * A client's session that is to last longer than a certificate: the heir, a channel of its own
 * without callbacks, opens a second connection, and the elder takes that over. The session goes on
 * (chan_continue.c); if the server cannot do that the elder's ends and the heir's takes its place.
 */
#include <stdio.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>

#include "chan_continue.h"
#include "log.h"

static void renew(struct chan *chan)
{
	struct chan **heir = chan_client_heir_of(chan);

	if (*heir || chan->prior)
		return;
	log_info("session with %s (%s): opening another connection, for certificates change",
		 chan->name, chan->addr);
	*heir = chan_client_heir(chan);
	(*heir)->elder = chan;
}

bool chan_certificates_good(struct chan *chan, int64_t now_s)
{
	unsigned int generation;
	struct err err;

	if (!chan->tls)
		return true;
	if (chan->expiry && now_s >= chan->expiry) {
		chan_endf(chan, "the certificate of %s expired", chan->name);
		return false;
	}
	generation = tls_generation(chan->tls);
	if (generation != chan->checked_with) {
		chan->checked_with = generation;
		if (tls_check_revoked(chan->tls, chan_ssl(chan), &err) < 0) {
			chan_end(chan, err.text);
			return false;
		}
	}
	if (chan->client &&
	    (generation != chan->begun_with || (chan->renew && now_s >= chan->renew)))
		renew(chan);
	return true;
}

void chan_renew_stop(struct chan *chan)
{
	struct chan *heir;

	if (!chan->client)
		return;
	heir = *chan_client_heir_of(chan);
	*chan_client_heir_of(chan) = NULL;
	chan_free(heir);
}

/* It is up, for its heir does not outlive its session (chan_end()). */
static void end_elder(struct chan *elder)
{
	elder->dropped = true;
	chan_end(elder, "the one with the new certificates takes its place");
	if (!elder->freed)
		chan_client_rest(elder);
}

void chan_renewed(struct chan *heir)
{
	struct chan *elder = heir->elder;

	if (heir->continues) {
		chan_continue_heir(heir);
		return;
	}
	chan_get(elder);
	*chan_client_heir_of(elder) = NULL;
	end_elder(elder);
	if (!elder->freed) {
		chan_stream_adopt(elder, heir);
		chan_went_up(elder);
	}
	chan_free(heir);
	/* What came behind the HELLO */
	if (elder->bev && elder->state == CHAN_UP)
		chan_wire_read(elder);
	chan_put(elder);
}
