/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An event for many sessions: encoded once, and not copied for each where it is long.
 */
#ifndef CHAN_SHARED_H
#define CHAN_SHARED_H

#include "chan.h"

struct chan_shared;

/* NULL if it is longer than FRAME_MAX. */
struct chan_shared *chan_shared_new(uint32_t type, const ProtobufCMessage *body);
/* What is still to be sent of it is sent. */
void chan_shared_free(struct chan_shared *shared);
/* As chan_event(); with NULL the session ends: the peer must not miss it. */
void chan_event_shared(struct chan *chan, struct chan_shared *shared);

#endif /* CHAN_SHARED_H */
