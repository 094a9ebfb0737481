/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A session that goes on over another connection: what the other files of chan have to say and
 * ask. Between them only; see chan_parts.h.
 */
#ifndef CHAN_CONTINUE_H
#define CHAN_CONTINUE_H

#include "chan_parts.h"

/* What our HELLO says of it, for as long as @chan lives. */
void chan_continue_hello(struct chan *chan, Nvo3__Hello *hello);
/* What the peer's HELLO says of it: true if @chan is no session of its own, and may be gone. */
bool chan_continue_heard(struct chan *chan, const Nvo3__Hello *hello);
/* The heir's connection is there. */
void chan_continue_heir(struct chan *heir);
/* The peer has said its last on the connection that is read. */
void chan_continued(struct chan *chan);
/* The connection before may have nothing left to do. */
void chan_continue_settle(struct chan *chan);

/* chan_server.c: gives @chan a name, and finds who has one at its server. */
void chan_server_name(struct chan *chan);
struct chan *chan_server_find(struct chan *chan, const uint8_t session[CHAN_SESSION]);

#endif /* CHAN_CONTINUE_H */
