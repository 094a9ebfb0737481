// SPDX-License-Identifier: GPL-2.0
#include <utlist.h>
#include "lib/mem.h"
#include "owed.h"

struct owed {
	struct chan *chan;	/* NULL: gone */
	uint64_t id;
	struct owed *prev, *next;
};

struct owed *owed_new(struct vcenter *vc, struct chan *chan, uint64_t id)
{
	struct owed *owed = mem_zalloc(sizeof(*owed));

	owed->chan = chan;
	owed->id = id;
	DL_APPEND(vc->owed, owed);
	return owed;
}

struct chan *owed_chan(const struct owed *owed)
{
	return owed->chan;
}

void owed_reply(struct vcenter *vc, struct owed *owed, uint32_t code, const char *text,
		const ProtobufCMessage *body)
{
	if (owed->chan)
		chan_reply(owed->chan, owed->id, code, text, body);
	DL_DELETE(vc->owed, owed);
	free(owed);
}

void owed_free_all(struct vcenter *vc)
{
	struct owed *owed, *tmp;

	DL_FOREACH_SAFE(vc->owed, owed, tmp) {
		DL_DELETE(vc->owed, owed);
		free(owed);
	}
}

void owed_forget(struct vcenter *vc, const struct chan *chan)
{
	struct owed *owed;

	DL_FOREACH(vc->owed, owed)
		if (owed->chan == chan)
			owed->chan = NULL;
}
