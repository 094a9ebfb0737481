// SPDX-License-Identifier: GPL-2.0
/*
 * Answers wait for the transaction that their request belongs to: what is answered is on the disk.
 * All requests of one turn of the loop share a transaction, for the disk is what takes time.
 */
#include <stdlib.h>
#include <utlist.h>
#include "director.h"

struct answer {
	struct chan *chan;
	uint64_t id;
	uint32_t code;
	struct err err;			/* when code is not OK */
	const ProtobufCMessageDescriptor *desc;		/* NULL: without a body */
	uint8_t *body;
	size_t len;
	struct answer *prev, *next;
};

static const char *refusal(uint32_t type)
{
	switch (type) {
	case MSG(PLACE):
	case MSG(UNPLACE):
		return "placement-refused";
	case MSG(VN_SET):
	case MSG(VN_DELETE):
		return "vn-refused";
	}
	return "request-refused";
}

static void keep(struct director *d, struct chan *chan, uint64_t id, uint32_t code,
		 const struct err *err, const ProtobufCMessage *body)
{
	struct answer *a = calloc(1, sizeof(*a));

	a->chan = chan;
	a->id = id;
	a->code = code;
	if (code != CODE(OK)) {
		a->err = *err;
	} else if (body) {
		a->desc = body->descriptor;
		a->body = msg_encode(body, &a->len);
	}
	DL_APPEND(d->answers, a);
}

static void deliver(struct chan *chan, uint64_t id, uint32_t code, const struct err *err,
		    const ProtobufCMessage *body)
{
	if (code == CODE(OK))
		chan_reply(chan, id, code, NULL, body);
	else
		chan_reply_err(chan, id, code, err);
}

void director_answer(struct director *d, struct chan *chan, const struct msg *msg, uint32_t code,
		     const struct err *err, const ProtobufCMessage *body)
{
	if (code != CODE(OK))
		director_alert(d, refusal(msg->type), chan_peer_name(chan), "%s: %s",
			       msg_name(msg->type), err->text);
	if (!msg->id)
		return;
	if (d->in_transaction)
		keep(d, chan, msg->id, code, err, body);
	else
		deliver(chan, msg->id, code, err, body);
}

void director_send_answers(struct director *d)
{
	struct answer *a, *next;
	void *body;

	DL_FOREACH_SAFE(d->answers, a, next) {
		struct msg packed = { .body = a->body, .len = a->len };

		DL_DELETE(d->answers, a);
		body = a->desc ? msg_decode(&packed, a->desc, NULL) : NULL;
		deliver(a->chan, a->id, a->code, &a->err, body);
		if (body)
			msg_free(body);
		free(a->body);
		free(a);
	}
}
