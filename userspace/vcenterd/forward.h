/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests of the API that are for the vCenter of another DC (Documentation/hierarchy.rst): the
 * root hands them to its children here; what a child does with them is forward_serve.h.
 */
#ifndef VCENTERD_FORWARD_H
#define VCENTERD_FORWARD_H

#include "lib/json.h"
#include "lib/msg.h"
#include "vcenter.h"

#define FORWARD_BODY_MAX	(992u << 10)
#define FORWARD_TOO_LONG	"the body is longer than %u bytes, which is all that is handed on"
#define FORWARD_ANSWER_MAX	(8u << 20)
#define FORWARD_PART		(512u << 10)	/* of an answer, at a time */

struct forward_ask {
	const char *dc;			/* a child, or our own */
	const struct identity *who;
	const char *method, *target;	/* target: below /api/v1, with the query, raw */
	const void *body;
	size_t len;
	bool unobserved;		/* our own DC's audit log is told otherwise */
};

#define FORWARD_LOST		504	/* the answer: it may have been carried out, or not */

/*
 * CODE(OK): the DC itself has answered. Else it has not: @status and @answer, borrowed, say why.
 * But for FORWARD_LOST it has not been carried out then.
 */
typedef void (*forward_fn)(struct vcenter *vc, uint32_t code, int status, json_t *answer,
			   void *arg);

/* Calls @done exactly once, perhaps before it returns. */
void forward(struct vcenter *vc, const struct forward_ask *ask, forward_fn done, void *arg);
/* A part of an answer; false: it is another message. */
bool forward_part(struct peer *peer, const struct msg *msg);
/* All that are out are answered: before sessions and API end. */
void forward_stop(struct vcenter *vc);

extern uint32_t forward_limit_ms;	/* for tests */

#endif
