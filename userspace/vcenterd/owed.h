/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An answer that we owe to a peer: its session may end before we know it.
 */
#ifndef VCENTERD_OWED_H
#define VCENTERD_OWED_H

#include "vcenter.h"

struct owed;

struct owed *owed_new(struct vcenter *vc, struct chan *chan, uint64_t id);
struct chan *owed_chan(const struct owed *owed);	/* NULL: its session is over */
/* Answers if the session is still there, and frees @owed. @text may be NULL when @code is OK. */
void owed_reply(struct vcenter *vc, struct owed *owed, uint32_t code, const char *text,
		const ProtobufCMessage *body);
void owed_free_all(struct vcenter *vc);	/* at the end, without answers */
/* The session is over. */
void owed_forget(struct vcenter *vc, const struct chan *chan);

#endif
