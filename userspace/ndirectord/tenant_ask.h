/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a tenant asks of us with his own certificate (V10). We know who he is; what is his is the
 * vCenters' to say: they are asked one after the other, until one knows what it is about.
 */
#ifndef NDIRECTORD_TENANT_ASK_H
#define NDIRECTORD_TENANT_ASK_H

#include "director.h"

/* The first member of what malloc() gave: freed with its answer. */
struct tenant_ask {
	struct director *d;
	struct http_request *req;
	char tenant[65];
	struct uuid move;
	uint32_t ms;			/* for one vCenter */
	/* The request, to be answered to tenant_answered() with this. */
	void (*put)(struct tenant_ask *ask, struct chan *chan, uint32_t ms);
	/* An OK answers @req; false: it is not complete. */
	bool (*take)(struct tenant_ask *ask, const struct msg *body);
	unsigned int asked;		/* vCenters */
	uint64_t until;			/* no other one is asked */
	uint32_t code;			/* of the last that knew better than NOT_FOUND, its */
	char text[256];			/* sentence; at first that nobody has it */
};

/* All but @put, @take, @ms and @text is filled in. -EINVAL with a sentence: @tenant is wrong. */
int tenant_ask_init(struct tenant_ask *ask, struct director *d, struct http_request *req,
		    const char *tenant, struct err *err);
void tenant_ask_begin(struct tenant_ask *ask);
void tenant_answered(uint32_t code, const char *text, const struct msg *body, void *arg);

/* Handlers; arg is the struct director */
void api_tenant_replicate(struct http_request *req, void *arg);	/* tenant_wish.c */
void api_tenant_move(struct http_request *req, void *arg);	/* tenant_move.c */
void api_tenant_abort(struct http_request *req, void *arg);

#endif /* NDIRECTORD_TENANT_ASK_H */
